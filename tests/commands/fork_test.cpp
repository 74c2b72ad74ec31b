// fork: an older copy, which only reads, goes on as a ledger of its own.
#include <nlohmann/json.hpp>

#include "tests/catch.h"
#include "tests/commands/shell.h"

namespace cairn::test {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

// A backup of two entries, restored where three were known.
struct Older {
  Workplace place;
  std::string backup = (place.directory() / "backup").string();
  std::string old_id;
  std::string old_vkey;
  std::string lost_note = (place.directory() / "lost.note").string();

  Older() {
    old_id = place.init(Workplace::Policy::easy)["ledger"].get<std::string>();
    old_vkey = run({"log-key"})["vkey"].get<std::string>();
    act("before");
    place.expect(0, "ben", {"status"});
    run({"backup", backup});
    act("lost");
    put_text(lost_note, place.expect(0, "dana", {"checkpoint"}));
    fs::remove_all(place.ledger());
    run({"restore", backup});
  }
  Json run(const Words& words, int code = 0) const { return place.json(code, "dana", words); }
  void act(const std::string& model, int code = 0) const {
    run({"actor", "role", "ben", "--grant", "auditor@model=" + model}, code);
  }
};

TEST_CASE("an older copy takes statements once it is forked, under an id, an origin and a key of its own") {
  const Older older;
  CHECK(older.place.cairn("dana", {"actor", "role", "ben", "--grant", "auditor"}).code == 1);
  const Json forked = older.run({"fork", "--reason", "the disk and what came after the backup are lost"});
  CHECK(forked["ledger"] != older.old_id);
  CHECK(forked["vkey"] != older.old_vkey);
  CHECK(forked["entry"] == 2);
  const std::string origin = forked["origin"].get<std::string>();
  CHECK(contains(origin, "/fork-"));
  older.act("after");
  CHECK(older.place.size() == 4);
  CHECK(older.run({"verify"})["ledger"] == forked["ledger"]);
  older.run({"replay"});
  // What was before is still there, and what is said now is for this ledger alone.
  CHECK(contains(older.place.expect(0, "dana", {"log"}), "auditor@model=before"));
  CHECK(contains(older.place.expect(0, "dana", {"show", "2"}), "the disk and what came after the backup are lost"));

  const std::string tiles = (older.place.directory() / "tiles").string();
  older.run({"export", tiles});
  CHECK(older.place.cairn_verify({"tiles", tiles, "--key", forked["vkey"]}).code == 0);
  CHECK(older.place.cairn_verify({"tiles", tiles, "--key", forked["vkey"], "--ledger", forked["ledger"]}).code == 0);
  const Ran by_old = older.place.cairn_verify({"tiles", tiles, "--key", older.old_vkey});
  CHECK(by_old.code == 5);
  CHECK(contains(by_old.out, older.old_id));
  CHECK(older.place.cairn_verify({"tiles", tiles, "--key", forked["vkey"], "--ledger", older.old_id}).code == 5);
  // Backed up and restored like any other.
  const std::string again = (older.place.directory() / "again").string();
  older.run({"backup", again});
  fs::remove_all(older.place.ledger());
  CHECK(older.run({"restore", again})["only_reads"] == false);
  older.act("later");
}

TEST_CASE("the fork names the newest head of the ledger that it continues, which is no head of its own") {
  const Older older;
  older.run({"fork", "--origin", "models.example.org/prod-2", "--reason", "lost"});
  CHECK(older.run({"log-key"})["origin"] == "models.example.org/prod-2");
  const Json shown = older.run({"show", "2"});
  CHECK(contains(shown.dump(), Json(text_of(older.lost_note)).dump()));
  const Ran since = older.place.cairn("dana", {"verify", "--since", older.lost_note});
  CHECK(since.code == 5);
  CHECK(contains(since.out, older.old_vkey));
}

TEST_CASE("who saw the old ledger is told that the fork is another one") {
  const Older older;
  const std::string fork = older.run({"fork", "--reason", "lost"})["ledger"].get<std::string>();
  const Ran status = older.place.cairn("ben", {"status"});
  CHECK(status.code == 5);
  CHECK(contains(status.err, "holds ledger " + fork + ", and held " + older.old_id));
}

TEST_CASE("an older copy of a fork is forked again, and is not the fork that was seen to go on") {
  const Older older;
  const Json first = older.run({"fork", "--reason", "lost"});
  const std::string again = (older.place.directory() / "again").string();
  older.run({"backup", again});
  older.act("seen");
  CHECK(older.run({"--ledger", again, "verify"})["ledger"] == first["ledger"]);
  fs::remove_all(older.place.ledger());
  CHECK(older.run({"restore", again})["only_reads"] == true);
  const Json second = older.run({"fork", "--reason", "lost once more"});
  CHECK(second["ledger"] != first["ledger"]);
  CHECK(second["entry"] == 3);
  older.act("after");
  older.run({"verify"});
}

TEST_CASE("a fork of nothing makes nothing") {
  const Older older;
  const std::string typo = (older.place.directory() / "typo").string();
  CHECK(older.place.cairn("dana", {"--ledger", typo, "fork", "--reason", "lost"}).code == 1);
  CHECK(!fs::exists(typo));
}

TEST_CASE("a backup that was restored nowhere is not forked, and stays the backup that it is") {
  const Older older;
  const Ran refused = older.place.cairn("dana", {"--ledger", older.backup, "fork", "--reason", "lost"});
  CHECK(refused.code == 2);
  CHECK(contains(refused.err, "is a backup"));
  CHECK(contains(refused.err, "restore " + older.backup));
  older.run({"--ledger", older.backup, "verify"});
  // And what was restored takes no newer backup in passing: it is no backup any more.
  const Ran backed_up = older.place.cairn("dana", {"--ledger", older.backup, "backup", older.place.ledger().string()});
  CHECK(backed_up.code == 1);
  CHECK(contains(backed_up.err, "and no backup"));
  fs::remove_all(older.place.ledger());
  CHECK(older.run({"restore", older.backup})["only_reads"] == true);
  older.run({"fork", "--reason", "lost"});
  older.act("after");
}

TEST_CASE("only an older copy is forked, and only by an admin") {
  const Older older;
  const Ran by_ben = older.place.cairn("ben", {"fork", "--reason", "mine"});
  CHECK(by_ben.code == 3);
  CHECK(contains(by_ben.out + by_ben.err, "role_missing"));
  older.run({"fork", "--reason", "lost"});
  const Ran twice = older.place.cairn("dana", {"fork", "--reason", "again"});
  CHECK(twice.code == 2);
  CHECK(contains(twice.err, "takes statements as it is"));
}

TEST_CASE("a fork under the old name is refused, since its heads would pass for the old ledger's") {
  const Older older;
  const std::string origin = older.old_vkey.substr(0, older.old_vkey.find('+'));
  const Ran forked = older.place.cairn("dana", {"fork", "--origin", origin, "--reason", "lost"});
  CHECK(forked.code == 3);
  CHECK(contains(forked.out + forked.err, "fork_misplaced"));
  CHECK(older.place.size() == 2);
}

}  // namespace
}  // namespace cairn::test
