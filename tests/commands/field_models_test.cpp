// Models of the field, brought to the guide's policy by the command line: what is wrong with each is named, and one
// that is in order goes all the way.
#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "tests/catch.h"
#include "tests/commands/shell.h"

namespace cairn::test {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

std::string golden(const std::string& name) {
  return (fs::path(CAIRN_GOLDEN) / "evidence" / name).string();
}

// The gates that did not pass, by name.
std::vector<std::string> failed_gates(const Json& gates) {
  std::vector<std::string> names;
  for (const Json& gate : gates) {
    const std::string result = gate["result"];
    if (result == "FAIL" || result == "UNKNOWN") names.push_back(gate["gate"]);
  }
  return names;
}

bool names(const std::vector<std::string>& all, const std::string& one) {
  return std::find(all.begin(), all.end(), one) != all.end();
}

// The default policy, which init adopts when it is given none.
struct Guided : Workplace {
  Guided() {
    expect(0, "ben", {"key", "new", "ben"});
    expect(0, "dana",
           {"init", "--origin", "ledger.example/test", "--actor", "ben=" + public_key("ben").string() + ":approver"});
  }
};

// What validation.yaml asks of a model, and the value that just misses it.
struct Threshold {
  std::string value;
  std::string is;
  std::string threshold;
  std::string worse;
};

const std::vector<Threshold> validation_yaml = {
    {"accuracy", ">=", "0.85", "0.8499"},
    {"precision", ">=", "0.85", "0.8499"},
    {"recall", ">=", "0.8", "0.7999"},
    {"f1_score", ">=", "0.82", "0.8199"},
    {"roc_auc", ">=", "0.9", "0.8999"},
    {"ethics_precision", ">=", "0.92", "0.9199"},
    {"ethics_recall", ">=", "0.88", "0.8799"},
    {"ethics_f1_score", ">=", "0.9", "0.8999"},
    {"demographic_parity_diff", "<=", "0.1", "0.1001"},
    {"equalized_odds_diff", "<=", "0.1", "0.1001"},
    {"tpr_parity", "<=", "0.1", "0.1001"},
    {"fpr_parity", "<=", "0.1", "0.1001"},
};

TEST_CASE("the field's sample card is refused by the default policy, with each reason named") {
  const Guided place;
  const Json answer =
      place.json(3, "dana", {"deploy", "--model-path", golden("promoted"), "--environment", "production"});
  CHECK(answer["outcome"] == "refused");
  CHECK(answer["refusal"] == "gates_not_passed");
  const std::vector<std::string> failed = failed_gates(answer["gates"]);
  const std::string reasons = answer["reasons"].dump();
  INFO(reasons);
  for (const std::string gate : {"ece", "data-violations", "prediction-violations", "audit-root", "samples"}) {
    CHECK(names(failed, gate));
    CHECK(contains(reasons, gate));
  }
  for (const std::string gate : {"accuracy", "f1", "precision", "recall", "artefact-safe"}) CHECK(!names(failed, gate));
  const Ran text = place.cairn("dana", {"deploy", "--model-path", golden("promoted"), "--environment", "production"});
  CHECK(text.code == 3);
  CHECK(contains(text.out, "ece"));
  CHECK(contains(text.out, "0.269128848636904"));
  place.expect(0, "dana", {"verify"});
}

TEST_CASE("--validate-only prints the same findings and records nothing, with a ledger or without") {
  const Guided place;
  const Words words = {"deploy", "--model-path", golden("promoted"), "--environment", "production", "--validate-only"};
  const Json answer = place.json(3, "dana", words);
  CHECK(answer["overall_status"] == "failed");
  const std::vector<std::string> failed = failed_gates(answer["models"][0]["gates"]);
  for (const std::string gate : {"ece", "data-violations", "prediction-violations", "audit-root"})
    CHECK(names(failed, gate));
  CHECK(place.size() == 1);
  const Workplace nowhere;
  CHECK(nowhere.json(3, "dana", words)["overall_status"] == "failed");
  CHECK(!fs::exists(nowhere.ledger()));
}

TEST_CASE("a pickle that imports os fails the gate artefact-safe before shadow, and is not run") {
  const Guided place;
  const fs::path witness = place.directory() / "was-run";
  ModelFiles model;
  model.ending = ".pkl";
  model.content = "cos\nsystem\n(S'touch " + witness.string() + "'\ntR.";
  const std::string models = model.write_to(place.directory() / "models").string();
  const Json answer = place.json(3, "dana", {"deploy", "--model-path", models, "--environment", "production"});
  CHECK(answer["refusal"] == "gates_not_passed");
  CHECK(failed_gates(answer["gates"]) == std::vector<std::string>{"artefact-safe"});
  CHECK(contains(place.expect(0, "dana", {"show", "1"}), "os.system"));
  CHECK(place.json(0, "dana", {"status"})["rollouts"].empty());
  CHECK(!fs::exists(witness));
}

TEST_CASE("a metric that is missing, NaN or no number is unknown, and unknown is refused") {
  const Guided place;
  ModelFiles model;
  SECTION("NaN") {
    model.accuracy = "NaN";
  }
  SECTION("text") {
    model.accuracy = "\"0.99\"";
  }
  SECTION("null") {
    model.accuracy = "null";
  }
  SECTION("just below") {
    model.accuracy = "0.8499999999999999";
  }
  const std::string models = model.write_to(place.directory() / "models").string();
  const Json answer = place.json(3, "dana", {"deploy", "--model-path", models, "--environment", "production"});
  CHECK(failed_gates(answer["gates"]) == std::vector<std::string>{"accuracy"});
}

TEST_CASE("the thresholds of validation.yaml are gates for whoever asks for them, fairness and ethics as well (B9)") {
  const Workplace place;
  place.init(Workplace::Policy::easy);
  std::string gates;
  std::map<std::string, std::string> values;
  for (const Threshold& one : validation_yaml) {
    gates += (gates.empty() ? R"({"name": ")" : R"(, {"name": ")") + one.value +
             R"(", "evidence": "metrics", "value": ")" + one.value + R"(", "is": ")" + one.is + R"(", "threshold": ")" +
             one.threshold + R"(", "class": "artefact"})";
    values[one.value] = one.threshold;
  }
  std::string policy = text_of(place.directory() / "policy.json");
  const std::size_t gate = policy.find(R"({"name": "accuracy")");
  policy.replace(gate, policy.find('}', gate) + 1 - gate, gates);
  put_text(place.directory() / "strict.json", policy);
  place.expect(0, "dana", {"policy", "adopt", "strict.json"});

