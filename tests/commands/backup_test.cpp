// backup and restore: what is copied, what is refused, and what an older point may still be used for.
#include <nlohmann/json.hpp>

#include "tests/catch.h"
#include "tests/commands/shell.h"

namespace cairn::test {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

struct Backed {
  Workplace place;
  std::string backup = (place.directory() / "backup").string();
  int acts = 0;

  Backed() {
    place.init(Workplace::Policy::easy);
    const auto models = ModelFiles().write_to(place.directory() / "models");
    place.expect(0, "dana", {"register", "--model-path", models.string()});
  }

  void act() {
    place.expect(0, "dana", {"actor", "role", "ben", "--grant", "auditor@model=any-" + std::to_string(++acts)});
  }
  Json back_up() const { return place.json(0, "dana", {"backup", backup}); }
  Words of_backup(const Words& words) const { return with({"--ledger", backup}, words); }

  std::vector<fs::path> replaced() const {
    std::vector<fs::path> found;
    for (const auto& one : fs::directory_iterator(place.directory())) {
      if (contains(one.path().filename().string(), "ledger.replaced-")) found.push_back(one.path());
    }
    return found;
  }
};

bool holds_file(const fs::path& directory, const std::string& name) {
  for (const auto& file : fs::recursive_directory_iterator(directory)) {
    if (file.path().filename() == name) return true;
  }
  return false;
}

TEST_CASE("a backup holds what the ledger holds, and the next one copies only what is new") {
  Backed place;
  const Json first = place.back_up();
  CHECK(first["entries_before"] == 0);
  CHECK(first["entries"] == 2);
  CHECK(first["attachments"] > 0);
  place.act();
  const Json second = place.back_up();
  CHECK(second["entries_before"] == 2);
  CHECK(second["entries"] == 3);
  CHECK(second["attachments"] == 0);
  CHECK(place.place.expect(0, "dana", place.of_backup({"checkpoint"})) ==
        place.place.expect(0, "dana", {"checkpoint"}));
  const Json verified = place.place.json(0, "dana", place.of_backup({"verify"}));
  CHECK(verified["entries"] == 3);
  CHECK(verified["attachments"]["missing_count"] == 0);
}

TEST_CASE("a backup is read and audited like any ledger, and whoever reads an older one is told") {
  Backed place;
  place.back_up();
  place.act();
  place.place.expect(0, "dana", {"status"});
  const Ran status = place.place.cairn("dana", place.of_backup({"status"}));
  CHECK(status.code == 0);
  CHECK(contains(status.err, "is an older copy, of 2 entries; its ledger had 3 when it was seen from here"));
  const Ran verified = place.place.cairn("dana", place.of_backup({"verify"}));
  CHECK(verified.code == 0);
  CHECK(contains(verified.err, "this is an older copy, of 2 entries; its ledger had 3"));
}

TEST_CASE("nothing is written to a backup but by backup, and backup writes to nothing else") {
  Backed place;
  place.back_up();
  const Ran act = place.place.cairn("dana", place.of_backup({"actor", "role", "ben", "--grant", "auditor"}));
  CHECK(act.code == 1);
  CHECK(contains(act.err, "is a backup, and takes nothing"));
  CHECK(place.place.cairn("dana", {"migrate", place.place.ledger().string(), place.backup}).code == 1);
  const std::string copy = (place.place.directory() / "copy").string();
  place.place.expect(0, "dana", {"migrate", place.place.ledger().string(), copy});
  const Ran onto = place.place.cairn("dana", {"backup", copy});
  CHECK(onto.code == 1);
  CHECK(contains(onto.err, "there is a ledger at " + copy + ", and no backup"));
}

TEST_CASE("the backup of one ledger is not gone on with by another") {
  Backed place;
  place.back_up();
  Backed other;
  const Ran ran = other.place.cairn("dana", {"backup", place.backup});
  CHECK(ran.code == 5);
  CHECK(contains(ran.err, "is not the source's"));
  CHECK(place.place.json(0, "dana", place.of_backup({"verify"}))["attachments"]["missing_count"] == 0);
}

TEST_CASE("a ledger that is lost is restored, goes on, and is backed up to the same place") {
  Backed place;
  place.act();
  place.back_up();
  SECTION("whole") {
    fs::remove_all(place.place.ledger());
  }
  SECTION("in part") {
    fs::remove(place.place.ledger() / "CURRENT");
  }
  const Json restored = place.place.json(0, "dana", {"restore", place.backup});
  CHECK(restored["only_reads"] == false);
  CHECK(restored["entries"] == 3);
  CHECK(restored["replaced"].is_null() == place.replaced().empty());
  place.act();
  const Json verified = place.place.json(0, "dana", {"verify"});
  CHECK(verified["entries"] == 4);
  CHECK(verified["attachments"]["missing_count"] == 0);
  CHECK(place.back_up()["entries"] == 4);
}

TEST_CASE("what lay where a backup is restored is moved aside whole") {
  Backed place;
  place.back_up();
  const std::string before = place.place.expect(0, "dana", {"checkpoint"});
  const Json restored = place.place.json(0, "dana", {"restore", place.backup});
  REQUIRE(place.replaced().size() == 1);
  CHECK(restored["replaced"] == place.replaced().front().string());
  CHECK(place.place.expect(0, "dana", {"--ledger", place.replaced().front().string(), "checkpoint"}) == before);
}

TEST_CASE("a backup that is older than what is known only reads once it is restored") {
  Backed place;
  place.back_up();
  place.act();
  SECTION("to this home") {
    fs::remove_all(place.place.ledger());
  }
  SECTION("to the ledger that lies there alone") {
    fs::remove_all(place.place.home("dana") / "heads");
  }
  const Ran ran = place.place.cairn("dana", {"restore", place.backup});
  INFO(ran.err);
  CHECK(ran.code == 0);
  CHECK(contains(ran.out, "It only reads: a head of 3 entries is known here"));
  const Ran act = place.place.cairn("dana", {"actor", "role", "ben", "--grant", "auditor"});
  CHECK(act.code == 1);
  CHECK(contains(act.err, "an older copy that was restored, and takes nothing"));
  CHECK(place.place.cairn("dana", {"status"}).code == 0);
}

TEST_CASE("a damaged backup is audited before anything is moved") {
  Backed place;
  place.place.expect(0, "dana", {"verify"});
  place.back_up();
  for (const auto& file : fs::recursive_directory_iterator(fs::path(place.backup) / "attachments")) {
    if (file.is_regular_file()) put_text(file.path(), "others");
  }
  const std::string before = place.place.expect(0, "dana", {"checkpoint"});
  const Ran ran = place.place.cairn("dana", {"restore", place.backup});
  INFO(ran.out << ran.err);
  CHECK(ran.code == 5);
  CHECK(place.replaced().empty());
  CHECK(place.place.expect(0, "dana", {"checkpoint"}) == before);
}

TEST_CASE("a backup of another ledger is not put where this one lies") {
  Backed place;
  Backed other;
  other.back_up();
  const Ran ran = place.place.cairn("dana", {"restore", other.backup});
  CHECK(ran.code == 2);
  CHECK(contains(ran.err, "holds another ledger"));
  fs::remove_all(place.place.ledger());
  CHECK(place.place.cairn("dana", {"restore", other.backup}).code == 5);
  CHECK(!fs::exists(place.place.ledger()));
}

TEST_CASE("what was erased at the ledger is erased from its backup") {
  Backed place;
  place.back_up();
  const Words erase = {"retain", "erase", "1", "--ground", "legal", "--reason", "names a patient"};
  const Ran several = place.place.cairn("dana", erase);
  const std::string digest = several.err.substr(several.err.rfind("\n  ") + 3, 64);  // it lists those that there are
  REQUIRE(holds_file(place.backup, digest));
  place.place.expect(0, "dana", with(erase, {"--digest", digest}));
  place.back_up();
  CHECK(!holds_file(place.backup, digest));
}

}  // namespace
}  // namespace cairn::test
