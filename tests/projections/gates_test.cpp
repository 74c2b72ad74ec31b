// Gates have three answers, and only PASS passes (B2, I6; DESIGN 6).
#include "projections/gates.h"

#include <array>

#include "tests/catch.h"
#include "tests/projections/scenario.h"

namespace cairn {
namespace {

Gate gate_named(const World& world, const std::string& name) {
  for (const Gate& gate : world.policy().gates) {
    if (gate.name == name) return gate;
  }
  FAIL("no gate " << name);
  return {};
}

// Of v1 in prod, whose stage began with this entry.
GateOutcome ask(const Scenario& s, const Gate& gate, std::optional<Seq> stage_entry = 0) {
  return evaluate(s.world, gate, {digest_of("v1"), {"net", "prod"}, stage_entry, "prod", s.now});
}
GateOutcome ask(const Scenario& s, const std::string& name, std::optional<Seq> stage_entry = 0) {
  return ask(s, gate_named(s.world, name), stage_entry);
}

GateResult compared(const std::string& value, Comparison comparison, const std::string& threshold) {
  Scenario s;
  s.given("ci", {registered("v1"), metrics("v1", value)});
  Gate gate = gate_named(s.world, "accuracy");
  gate.comparison = comparison;
  gate.threshold = *Decimal::parse(threshold);
  return ask(s, gate).result;
}

// What an updated detector has to show before it replaces the one that runs.
std::string detector_policy() {
  const std::string rates = R"(
    {"name": "critical-detection", "evidence": "metrics", "value": "critical_detection_rate", "is": ">=",
     "threshold": "0.95", "class": "artefact"},
    {"name": "high-detection", "evidence": "metrics", "value": "high_detection_rate", "is": ">=",
     "threshold": "0.9", "class": "artefact"},
    {"name": "false-positives", "evidence": "metrics", "value": "false_positive_rate", "is": "<=",
     "threshold": "0.02", "class": "artefact"},
    {"name": "compared-samples", "evidence": "monitoring", "value": "samples", "is": ">=",
     "threshold": "1000", "class": "stage"},
    {"name": "drift")";
  std::string policy = small_policy();
  const std::size_t accuracy = policy.find(R"({"name": "accuracy")");
  policy.erase(accuracy, policy.find(R"({"name": "drift")") - accuracy);
  const std::size_t regression = policy.rfind(',', policy.find(R"({"name": "regression")"));
  policy.erase(regression, policy.find(']', regression) - regression);
  return replaced(replaced(policy, R"({"name": "drift")", rates), R"("steps": [10, 25, 50], "soak": "2h")",
                  R"("steps": [10, 25, 50], "soak": "24h")");
}

}  // namespace

TEST_CASE("Values meet thresholds exactly, to the eighteenth place") {
  using C = Comparison;
  CHECK(compared("0.85", C::at_least, "0.85") == GateResult::pass);
  CHECK(compared("0.849999999999999999", C::at_least, "0.85") == GateResult::fail);
  CHECK(compared("0.8", C::more_than, "0.8") == GateResult::fail);
  CHECK(compared("0.800000000000000001", C::more_than, "0.8") == GateResult::pass);
  CHECK(compared("0.08", C::at_most, "0.08") == GateResult::pass);
  CHECK(compared("0.080000000000000001", C::at_most, "0.08") == GateResult::fail);
  CHECK(compared("0.15", C::less_than, "0.15") == GateResult::fail);
  CHECK(compared("0.149999999999999999", C::less_than, "0.15") == GateResult::pass);
  CHECK(compared("1", C::equal, "1") == GateResult::pass);
  CHECK(compared("1.000000000000000001", C::equal, "1") == GateResult::fail);
}

TEST_CASE("What is no number is UNKNOWN, on whichever side of the threshold it would lie") {
  for (const std::string value : {"NaN", "Infinity", "-Infinity"}) {
    INFO(value);
    CHECK(compared(value, Comparison::at_least, "0.85") == GateResult::unknown);
    CHECK(compared(value, Comparison::at_most, "0.85") == GateResult::unknown);
  }
}

TEST_CASE("A gate without its evidence is UNKNOWN and says what is missing") {
  Scenario s;
  s.given("ci", {registered("v1"), registered("v2")});
  CHECK(describe(ask(s, "accuracy")) == "accuracy: UNKNOWN, no metrics evidence is recorded");
  SECTION("of another digest") {
    s.given("ci", {metrics("v2")});
  }
  SECTION("of another kind") {
    s.given("ci", {evidence(EvidenceKind::card, "v1", "", {{"accuracy", "1"}})});
  }
  SECTION("of a place, where the artefact was asked about") {
    s.given("ci", {evidence(EvidenceKind::metrics, "v1", "prod", {{"accuracy", "1"}})});
  }
  SECTION("without the value") {
    s.given("ci", {evidence(EvidenceKind::metrics, "v1", "", {{"accuracy_top5", "1"}})});
    CHECK(describe(ask(s, "accuracy")) == "accuracy: UNKNOWN, the evidence has no value accuracy");
  }
  CHECK(ask(s, "accuracy").result == GateResult::unknown);
  CHECK_FALSE(all_pass({ask(s, "accuracy")}));
}

TEST_CASE("Evidence grows stale after max_age") {
  Scenario s;
  s.given_models({"v1"}).later(30 * day);
  CHECK(ask(s, "accuracy").result == GateResult::pass);
  s.later(1);
  CHECK(ask(s, "accuracy").result == GateResult::unknown);
  CHECK(ask(s, "accuracy").why == "the metrics evidence is older than 30d");
}

TEST_CASE("The newest evidence counts, and the outcome names it, its digest and the policy (B10)") {
  Scenario s;
  s.given_models({"v1"}).given("ci", {metrics("v1", "0.2")});
  const GateOutcome outcome = ask(s, "accuracy");
  CHECK(outcome.result == GateResult::fail);
  CHECK(outcome.evidence_seq == s.entries.size() - 1);
  CHECK(outcome.evidence_digest == sha256("a file"));
  CHECK(outcome.policy == sha256(small_policy()));
  CHECK(describe(outcome) == str("accuracy: 0.2 is not >= 0.85 (entry ", s.entries.size() - 1, ")"));
}

TEST_CASE("Evidence of a stage is of its place and not older than the stage") {
  Scenario s;
  s.given_models({"v1"}).given("watch", {drift("v1", "lab")});
  CHECK(ask(s, "drift").result == GateResult::unknown);
  s.given("watch", {drift("v1", "prod")});
  const Seq newest = s.entries.size() - 1;
  CHECK(ask(s, "drift", newest - 1).result == GateResult::pass);
  CHECK(ask(s, "drift", newest + 1).result == GateResult::unknown);
  CHECK(ask(s, "drift", std::nullopt).result == GateResult::unknown);
}

TEST_CASE("Evidence in the entry that began the stage speaks against it and not for it") {
  Scenario s;
  s.given_models({"v1"}).given("watch", {drift("v1", "prod", "0.5")});
  CHECK(ask(s, "drift", s.entries.size() - 1).result == GateResult::fail);
}

TEST_CASE("A baseline gate is NOT APPLICABLE by history alone (B3)") {
  Scenario s;
  s.given_models({"v1", "v2"});
  CHECK(ask(s, "regression").result == GateResult::not_applicable);
  CHECK(all_pass({ask(s, "regression")}));
  s.given_full(1, "v2");
  SECTION("a drop within the threshold passes") {
    s.given("ci", {metrics("v1", "0.88")});
    CHECK(ask(s, "regression").result == GateResult::pass);
    CHECK(describe(ask(s, "regression")).find("0.88 against 0.9 is drop<= 0.02") != std::string::npos);
  }
  SECTION("a larger one fails") {
    s.given("ci", {metrics("v1", "0.879999999999999999")});
    CHECK(ask(s, "regression").result == GateResult::fail);
  }
  SECTION("a baseline that cannot be read is UNKNOWN") {
    s.given("ci", {metrics("v2", "NaN")});
    CHECK(ask(s, "regression").result == GateResult::unknown);
  }
  SECTION("a baseline without evidence is UNKNOWN") {
    Scenario bare(replaced(small_policy(), R"("accuracy", "is": "drop<=")", R"("f1", "is": "drop<=")"));
    bare.given_models({"v1", "v2"}).given_full(1, "v2");
    bare.given("ci", {evidence(EvidenceKind::metrics, "v1", "", {{"accuracy", "0.9"}, {"f1", "0.9"}})});
    CHECK(ask(bare, "regression").result == GateResult::unknown);
  }
  SECTION("an emptied slot still has its history") {
    s.given("ci", emptied("v2", 1)).given("ci", {metrics("v1", "0.86")});
    CHECK(ask(s, "regression").result == GateResult::fail);
  }
}

TEST_CASE("A rise against the baseline is measured the other way round") {
  Scenario s(replaced(small_policy(), R"("drop<=")", R"("rise<=")"));
  s.given_models({"v1", "v2"}).given_full(1, "v2").given("ci", {metrics("v1", "0.92")});
  CHECK(ask(s, "regression").result == GateResult::pass);
  s.given("ci", {metrics("v1", "0.920000000000000001")});
  CHECK(ask(s, "regression").result == GateResult::fail);
}

TEST_CASE("An age is measured at the recorded time, and a time to come is UNKNOWN (B8)") {
  Scenario s(replaced(small_policy(), R"("is": ">=", "threshold": "0.85")", R"("is": "age<=", "threshold": "30d")"));
  const auto trained = [&](Millis at) {
    s.given("ci", {metrics("v1", std::to_string(at))});
    return ask(s, "accuracy").result;
  };
  s.given("ci", {registered("v1")});
  CHECK(trained(s.now - 30 * day) == GateResult::pass);
  CHECK(trained(s.now - 30 * day - 1) == GateResult::fail);
  CHECK(trained(s.now) == GateResult::pass);
  CHECK(trained(s.now + clock_skew) == GateResult::pass);  // another clock
  CHECK(trained(s.now + clock_skew + 1) == GateResult::unknown);
}

TEST_CASE("Detectors' rates are gates, and their comparison is a canary of a day with a thousand samples (B11)") {
  Scenario s(detector_policy());
  const auto rates = [](const std::string& critical, const std::string& high, const std::string& false_positives) {
    return evidence(EvidenceKind::metrics, "v1", "",
                    {{"critical_detection_rate", critical},
                     {"high_detection_rate", high},
                     {"false_positive_rate", false_positives}});
  };
  const auto compared = [](const std::string& samples) {
    return evidence(EvidenceKind::monitoring, "v1", "prod", {{"drift_score", "0.01"}, {"samples", samples}});
  };
  s.given("ci", {registered("v1")});
  for (const auto& [critical, high, false_positives, missed] :
       std::vector<std::array<std::string, 4>>{{"0.9499", "0.9", "0.02", "critical-detection"},
                                               {"0.95", "0.8999", "0.02", "high-detection"},
                                               {"0.95", "0.9", "0.0201", "false-positives"},
                                               {"NaN", "0.9", "0.02", "critical-detection"}}) {
    s.given("ci", {rates(critical, high, false_positives)});
    s.when("ci", {proposed(1, "v1")}).then_refused(Refusal::gates_not_passed);
    CHECK(s.decision.verdict.refused->reasons.size() == 1);
    CHECK(s.says(missed));
  }
  s.given("ci", {rates("0.95", "0.9", "0.02")}).given("ci", {proposed(1, "v1")});
  for (int hours = 0; hours < 2; ++hours) s.later(hour).given("watch", {compared("1000")});
  s.given("ci", {advanced(1, Stage::canary, 10)}).given("watch", {compared("999")});
  s.when("ci", {advanced(1, Stage::canary, 25)}).then_refused(Refusal::soak_missing);
  CHECK(s.decision.verdict.also.front().refusal == Refusal::gates_not_passed);
  for (int hours = 0; hours < 24; ++hours) s.given("watch", {compared("1000")}).later(hour);
  s.when("ci", {advanced(1, Stage::canary, 25)}).then_refused(Refusal::soak_missing);
  CHECK(s.decision.verdict.also.empty());
  s.given("watch", {compared("1000")}).when("ci", {advanced(1, Stage::canary, 25)}).then_admitted();
}

TEST_CASE("Into shadow only artefact gates are asked, later all of them") {
  Scenario s;
  s.given_models({"v1"});
  const GateQuestion question{digest_of("v1"), {"net", "prod"}, std::nullopt, "prod", s.now};
  CHECK(evaluate_all(s.world, WhichGates::before_shadow, question).size() == 1);
  CHECK(evaluate_all(s.world, WhichGates::all, question).size() == 3);
  s.given("ci", {proposed(1, "v1")});
  CHECK(s.decision.verdict.gates.size() == 1);
  s.when("ci", {advanced(1, Stage::canary, 10)});
  CHECK(s.decision.verdict.gates.size() == 3);
}

TEST_CASE("A monitoring record is judged by the stage's gates, and FAIL is graver than UNKNOWN") {
  Scenario s(guide_policy());
  const auto judged = [&](const Values& values) {
    return judge_monitoring(s.world.policy(), evidence(EvidenceKind::monitoring, "v1", "staging", values).values,
                            s.now);
  };
  Values values{{"measured_at", std::to_string(s.now)},
                {"models_monitored", "1"},
                {"drift_detected", "0"},
                {"drift_score", "0"},
                {"accuracy_drop", "0"}};
  CHECK(judged(values) == GateResult::pass);
  for (const auto& [offset, result] : std::map<Millis, GateResult>{{-hour - 1, GateResult::unknown},
                                                                   {-hour, GateResult::pass},
                                                                   {clock_skew, GateResult::pass},
                                                                   {clock_skew + 1, GateResult::unknown}}) {
    values["measured_at"] = std::to_string(s.now + offset);
    CHECK(judged(values) == result);
  }
  values["drift_score"] = "NaN";
  CHECK(judged(values) == GateResult::unknown);
  values["accuracy_drop"] = "0.050000000000000001";
  CHECK(judged(values) == GateResult::fail);
  CHECK(judged({}) == GateResult::unknown);
}

}  // namespace cairn
