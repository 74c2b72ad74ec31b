#include "commands/screen_text.h"

#include "ledger/base/text.h"
#include "tests/catch.h"

namespace cairn::test {
namespace {

using Lines = std::vector<std::string>;

const std::string red = "\x1b[31m";
const std::string plain = "\x1b[0m";

TEST_CASE("columns are those of letters: two of wide ones, none of marks and tones") {
  CHECK(columns_of("") == 0);
  CHECK(columns_of("abc") == 3);
  CHECK(columns_of("\xc3\xa9t\xc3\xa9") == 3);
  CHECK(columns_of("e\xcc\x81") == 1);
  CHECK(columns_of("\xe6\xbc\xa2\xe5\xad\x97") == 4);
  CHECK(columns_of("\xf0\x9f\x98\x80") == 2);
  CHECK(columns_of(red + "no" + plain) == 2);
}

TEST_CASE("a cut text says so, and ends its tone") {
  CHECK(cut("abcdef", 6) == "abcdef");
  CHECK(cut("abcdef", 4) == "abc>");
  CHECK(cut("abcdef", 1) == ">");
  CHECK(cut("abcdef", 0).empty());
  CHECK(cut(red + "abcdef" + plain, 4) == red + "abc>" + plain);
  CHECK(cut(red + "ab" + plain + "cdef", 4) == red + "ab" + plain + "c>");
  CHECK(cut("\xe6\xbc\xa2\xe5\xad\x97z", 4) == "\xe6\xbc\xa2>");
  CHECK(cut("ae\xcc\x81z", 3) == "ae\xcc\x81z");
}

TEST_CASE("the end of a text is what is shown of one being typed") {
  CHECK(end_of("abc", 3) == "abc");
  CHECK(end_of("abcdef", 3) == "def");
  CHECK(end_of("a\xe6\xbc\xa2z", 2) == "z");
  CHECK(end_of("abc", 0).empty());
}

TEST_CASE("a folded line loses nothing and keeps its tone") {
  CHECK(fold_line("", 5) == Lines{""});
  CHECK(fold_line("abcde", 5) == Lines{"abcde"});
  CHECK(fold_line("abcdefgh", 3) == Lines{"abc", "def", "gh"});
  CHECK(fold_line(red + "abcd" + plain + "e", 3) == Lines{red + "abc" + plain, red + "d" + plain + "e"});
  CHECK(fold_line("a\xe6\xbc\xa2\xe5\xad\x97", 2) == Lines{"a", "\xe6\xbc\xa2", "\xe5\xad\x97"});
  CHECK(fold_line("a\xe6\xbc\xa2", 1) == Lines{"a", ">"});
}

}  // namespace
}  // namespace cairn::test
