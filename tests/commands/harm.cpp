#include "tests/commands/harm.h"

#include <nlohmann/json.hpp>
#include <stdexcept>

namespace cairn::test {

namespace fs = std::filesystem;
using Json = nlohmann::json;

namespace {

const std::string slot = "environment=production,model=logistic";

void add_people(const Harm& place) {
  for (const auto& [who, role] :
       {std::pair<std::string, std::string>("ida", "incident-commander"), {"erin", "deployer"}}) {
    place.expect(0, who, {"key", "new", who});
    place.expect(0, "dana", {"actor", "add", who, "--key", place.public_key(who).string(), "--role", role});
  }
  // One machine for all: whoever acts appends.
  for (const char* who : {"ben", "ida", "erin"}) fs::copy(place.home("dana") / "logs", place.home(who) / "logs");
}

// Until then the policy asks for accuracy alone.
void watch_drift(const Harm& place) {
  std::string policy = text_of(place.directory() / "policy.json");
  policy.insert(policy.find("{\"name\": \"accuracy\""),
                R"({"name": "drift", "evidence": "monitoring", "value": "drift_score", "is": "<", "threshold": "0.15",
                    "class": "stage"}, )");
  put_text(place.directory() / "watching.json", policy);
  place.expect(0, "dana", {"policy", "adopt", (place.directory() / "watching.json").string()});
}

void look(const Harm& place, const std::string& version, const std::string& score) {
  const auto file = place.directory() / "drift_metrics.json";
  put_text(file, drift_report("logistic_model_" + version, score));
  place.expect(0, "dana", with({"monitor", "record", file.string()}, in_production));
}

void roll_out(const Harm& place, const std::string& who, const std::string& version, const std::string& accuracy) {
  ModelFiles files;
  files.time = version;
  files.accuracy = accuracy;
  files.content = R"({"weights": [0.25], "made": ")" + version + "\"}";
  files.write_to(place.directory() / version);
  const Words deploy = {"deploy", "--model-path", place.models(version), "--deployment-mode"};
  for (const char* mode : {"shadow", "canary"}) place.expect(0, who, with(with(deploy, {mode}), in_production));
  const std::string rollout = place.json(0, who, {"status"})["rollouts"][0]["rollout"];
  place.expect(3, who, with(with(deploy, {"full"}), in_production));
  place.expect(0, who, {"notify", rollout, "--to", "#ml-releases"});
  place.expect(0, "ben", {"approve", rollout, "--stage", "full", "--reason", "better than what runs"});
  place.expect(0, who, with(with(deploy, {"full"}), in_production));
}

void respond(const Harm& place) {
  place.expect(0, "ida",
               with({"rollback", "logistic", "--trigger", "safety", "--reason", Harm::reason}, in_production));
  place.expect(3, "erin", with({"deploy", "--model-path", place.models(Harm::newer)}, in_production));
  const auto incident = [&](const std::string& act, const Words& words) {
    place.expect(0, "ida", with({"incident", act, "INC-2"}, words));
  };
  incident("ack", {"--note", "Dana and erin are on the call"});
  incident("note", {"--text", "impact: 212 applications, all scored again by hand"});
  incident("note", {"--text", "Cause: the extract dropped rows of people over 60", "--about", "1"});
  incident("mitigate", {"--how", "rolled back"});
  place.expect(0, "ida", {"lockdown", "lift", "--scope", slot, "--reason", "the extract was mended"});
  place.expect(0, "dana", {"lockdown", "lift", "--scope", slot});
  incident("resolve", {"--how", "the extract keeps all age groups"});
  put_text(place.directory() / "post-mortem.md", "# What went wrong\n");
  incident("postmortem", {"--file", (place.directory() / "post-mortem.md").string()});
  incident("action", {"--owner", "erin", "--due", "2027-01-15", "--task", "monitor drift by age group"});
  incident("action", {"--close", "1", "--how", "it does"});
  incident("close", {});
}

}  // namespace

const Harm& Harm::once() {
  static const Harm harm;
  return harm;
}

Harm::Harm() {
  init(Policy::easy);
  add_people(*this);
  roll_out(*this, "dana", older, "0.951");
  expect(0, "dana",
         with({"incident", "open", "--model", "logistic", "--severity", "medium", "--title", "slow"}, in_production));
  roll_out(*this, "erin", newer, "0.953");
  watch_drift(*this);
  look(*this, newer, "0.02");
  look(*this, newer, "0.9");
  respond(*this);
}

Ran Harm::report(const Words& words) const {
  return cairn("dana", with({"report"}, words));
}

Json Harm::report_json(const Words& words) const {
  return Json::parse(expect(0, "dana", with(with({"report"}, words), {"--format", "json"})));
}

std::string Harm::whole_log() const {
  std::string all;
  for (std::uint64_t seq = 0; seq < size(); ++seq) all += expect(0, "dana", {"show", std::to_string(seq), "--entry"});
  return all;
}

}  // namespace cairn::test
