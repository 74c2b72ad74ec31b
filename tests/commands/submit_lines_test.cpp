// submit of JSON Lines: many statements in one file, one answer a line.
#include <fstream>
#include <nlohmann/json.hpp>

#include "ledger/base/text.h"
#include "tests/catch.h"
#include "tests/commands/shell.h"

namespace cairn::test {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

std::string text_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

struct ManyLines {
  Workplace place;
  fs::path file = place.directory() / "many.jsonl";

  ManyLines() { place.init(Workplace::Policy::easy); }

  std::string signed_line(const std::string& who, const std::string& role, const std::string& id) const {
    const fs::path one = place.directory() / (id + ".json");
    place.expect(0, who, {"actor", "role", "ben", "--grant", role, "--sign-only", one.string(), "--id", id});
    std::string line = text_of(one);
    while (line.ends_with('\n')) line.pop_back();
    return line + "\n";
  }

  void write(const std::string& text) const { std::ofstream(file, std::ios::binary | std::ios::trunc) << text; }
};

TEST_CASE("each line of a .jsonl file is a statement with an answer of its own, in the file's order") {
  const ManyLines lines;
  std::string text = lines.signed_line("dana", "deployer", "one");
  text += lines.signed_line("ben", "admin", "two") + "\n";  // refused; an empty line follows
  const std::string last = lines.signed_line("dana", "monitor", "three");
  lines.write(text + last.substr(0, last.size() - 1));  // without an end of line
  const Json answers = lines.place.json(3, "dana", {"submit", lines.file.string()});
  REQUIRE(answers.size() == 3);
  CHECK(answers[0]["id"] == "one");
  CHECK(answers[0]["outcome"] == "admitted");
  CHECK(answers[1]["refusal"] == "role_missing");
  CHECK_FALSE(answers[1]["reasons"].empty());
  CHECK(answers[2]["id"] == "three");
  for (std::size_t i = 0; i < 3; ++i) CHECK(answers[i]["seq"] == i + 1);
  CHECK(lines.place.size() == 4);
  lines.place.expect(0, "dana", {"verify"});

  const Json again = lines.place.json(3, "dana", {"submit", lines.file.string()});
  REQUIRE(again.size() == 3);
  for (std::size_t i = 0; i < 3; ++i) {
    CHECK(again[i]["seq"] == i + 1);
    CHECK(again[i]["repeated"] == true);
  }
  CHECK(lines.place.size() == 4);
}

TEST_CASE("people are shown of many lines those that were not plainly admitted, and a count of all") {
  const ManyLines lines;
  lines.write(lines.signed_line("dana", "deployer", "one") + lines.signed_line("ben", "admin", "two") +
              lines.signed_line("dana", "monitor", "three"));
  const std::string out = lines.place.expect(3, "dana", {"submit", lines.file.string()});
  CHECK_FALSE(contains(out, "many.jsonl line 1"));
  CHECK(contains(out, "many.jsonl line 2"));
  CHECK(contains(out, "role_missing"));
  CHECK_FALSE(contains(out, "many.jsonl line 3"));
  CHECK(contains(out, "3 statements: 2 admitted, 1 refused, 0 recorded before, 0 turned away"));
}

TEST_CASE("a line that cannot be read is named, and nothing of the file is appended") {
  const ManyLines lines;
  const std::string good = lines.signed_line("dana", "deployer", "one");
  std::string bad;
  SECTION("no envelope") {
    bad = "{}\n";
  }
  SECTION("behind a NUL") {
    bad = good.substr(0, good.size() - 1) + std::string("\0", 1) + "\n";
  }
  SECTION("longer than any envelope") {
    bad = std::string((128 << 10) + 2, ' ') + "\n";
  }
  lines.write(good + bad + good);
  const Ran ran = lines.place.cairn("dana", {"submit", lines.file.string()});
  INFO(ran.err);
  CHECK(ran.code == 1);
  CHECK(contains(ran.err, "many.jsonl"));
  CHECK(lines.place.size() == 1);
}

}  // namespace
}  // namespace cairn::test
