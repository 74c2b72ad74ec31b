// Going back (D1, D2, D5, D8): always possible for who has the role, and never to what was bad before.
#include "tests/catch.h"
#include "tests/projections/scenario.h"

namespace cairn {
namespace {

std::optional<Hash> running(const Scenario& s) {
  const Tenure* full = s.world.at_full(net_in_prod);
  return full == nullptr ? std::nullopt : std::optional<Hash>(full->model);
}

std::optional<Hash> target(const Scenario& s) {
  const auto source = s.world.rollback_source(net_in_prod);
  REQUIRE(source.has_value());
  const auto tenure =
      s.world.rollback_target(net_in_prod, *source, Trigger::regression, [](const Hash&) { return false; });
  return tenure ? std::optional<Hash>(tenure->model) : std::nullopt;
}

Scenario& given_three(Scenario& s) {
  s.given_models({"v1", "v2", "v3"});
  return s.given_full(1, "v1").given_full(2, "v2", "v1").given_full(3, "v3", "v2");
}

}  // namespace

TEST_CASE("From a canary a rollback goes back to the version at full, whose tenure goes on") {
  Scenario s;
  s.given_models({"v1", "v2"}).given_full(1, "v1").given_canary(2, "v2");
  const Seq since = s.world.at_full(net_in_prod)->seq;
  REQUIRE(target(s) == digest_of("v1"));
  s.given("ida", rollback("v2", "v1", 1, 2));
  CHECK(running(s) == digest_of("v1"));
  CHECK(s.world.at_full(net_in_prod)->seq == since);
  CHECK(s.world.slots.find(net_in_prod)->history.size() == 1);
  CHECK(s.rollout(2).state == RolloutState::aborted);
  CHECK_FALSE(s.world.slots.find(net_in_prod)->active.has_value());
}

TEST_CASE("A second rollback never goes to a version that was itself rolled back from, unless it is named") {
  Scenario s;
  given_three(s);
  REQUIRE(target(s) == digest_of("v2"));
  s.given("ci", rollback("v3", "v2", 1));
  REQUIRE(target(s) == digest_of("v1"));
  SECTION("by default") {
    s.given("ci", rollback("v2", "v1", 2));
    CHECK_FALSE(target(s).has_value());
    s.given("ci", emptied("v1", 3));
    CHECK_FALSE(running(s).has_value());
    CHECK_FALSE(s.world.rollback_source(net_in_prod).has_value());
  }
  SECTION("by name") {
    s.when("ci", rollback("v2", "v3", 2)).then_refused(Refusal::service_not_allowed);  // no machine goes forward again
    s.given("ida", rollback("v2", "v3", 2));
    CHECK(running(s) == digest_of("v3"));
    CHECK(target(s) == digest_of("v1"));
    s.given_models({"v4"}).given_full(4, "v4", "v3");
    CHECK(target(s) == digest_of("v3"));
  }
  SECTION("a version that came to full again may be gone back to again") {
    s.given_full(4, "v3", "v2");
    CHECK(target(s) == digest_of("v2"));
    s.given_models({"v4"}).given_full(5, "v4", "v3");
    CHECK(target(s) == digest_of("v3"));
  }
}

TEST_CASE("The first canary of a slot with nothing at full empties it") {
  Scenario s;
  s.given_models({"v1"}).given_canary(1, "v1");
  REQUIRE_FALSE(target(s).has_value());
  s.given("ida", emptied("v1", 1, 1));
  CHECK_FALSE(running(s).has_value());
  CHECK(s.world.slots.find(net_in_prod)->history.empty());
  CHECK(s.rollout(1).state == RolloutState::aborted);
  s.when("ci", {proposed(2, "v1")}).then_admitted();
}

TEST_CASE("A slot is emptied where the only target's files differ from their manifest") {
  Scenario s;
  s.given_models({"v1", "v2"}).given_full(1, "v1").given_full(2, "v2", "v1");
  std::vector<Event> events = emptied("v2", 1);
  s.when("ci", events).then_refused(Refusal::no_rollback_target);
  events.insert(events.begin(), ArtefactChecked{digest_of("v1"), ArtefactMatch::not_reachable});
  s.when("ci", events).then_refused(Refusal::no_rollback_target);
  events[0] = ArtefactChecked{digest_of("v1"), ArtefactMatch::mismatch};
  s.when("ci", events).then_admitted();
  CHECK_FALSE(running(s).has_value());
}

TEST_CASE("A rollback asks for neither gates nor soak nor approvals, but for the role") {
  Scenario s;
  given_three(s);
  s.given("ci", {metrics("v2", "0.1")}).later(60 * day);
  s.when("watch", rollback("v3", "v2", 1)).then_refused(Refusal::role_missing);
  s.when("lee", rollback("v3", "v2", 1)).then_refused(Refusal::role_missing);
  s.when("ida", rollback("v3", "v2", 1)).then_admitted();
  CHECK(s.decision.verdict.gates.empty());
}

TEST_CASE("What fails stays where it is, a person overrides every machine, and all of it is on record (F5)") {
  Scenario s;
  s.given_models({"v1", "v2"}).given_full(1, "v1").given_canary(2, "v2").given_watched("v2", 2);
  const std::size_t before = s.entries.size();
  // It fails safely: a look that cannot be judged moves nothing, and what ran before still runs.
  s.given("watch", {drift("v2", "prod", "NaN")});
  s.when("ci", {advanced(2, Stage::canary, 25)}).then_refused(Refusal::gates_not_passed);
  CHECK(s.rollout(2).percent == 10);
  CHECK(running(s) == digest_of("v1"));
  // A person stops it, and no machine goes on, lifts, releases or approves.
  s.given("ida", {LockdownEngaged{{"prod", "net"}, "harm"}, ModelQuarantined{digest_of("v2"), "harm"}});
  s.when("dana", {RoleGranted{"ci", {Role::incident_commander, {}}}}).then_refused(Refusal::service_not_allowed);
  s.when("ci", {advanced(2, Stage::canary, 25)}).then_refused(Refusal::locked_down);
  for (const Event& event : std::vector<Event>{LockdownLiftRequested{{"prod", "net"}, "fine"},
                                               ModelReleased{digest_of("v2"), "fine"}, s.approval(2)}) {
    s.when("ci", {event}).then_refused(Refusal::role_missing);
    REQUIRE_FALSE(s.decision.verdict.also.empty());
    CHECK(s.decision.verdict.also.front().refusal == Refusal::service_not_allowed);
  }
  // And goes back, whatever holds the slot.
  s.given("ida", {FreezeDeclared{{"prod", "*"}, 0, "harm"}}).given("ida", rollback("v2", "v1", 1, 2));
  CHECK(running(s) == digest_of("v1"));
  CHECK(s.rollout(2).state == RolloutState::aborted);
  CHECK(s.entries.size() == before + 10);
}

TEST_CASE("What is rolled back to, and not what was left, is the baseline of the next (D8)") {
  Scenario s;
  s.given("ci", {registered("v1"), metrics("v1", "0.88"), registered("v2"), metrics("v2", "0.99")});
  s.given_full(1, "v1").given_full(2, "v2", "v1").given("ci", rollback("v2", "v1", 1));
  s.given("ci", {registered("v3"), metrics("v3", "0.87")}).given("ci", {proposed(3, "v3")}).given_watched("v3", 2);
  s.when("ci", {advanced(3, Stage::canary, 10)}).then_admitted();
}

TEST_CASE("A rollback and what it opens are one statement: whole or not at all") {
  Scenario s;
  given_three(s);
  std::vector<Event> events = rollback("v3", "v2", 1);
  events.back() = opened(7);
  s.when("ci", events).then_refused(Refusal::incident_missing);
  CHECK(running(s) == digest_of("v3"));
  std::get<RollbackExecuted>(events[1]).incident = "INC-7";
  s.when("ci", events).then_refused(Refusal::wrong_number);
  CHECK(running(s) == digest_of("v3"));
  CHECK(s.world.incidents.rows().empty());
}

TEST_CASE("One current version a slot: places are apart, and a full version gives way with its archive (A5 A6)") {
  Scenario s;
  given_three(s);
  CHECK(running(s) == digest_of("v3"));
  CHECK(s.world.slots.find(net_in_prod)->history.size() == 3);
  s.given("ci", {proposed(1, "v1", "lab")});
  CHECK(s.world.at_full({"net", "lab"}) == nullptr);
  s.when("ci", rollback("v3", "v2", 1, 0, "lab")).then_refused(Refusal::nothing_to_roll_back);
}

}  // namespace cairn
