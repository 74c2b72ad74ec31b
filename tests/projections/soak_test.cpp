// How long a stage has been watched and found good (A2, DESIGN 6).
#include "tests/catch.h"
#include "tests/projections/scenario.h"

namespace cairn {
namespace {

Scenario& in_shadow(Scenario& s) {
  return s.given_models({"v1"}).given("ci", {proposed(1, "v1")});
}

Millis soaked(const Scenario& s) {
  return s.rollout(1).soak.total;
}

}  // namespace

TEST_CASE("The stage's start counts as the first passing record") {
  Scenario s;
  in_shadow(s).later(40 * minute).given("watch", {drift("v1", "prod")});
  CHECK(soaked(s) == 40 * minute);
  CHECK(soak_missing(s.world, s.rollout(1), s.now) == 80 * minute);
}

TEST_CASE("A gap counts up to max_gap and no further") {
  Scenario s;
  in_shadow(s).later(hour).given("watch", {drift("v1", "prod")});
  CHECK(soaked(s) == hour);
  s.later(hour + 1).given("watch", {drift("v1", "prod")});
  CHECK(soaked(s) == 2 * hour);
  s.later(100 * hour).given("watch", {drift("v1", "prod")});
  CHECK(soaked(s) == 3 * hour);
}

TEST_CASE("Time after the last record does not count") {
  Scenario s;
  in_shadow(s).later(hour).given("watch", {drift("v1", "prod")}).later(100 * hour);
  CHECK(soak_missing(s.world, s.rollout(1), s.now) == hour);
  s.when("ci", {advanced(1, Stage::canary, 10)}).then_refused(Refusal::soak_missing);
}

TEST_CASE("A failing record resets the soak, and the next interval does not count") {
  Scenario s;
  in_shadow(s).given_watched("v1", 1).later(minute).given("watch", {drift("v1", "prod", "0.15")});
  CHECK(soaked(s) == 0);
  s.later(hour).given("watch", {drift("v1", "prod")});
  CHECK(soaked(s) == 0);
  s.later(hour).given("watch", {drift("v1", "prod")});
  CHECK(soaked(s) == hour);
}

TEST_CASE("A record that cannot be judged interrupts the soak and resets nothing (B2)") {
  Scenario s;
  in_shadow(s).given_watched("v1", 1).later(minute);
  SECTION("not a number") {
    s.given("watch", {drift("v1", "prod", "NaN")});
  }
  SECTION("infinite") {
    s.given("watch", {drift("v1", "prod", "-Infinity")});
  }
  SECTION("missing") {
    s.given("watch", {evidence(EvidenceKind::monitoring, "v1", "prod", {{"other", "0"}})});
  }
  CHECK(soaked(s) == hour);
  s.later(hour).given("watch", {drift("v1", "prod")});
  CHECK(soaked(s) == hour);
  s.later(hour).given("watch", {drift("v1", "prod")});
  CHECK(soaked(s) == 2 * hour);
}

TEST_CASE("Records of another place, another digest or another kind soak nothing") {
  Scenario s;
  in_shadow(s).given_models({"v2"}).later(hour);
  s.given("watch", {drift("v1", "lab2")}).given("watch", {drift("v2", "prod")}).given("watch", {drift("v1", "")});
  s.given("ci", {evidence(EvidenceKind::metrics, "v1", "prod", {{"drift_score", "0"}})});
  CHECK(soaked(s) == 0);
}

TEST_CASE("Each step of a canary soaks anew, on evidence of its own") {
  Scenario s;
  s.given_models({"v1"}).given_canary(1, "v1");
  CHECK(soaked(s) == 0);
  s.later(24 * hour).when("ci", {advanced(1, Stage::canary, 25)}).then_refused(Refusal::soak_missing);
  REQUIRE(s.decision.verdict.also.size() == 1);
  CHECK(s.decision.verdict.also[0].reasons[0] == "drift: UNKNOWN, no monitoring evidence since the stage began");
  s.given_watched("v1", 3).when("ci", {advanced(1, Stage::canary, 25)}).then_admitted();
  CHECK(s.rollout(1).percent == 25);
}

TEST_CASE("An environment without a shadow stage completes none for another") {
  const std::string policy =
      replaced(small_policy(), R"({"stage": "shadow", "soak": "2h"}, {"stage": "full"})", R"({"stage": "full"})");
  Scenario s(policy);
  s.given_models({"v1"}).given("ci", {proposed(1, "v1", "lab2")}).given_watched("v1", 3, "lab2");
  s.given("ci", {proposed(1, "v1")});
  s.when("ci", {advanced(1, Stage::canary, 10)}).then_refused(Refusal::soak_missing);
}

TEST_CASE("A policy without monitoring gates finds no record good") {
  Scenario s(replaced(small_policy(), R"("evidence": "monitoring")", R"("evidence": "audit_chunk")"));
  in_shadow(s).given_watched("v1", 5);
  CHECK(soaked(s) == 0);
}

TEST_CASE("A policy adopted on the way applies to what is under way") {
  Scenario s;
  in_shadow(s).given_watched("v1", 2);
  const std::string longer = replaced(small_policy(), R"("soak": "2h")", R"("soak": "3h")");
  s.given("dana", {PolicyProposed{longer}, PolicyAdopted{sha256(longer), s.world.policy().digest}});
  CHECK(soak_missing(s.world, s.rollout(1), s.now) == hour);  // a shadow that was completed by the old rules is not now
  s.given_watched("v1", 1);
  CHECK(soak_missing(s.world, s.rollout(1), s.now) == 0);
  s.given("ci", {advanced(1, Stage::canary, 10)}).given_watched("v1", 2);
  s.when("ci", {advanced(1, Stage::canary, 25)}).then_refused(Refusal::soak_missing);
  CHECK(s.decision.verdict.refused->due == s.now + hour);
}

}  // namespace cairn
