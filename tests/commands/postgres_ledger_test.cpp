// A ledger in PostgreSQL does what one in a directory does, by the program's own words.
#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>

#include "ledger/store/store.h"
#include "tests/catch.h"
#include "tests/commands/shell.h"
#include "tests/postgres/server.h"

namespace cairn::test {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

// dana's ledger in a database, made by its owner and used by a role that may append only. Every URL holds a password,
// which the test's server does not ask for.
struct DatabasePlace : Workplace {
  const PostgresServer& server = PostgresServer::shared();
  std::string database = server.fresh_database();
  std::string name = "postgresql://" + server.address() + "/" + database;
  std::string owner = "postgresql://owner:hush-hush@" + server.address() + "/" + database;
  std::string url = "postgresql://app:hush-hush@" + server.address() + "/" + database;

  Words on(const std::string& where, const Words& words) const { return with({"--ledger", where}, words); }
  std::string expect(int code, const Words& words) const { return Workplace::expect(code, "dana", on(url, words)); }
  Json json(int code, const Words& words) const { return Workplace::json(code, "dana", on(url, words)); }

  Json make() const {
    Workplace::expect(0, "ben", {"key", "new", "ben"});
    put_text(directory() / "policy.json", R"({
      "name": "test", "rules": 1,
      "gates": [{"name": "accuracy", "evidence": "metrics", "value": "accuracy", "is": ">=", "threshold": "0.85",
                 "class": "artefact"}],
      "environments": {"production": {"ladder": [
        {"stage": "shadow"},
        {"stage": "canary", "percent": [5, 50], "steps": [10, 50]},
        {"stage": "full", "approvals": [{"role": "approver", "persons": 1}], "approval_valid": "72h"}]}},
      "monitoring": {"max_gap": "7h"},
      "refusals": {"per_hour": 1000, "max_bytes": 8192}
    })");
    return Workplace::json(
        0, "dana",
        on(owner, {"init", "--origin", "ledger.example/test", "--policy", (directory() / "policy.json").string(),
                   "--actor", "ben=" + public_key("ben").string() + ":approver", "--grant-to", "app"}));
  }

  void roll_out() const {
    ModelFiles().write_to(directory() / "model");
    const std::string model = (directory() / "model").string();
    expect(0, {"deploy", "--model-path", model, "--deployment-mode", "shadow", "--environment", "production"});
    expect(3, {"deploy", "--model-path", model, "--deployment-mode", "full", "--environment", "production"});
    for (const char* percent : {"10", "50"}) {
      expect(0, {"deploy", "--model-path", model, "--deployment-mode", "canary", "--rollout-percentage", percent,
                 "--environment", "production"});
    }
    const std::string rollout = json(0, {"status"})["rollouts"][0]["rollout"];
    fs::copy(home("dana") / "logs", home("ben") / "logs");
    Workplace::expect(0, "ben", on(url, {"approve", rollout, "--stage", "full"}));
    expect(0, {"promote", rollout});
  }
};

// What an audit says, but for what differs from one run to the next.
Json audited(const DatabasePlace& place, const std::string& where) {
  Json report = place.Workplace::json(0, "dana", place.on(where, {"verify"}));
  CHECK(report["verified"] == true);
  return report;
}

TEST_CASE("without PostgreSQL's client library a command says which package has it, and no other command asks") {
  Workplace place;
  place.init(Workplace::Policy::easy);
  const fs::path libraries = place.directory() / "libraries";
  fs::create_directory(libraries);
  put_text(libraries / "libpq.so.5", std::string(4096, 'x'));  // found first, and no library
  const Environment broken{{"LD_LIBRARY_PATH", libraries.string()}};
  const Ran ran = place.cairn("dana", {"--ledger", "postgresql://127.0.0.1:1/none", "status"}, broken);
  INFO(ran.err);
  CHECK(ran.code == 2);
  CHECK(ran.err.find("client library") != std::string::npos);
  CHECK(ran.err.find("libpq5") != std::string::npos);
  CHECK(place.cairn("dana", {"status"}, broken).code == 0);
}

TEST_CASE("a ledger in PostgreSQL is made, written, read, verified, replayed, exported and bundled") {
  const DatabasePlace place;
  const Json made = place.make();
  place.roll_out();
  const Json status = place.json(0, {"status"});
  CHECK(status["slots"][0]["stage"] == "full");
  CHECK(contains(place.expect(0, {"history", "logistic"}), "full"));
  place.expect(0, {"log"});
  CHECK(place.json(0, {"replay"})["same"] == true);
  CHECK(audited(place, place.url)["entries"] == place.json(0, {"replay"})["entries"]);

  const std::string vkey = made["vkey"];
  const std::string tiles = (place.directory() / "tiles").string();
  CHECK(place.json(0, {"export", tiles})["attachments_missing"] == 0);
  CHECK(place.cairn_verify({"tiles", tiles, "--key", vkey}).code == 0);
  const std::string bundle = (place.directory() / "all.tar").string();
  place.expect(0, {"bundle", "--attachments", "--out", bundle});
  CHECK(place.cairn_verify({"bundle", bundle, "--key", vkey}).code == 0);

  SECTION("and a changed entry is found by verify") {
    place.server.ask(place.database,
                     "UPDATE cairn.entry SET entry = overlay(entry placing '\\x00'::bytea from 60) WHERE seq = 3");
    const Json report = place.json(5, {"verify"});
    CHECK(report["verified"] == false);
    const auto about_it = [](const Json& finding) { return finding["seq"] == 3; };
    CHECK(std::any_of(report["findings"].begin(), report["findings"].end(), about_it));
  }
  SECTION("and a row behind the end is found by verify") {
    place.server.ask(place.database, "INSERT INTO cairn.entry VALUES (1000, 'x')", "app");
    const Json report = place.json(5, {"verify"});
    REQUIRE(report["findings"].size() == 1);
    CHECK(report["findings"][0]["kind"] == "row_wrong");
    CHECK(contains(report["findings"][0]["what"], "entry 1000"));
  }
  SECTION("and no password of the URL is in anything that was kept or said") {
    for (const auto& file : fs::recursive_directory_iterator(place.directory())) {
      if (file.is_regular_file()) CHECK_FALSE(contains(text_of(file.path()), "hush-hush"));
    }
    CHECK_FALSE(contains(place.expect(0, {"status"}) + place.expect(0, {"log"}), "hush-hush"));
  }
}

