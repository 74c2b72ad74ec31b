// Pause, quarantine, lockdown, freeze, broken glass, drills and ways back, as people at a terminal meet them.
#include <nlohmann/json.hpp>

#include "tests/catch.h"
#include "tests/commands/shell.h"

namespace cairn::test {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

// Two versions that were at full in production, the newer one there now; ida commands incidents.
struct Live {
  Workplace place;
  std::string models;

  explicit Live(Workplace::Policy policy = Workplace::Policy::easy) {
    place.init(policy);
    place.expect(0, "ida", {"key", "new", "ida"});
    place.expect(0, "dana",
                 {"actor", "add", "ida", "--key", place.public_key("ida").string(), "--role", "incident-commander"});
    // One machine for all: whoever acts appends.
    for (const char* who : {"ben", "ida"}) fs::copy(place.home("dana") / "logs", place.home(who) / "logs");
    for (const char* time : {"20261120_101500", "20261121_101500"}) {
      ModelFiles files;
      files.time = time;
      files.content = std::string(R"({"weights": [0.25], "made": ")") + time + "\"}";
      models = files.write_to(place.directory() / time).string();
      const Words deploy = {"deploy", "--model-path", models, "--deployment-mode"};
      for (const char* mode : {"shadow", "canary"}) place.expect(0, "dana", with(with(deploy, {mode}), in_production));
      const std::string rollout = place.json(0, "dana", {"status"})["rollouts"][0]["rollout"];
      place.expect(0, "dana", {"notify", rollout, "--to", "#ml"});
      place.expect(0, "ben", {"approve", rollout, "--stage", "full"});
      place.expect(0, "dana", with(with(deploy, {"full"}), in_production));
    }
  }

  Json refused(const std::string& who, const Words& words, const std::string& refusal) const {
    const Json answer = place.json(3, who, words);
    INFO(answer.dump(2));
    CHECK(answer["refusal"] == refusal);
    return answer;
  }
};

TEST_CASE("a lockdown stops every rollout in its scope, shows in status, and takes two persons to lift", "[long]") {
  const Live live;
  const Workplace& place = live.place;
  const std::string scope = "environment=production";
  place.expect(0, "ida", {"lockdown", "engage", "--scope", scope, "--reason", "unsafe answers"});
  live.refused("dana",
               with({"deploy", "--model-path", (place.directory() / "20261120_101500").string()}, in_production),
               "locked_down");
  const std::string status = place.expect(0, "dana", {"status"});
  CHECK(contains(status, "lockdown of environment=production"));
  CHECK(contains(status, "unsafe answers"));

  place.expect(0, "ida", {"lockdown", "lift", "--scope", scope, "--reason", "the filter was mended"});
  live.refused("ida", {"lockdown", "lift", "--scope", scope, "--reason", "at once"}, "lockdown_unchanged");
  CHECK(place.json(0, "dana", {"status"})["holds"][0]["kind"] == "lockdown");
  place.expect(0, "dana", {"lockdown", "lift", "--scope", scope});
  CHECK(place.json(0, "dana", {"status"})["holds"].empty());
  CHECK(place.cairn("dana", {"lockdown", "lift", "--scope", scope}).code == 2);
  CHECK(place.cairn("dana", {"lockdown", "engage", "--scope", "prod", "--reason", "x"}).code == 2);
  place.expect(0, "dana", {"verify"});
}

TEST_CASE(
    "a safety rollback is one statement: lockdown, the last version without violations at full, a critical incident "
    "(D2)",
    "[long]") {
  const Live live;
  const Json done = live.place.json(
      0, "ida", with({"rollback", "logistic", "--reason", "unsafe answers", "--trigger", "safety"}, in_production));
  CHECK(done["incident"] == "INC-1");
  const Json status = live.place.json(0, "dana", {"status"});
  INFO(status.dump(2));
  CHECK(status["slots"][0]["version"] == "20261120_101500");
  CHECK(status["slots"][0]["seq"] == done["seq"]);
  CHECK(status["holds"][0]["scope"] == "environment=production,model=logistic");
  CHECK(status["holds"][0]["seq"] == done["seq"]);
  CHECK(status["incidents"][0]["severity"] == "critical");
  CHECK(status["incidents"][0]["deadlines"].size() == 6);
  live.place.expect(0, "dana", {"verify"});
}

TEST_CASE("a rollback for a regression leads through shadow, and ends once a report of it passed (D1)", "[long]") {
  const Live live;
  const Workplace& place = live.place;
  // A policy that watches: without a gate on monitoring nothing could be seen to go well.
  std::string policy = text_of(place.directory() / "policy.json");
  policy.insert(policy.find("{\"name\": \"accuracy\""),
                R"({"name": "drift", "evidence": "monitoring", "value": "drift_score", "is": "<", "threshold": "0.15",
                    "class": "stage"}, )");
  put_text(place.directory() / "watching.json", policy);
  place.expect(0, "dana", {"policy", "adopt", (place.directory() / "watching.json").string()});
  const std::string older = (place.directory() / "20261120_101500").string();
  const Json begun = place.json(
      0, "ida", with({"rollback", "logistic", "--reason", "accuracy fell", "--model-path", older}, in_production));
  const std::string rollout = begun["rollout"];
  CHECK(begun["incident"] == "INC-1");
  Json status = place.json(0, "dana", {"status"});
  CHECK(status["slots"][0]["version"] == "20261121_101500");
  CHECK(status["rollouts"][0]["rollback_for"] == "INC-1");
  live.refused("dana", {"promote", rollout}, "target_not_watched");

