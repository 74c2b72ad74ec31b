// What several events of one statement may not do for each other: nothing that is measured in time fits into one entry.
#include "tests/catch.h"
#include "tests/projections/scenario.h"

namespace cairn {
namespace {

// A ladder whose canary has gates and no soak, as the guide's staging.
std::string canary_without_soak() {
  return replaced(small_policy(), R"("steps": [10, 25, 50], "soak": "2h")", R"("steps": [10, 25, 50])");
}

}  // namespace

TEST_CASE("One record does not stand for stages that begin in its own statement") {
  Scenario s(canary_without_soak());
  s.given_models({"v1"}).given("ci", {proposed(1, "v1")}).given_watched("v1", 2);
  s.when("ci", {drift("v1", "prod"), advanced(1, Stage::canary, 10), advanced(1, Stage::canary, 25),
                advanced(1, Stage::canary, 50)})
      .then_refused(Refusal::gates_not_passed);
  CHECK(s.says("of the entry that began the stage"));
  s.when("ci", {advanced(1, Stage::canary, 10), drift("v1", "prod"), advanced(1, Stage::canary, 25)})
      .then_refused(Refusal::gates_not_passed);

  s.given("ci", {advanced(1, Stage::canary, 10)}).when("ci", {advanced(1, Stage::canary, 25)});
  s.then_refused(Refusal::gates_not_passed);
  s.given("watch", {drift("v1", "prod")}).when("ci", {advanced(1, Stage::canary, 25)}).then_admitted();
}

TEST_CASE("A failure recorded in the statement of a step voids the grants all the same") {
  Scenario s;
  s.given_models({"v1"}).given("ci", {proposed(1, "v1")}).given_watched("v1", 2).given("lee", {s.approval(1)});
  REQUIRE(valid_grants(s.world, s.rollout(1), Stage::full, s.now).size() == 1);
  s.given("ci", {advanced(1, Stage::canary, 10), drift("v1", "prod", "0.5")});
  CHECK(valid_grants(s.world, s.rollout(1), Stage::full, s.now).empty());
}

TEST_CASE("Rules that changed and changed back do not give a grant its force again") {
  Scenario s;
  s.given_models({"v1"}).given_canary(1, "v1").given("lee", {s.approval(1)});
  const auto holding = [&s] { return valid_grants(s.world, s.rollout(1), Stage::full, s.now).size(); };
  const auto adopt = [&s](const std::string& policy) {
    s.given("dana", {PolicyProposed{policy}, PolicyAdopted{sha256(policy), s.world.policy().digest}});
  };
  REQUIRE(holding() == 1);
  SECTION("in two statements") {
    adopt(replaced(small_policy(), "0.85", "0.5"));
    adopt(small_policy());
  }
  SECTION("in one") {
    const std::string lax = replaced(small_policy(), "0.85", "0.5");
    s.given("dana", {PolicyProposed{lax}, PolicyAdopted{sha256(lax), s.world.policy().digest},
                     PolicyProposed{small_policy()}, PolicyAdopted{sha256(small_policy()), sha256(lax)}});
  }
  CHECK(holding() == 0);
  CHECK(fold(s.entries) == s.world.encode());
  s.when("lee", {s.approval(1)}).then_admitted();
  CHECK(holding() == 1);
}

}  // namespace cairn
