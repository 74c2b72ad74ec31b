// What a grant is worth, and for how long (C1, C3, C10; DESIGN 6, approvals).
#include "tests/catch.h"
#include "tests/projections/scenario.h"

namespace cairn {
namespace {

std::string two_approvers() {
  return replaced(small_policy(), "\"persons\": 1", "\"persons\": 2");
}

// lee has approved, and could approve from a second key.
Scenario& approved(Scenario& s) {
  s.given("lee", {key_added("lee", "lee 2")}).given_models({"v1"}).given_canary(1, "v1");
  return s.given("lee", {s.approval(1)});
}

void adopt(Scenario& s, const std::string& policy) {
  s.given("dana", {PolicyProposed{policy}, PolicyAdopted{sha256(policy), s.world.policy().digest}});
}

}  // namespace

TEST_CASE("A grant holds for 72 hours and not a millisecond longer") {
  Scenario s;
  approved(s).later(72 * hour);
  CHECK(valid_grants_of(s) == 1);
  s.later(1);
  CHECK(valid_grants_of(s) == 0);
  s.when("lee", {s.approval(1)}).then_admitted();
  CHECK(valid_grants_of(s) == 1);
}

TEST_CASE("Evidence that passes leaves a grant, evidence that fails voids it") {
  Scenario s;
  approved(s).given_watched("v1", 2);
  CHECK(valid_grants_of(s) == 1);
  SECTION("drift") {
    s.given("watch", {drift("v1", "prod", "0.5")});
    CHECK(valid_grants_of(s) == 0);
    s.given("watch", {drift("v1", "prod")});
    CHECK(valid_grants_of(s) == 0);  // for good: it is asked again
  }
  SECTION("metrics") {
    s.given("ci", {metrics("v1", "0.5")});
    CHECK(valid_grants_of(s) == 0);
  }
  SECTION("a value that cannot be told is no failure, and no pass either") {
    s.given("watch", {drift("v1", "prod", "NaN")});
    CHECK(valid_grants_of(s) == 1);
    s.when("ci", {advanced(1, Stage::full, 100)}).then_refused(Refusal::notice_missing);
    CHECK(s.decision.verdict.also.back().refusal == Refusal::gates_not_passed);
  }
  SECTION("another place or digest") {
    s.given_models({"v2"}).given("watch", {drift("v1", "lab", "0.5")}).given("watch", {drift("v2", "prod", "0.5")});
    CHECK(valid_grants_of(s) == 1);
  }
  CHECK(fold(s.entries) == s.world.encode());
}

TEST_CASE("A better baseline that makes the candidate a regression voids its grant") {
  Scenario s;
  s.given_models({"v1", "v2"}).given_full(1, "v1").given_canary(2, "v2").given("lee", {s.approval(2)});
  REQUIRE(valid_grants(s.world, s.rollout(2), Stage::full, s.now).size() == 1);
  s.given("ci", {metrics("v1", "0.92")});
  CHECK(valid_grants(s.world, s.rollout(2), Stage::full, s.now).size() == 1);
  s.given("ci", {metrics("v1", "0.99")});
  CHECK(valid_grants(s.world, s.rollout(2), Stage::full, s.now).empty());
}

TEST_CASE("A grant is void once the rules of its stage change, and not when another's do") {
  Scenario s;
  approved(s);
  SECTION("another environment") {
    adopt(s, replaced(small_policy(), R"({"stage": "shadow", "soak": "2h"}, {"stage": "full"})",
                      R"({"stage": "shadow", "soak": "9h"}, {"stage": "full"})"));
    CHECK(valid_grants_of(s) == 1);
  }
  SECTION("its validity") {
    adopt(s, replaced(small_policy(), "72h", "71h"));
    CHECK(valid_grants_of(s) == 0);
  }
  SECTION("a gate that the stage asks for") {
    adopt(s, replaced(small_policy(), "0.85", "0.86"));
    CHECK(valid_grants_of(s) == 0);
  }
}

TEST_CASE("Two keys of one person count once") {
  Scenario s;
  s.given("dana", {person("mia", {{Role::approver, {}}})});
  adopt(s, two_approvers());
  approved(s).given_watched("v1", 2).given("ci", {StakeholdersNotified{rollout_id(1), "all"}});
  const KeyId lee_2 = key_of("lee 2").public_key().id();
  s.when(s.said("lee", {s.approval(1)}), lee_2).then_refused(Refusal::approval_repeated);
  s.given_a_lie("lee", {s.approval(1)});  // even where a log let it pass
  CHECK(valid_grants_of(s) == 1);
  s.when("ci", {advanced(1, Stage::full, 100)}).then_refused(Refusal::approval_missing);
  s.given("mia", {s.approval(1)}).when("ci", {advanced(1, Stage::full, 100)}).then_admitted();
}

TEST_CASE("A key revoked as compromised takes back what it granted since") {
  Scenario s;
  approved(s);
  const Millis granted = s.now;
  s.later(hour);
  SECTION("compromised before") {
    s.given("dana", {key_revoked("lee", "lee", granted - 1)});
    CHECK(valid_grants_of(s) == 0);
  }
  SECTION("compromised at that moment") {
    s.given("dana", {key_revoked("lee", "lee", granted)});
    CHECK(valid_grants_of(s) == 0);
  }
  SECTION("compromised later") {
    s.given("dana", {key_revoked("lee", "lee", granted + 1)});
    CHECK(valid_grants_of(s) == 1);
  }
  SECTION("only retired") {
    s.given("lee", {key_revoked("lee", "lee")});
    CHECK(valid_grants_of(s) == 1);
  }
  SECTION("retired first, and then found to have been compromised ever earlier") {
    s.given("dana", {key_revoked("lee", "lee")});
    const auto revoked = s.world.keys.find(key_of("lee").public_key().id())->revoked;
    s.given("dana", {key_revoked("lee", "lee", granted + 1)});
    CHECK(valid_grants_of(s) == 1);
    s.given("dana", {key_revoked("lee", "lee", granted)});
    CHECK(valid_grants_of(s) == 0);
    s.when("dana", {key_revoked("lee", "lee", granted + 1)}).then_refused(Refusal::unknown_key);
    CHECK(s.world.keys.find(key_of("lee").public_key().id())->revoked == revoked);
  }
}

TEST_CASE("A grant that was withdrawn or denied by its person is gone") {
  Scenario s;
  approved(s);
  SECTION("withdrawn") {
    s.given("lee", {ApprovalWithdrawn{rollout_id(1), Stage::full, "second thoughts"}});
  }
  SECTION("denied") {
    s.given("lee", {ApprovalDenied{rollout_id(1), Stage::full, "no"}});
    CHECK(standing_denials(s.world, s.rollout(1), Stage::full).size() == 1);
    s.given("lee", {ApprovalWithdrawn{rollout_id(1), Stage::full, ""}});
  }
  CHECK(valid_grants_of(s) == 0);
  CHECK(standing_denials(s.world, s.rollout(1), Stage::full).empty());
  s.when("lee", {ApprovalWithdrawn{rollout_id(1), Stage::full, ""}}).then_refused(Refusal::approval_repeated);
  s.when("lee", {s.approval(1)}).then_admitted();
}

TEST_CASE("What one person denies leaves another's grant as it is") {
  Scenario s;
  s.given("dana", {person("mia", {{Role::approver, {}}})});
  approved(s).given("mia", {ApprovalDenied{rollout_id(1), Stage::full, "no"}});
  CHECK(valid_grants_of(s) == 1);
}

TEST_CASE("A grant ends with its rollout") {
  Scenario s;
  approved(s).given("ci", {RolloutAborted{rollout_id(1), "no"}});
  CHECK(valid_grants_of(s) == 0);
  s.given("ci", {proposed(2, "v1")});
  CHECK(valid_grants(s.world, s.rollout(2), Stage::full, s.now).empty());
}

TEST_CASE("A canary that asks for approval can be approved again for its further steps") {
  const std::string policy =
      replaced(small_policy(), R"("steps": [10, 25, 50],)",
               R"("steps": [10, 25, 50], "approvals": [{"role": "approver", "persons": 1}], "approval_valid": "1h",)");
  Scenario s(policy);
  s.given_models({"v1"}).given("ci", {proposed(1, "v1")}).given_watched("v1", 2);
  s.when("ci", {advanced(1, Stage::canary, 10)}).then_refused(Refusal::approval_missing);
  s.given("lee", {s.approval(1, "prod", Stage::canary)}).given("ci", {advanced(1, Stage::canary, 10)});
  s.given_watched("v1", 2).when("ci", {advanced(1, Stage::canary, 25)}).then_refused(Refusal::approval_missing);
  s.when("lee", {s.approval(1, "prod", Stage::canary)}).then_admitted();
  s.when("ci", {advanced(1, Stage::canary, 25)}).then_admitted();
}

TEST_CASE("Whoever owns another service than the proposer's may approve") {
  Scenario s;
  s.given("dana", {service("bot", "lee", {{Role::deployer, {}}})}).given_models({"v1"});
  SECTION("the proposer's is dana's") {
    s.given("ci", {proposed(1, "v1")}).when("lee", {s.approval(1)}).then_admitted();
  }
  SECTION("the proposer's is lee's") {
    s.given("bot", {proposed(1, "v1")}).when("lee", {s.approval(1)}).then_refused(Refusal::approver_is_proposer);
  }
}

}  // namespace cairn