  const auto report = place.directory() / "drift_metrics.json";
  put_text(report, drift_report("logistic_model_20261120_101500"));
  place.expect(0, "dana", with({"monitor", "record", report.string()}, in_production));
  // The guide's own words for the last step.
  place.expect(0, "dana", with({"deploy", "--model-path", older, "--deployment-mode", "full"}, in_production));
  status = place.json(0, "dana", {"status"});
  CHECK(status["slots"][0]["version"] == "20261120_101500");
  CHECK(status["rollouts"].empty());
  CHECK(contains(place.expect(0, "dana", {"history", "logistic"}), "rolled back"));
  place.expect(0, "dana", {"verify"});
}

TEST_CASE("a drill is on record and changes nothing (D7)", "[long]") {
  const Live live;
  const Workplace& place = live.place;
  const Json before = place.json(0, "dana", {"status"});
  place.expect(
      0, "dana",
      with({"rollback", "logistic", "--reason", "quarterly drill", "--trigger", "safety", "--drill"}, in_production));
  const Json after = place.json(0, "dana", {"status"});
  CHECK(after["slots"] == before["slots"]);
  CHECK(after["holds"].empty());
  CHECK(after["incidents"].empty());
  const Json log = place.json(0, "dana", {"log", "--type", "drill.recorded"});
  CHECK(contains(log["entries"][0]["what"][0], "to 20261120_101500, safety: quarterly drill"));
}

TEST_CASE("a quarantined version goes nowhere until a person lets it out, and archive says what each version is (F3)") {
  const Live live;
  const Workplace& place = live.place;
  const std::string version = "logistic@20261120_101500";
  place.expect(0, "dana", {"quarantine", version, "--reason", "drifts on weekends"});
  Json versions = place.json(0, "dana", {"archive"})["versions"];
  INFO(versions.dump(2));
  CHECK(versions[0]["state"] == "quarantined");
  CHECK(versions[1]["state"] == "current");
  live.refused("dana",
               with({"deploy", "--model-path", (place.directory() / "20261120_101500").string()}, in_production),
               "model_quarantined");
  place.expect(0, "ida", {"quarantine", version, "--release", "--reason", "the feed was fixed"});
  CHECK(place.json(0, "dana", {"archive", "logistic"})["versions"][0]["state"] == "archived");
  place.expect(0, "dana", {"archive", version, "--retire", "--reason", "old data"});
  CHECK(contains(place.expect(0, "dana", {"archive"}), "retired"));
  CHECK(place.cairn("dana", {"quarantine", "logistic@1", "--reason", "x"}).code == 2);
  CHECK(place.cairn("dana", {"quarantine", "logistic", "--reason", "x"}).code == 2);
  CHECK(place.cairn("dana", {"archive", "nothing"}).code == 2);
}

