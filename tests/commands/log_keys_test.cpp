// The log's keys: one more, one less, one taken; and who trusts an earlier one.
#include <nlohmann/json.hpp>

#include "tests/catch.h"
#include "tests/commands/shell.h"

namespace cairn::test {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

struct Logged {
  Workplace place;
  std::string tiles = (place.directory() / "tiles").string();
  int acts = 0;

  Logged() { place.init(Workplace::Policy::easy); }

  Words act() { return {"actor", "role", "ben", "--grant", "auditor@model=any-" + std::to_string(++acts)}; }
  Json run(const Words& words, int code = 0) const { return place.json(code, "dana", words); }
  std::vector<std::string> vkeys() const { return run({"log-key"})["vkeys"].get<std::vector<std::string>>(); }
  Ran verify_tiles(const std::string& vkey) const { return place.cairn_verify({"tiles", tiles, "--key", vkey}); }
  std::string id() const { return run({"log-key"})["ledger"].get<std::string>(); }

  // The files of logs/ that hold a key, but the first.
  std::vector<fs::path> later_key_files() const {
    std::vector<fs::path> found;
    for (const auto& file : fs::directory_iterator(place.home("dana") / "logs")) {
      if (file.path().filename() != id() + ".pem") found.push_back(file.path());
    }
    return found;
  }
};

TEST_CASE("a log signs with a second key, then with that alone, and each head carries a line of every key that signs") {
  Logged log;
  const std::string first = log.vkeys().front();
  const std::string before = log.place.expect(0, "ben", {"checkpoint"});
  const auto lines = [&] { return count_lines(log.place.expect(0, "dana", {"checkpoint"})); };
  CHECK(lines() == 5);
  log.run({"log-key", "add"});
  REQUIRE(log.vkeys().size() == 2);
  const std::string second = log.vkeys().back();
  CHECK(lines() == 6);
  log.run(log.act());
  CHECK(lines() == 6);
  log.run({"log-key", "retire", first, "--reason", "yearly"});
  CHECK(log.vkeys() == std::vector<std::string>{second});
  CHECK(lines() == 5);
  log.run(log.act());

  log.run({"verify"});
  log.run({"replay"});
  // Who saw only the first key's heads goes on with the second's.
  log.place.expect(0, "ben", {"status"});
  const std::string kept = (log.place.directory() / "kept.note").string();
  put_text(kept, before);
  log.run({"verify", "--since", kept});
  CHECK(log.run({"log-key", "add"})["outcome"] == "admitted");
  log.run({"verify"});
}

TEST_CASE("whoever trusts a key that signs no more is led to those that do, by a head that it signed") {
  Logged log;
  const std::string first = log.vkeys().front();
  log.run(log.act());
  log.run({"log-key", "replace", "--reason", "yearly"});
  log.run(log.act());
  const std::string second = log.vkeys().front();
  log.run({"export", log.tiles});
  CHECK(log.verify_tiles(first).code == 0);
  CHECK(log.verify_tiles(second).code == 0);
  CHECK(log.place.expect(0, "dana", {"verify", "--key", first}).find("VERIFIED") == 0);

  const std::string bundle = (log.place.directory() / "all.cairn").string();
  log.run({"bundle", "--out", bundle});
  CHECK(log.place.cairn_verify({"bundle", bundle, "--key", first}).code == 0);
  CHECK(log.place.cairn_verify({"bundle", bundle, "--key", second}).code == 0);
  const std::string some = (log.place.directory() / "some.cairn").string();
  log.run({"bundle", "3", "--out", some});
  CHECK(log.place.cairn_verify({"bundle", some, "--key", second}).code == 0);
  CHECK(log.place.cairn_verify({"bundle", some, "--key", first}).code == 5);

  const std::string id_of_first = first.substr(first.find('+') + 1, 8);
  fs::remove(fs::path(log.tiles) / ("checkpoint." + id_of_first));
  const Ran lacking = log.verify_tiles(first);
  CHECK(lacking.code == 5);
  CHECK(contains(lacking.out, "ever signed for this log"));
  CHECK(log.verify_tiles(second).code == 0);
}

TEST_CASE("a key that was taken shows nothing by the heads that the thief may have signed") {
  Logged log;
  const std::string first = log.vkeys().front();
  log.run(log.act());
  log.run({"log-key", "replace", "--compromised-from", "1", "--reason", "the host was taken over"});
  log.run(log.act());
  log.run({"verify"});
  const Ran by_first = log.place.cairn("dana", {"verify", "--key", first});
  CHECK(by_first.code == 5);
  CHECK(contains(by_first.out, "ever signed for this log"));
  const std::string said = log.place.expect(0, "dana", {"log", "--type", "log.key_compromised"});
  CHECK(contains(said, "compromised from size 1 on"));
}

TEST_CASE("who sequences needs every key that signs now, and says which one is not there") {
  Logged log;
  log.run({"log-key", "add"});
  const std::string second = log.vkeys().back();
  const auto files = log.later_key_files();
  REQUIRE(files.size() == 1);
  fs::rename(files.front(), log.place.directory() / "away.pem");
  const Ran without = log.place.cairn("dana", log.act());
  CHECK(without.code == 1);
  CHECK(contains(without.err, "does not hold the log's key " + second));
  CHECK(log.place.size() == 2);
  fs::rename(log.place.directory() / "away.pem", files.front());
  log.run(log.act());
}

TEST_CASE("a log key that is lost is replaced by an admin, and the old one's file is asked for no more") {
  Logged log;
  const std::string first = log.vkeys().front();
  fs::remove(log.place.home("dana") / "logs" / (log.id() + ".pem"));
  CHECK(log.place.cairn("dana", log.act()).code == 1);
  log.run({"log-key", "replace", "--reason", "the disk of the host is lost"});
  CHECK(log.vkeys().size() == 1);
  CHECK(log.vkeys().front() != first);
  put_text(log.place.home("dana") / "logs" / (log.id() + ".pem"), "no key at all");
  log.run(log.act());
  log.run({"verify", "--key", first});
}

TEST_CASE("whoever trusts a key that was taken is led on by a head from before") {
  Logged log;
  const std::string first = log.vkeys().front();
  log.run(log.act());
  log.run(log.act());
  log.run({"log-key", "replace", "--compromised-from", "2", "--reason", "the host was taken over"});
  log.run({"export", log.tiles});
  CHECK(log.verify_tiles(first).code == 0);
  log.run({"verify", "--key", first});
}

TEST_CASE("a key of the log that was made elsewhere is not signed with before it is there") {
  Logged log;
  const std::string file = (log.place.directory() / "add.dsse").string();
  log.run({"log-key", "add", "--sign-only", file});
  const auto made = log.later_key_files();
  REQUIRE(made.size() == 1);
  fs::rename(made.front(), log.place.directory() / "away.pem");
  const Json away = log.run({"submit", file}, 3);
  CHECK(contains(away.dump(), "log_key_not_here"));
  CHECK(log.vkeys().size() == 1);
  fs::rename(log.place.directory() / "away.pem", made.front());
  log.run({"submit", file});
  CHECK(log.vkeys().size() == 2);
}

TEST_CASE(
    "an addition that was refused or cut short is gone on with by the key that it made, and a dry run makes none") {
  Logged log;
  log.run({"log-key", "add", "--dry-run"});
  CHECK(log.later_key_files().empty());
  log.run({"log-key", "add", "--sign-only", (log.place.directory() / "never-submitted.dsse").string()});
  const auto made = log.later_key_files();
  REQUIRE(made.size() == 1);
  log.run({"log-key", "add"});
  CHECK(log.later_key_files() == made);
  const std::string last = log.vkeys().front();
  log.run({"log-key", "retire", last.substr(0, last.find('+', last.find('+') + 1)), "--reason", "yearly"});
  CHECK(log.run({"log-key", "retire", log.vkeys().front(), "--reason", "no more"}, 3)["refusal"] == "last_log_key");
  CHECK(log.place.cairn("dana", {"log-key", "retire", "nobody", "--reason", "x"}).code == 2);
}

TEST_CASE("who calls a key taken from a head on that there never was leaves that on record") {
  Logged log;
  log.run({"log-key", "add"});
  const Json turned =
      log.run({"log-key", "retire", log.vkeys().front(), "--compromised-from", "99", "--reason", "taken"}, 3);
  CHECK(turned["refusal"] == "unknown_entry");
  CHECK(log.vkeys().size() == 2);
}

TEST_CASE("no key is made to take the place of one that was taken from a head on that there never was") {
  Logged log;
  const auto refused = [&](const Words& words) {
    const Ran ran = log.place.cairn("dana", words);
    INFO(ran.err);
    CHECK(ran.code == 2);
    CHECK(contains(ran.err, "--compromised-from"));
    CHECK(contains(ran.err, "1 to 1 entries"));
    CHECK(log.later_key_files().empty());
    CHECK(log.place.size() == 1);
  };
  refused({"log-key", "replace", "--compromised-from", "0", "--reason", "taken"});
  // With the only key lost there is nobody to sign a refusal.
  fs::remove(log.place.home("dana") / "logs" / (log.id() + ".pem"));
  refused({"log-key", "replace", "--compromised-from", "999", "--reason", "taken"});
  log.run({"log-key", "replace", "--compromised-from", "1", "--reason", "taken"});
}

TEST_CASE("a head by an earlier key and one by the key of now are of one log, and a sample is drawn under either") {
  Logged log;
  const std::string first = log.vkeys().front();
  const auto file = [&](const std::string& name) { return (log.place.directory() / name).string(); };
  log.run(log.act());
  put_text(file("old.note"), log.place.expect(0, "dana", {"checkpoint"}));
  log.run({"log-key", "replace", "--reason", "yearly"});
  log.run(log.act());
  const std::string second = log.vkeys().front();
  const Json proved = log.run({"prove", "--extends", file("old.note"), "--out", file("growth")});
  CHECK(proved["vkey"] == second);
  CHECK(proved["old_vkey"] == first);
  CHECK(contains(log.place.expect(0, "dana", {"prove", "--extends", file("old.note"), "--out", file("growth")}),
                 "--old-key '" + first + "'"));
  const auto consistency = [&](const Words& keys) {
    return log.place.cairn_verify(with(
        {"consistency", "--old", file("old.note"), "--new", file("growth.note"), "--proof", file("growth")}, keys));
  };
  CHECK(consistency({"--key", second, "--old-key", first}).code == 0);
  const Ran one = consistency({"--key", second});
  CHECK(one.code == 5);
  CHECK(contains(one.err, "--old-key"));
  CHECK(consistency({"--key", first}).code == 5);
  CHECK(consistency({"--key", second, "--old-key", second}).code == 5);
  CHECK(consistency({"--key", first, "--old-key", second}).code == 5);
  CHECK(consistency({"--key", second, "--old-key", "no key"}).code == 2);
  const std::string another = "another.example" + first.substr(first.find('+'));
  CHECK(consistency({"--key", second, "--old-key", another}).code == 2);

  const Ran drawn = log.place.cairn("dana", {"sample", "--seed", "7", "--n", "1", "--checkpoint", file("old.note")});
  log.run({"bundle", "--out", file("all.tar")});
  for (const std::string& key : {first, second}) {
    const Ran again = log.place.cairn_verify(
        {"sample", file("all.tar"), "--key", key, "--seed", "7", "--n", "1", "--checkpoint", file("old.note")});
    INFO(again.out << again.err);
    CHECK(again.code == 0);
    CHECK(contains(again.out, "size          2"));
  }
  CHECK(drawn.code == 0);
}

TEST_CASE("an audit says which keys sign now, where that is not the one that was brought") {
  Logged log;
  const std::string first = log.vkeys().front();
  CHECK(!contains(log.place.expect(0, "dana", {"verify", "--key", first}), "signs now"));
  log.run({"log-key", "add"});
  const auto both = log.vkeys();
  CHECK(log.run({"verify"})["log_keys_now"].get<std::vector<std::string>>() == both);
  const std::string said = log.place.expect(0, "dana", {"verify", "--key", first});
  CHECK(contains(said, "log key       " + first));
  CHECK(contains(said, "signs now     " + both.front()));
  CHECK(contains(said, both.back()));
}

TEST_CASE("a log key that only waits to be added is read once it is asked for, and not before") {
  Logged log;
  const std::string file = (log.place.directory() / "add.dsse").string();
  log.run({"log-key", "add", "--sign-only", file});
  const auto made = log.later_key_files();
  REQUIRE(made.size() == 1);
  const std::string key = text_of(made.front());
  // As a token would ask for its PIN, this fails whoever reads it.
  fs::remove(made.front());
  put_text(made.front(), "no key at all");
  log.run(log.act());
  const Ran asked = log.place.cairn("dana", {"submit", file});
  CHECK(asked.code == 1);
  CHECK(contains(asked.err, made.front().string()));
  fs::remove(made.front());
  put_text(made.front(), key);
  fs::permissions(made.front(), fs::perms::owner_read | fs::perms::owner_write);
  log.run({"submit", file});
  CHECK(log.vkeys().size() == 2);
}

}  // namespace
}  // namespace cairn::test
