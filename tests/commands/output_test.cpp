#include "commands/output.h"

#include "tests/catch.h"

namespace cairn::test {

TEST_CASE("a document on a terminal keeps its lines and tabs, and nothing else steers the terminal") {
  CHECK(printable_lines("{\n\t\"a\": 1\n}\n") == "{\n\t\"a\": 1\n}\n");
  CHECK(printable_lines("") == "");
  CHECK(printable_lines("\n\n") == "\n\n");
  CHECK(printable_lines("a\x1b[2Jb\rc\n\xc2\x9b"
                        "d \xe2\x80\xae\xff") == "a\\x1b[2Jb\\x0dc\n\\u{009b}d \\u{202e}\\xff");
}

}  // namespace cairn::test
