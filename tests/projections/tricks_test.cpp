// What somebody with some rights might try in order to do alone what takes two, or to pass without being watched.
#include <algorithm>

#include "tests/catch.h"
#include "tests/projections/scenario.h"

namespace cairn {
namespace {}  // namespace

TEST_CASE("An admin who gives an approver a key cannot approve with it what they propose (C3)") {
  Scenario s;
  s.given_models({"v1"}).given_canary(1, "v1");  // proposed by dana's service
  s.given("dana", {key_added("lee", "dana's own")});
  SECTION("by that key") {
    s.given(s.said("lee", {s.approval(1)}), first_key("dana's own"));
  }
  SECTION("or by one that it brought in") {
    s.when(s.said("lee", {key_added("lee", "dana's next")}), first_key("dana's own")).then_admitted();
    s.given(s.said("lee", {s.approval(1)}), first_key("dana's next"));
  }
  CHECK(valid_grants_of(s) == 0);
  s.given("lee", {ApprovalWithdrawn{rollout_id(1), Stage::full, ""}}).given("lee", {s.approval(1)});
  CHECK(valid_grants_of(s) == 1);  // by lee's own
}

TEST_CASE("Who enrols a service or gives it a key answers for it, whoever is named as its owner (C3)") {
  Scenario s;
  s.given("dana", {RoleGranted{"dana", approver}, service("bot", "lee", {deployer})}).given_models({"v1"});
  SECTION("as it was enrolled") {
    s.given("bot", {proposed(1, "v1")});
  }
  SECTION("by another, who was given a key of dana's for it") {
    s.given("dana", {person("eve", {admin})}).given("eve", {service("crow", "lee", {deployer})});
    s.given("dana", {key_added("crow", "dana's crow")});
    s.when(s.said("crow", {proposed(1, "v1")}), first_key("dana's crow")).then_admitted();
  }
  s.when("dana", {s.approval(1)}).then_refused(Refusal::approver_is_proposer);
}

TEST_CASE("Nobody gives themselves a right, uses it and takes it back in one statement (G10)") {
  Scenario s;
  s.given_models({"v1"}).given("ci", {proposed(1, "v1")});
  s.when("dana", {RoleGranted{"dana", approver}, s.approval(1), RoleRevoked{"dana", approver}});
  s.then_refused(Refusal::administration_not_alone);
  s.when("dana", {RoleGranted{"dana", approver}, RoleRevoked{"dana", approver}}).then_admitted();
}

TEST_CASE("The same monitoring file again is no new look: neither soak nor evidence of the next stage") {
  Scenario s;
  s.given_models({"v1"}).given("ci", {proposed(1, "v1")});
  const EvidenceRecorded look = drift("v1", "prod");
  for (int hours = 0; hours < 4; ++hours) s.later(hour).given("watch", {look});
  CHECK(s.rollout(1).soak.total == hour);
  s.given("watch", {drift("v1", "prod")});
  CHECK(s.rollout(1).soak.total == 2 * hour);
  const EvidenceRecorded last = drift("v1", "prod");
  s.given("watch", {last}).given("ci", {advanced(1, Stage::canary, 10)});
  s.later(hour).given("watch", {last}).when("ci", {advanced(1, Stage::canary, 25)});
  s.then_refused(Refusal::soak_missing);
  CHECK(s.decision.verdict.also.front().refusal == Refusal::gates_not_passed);
}

TEST_CASE("A quorum is of persons for every model, none of whom proposed") {
  Scenario s;
  SECTION("an approver of another model makes none") {
    s.given("dana", {person("mia", {{Role::approver, {"*", "other"}}})});
  }
  SECTION("nor does whoever answers for every deployer") {
    s.given("dana", {RoleGranted{"dana", approver}});
  }
  s.when("dana", {RoleRevoked{"lee", approver}}).then_refused(Refusal::quorum_unreachable);
  s.given("dana", {person("eve", {deployer, approver})});
  s.when("dana", {RoleRevoked{"lee", approver}}).then_admitted();  // eve approves dana's, and dana could eve's
}

TEST_CASE("A shadow elsewhere stands for this one only until this one shows something bad (A1)") {
  Scenario s;
  s.given_models({"v1"}).given("ci", {proposed(1, "v1", "lab2")}).given_watched("v1", 2, "lab2");
  s.given("ci", {proposed(1, "v1")});
  CHECK(soak_missing(s.world, s.rollout(1), s.now) == 0);
  SECTION("which a good look afterwards does not mend") {
    s.given("watch", {drift("v1", "prod", "0.9")}).later(minute).given("watch", {drift("v1", "prod")});
    s.when("ci", {advanced(1, Stage::canary, 10)}).then_refused(Refusal::soak_missing);
    s.given_watched("v1", 2).when("ci", {advanced(1, Stage::canary, 10)}).then_admitted();
  }
  SECTION("and only if it soaked as long as this environment asks") {
    const std::string longer =
        replaced(small_policy(), R"("stage": "shadow", "soak": "2h")", R"("stage": "shadow", "soak": "3h")");
    s.given("dana", {PolicyProposed{longer}, PolicyAdopted{sha256(longer), s.world.policy().digest}});
    s.when("ci", {advanced(1, Stage::canary, 10)}).then_refused(Refusal::soak_missing);
  }
  SECTION("and a failure there voids what was granted here") {
    s.given("lee", {s.approval(1)});
    CHECK(valid_grants_of(s) == 1);
    s.given("watch", {drift("v1", "lab2", "0.9")});
    CHECK(valid_grants_of(s) == 0);
  }
}

TEST_CASE("A version that was rolled back soaks anew before it takes traffic again (D1)") {
  Scenario s;
  s.given_models({"v1", "v2"}).given_full(1, "v1").given_full(2, "v2", "v1");
  s.given("ci", rollback("v2", "v1", 1)).given("ci", {proposed(3, "v2")});
  s.when("ci", {advanced(3, Stage::canary, 10)}).then_refused(Refusal::soak_missing);
}

TEST_CASE("For safety a rollback goes to a version without recorded violations (D2)") {
  Scenario s;
  const auto card = [](const std::string& version, const std::string& violations) {
    return evidence(EvidenceKind::card, version, "", {{"data_violations", "0"}, {"prediction_violations", violations}});
  };
  s.given_models({"v1", "v2", "v3"}).given_full(1, "v1").given_full(2, "v2", "v1").given_full(3, "v3", "v2");
  s.given("ci", {card("v1", "0"), card("v2", "7")});
  const auto safely = [](std::vector<Event> events) {
    for (Event& event : events) {
      if (auto* executed = std::get_if<RollbackExecuted>(&event)) executed->trigger = Trigger::safety;
      if (auto* left = std::get_if<SlotEmptied>(&event)) left->trigger = Trigger::safety;
    }
    events.insert(events.begin(), LockdownEngaged{{"prod", "net"}, "unsafe"});
    return events;
  };
  const auto target =
      s.world.rollback_target({"net", "prod"}, digest_of("v3"), Trigger::safety, [](const Hash&) { return false; });
  REQUIRE(target.has_value());
  CHECK(target->model == digest_of("v1"));
  s.when("ci", safely(rollback("v3", "v2", 1))).then_refused(Refusal::target_not_eligible);
  CHECK(s.says("records violations"));
  SECTION("what cannot be told is no zero") {
    s.given("ci", {card("v1", "NaN")});
    s.when("ci", safely(rollback("v3", "v1", 1))).then_refused(Refusal::target_not_eligible);
    s.when("ci", safely(emptied("v3", 1))).then_admitted();
  }
  SECTION("and with one there the slot is not emptied") {
    s.when("ci", safely(emptied("v3", 1))).then_refused(Refusal::no_rollback_target);
    s.when("ci", safely(rollback("v3", "v1", 1))).then_admitted();
  }
}

TEST_CASE("A grant says which evidence was seen, and what the gates look at is among it (C4)") {
  Scenario s;
  s.given_models({"v1"}).given_canary(1, "v1");
  ApprovalGranted blind = s.approval(1);
  blind.seen.clear();
  s.when("lee", {blind}).then_refused(Refusal::approval_not_bound);
  CHECK(s.says("accuracy is of entry 1, which is not among those that were seen"));
  // What came after the approver looked is no reproach.
  const ApprovalGranted looked = s.approval(1);
  Statement statement = s.said("lee", {looked});
  statement.expires = statement.at + approval_validity;
  statement = Scenario::coded(statement);
  s.given_watched("v1", 1);
  s.when(statement).then_admitted();
}

TEST_CASE("Evidence about the artefact counts where its author may deploy, and nowhere else (C10)") {
  Scenario s;
  s.given("dana", {person("eve", {{Role::deployer, {"lab", "*"}}})}).given_models({"v1"});
  s.given("eve", {metrics("v1", "0.99")});
  s.when("ci", {proposed(1, "v1")}).then_refused(Refusal::gates_not_passed);
  CHECK(s.says("recorded by eve, who is no deployer in prod"));
  s.when("eve", {proposed(1, "v1", "lab")}).then_admitted();
  s.given("ci", {metrics("v1")}).when("ci", {proposed(1, "v1")}).then_admitted();
}

TEST_CASE("What one author says again and again takes the place of what they said before") {
  Scenario s;
  s.given_models({"v1"}).given("ci", {proposed(1, "v1")});
  const auto policy = [](int number) { return replaced(small_policy(), "small", str("small", number)); };
  s.given("lee", {ApprovalDenied{rollout_id(1), Stage::full, "no"}}).given("dana", {PolicyProposed{policy(0)}});
  const std::size_t before = s.world.encode().size();
  for (int i = 1; i <= 5; ++i) {
    s.given("lee", {ApprovalDenied{rollout_id(1), Stage::full, "no"}}).given("dana", {PolicyProposed{policy(i)}});
  }
  // Ten ids, which are kept for a week: two halves of a digest, a seq below 128 and a time.
  CHECK(s.world.encode().size() == before + 10 * (16 + 16 + 1 + 6));
  s.when("dana", {PolicyAdopted{sha256(policy(1)), s.world.policy().digest}}).then_refused(Refusal::policy_unknown);
  s.when("dana", {PolicyAdopted{sha256(policy(5)), s.world.policy().digest}}).then_admitted();
}

TEST_CASE("A writer that lives for weeks forgets ids as a fold does") {
  World world;
  Scenario s;
  s.given("ci", {registered("v1")});
  for (int days = 0; days < 20; ++days) s.later(day).given("ci", {metrics("v1")});
  for (const Recorded& entry : s.entries) {
    const auto mark = world.journal.mark();
    world.apply(entry);
    (void)mark;
    world.keep();
  }
  CHECK(world.ids.rows().size() == 8);  // today's, and those of the seven days before
}

}  // namespace cairn
