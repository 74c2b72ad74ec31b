// The guide's own flow, with the guide's policy and in simulated time.
#include <algorithm>

#include "tests/catch.h"
#include "tests/projections/scenario.h"

namespace cairn {
namespace {

constexpr Millis between_checks = 6 * hour;

// What a deployer registers of one version: the files' findings, metrics and card, all as the guide wants them.
std::vector<Event> registration(const Scenario& s, const std::string& version, const std::string& accuracy = "0.91") {
  return {registered(version), evidence(EvidenceKind::structure, version, "", {{"findings", "0"}}),
          evidence(EvidenceKind::metrics, version, "",
                   {{"accuracy", accuracy}, {"ece", "0.04"}, {"f1", "0.9"}, {"precision", "0.9"}, {"recall", "0.9"}}),
          evidence(EvidenceKind::card, version, "",
                   {{"data_violations", "0"},
                    {"prediction_violations", "0"},
                    {"audit_root_verified", "1"},
                    {"trained_at", std::to_string(s.now - day)},
                    {"samples", "10000"}})};
}

EvidenceRecorded check(const Scenario& s, const std::string& version, const std::string& environment,
                       const std::string& score = "0.02") {
  return evidence(EvidenceKind::monitoring, version, environment,
                  {{"measured_at", std::to_string(s.now)},
                   {"models_monitored", "5"},
                   {"drift_detected", "0"},
                   {"drift_score", score},
                   {"accuracy_drop", "0"}});
}

// The six-hourly workflow, for a day.
void watch_a_day(Scenario& s, const std::string& version, const std::string& environment) {
  for (int times = 0; times < 4; ++times) s.later(between_checks).given("watch", {check(s, version, environment)});
}

void to_canary_50(Scenario& s, int number, const std::string& version) {
  for (const std::uint64_t percent : {10U, 25U, 50U}) {
    s.when("ci", {advanced(number, Stage::canary, percent, "production")}).then_admitted();
    s.later(23 * hour).when("ci", {advanced(number, Stage::full, 100, "production")});
    s.then_refused(Refusal::soak_missing);
    s.later(-23 * hour);
    watch_a_day(s, version, "production");
  }
}

void to_full(Scenario& s, int number, const std::string& version, const std::string& replaces = "") {
  s.given("ci", {proposed(number, version, "production")});
  watch_a_day(s, version, "production");
  to_canary_50(s, number, version);
  s.given("ci", {StakeholdersNotified{rollout_id(number, "production"), "team and stakeholders"}});
  s.given("lee", {s.approval(number, "production")});
  std::vector<Event> events{advanced(number, Stage::full, 100, "production")};
  if (!replaces.empty()) events.push_back(archived(replaces, version, "production"));
  s.given("ci", events);
}

}  // namespace

TEST_CASE("The guide's path: shadow a day, canary 10, 25 and 50 a day each, notice, approval, full (A1 A2 A3 A4)") {
  Scenario s(guide_policy());
  s.given("ci", registration(s, "v1"));
  to_full(s, 1, "v1");
  const SlotKey slot{"net", "production"};
  REQUIRE(s.world.at_full(slot) != nullptr);
  CHECK(s.world.at_full(slot)->model == digest_of("v1"));
  CHECK(s.rollout(1, "production").state == RolloutState::full);
  CHECK(s.now == start_of_scenario + 4 * day);
  CHECK_FALSE(s.decision.verdict.gates.empty());

  s.given("ci", registration(s, "v2", "0.93"));
  to_full(s, 2, "v2", "v1");
  CHECK(s.world.at_full(slot)->model == digest_of("v2"));

  // Scenario 1: shadow first, then full (D1).
  RollbackBegun back = begun(3, "v2", "v1", 1);
  back.rollout = rollout_id(3, "production");
  back.environment = "production";
  s.given("ida", {ArtefactChecked{digest_of("v1"), ArtefactMatch::match}, back, opened(1, "production")});
  s.later(hour).given("watch", {check(s, "v1", "production")});
  s.given("ida", {RollbackExecuted{"net", "production", digest_of("v2"), digest_of("v1"), Trigger::regression, "worse",
                                   "INC-1"}});
  CHECK(s.world.at_full(slot)->model == digest_of("v1"));
  CHECK(s.world.incidents.has("INC-1"));
  CHECK(fold(s.entries) == s.world.encode());
}

// The example policy with tiers, in which "net" is a critical model; noa is another admin, mia another approver.
struct Critical : Scenario {
  explicit Critical(std::vector<Grant> roles_of_noa) {
    given("dana", {person("noa", std::move(roles_of_noa)), person("mia", {{Role::approver, {}}})});
    const std::string policy = replaced(example_policy("policy-tiers.json"), "credit-scoring", "net");
    given("dana", {PolicyProposed{policy}, PolicyAdopted{sha256(policy), world.policy().digest}});
  }
};

TEST_CASE("C2 C3: a critical model goes to full by admin, two approvers and incident commander, and by no fewer") {
  const Grant commander{Role::incident_commander, {}};
  const bool two_roles_of_one = GENERATE(false, true);
  Critical s(two_roles_of_one ? std::vector{admin, commander} : std::vector{admin});
  // Nor does one admin alone make somebody who may approve (C3).
  s.when("dana", {RoleGranted{"mia", commander}}).then_refused(Refusal::second_admin_missing);
  s.given("ci", registration(s, "v1")).given("ci", {proposed(1, "v1", "production")});
  watch_a_day(s, "v1", "production");
  to_canary_50(s, 1, "v1");
  s.given("ci", {StakeholdersNotified{rollout_id(1, "production"), "team and stakeholders"}});
  const std::vector<Event> step = {advanced(1, Stage::full, 100, "production")};
  for (const char* person : {"noa", "lee", "mia"}) {
    s.when("ci", step).then_refused(Refusal::approval_missing);
    s.given(person, {s.approval(1, "production")});
  }
  s.when("ci", step).then_refused(Refusal::approval_missing);
  CHECK(s.says("1 of 1 approvals by admin, 2 of 2 by approver, 0 of 1 by incident-commander hold"));
  CHECK(awaited_approvers(s.world, s.rollout(1, "production"), Stage::full, s.now) == std::vector<std::string>{"ida"});
  s.given("ida", {s.approval(1, "production")}).when("ci", step).then_admitted();
  CHECK(s.world.at_full({"net", "production"})->model == digest_of("v1"));
}

TEST_CASE("Every gate of the guide refuses the way into shadow by itself (B1 B4 B5 B7 B8)") {
  struct Bad {
    EvidenceKind kind;
    std::string value, text, gate;
  };
  const std::vector<Bad> all = {
      {EvidenceKind::structure, "findings", "1", "artefact-safe"},
      {EvidenceKind::metrics, "accuracy", "0.849999999999999999", "accuracy"},
      {EvidenceKind::metrics, "ece", "0.080000000000000001", "ece"},
      {EvidenceKind::metrics, "f1", "0.8", "f1"},
      {EvidenceKind::metrics, "precision", "0.8", "precision"},
      {EvidenceKind::metrics, "recall", "0.8", "recall"},
      {EvidenceKind::card, "data_violations", "1", "data-violations"},
      {EvidenceKind::card, "prediction_violations", "1", "prediction-violations"},
      {EvidenceKind::card, "audit_root_verified", "0", "audit-root"},
      {EvidenceKind::card, "trained_at", std::to_string(start_of_scenario - 31 * day), "training-age"},
      {EvidenceKind::card, "samples", "9999", "samples"},
  };
  Scenario s(guide_policy());
  s.given("ci", registration(s, "v1"));
  const std::vector<Event> good = registration(s, "v1");
  for (const Bad& bad : all) {
    INFO(bad.gate);
    const auto of_kind = [&](const Event& event) {
      const auto* found = std::get_if<EvidenceRecorded>(&event);
      return found != nullptr && found->kind == bad.kind;
    };
    const EvidenceRecorded right = std::get<EvidenceRecorded>(*std::find_if(good.begin(), good.end(), of_kind));
    EvidenceRecorded wrong = right;
    wrong.values[bad.value] = *Decimal::parse(bad.text);
    s.given("ci", {wrong}).when("ci", {proposed(1, "v1", "production")}).then_refused(Refusal::gates_not_passed);
    CHECK(s.decision.verdict.refused->reasons.size() == 1);
    CHECK(s.says(bad.gate + ": "));
    wrong.values.erase(bad.value);
    s.given("ci", {wrong}).when("ci", {proposed(1, "v1", "production")}).then_refused(Refusal::gates_not_passed);
    CHECK(s.says(bad.gate + ": UNKNOWN"));
    s.given("ci", {right});
  }
  s.when("ci", {proposed(1, "v1", "production")}).then_admitted();
}

TEST_CASE("A model set that nobody looked at is no proof of health (B6, I8)") {
  Scenario s(guide_policy());
  s.given("ci", registration(s, "v1")).given("ci", {proposed(1, "v1", "staging")});
  watch_a_day(s, "v1", "staging");
  for (const auto& [value, text] :
       Values{{"models_monitored", "0"}, {"drift_detected", "1"}, {"accuracy_drop", "0.06"}, {"drift_score", "0.15"}}) {
    INFO(value);
    EvidenceRecorded bad = check(s, "v1", "staging");
    bad.values[value] = *Decimal::parse(text);
    s.given("watch", {bad}).when("ci", {advanced(1, Stage::canary, 10, "staging")});
    s.then_refused(Refusal::soak_missing);
    REQUIRE(s.decision.verdict.also.size() == 1);
    CHECK(s.decision.verdict.also[0].refusal == Refusal::gates_not_passed);
    CHECK(s.rollout(1, "staging").soak.total == 0);
  }
}

TEST_CASE("A day of shadow in staging counts in production, whose canary it then begins (A5)") {
  Scenario s(guide_policy());
  s.given("ci", registration(s, "v1")).given("ci", {proposed(1, "v1", "staging")});
  watch_a_day(s, "v1", "staging");

  SECTION("without another day") {
    s.given("ci", {proposed(1, "v1", "production")});
    s.when("ci", {advanced(1, Stage::canary, 10, "production")}).then_admitted();
  }
  SECTION("not for another digest") {
    s.given("ci", registration(s, "v2")).given("ci", {proposed(1, "v2", "production")});
    s.when("ci", {advanced(1, Stage::canary, 10, "production")}).then_refused(Refusal::soak_missing);
  }
  SECTION("for thirty days") {
    s.later(30 * day);
    std::vector<Event> again = registration(s, "v1");
    again.erase(again.begin());
    s.given("ci", again).given("ci", {proposed(1, "v1", "production")});
    s.when("ci", {advanced(1, Stage::canary, 10, "production")}).then_admitted();
  }
  SECTION("and not a millisecond longer") {
    s.later(30 * day + 1);
    std::vector<Event> again = registration(s, "v1");
    again.erase(again.begin());
    s.given("ci", again).given("ci", {proposed(1, "v1", "production")});
    s.when("ci", {advanced(1, Stage::canary, 10, "production")}).then_refused(Refusal::soak_missing);
  }
  SECTION("not once staging's shadow was found bad again") {
    s.later(hour).given("watch", {check(s, "v1", "staging", "0.5")});
    s.given("ci", {proposed(1, "v1", "production")});
    s.when("ci", {advanced(1, Stage::canary, 10, "production")}).then_refused(Refusal::soak_missing);
  }
  SECTION("not against what production itself has seen since") {
    s.given("ci", {proposed(1, "v1", "production")});
    s.later(hour).given("watch", {check(s, "v1", "production", "0.5")});
    s.when("ci", {advanced(1, Stage::canary, 10, "production")}).then_refused(Refusal::soak_missing);
    CHECK(s.decision.verdict.also.back().reasons.front().find("drift-score: 0.5 is not < 0.15") == 0);
    // One good look does not bring staging's shadow back: production's own has to be soaked.
    s.later(hour).given("watch", {check(s, "v1", "production")});
    s.when("ci", {advanced(1, Stage::canary, 10, "production")}).then_refused(Refusal::soak_missing);
    watch_a_day(s, "v1", "production");
    s.when("ci", {advanced(1, Stage::canary, 10, "production")}).then_admitted();
  }
  SECTION("but the canary's evidence is production's own") {
    s.given("ci", {proposed(1, "v1", "production")}).given("ci", {advanced(1, Stage::canary, 10, "production")});
    watch_a_day(s, "v1", "staging");
    s.when("ci", {advanced(1, Stage::canary, 25, "production")}).then_refused(Refusal::soak_missing);
  }
}

}  // namespace cairn
