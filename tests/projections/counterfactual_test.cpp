// What if, as a cascade: the world that the same statements would have made under another policy.
#include "projections/counterfactual.h"

#include "projections/what_if.h"
#include "tests/catch.h"
#include "tests/projections/scenario.h"

namespace cairn {
namespace {

// How a history comes out under another policy: its rows by entry, and what is there at the end.
struct Answer {
  std::map<Seq, WhatIfRow> rows;
  WhatIfTotals totals;
  std::vector<SlotOutcome> slots;

  Answer(const Scenario& s, const std::string& other) {
    WhatIf what_if(policy_of(other), WhatIfMode::cascade);
    for (const Recorded& entry : s.entries) {
      if (auto row = what_if.apply(entry)) rows.emplace(entry.seq, std::move(*row));
    }
    CHECK(what_if.recorded().encode() == s.world.encode());
    totals = what_if.totals();
    slots = what_if.slots();
  }

  const WhatIfRow& at(Seq seq) const {
    INFO("entry " << seq);
    REQUIRE(rows.count(seq) == 1);
    return rows.at(seq);
  }
  bool moot(Seq seq) const { return at(seq).change == Divergence::moot; }
  std::string refused(Seq seq) const { return at(seq).change == Divergence::moot ? "moot" : outcome_of(at(seq).other); }
};

std::string where(const std::vector<Presence>& present) {
  std::string text;
  for (const Presence& one : present) text += str(text.empty() ? "" : ", ", one.version, ' ', one.percent);
  return text;
}

std::string stricter_accuracy() {
  return replaced(small_policy(), R"("threshold": "0.85")", R"("threshold": "0.95")");
}

}  // namespace

TEST_CASE("A rollout whose proposal is refused there makes its later steps moot, and says on which entry they stood") {
  Scenario s;
  s.given_models({"v1"});
  s.given("ci", {proposed(1, "v1")});
  const Seq proposal = s.newest();
  s.given_watched("v1", 2).given("ci", {advanced(1, Stage::canary, 10)});
  const Seq canary = s.newest();
  s.given_watched("v1", 2).given("ci", {StakeholdersNotified{rollout_id(1), "all"}}).given("lee", {s.approval(1)});
  const Seq grant = s.newest();
  s.given("ci", {advanced(1, Stage::full, 100)});
  const Seq full = s.newest();

  const Answer answer(s, stricter_accuracy());
  CHECK(answer.refused(proposal) == "gates_not_passed");
  for (const Seq seq : {canary, grant - 1, grant, full}) {
    INFO("entry " << seq);
    CHECK(answer.moot(seq));
    CHECK(answer.at(seq).ground->from == proposal);
    CHECK(answer.at(seq).ground->missing == "rollout net/prod/1");
  }
  // Evidence of a registered model is what it was.
  CHECK(answer.rows.size() == 5);
  CHECK(answer.totals.moot == 4);
  CHECK(answer.totals.refusals == std::map<std::string, Size>{{"gates_not_passed", 1}});
  REQUIRE(answer.slots.size() == 1);
  CHECK(where(answer.slots[0].recorded) == "v1 100");
  CHECK(where(answer.slots[0].other).empty());
}

TEST_CASE("Soak is counted again by the other policy: a record that it finds bad starts over") {
  Scenario s;
  s.given_models({"v1"}).given("ci", {proposed(1, "v1")}).given_watched("v1", 1);
  s.later(hour).given("watch", {drift("v1", "prod", "0.12")});  // below 0.15, not below 0.1
  s.given("ci", {advanced(1, Stage::canary, 10)});
  const Seq early = s.newest();
  s.given_watched("v1", 2).given("ci", {advanced(1, Stage::canary, 25)});
  const std::string other = replaced(small_policy(), R"("threshold": "0.15")", R"("threshold": "0.1")");

  const Answer answer(s, other);
  CHECK(answer.refused(early) == "soak_missing");
  // From where the rollout stands there, at shadow, the next attempt comes out by itself.
  CHECK(answer.refused(s.newest()) == "soak_missing");
  s.given_watched("v1", 2).given("ci", {advanced(1, Stage::canary, 50)});
  const Answer later(s, other);
  CHECK(later.rows.count(s.newest()) == 0);
  CHECK(where(later.slots[0].recorded) == "v1 50");
  CHECK(later.slots[0].same());
}

TEST_CASE("What was refused too early and is admitted there makes the same step later moot: it is so already") {
  Scenario s;
  s.given_models({"v1"}).given("ci", {proposed(1, "v1")}).given_watched("v1", 1);
  s.when("ci", {advanced(1, Stage::canary, 10)}).then_refused(Refusal::soak_missing);
  const Seq early = s.newest();
  s.given_watched("v1", 1).given("ci", {advanced(1, Stage::canary, 10)});
  const Seq again = s.newest();
  s.given_watched("v1", 2).given("ci", {advanced(1, Stage::canary, 25)});
  const Answer answer(
      s, replaced(small_policy(), R"("stage": "shadow", "soak": "2h")", R"("stage": "shadow", "soak": "1h")"));
  CHECK(answer.at(early).change == Divergence::admitted);
  CHECK(answer.moot(again));
  CHECK(outcome_of(answer.at(again).other) == "percent_order");
  CHECK(answer.at(again).ground->missing.empty());
  CHECK(answer.rows.size() == 2);  // and the step after it comes out as it did
  CHECK(answer.slots[0].same());
}

TEST_CASE("What the other policy would say no to in either world is refused, though the world differs too") {
  Scenario s;
  s.given_models({"v1"}).given_canary(1, "v1").given_watched("v1", 2);
  s.given("ci", {advanced(1, Stage::canary, 40)});
  const Seq canary = s.newest();
  const Answer answer(s, replaced(small_policy(), R"("percent": [5, 50], "steps": [10, 25, 50])",
                                  R"("percent": [1, 8], "steps": [8])"));
  CHECK(answer.refused(canary) == "percent_order");
}

TEST_CASE("Rollouts and incidents are numbered by the world that they are in") {
  Scenario s;
  s.given("ci", {registered("v1"), metrics("v1", "0.9")}).given("ci", {registered("v2"), metrics("v2", "0.97")});
  s.given_full(1, "v1");
  s.given("ci", {proposed(2, "v2")});
  const Seq next = s.newest();
  s.given_watched("v2", 2).given("ci", {advanced(2, Stage::canary, 10)}).given("ida", rollback("v2", "v1", 1, 2));
  const Seq back = s.newest();
  s.given("ida", {opened(2)}).given("ida", {IncidentAcknowledged{"INC-2", "seen"}});
  const Seq seen = s.newest();

  const Answer answer(s, stricter_accuracy());
  // v1 never ran there, so v2 is its slot's first, and there is nothing to go back to.
  CHECK(answer.rows.count(next) == 0);
  CHECK(answer.rows.count(next + 3) == 0);
  CHECK(answer.moot(back));
  CHECK(outcome_of(answer.at(back).other) == "target_not_eligible");
  CHECK(answer.at(back).renamed == Renamed{{"net/prod/2", "net/prod/1"}});
  // The incident of the rollback was not opened, so the next one is the first.
  CHECK(answer.rows.count(seen) == 0);
  CHECK(answer.rows.count(seen - 1) == 0);
  CHECK(where(answer.slots[0].other) == "v2 10");
}

TEST_CASE("A number that was wrong when it was said is wrong there too, whatever number that world has reached") {
  Scenario s;
  s.given("ci", {registered("v1"), metrics("v1", "0.9")}).given("ci", {registered("v2"), metrics("v2", "0.97")});
  s.given("ci", {proposed(1, "v1")});
  s.when("ci", {proposed(1, "v2")}).then_refused(Refusal::wrong_number);
  const Answer answer(s, stricter_accuracy());
  CHECK(answer.rows.size() == 1);
  CHECK(where(answer.slots[0].other).empty());
}

TEST_CASE("A version that goes to full there archives the one that is there, not the one that never was") {
  Scenario s;
  s.given("ci", {registered("v1"), metrics("v1", "0.9")}).given("ci", {registered("v2"), metrics("v2", "0.97")});
  s.given_full(1, "v1").given_full(2, "v2", "v1");
  const Answer first(s, stricter_accuracy());
  CHECK(first.rows.count(s.newest()) == 0);
  CHECK(where(first.slots[0].other) == "v2 100");

  Scenario t;
  t.given_models({"v1", "v2", "v3"}).given_full(1, "v1").given_ready_for_full(2, "v2");
  t.given("watch", {drift("v2", "prod", "0.2")});  // the grant is void, and the gate fails
  t.when("ci", {advanced(2, Stage::full, 100), archived("v1", "v2")}).then_refused(Refusal::soak_missing);
  const Seq refused = t.newest();
  t.given("ida", {RolloutAborted{rollout_id(2), "bad"}}).given_full(3, "v3", "v1");
  const Answer other(t, replaced(small_policy(), R"("threshold": "0.15")", R"("threshold": "0.3")"));
  CHECK(other.at(refused).change == Divergence::admitted);
  CHECK(other.moot(refused + 1));  // it is at full, not on its way
  CHECK(other.rows.count(t.newest()) == 0);
  CHECK(where(other.slots[0].other) == "v3 100");
}

TEST_CASE("A lockdown that nobody could lift there holds back what comes after: refused, not moot") {
  Scenario s;
  s.given("dana", {person("max", {{Role::admin, {}}})}).given_models({"v1"});
  s.given("watch", {LockdownEngaged{{}, "harm"}});
  s.given("ida", {LockdownLiftRequested{{}, "over"}});
  const Seq asked = s.newest();
  s.given("dana", {LockdownLifted{{}, "over"}}).given("ci", {proposed(1, "v1")});
  const std::string other =
      replaced(small_policy(), R"("monitoring":)", R"("protection": {"lift": ["admin"]}, "monitoring":)");
  const Answer answer(s, other);
  CHECK(answer.refused(asked) == "role_missing");
  // So says the other policy in the world as recorded too: who asked could not.
  CHECK(answer.refused(asked + 1) == "lift_not_requested");
  CHECK(answer.refused(s.newest()) == "locked_down");
}

TEST_CASE("Whoever was never enrolled there says nothing: moot") {
  Scenario s;
  s.given("dana", {person("max", {{Role::admin, {}}})}).given("dana", {person("mia", {{Role::approver, {}}})});
  const Seq enrolled = s.newest();
  s.given_models({"v1"}).given_ready_for_full(1, "v1").given("mia", {s.approval(1)});
  const Answer answer(
      s, replaced(small_policy(), R"("monitoring":)", R"("administration": {"second_admin": true}, "monitoring":)"));
  CHECK(answer.refused(enrolled) == "second_admin_missing");
  CHECK(answer.moot(s.newest()));
  CHECK(answer.at(s.newest()).ground->missing == "mia");
  CHECK(answer.at(s.newest()).ground->from == enrolled);
}

TEST_CASE("Adoptions are passed over: the other policy stays, and grants that they voided hold") {
  Scenario s;
  s.given_models({"v1"}).given_ready_for_full(1, "v1");
  const std::string noticed = replaced(small_policy(), R"("approval_valid": "72h")", R"("approval_valid": "71h")");
  s.given("dana", {PolicyProposed{noticed}, PolicyAdopted{sha256(noticed), s.world.policy().digest}});
  const Seq adoption = s.newest();
  s.when("ci", {advanced(1, Stage::full, 100)}).then_refused(Refusal::approval_missing);
  const Answer answer(s, small_policy());
  CHECK(answer.rows.size() == 1);
  CHECK(answer.at(s.newest()).change == Divergence::admitted);
  REQUIRE(answer.totals.passed_over.size() == 2);
  CHECK(answer.totals.passed_over[0].seq == 0);
  CHECK(answer.totals.passed_over[1].seq == adoption);
}

}  // namespace cairn
