#include "commands/output.h"

#include <nlohmann/json.hpp>

#include "commands/json_text.h"
#include "tests/catch.h"

namespace cairn::test {

TEST_CASE("A document of --json is JSON whatever bytes a file's name has") {
  CHECK(json_text({{"file", "a\xff\xc3(b"}, {"seq", 7}}) ==
        "{\n  \"file\": \"a\xef\xbf\xbd\xef\xbf\xbd(b\",\n  \"seq\": 7\n}\n");
}

TEST_CASE("a document on a terminal keeps its lines and tabs, and nothing else steers the terminal") {
  CHECK(printable_lines("{\n\t\"a\": 1\n}\n") == "{\n\t\"a\": 1\n}\n");
  CHECK(printable_lines("") == "");
  CHECK(printable_lines("\n\n") == "\n\n");
  CHECK(printable_lines("a\x1b[2Jb\rc\n\xc2\x9b"
                        "d \xe2\x80\xae\xff") == "a\\x1b[2Jb\\x0dc\n\\u{009b}d \\u{202e}\\xff");
}

TEST_CASE("A progress bar shows its share, the rate and the time that is left") {
  CHECK(progress_text("replay", 500, 1000, 100, 60) == "replay [==============>             ]  50 %  100/s  5 s left");
  CHECK(progress_text("replay", 0, 1000, 100, 60) == "replay [>                          ]   0 %  100/s  10 s left");
  CHECK(progress_text("replay", 1000, 1000, 100, 60) == "replay [============================] 100 %  100/s  0 s left");
}

TEST_CASE("A progress bar writes large rates and long times shortly") {
  const auto tail = [](std::uint64_t done, std::uint64_t total, double rate) {
    const std::string text = progress_text("x", done, total, rate, 80);
    return text.substr(text.find('%') + 3);
  };
  CHECK(tail(0, 3000000, 2450000) == "2.4 M/s  2 s left");
  CHECK(tail(0, 1180000, 118000) == "118 k/s  10 s left");
  CHECK(tail(0, 9999, 9999) == "9999/s  1 s left");
  CHECK(tail(0, 7200, 1) == "1/s  2 h left");
  CHECK(tail(0, ~std::uint64_t{0}, 1e-9).find("d left") != std::string::npos);
}

TEST_CASE("A progress bar knows no rate yet and says none, and is never wider than there is room") {
  CHECK(progress_text("verify", 1, 4, 0, 40) == "verify [======>                  ]  25 %");
  for (std::size_t columns = 1; columns < 120; ++columns) {
    CHECK(progress_text("verify", 1, 4, 12345, columns).size() <= columns);
  }
  CHECK(progress_text("verify", 1, 4, 100, 30) == "verify  25 %  100/s  1 s left");
  CHECK(progress_text("verify", 9, 4, 100, 30) == "verify 100 %  100/s  0 s left");
  CHECK(progress_text("verify", 0, 0, 0, 30).find("100 %") != std::string::npos);
}

}  // namespace cairn::test