TEST_CASE("migrate takes a ledger from PostgreSQL into a directory and back, and both audit alike") {
  const DatabasePlace place;
  place.make();
  place.roll_out();
  const Json before = audited(place, place.url);
  const std::string copy = (place.directory() / "copy").string();
  const Json copied = place.Workplace::json(0, "dana", {"migrate", place.url, copy});
  CHECK(copied["entries"] == before["entries"]);
  CHECK(copied["attachments"] >= 2);
  CHECK(copied["from"] == place.name);
  CHECK(audited(place, copy) == before);
  CHECK(place.Workplace::expect(0, "dana", {"--ledger", copy, "checkpoint"}) == place.expect(0, {"checkpoint"}));

  const std::string second = place.server.fresh_database();
  const std::string target = place.server.url(second);
  place.Workplace::expect(0, "dana", {"migrate", copy, target, "--grant-to", "app"});
  CHECK(audited(place, place.server.url(second, "app")) == before);
  const Json again = place.Workplace::json(0, "dana", {"migrate", copy, target});
  CHECK(again["checkpoints"] == 0);
  CHECK(again["attachments"] == 0);
  CHECK(again["attachments_damaged"].empty());

  // A damaged attachment stays behind, and all the rest comes along.
  for (const auto& file : fs::recursive_directory_iterator(fs::path(copy) / "attachments")) {
    if (!file.is_regular_file()) continue;
    put_text(file.path(), text_of(file.path()) + "!");
    break;
  }
  const std::string third = (place.directory() / "third").string();
  const Json rescued = place.Workplace::json(5, "dana", {"migrate", copy, third});
  CHECK(rescued["entries"] == before["entries"]);
  CHECK(rescued["attachments_damaged"].size() == 1);
  const Json after = audited(place, third);
  CHECK(after["findings"].empty());
  CHECK(after["attachments"]["missing"] == rescued["attachments_damaged"]);

  // A copy that meets damage in its source stays unfinished.
  const std::string broken = place.server.fresh_database();
  place.Workplace::expect(5, "dana", {"migrate", copy, place.server.url(broken)});
  place.server.ask(broken, "UPDATE cairn.note SET note = 'no note' WHERE size = 2");
  const std::string fourth = (place.directory() / "fourth").string();
  place.Workplace::expect(5, "dana", {"migrate", place.server.url(broken), fourth});
  const Ran unfinished = place.cairn("dana", {"--ledger", fourth, "actor", "role", "ben", "--grant", "auditor"});
  CHECK(unfinished.code == 1);
  CHECK(contains(unfinished.err, "is a copy that is not finished"));

  // While a copy is under way its target is read and takes nothing, until the copy is done.
  REQUIRE(open_rocks_store(third, StoreMode::copy, {}).value()->mark(Copying::under_way).ok());
  const Words write{"--ledger", third, "actor", "role", "ben", "--grant", "auditor"};
  const Ran refused = place.cairn("dana", write);
  CHECK(refused.code == 1);
  CHECK(contains(refused.err, "is a copy that is not finished"));
  CHECK(audited(place, third) == after);
  place.Workplace::expect(5, "dana", {"migrate", copy, third});  // the attachment is still damaged
  CHECK(open_rocks_store(third, StoreMode::write, {}).ok());

  // A place that has gone on by itself takes nothing more.
  ModelFiles files;
  files.time = "20261121_101500";
  files.content = "{}";
  files.write_to(place.directory() / "next");
  place.Workplace::expect(0, "dana",
                          {"--ledger", target, "register", "--model-path", (place.directory() / "next").string()});
  place.Workplace::expect(5, "dana", {"migrate", copy, target});
}

TEST_CASE("what is wrong with a ledger in PostgreSQL is said in words, without its password") {
  const DatabasePlace place;
  const auto said = [&](int code, const Words& words) {
    const Ran ran = place.cairn("dana", words);
    INFO(ran.out << ran.err);
    CHECK(ran.code == code);
    CHECK_FALSE(contains(ran.err, "hush-hush"));
    return ran.err;
  };
  CHECK(contains(said(1, place.on(place.owner, {"status"})), "no ledger at " + place.name));
  CHECK(contains(said(1, place.on(place.owner, {"verify"})), "cairn init"));
  CHECK(contains(said(1, place.on("postgresql://dana:hush-hush@127.0.0.1:1/models", {"status"})),
                 "cannot connect to the ledger at postgresql://127.0.0.1:1/models"));
  CHECK(contains(said(2, place.on("postgresql://dana:hush-hu%sh@db/models", {"status"})), "percent-encoded"));
  CHECK(contains(said(2, place.on("mysql://dana:hush-hush@db/models", {"status"})), "mysql://"));
  CHECK(contains(said(2, {"init", "--origin", "a.example/b", "--grant-to", "app"}), "--grant-to"));
  place.make();
  const Ran twice = place.cairn("dana", place.on(place.owner, {"init", "--origin", "a.example/b"}));
  CHECK(twice.code == 1);
  CHECK(contains(twice.err, "already"));
}

}  // namespace
}  // namespace cairn::test
