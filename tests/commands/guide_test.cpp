// The deployment guide from top to bottom: its five phases and three scenarios, every command line as it is written
// there, with only the program replaced, by the fast policy; and the audit at the end.
#include <chrono>
#include <nlohmann/json.hpp>
#include <sstream>
#include <thread>

#include "tests/catch.h"
#include "tests/commands/shell.h"

namespace cairn::test {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

// As the guide prints it, on one line.
Words program_replaced(const std::string& line) {
  const std::vector<std::pair<std::string, std::string>> programs = {
      {"python scripts/deploy_model.py", "deploy"},
      {"python scripts/monitor_models.py", "monitor"},
      {"python scripts/compare_models.py", "compare"},
  };
  for (const auto& [script, command] : programs) {
    if (!line.starts_with(script)) continue;
    Words words = {command};
    std::istringstream rest(line.substr(script.size()));
    for (std::string word; rest >> word;) words.push_back(word);
    return words;
  }
  FAIL("not a command line of the guide: " << line);
  return {};
}

constexpr const char* validate = "python scripts/deploy_model.py --model-path models/current/ --validate-only";
constexpr const char* shadow_in_staging =
    "python scripts/deploy_model.py --model-path models/current/ --deployment-mode shadow --environment staging";
constexpr const char* shadow_in_production =
    "python scripts/deploy_model.py --model-path models/current/ --deployment-mode shadow --environment production";
constexpr const char* full_in_production =
    "python scripts/deploy_model.py --model-path models/current/ --deployment-mode full --environment production";
constexpr const char* drift_of_5000 =
    "python scripts/monitor_models.py --model-path models/current/ --calculate-drift --num-samples 5000";
constexpr const char* drift_of_1000 =
    "python scripts/monitor_models.py --model-path models/current/ --calculate-drift --num-samples 1000";

std::string canary(int percent) {
  return "python scripts/deploy_model.py --model-path models/current/ --deployment-mode canary --rollout-percentage " +
         std::to_string(percent) + " --environment production";
}

// dana deploys and holds the log's key; ben approves; ida commands incidents. All of them append.
struct Team : Workplace {
  Team() {
    init(Policy::guide);
    expect(0, "ida", {"key", "new", "ida"});
    expect(0, "dana", {"actor", "add", "ida", "--key", public_key("ida").string(), "--role", "incident-commander"});
    for (const char* who : {"ben", "ida"}) fs::copy(home("dana") / "logs", home(who) / "logs");
  }

  // Trained, with what its predictions were and are: a new version in models/current.
  void train(const std::string& time, const std::string& content) const {
    ModelFiles files;
    files.time = time;
    files.accuracy = "0.95" + time.substr(7, 1);  // no two trainings end alike
    files.content = content;
    fs::remove_all(directory() / "models" / "current");
    files.write_to(directory() / "models" / "current");
    put_predictions("reference.csv", 300);
    put_predictions("predictions.csv", 302);
  }

  void put_predictions(const std::string& name, int yes) const {
    std::string text = "prediction,label\n";
    for (int i = 0; i < 1000; ++i) text += i < yes ? "1,1\n" : "0,0\n";
    put_text(directory() / "models" / "current" / name, text);
  }

  std::string guide(const std::string& line, int code = 0) const {
    return expect(code, "dana", program_replaced(line));
  }

  // A stage of the fast policy, watched from its beginning to its end.
  void watch_stage() const {
    std::this_thread::sleep_for(std::chrono::milliseconds(1050));
    put_predictions("predictions.csv", 301 + static_cast<int>(size() % 5));  // another look is another file
    guide(drift_of_5000);
  }

  std::string rollout() const { return json(0, "dana", {"status"})["rollouts"][0]["rollout"]; }

  // Phases 2 to 4, by the words of the guide.
  void roll_out() const {
    guide(shadow_in_staging);
    watch_stage();
    for (const int percent : {10, 25, 50}) {
      guide(canary(percent));
      watch_stage();
    }
    std::string production;
    const Json status = json(0, "dana", {"status", "--environment", "production"});
    for (const Json& row : status["rollouts"]) production = row["rollout"];
    expect(0, "dana", {"notify", production, "--to", "#ml-releases"});
    expect(0, "ben", {"approve", production, "--stage", "full", "--reason", "no regression"});
    guide(full_in_production);
  }