TEST_CASE("a pause holds a rollout where it is, and an abort ends it") {
  const Live live;
  const Workplace& place = live.place;
  ModelFiles files;
  files.time = "20261122_101500";
  files.content = R"({"weights": [0.5]})";
  const std::string models = files.write_to(place.directory() / "third").string();
  place.expect(0, "dana", with({"deploy", "--model-path", models}, in_production));
  const std::string rollout = "logistic/production/3";
  place.expect(0, "dana", {"pause", rollout, "--reason", "waiting for the weekend"});
  live.refused("dana", {"promote", rollout}, "rollout_paused");
  CHECK(contains(place.expect(0, "dana", {"status"}), "paused, entry"));
  place.expect(0, "dana", {"resume", rollout});
  place.expect(0, "dana", {"abort", rollout, "--reason", "not worth it"});
  CHECK(place.json(0, "dana", {"status"})["rollouts"].empty());
  CHECK(place.cairn("dana", {"pause", "logistic/production/9", "--reason", "x"}).code == 2);
  CHECK(place.cairn("dana", {"abort", rollout, "--reason", " "}).code == 2);
}

TEST_CASE(
    "in a freeze only a broken glass goes on, which its receipt, show and the audit tell, and another person reviews") {
  const Live live;
  const Workplace& place = live.place;
  const std::string slot = "environment=production,model=logistic";
  const Words deploy =
      with({"deploy", "--model-path", (place.directory() / "20261120_101500").string()}, in_production);
  place.expect(0, "dana",
               {"freeze", "declare", "--scope", "environment=production", "--for", "72h", "--reason", "year-end"});
  CHECK(live.refused("dana", deploy, "frozen").contains("due"));
  place.expect(0, "ida",
               {"incident", "open", "--model", "logistic", "--environment", "production", "--title", "broken"});
  place.expect(0, "ida",
               {"break-glass", "invoke", "--scope", slot, "--lift", "freeze", "--lift", "soak", "--incident", "INC-1",
                "--for", "1h", "--reason", "ship the older one"});
  const Json done = place.json(0, "dana", deploy);
  REQUIRE(done["lifted"].size() == 1);
  CHECK(done["lifted"][0]["refusal"] == "frozen");
  const std::string seq = std::to_string(done["seq"].get<int>());
  CHECK(contains(place.expect(0, "dana", {"show", seq}), "lifted by the glass broken in entry"));
  CHECK(place.json(0, "dana", {"show", seq})["derived"]["lifted"].size() == 1);
  CHECK(contains(place.expect(0, "dana", {"status"}), "break-glass of environment=production,model=logistic"));
  live.refused("ida", {"break-glass", "review", "--scope", slot, "--finding", "fine"}, "role_missing");
  place.expect(0, "ben", {"break-glass", "review", "--scope", slot, "--finding", "one step, as said"});
  place.expect(0, "dana", {"freeze", "end", "--scope", "environment=production"});
  CHECK(place.json(0, "dana", {"status"})["holds"].empty());
  CHECK(place
            .cairn("ida", {"break-glass", "invoke", "--scope", "all", "--lift", "soak", "--incident", "INC-1",
                           "--reason", "x"})
            .code == 2);
  place.expect(0, "dana", {"verify"});
}

}  // namespace
}  // namespace cairn::test
