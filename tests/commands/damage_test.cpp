// A byte of the write-ahead log that changed: no command answers from what is left, and none signs another head in its
// place.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "tests/catch.h"
#include "tests/commands/shell.h"

namespace cairn::test {
namespace {

namespace fs = std::filesystem;

// The log that holds the newest commit: the older ones are in tables.
fs::path newest_log(const Workplace& place) {
  std::vector<fs::path> logs;
  for (const auto& file : fs::directory_iterator(place.ledger())) {
    if (file.path().extension() == ".log") logs.push_back(file.path());
  }
  REQUIRE(!logs.empty());
  return *std::max_element(logs.begin(), logs.end());
}

TEST_CASE("a changed byte of the newest commit: no command answers, none signs a second head of that size") {
  const Workplace place;
  place.init(Workplace::Policy::easy);
  place.expect(0, "dana", {"actor", "role", "ben", "--grant", "deployer"});
  place.expect(0, "dana", {"actor", "role", "ben", "--grant", "auditor"});
  // A home that holds the log's key and remembers nothing.
  fs::copy(place.home("dana"), place.home("new"), fs::copy_options::recursive);
  fs::remove_all(place.home("new") / "heads");
  const Environment new_home{{"CAIRN_HOME", place.home("new").string()}};

  const fs::path log = newest_log(place);
  const std::string whole = text_of(log);
  std::string damaged = whole;
  damaged[whole.size() / 2] = static_cast<char>(damaged[whole.size() / 2] ^ 1);
  put_text(log, damaged);
  const std::string out = (place.directory() / "exported").string();
  for (const Words& words : {Words{"export", out}, Words{"status"}, Words{"log"}, Words{"checkpoint"},
                             Words{"actor", "role", "ben", "--grant", "monitor"}}) {
    for (const Environment& home : {Environment{}, new_home}) {
      const Ran ran = place.cairn("dana", words, home);
      INFO("cairn " << words.front() << "\n" << ran.out << ran.err);
      CHECK(ran.code == 1);
      CHECK(ran.out.empty());
      CHECK(contains(ran.err, log.filename().string() + " is damaged at byte "));
      CHECK(contains(ran.err, "where entry 2 should begin"));
      CHECK(text_of(log) == damaged);
    }
  }
  for (const Environment& home : {Environment{}, new_home}) {
    const Ran ran = place.cairn("dana", {"verify"}, home);
    INFO(ran.out << ran.err);
    CHECK(ran.code == 5);
    CHECK(contains(ran.out, "NOT VERIFIED"));
    CHECK(contains(ran.out, log.filename().string() + " is damaged at byte "));
  }

  put_text(log, whole);
  CHECK(place.size() == 3);
  place.expect(0, "dana", {"verify"});
}

TEST_CASE("a commit cut short by a kill is dropped, and the next command goes on from the one before it") {
  const Workplace place;
  place.init(Workplace::Policy::easy);
  const fs::path before = place.directory() / "before";
  fs::copy(place.home("dana"), before, fs::copy_options::recursive);
  place.expect(0, "dana", {"actor", "role", "ben", "--grant", "deployer"});
  const fs::path log = newest_log(place);
  fs::resize_file(log, fs::file_size(log) - 100);
  // As a kill leaves it: what was never acknowledged, nobody remembers.
  fs::remove_all(place.home("dana"));
  fs::copy(before, place.home("dana"), fs::copy_options::recursive);
  CHECK(place.size() == 1);
  place.expect(0, "dana", {"actor", "role", "ben", "--grant", "auditor"});
  CHECK(place.size() == 2);
  place.expect(0, "dana", {"verify"});
  CHECK(fs::exists(log.string() + ".damaged"));
}

}  // namespace
}  // namespace cairn::test