  const fs::path models = ModelFiles().write_to(place.directory() / "models");
  const auto failed = [&](const std::map<std::string, std::string>& measured, int code) {
    std::string metrics;
    for (const auto& [name, value] : measured) metrics += (metrics.empty() ? "{\"" : ", \"") + name + "\": " + value;
    put_text(models / ("logistic_metrics_" + ModelFiles().time + ".json"), metrics + "}");
    const Words words = {"deploy", "--model-path", models.string(), "--environment", "production", "--validate-only"};
    return failed_gates(place.json(code, "dana", words)["models"][0]["gates"]);
  };
  CHECK(failed(values, 0).empty());
  for (const Threshold& one : validation_yaml) {
    std::map<std::string, std::string> measured = values;
    measured[one.value] = one.worse;
    CHECK(failed(measured, 3) == std::vector<std::string>{one.value});
    measured.erase(one.value);
    CHECK(failed(measured, 3) == std::vector<std::string>{one.value});
  }
}

TEST_CASE("several models in one directory are listed, and one has to be picked") {
  const Guided place;
  const fs::path models = ModelFiles().write_to(place.directory() / "models");
  ModelFiles second;
  second.type = "correlation";
  second.write_to(models);
  const Ran ran = place.cairn("dana", {"register", "--model-path", models.string()});
  CHECK(ran.code == 2);
  CHECK(contains(ran.err, "logistic 20261120_101500"));
  CHECK(contains(ran.err, "correlation 20261120_101500"));
  place.expect(0, "dana", {"register", "--model-path", models.string(), "--name", "correlation"});
  CHECK(place.cairn("dana", {"register", "--model-path", models.string(), "--name", "other"}).code == 2);
  CHECK(place.size() == 2);
}

TEST_CASE("the same name and version with other bytes is refused") {
  const Guided place;
  ModelFiles model;
  place.expect(0, "dana", {"register", "--model-path", model.write_to(place.directory() / "first").string()});
  model.content = "{\"weights\": [9]}";
  const Json answer =
      place.json(3, "dana", {"register", "--model-path", model.write_to(place.directory() / "second").string()});
  CHECK(answer["outcome"] == "refused");
}

TEST_CASE("a model in order goes from shadow to full by the guide's own rules, and no stage can be skipped") {
  const Workplace place;
  place.init(Workplace::Policy::guide);
  const std::string models = ModelFiles().write_to(place.directory() / "models").string();
  const std::string rollout = "logistic/production/1";
  const fs::path report = place.directory() / "drift_metrics.json";
  const auto look = [&] {
    put_text(report, drift_report(ModelFiles().stem()));
    place.expect(0, "dana", {"monitor", "record", report.string()});
  };
  const auto soak = [&] {
    look();
    Started(place.directory() / "printed", {"/bin/sleep", "1.05"}, {}).wait();
    look();
  };
  const auto deploy = [&](int code, const std::string& mode) {
    return place.json(code, "dana",
                      {"deploy", "--model-path", models, "--environment", "production", "--deployment-mode", mode});
  };
  CHECK(deploy(3, "full")["refusal"] == "stage_order");
  // Proposed and advanced in one statement: shadow has begun in it, and has not soaked.
  CHECK(deploy(3, "canary")["refusal"] == "soak_missing");
  CHECK(deploy(0, "shadow")["rollout"] == rollout);
  CHECK(deploy(3, "canary")["refusal"] == "soak_missing");
  soak();
  CHECK(deploy(0, "canary")["outcome"] == "admitted");
  soak();
  // Percentages only grow.
  CHECK(place.json(3, "dana", {"promote", rollout, "--percent", "5"})["outcome"] == "refused");
  place.expect(0, "dana", {"promote", rollout, "--percent", "50"});
  soak();
  CHECK(place.json(3, "dana", {"promote", rollout})["outcome"] == "refused");
  place.expect(0, "dana", {"notify", rollout, "--to", "all"});
  // Who proposed it cannot approve it.
  CHECK(place.json(3, "dana", {"approve", rollout})["outcome"] == "refused");
  const std::string yes = (place.directory() / "yes.json").string();
  place.expect(0, "ben", {"approve", rollout, "--sign-only", yes});
  place.expect(0, "dana", {"submit", yes});
  CHECK(place.json(0, "dana", {"promote", rollout})["outcome"] == "admitted");
  const Json slot = place.json(0, "dana", {"status"})["slots"][0];
  CHECK(slot["stage"] == "full");
  CHECK(slot["percent"] == 100);
  place.expect(0, "dana", {"verify"});
  place.expect(0, "dana", {"replay"});
}

}  // namespace
}  // namespace cairn::test