  std::string live() const {
    const Json status = json(0, "dana", {"status", "--environment", "production"});
    for (const Json& row : status["slots"]) {
      if (row["stage"] == "full") return row["version"];
    }
    return "";
  }
};

void five_phases(const Team& team) {
  // Phase 1, steps 1 to 3.
  team.train("20261120_101500", R"({"weights": [0.25]})");
  const std::string checks = team.guide(validate);
  CHECK(contains(checks, "Overall status: passed"));
  // Phases 2 to 4. Before its time no step is taken.
  team.guide(canary(10), 3);
  team.roll_out();
  CHECK(team.live() == "20261120_101500");
  // Phase 4, step 4.
  team.guide(validate);
  team.guide("python scripts/monitor_models.py --model-path models/current/ --inference-mode --num-samples 1000");
  // Phase 5, and "Manual Monitoring".
  team.guide("python scripts/monitor_models.py --model-path models/current/ --list-models");
  team.put_predictions("predictions.csv", 304);
  team.guide(drift_of_1000);
  CHECK(team.json(0, "dana", {"advise", "logistic", "--environment", "production"})["action"] == "go-on");
}

void the_next_version(const Team& team) {
  // The next version; the one before it is archived (phase 4, step 3).
  fs::rename(team.directory() / "models" / "current", team.directory() / "models" / "archived");
  team.train("20261121_101500", R"({"weights": [0.26]})");
  team.guide(
      "python scripts/compare_models.py --current-path models/current/ --baseline-path models/archived/ "
      "--history-path performance_history/");
  team.roll_out();
  CHECK(team.live() == "20261121_101500");
  CHECK(team.json(0, "dana", {"archive", "logistic"})["versions"][0]["state"] == "archived");
  CHECK(contains(team.expect(0, "dana", {"history", "logistic"}), "replaced by 20261121_101500"));
}

void scenario_1(const Team& team) {
  // Scenario 1: what runs drifts; the version before it, shadow first, then full.
  team.put_predictions("predictions.csv", 700);
  team.guide(drift_of_1000, 3);
  CHECK(team.json(0, "dana", {"advise", "logistic", "--environment", "production"})["action"] == "watch-closely");
  team.expect(0, "ida",
              {"rollback", "logistic", "--environment", "production", "--reason", "drift score above 0.15",
               "--model-path", "models/archived"});
  fs::rename(team.directory() / "models" / "current", team.directory() / "models" / "drifting");
  fs::copy(team.directory() / "models" / "archived", team.directory() / "models" / "current",
           fs::copy_options::recursive);
  team.guide(shadow_in_production);
  team.guide(full_in_production, 3);
  team.put_predictions("predictions.csv", 305);
  team.guide(drift_of_1000);
  team.guide(full_in_production);
  CHECK(team.live() == "20261120_101500");
}

void scenario_2(const Team& team) {
  // Scenario 2: the other version comes back mended, and does harm: lockdown and the last safe one, in one statement.
  team.train("20261122_101500", R"({"weights": [0.27]})");
  team.roll_out();
  const Json safety = team.json(0, "ida",
                                {"rollback", "logistic", "--environment", "production", "--trigger", "safety",
                                 "--reason", "harmful predictions"});
  CHECK(safety["incident"] == "INC-2");
  CHECK(team.live() == "20261120_101500");
  team.guide(shadow_in_production, 3);
  const std::string scope = "environment=production,model=logistic";
  team.expect(0, "ida", {"lockdown", "lift", "--scope", scope, "--reason", "the filter was mended"});
  team.expect(0, "dana", {"lockdown", "lift", "--scope", scope});
}

void scenario_3(const Team& team) {
  // Scenario 3: the files are checked first; they have changed, so it is rolled back.
  team.train("20261123_101500", R"({"weights": [0.28]})");
  team.roll_out();
  put_text(team.directory() / "models" / "current" / "logistic_model_20261123_101500.json", "{\"weights\": [");
  team.guide(validate, 3);
  team.expect(0, "ida",
              {"rollback", "logistic", "--environment", "production", "--trigger", "system", "--reason",
               "the model does not load", "--model-path", "models/archived"});
  CHECK(team.live() == "20261120_101500");
}

void post_incident(const Team& team) {
  // Post-incident actions, for each of the three.
  put_text(team.directory() / "post-mortem.md", "# What went wrong\n");
  for (const char* incident : {"INC-1", "INC-2", "INC-3"}) {
    team.expect(0, "ida", {"incident", "ack", incident});
    team.expect(0, "ida", {"incident", "resolve", incident, "--how", "rolled back, and mended"});
    team.expect(0, "ida", {"incident", "postmortem", incident, "--file", "post-mortem.md"});
    team.expect(0, "ida", {"incident", "close", incident});
  }
}

}  // namespace

TEST_CASE(
    "the guide's five phases and three scenarios, as they are written, end in a ledger that audits clean (A1..A6, "
    "D1..D5)",
    "[long]") {
  const Team team;
  five_phases(team);
  the_next_version(team);
  scenario_1(team);
  scenario_2(team);
  scenario_3(team);
  post_incident(team);
  CHECK(team.json(0, "dana", {"status"})["incidents"].empty());
  team.expect(0, "dana", {"verify"});
  team.expect(0, "dana", {"replay"});
}

}  // namespace cairn::test
