// Lockdown, freeze, broken glass, quarantine, pause; and the ways back that they never close.
#include "ledger/base/text.h"
#include "tests/catch.h"
#include "tests/projections/refusal_cases.h"

namespace cairn {

using R = Refusal;

namespace {

const Scope everywhere;
const Scope prod{"prod", "*"};
const Scope net_scope{"prod", "net"};

// v1 at full, v2 in canary, watched for an hour of two.
struct CanaryBesideFull : Scenario {
  CanaryBesideFull() { given_models({"v1", "v2"}).given_full(1, "v1").given_canary(2, "v2").given_watched("v2", 1); }
};

struct AfterIncident : CanaryBesideFull {
  AfterIncident() { given("ida", {opened(1)}); }
};

BreakGlassInvoked broken(const Scenario& s, std::vector<Guard> lifts, Millis span = hour) {
  return {"net", "prod", std::move(lifts), s.now + span, "INC-1", "ship the fix"};
}

}  // namespace

const std::vector<RefusalCase> protection_cases = {
    {R::locked_down, "in a lockdown nothing is proposed, advanced or resumed (D9)",
     [] {
       for (const Scope& scope : {everywhere, prod, net_scope, Scope{"*", "net"}}) {
         CanaryBesideFull s;
         s.given("ida", {RolloutPaused{rollout_id(2), "odd"}, LockdownEngaged{scope, "unsafe"}});
         s.when("ci", {advanced(2, Stage::canary, 25)}).then_refused(R::locked_down);
         REQUIRE(s.says("by ida: unsafe"));
         s.when("ida", {RolloutResumed{rollout_id(2), ""}}).then_refused(R::locked_down);
         s.given("ci", {RolloutAborted{rollout_id(2), "no"}});
         s.when("ci", {proposed(3, "v2")}).then_refused(R::locked_down);
       }
     }},
    {R::locked_down, "a lockdown reaches as far as its scope and no further",
     [] {
       Scenario s;
       s.given_models({"v1"}).given("ida",
                                    {LockdownEngaged{{"lab", "*"}, "unsafe"}, LockdownEngaged{{"*", "other"}, "x"}});
       s.when("ci", {proposed(1, "v1", "lab")}).then_refused(R::locked_down);
       s.when("ci", {proposed(1, "v1")}).then_admitted();
     }},
    {R::locked_down, "no quarantine is released in a lockdown of any place",
     [] {
       Scenario s;
       s.given_models({"v1"}).given("watch", {ModelQuarantined{digest_of("v1"), "odd"}});
       s.given("ida", {LockdownEngaged{{"lab", "*"}, "unsafe"}});
       s.when("ida", {ModelReleased{digest_of("v1"), "fine"}}).then_refused(R::locked_down);
     }},
    {R::lockdown_unchanged, "a scope is locked down once, and asked about only while it is",
     [] {
       Scenario s;
       s.when("ida", {LockdownLiftRequested{prod, "fine"}}).then_refused(R::lockdown_unchanged);
       s.when("ida", {LockdownLifted{prod, ""}}).then_refused(R::lockdown_unchanged);
       s.given("watch", {LockdownEngaged{prod, "unsafe"}});
       s.when("ida", {LockdownEngaged{prod, "again"}}).then_refused(R::lockdown_unchanged);
       s.given("ida", {LockdownLiftRequested{prod, "fine"}});
       s.when("ida", {LockdownLiftRequested{prod, "fine"}}).then_refused(R::lockdown_unchanged);
     }},
    {R::lift_not_requested, "nobody lifts a lockdown alone (C7)",
     [] {
       Scenario s;
       s.given("ida", {LockdownEngaged{prod, "unsafe"}});
       s.when("dana", {LockdownLifted{prod, ""}}).then_refused(R::lift_not_requested);
     }},
    {R::lift_by_requester, "who asks for the lift does not confirm it, by no key (C7)",
     [] {
       Scenario s;
       s.given("dana", {key_added("ida", "a key that dana holds")}).given("ida", {LockdownEngaged{prod, "unsafe"}});
       s.given("dana", {LockdownLiftRequested{prod, "fine"}});
       s.when("dana", {LockdownLifted{prod, ""}}).then_refused(R::lift_by_requester);
       const KeyId held = key_of("a key that dana holds").public_key().id();
       s.when(s.said("ida", {LockdownLifted{prod, ""}}), held).then_refused(R::lift_by_requester);
       s.given("ida", {LockdownLiftRequested{prod, "fine"}})
           .given(s.said("ida", {LockdownEngaged{net_scope, "x"}}), held);
       s.given(s.said("ida", {LockdownLiftRequested{net_scope, "fine"}}), held);
       s.when("dana", {LockdownLifted{net_scope, ""}}).then_refused(R::lift_by_requester);
       s.when("dana", {LockdownLifted{prod, ""}}).then_admitted();
     }},
    {R::lift_not_requested, "what was asked long ago, or by who may no more, or by a stolen key, lifts nothing",
     [] {
       for (const int way : {1, 2, 3}) {
         Scenario s;
         s.given("dana", {person("mia", {{Role::admin, {}}})}).given("ida", {LockdownEngaged{prod, "unsafe"}});
         s.given("ida", {LockdownLiftRequested{prod, "fine"}});
         if (way == 1) s.later(request_validity + 1);
         if (way == 2) s.given("dana", {RoleRevoked{"ida", {Role::incident_commander, {}}}});
         if (way == 3) s.given("dana", {key_revoked("ida", "ida", s.now)});
         s.when("dana", {LockdownLifted{prod, ""}}).then_refused(R::lift_not_requested);
         s.given("mia", {LockdownLiftRequested{prod, "fine"}}).when("dana", {LockdownLifted{prod, ""}}).then_admitted();
       }
     }},
    {R::quorum_unreachable, "of those who lift a lockdown two stay",
     [] {
       Scenario s;
       s.when("dana", {RoleRevoked{"ida", {Role::incident_commander, {}}}}).then_refused(R::quorum_unreachable);
       REQUIRE(s.says("two persons lift a lockdown, and 1 could"));
       const std::string admins =
           replaced(small_policy(), "\"monitoring\": {", "\"protection\": {\"lift\": [\"admin\"]}, \"monitoring\": {");
       s.when("dana", {PolicyProposed{admins}, PolicyAdopted{sha256(admins), s.world.policy().digest}})
           .then_refused(R::quorum_unreachable);
     }},
    {R::model_quarantined, "what is in quarantine is not proposed, advanced or resumed (F3)",
     [] {
       CanaryBesideFull s;
       s.given("watch", {ModelQuarantined{digest_of("v2"), "odd"}}).given("ci", {RolloutPaused{rollout_id(2), "odd"}});
       s.when("ci", {advanced(2, Stage::canary, 25)}).then_refused(R::model_quarantined);
       s.when("ci", {RolloutResumed{rollout_id(2), ""}}).then_refused(R::model_quarantined);
       s.given("ci", {RolloutAborted{rollout_id(2), "no"}});
       s.when("ci", {proposed(3, "v2")}).then_refused(R::model_quarantined);
       s.given("ida", {ModelReleased{digest_of("v2"), "fine"}}).when("ci", {proposed(3, "v2")}).then_admitted();
     }},
    {R::quarantine_unchanged, "a model is quarantined once, and released once",
     [] {
       Scenario s;
       s.given_models({"v1"});
       s.when("ida", {ModelReleased{digest_of("v1"), "fine"}}).then_refused(R::quarantine_unchanged);
       s.given("ida", {ModelQuarantined{digest_of("v1"), "odd"}});
       s.when("ida", {ModelQuarantined{digest_of("v1"), "odd"}}).then_refused(R::quarantine_unchanged);
     }},
    {R::service_not_allowed, "a service may quarantine and never release",
     [] {
       Scenario s;
       s.given_models({"v1"}).given("ci", {ModelQuarantined{digest_of("v1"), "odd"}});
       s.when("ci", {ModelReleased{digest_of("v1"), "fine"}}).then_refused(R::role_missing);
       REQUIRE(s.decision.verdict.also.front().refusal == R::service_not_allowed);
     }},
    {R::model_retired, "a retired model never comes back",
     [] {
       Scenario s;
       s.given_models({"v1"}).given("dana", {ModelRetired{digest_of("v1"), "old data"}});
       s.when("ci", {proposed(1, "v1")}).then_refused(R::model_retired);
       s.when("dana", {ModelRetired{digest_of("v1"), "old data"}}).then_refused(R::model_retired);
     }},
    {R::model_in_use, "what takes traffic, or is on its way to, is not retired",
     [] {
       CanaryBesideFull s;
       s.when("dana", {ModelRetired{digest_of("v1"), "old"}}).then_refused(R::model_in_use);
       s.when("dana", {ModelRetired{digest_of("v2"), "old"}}).then_refused(R::model_in_use);
     }},
    {R::target_not_eligible, "nothing goes back to what is in quarantine or retired",
     [] {
       Scenario s;
       s.given_models({"v1", "v2", "v3"}).given_full(1, "v1").given_full(2, "v2", "v1").given_full(3, "v3", "v2");
       s.given("ida", {ModelQuarantined{digest_of("v2"), "odd"}});
       s.when("ci", rollback("v3", "v2", 1)).then_refused(R::target_not_eligible);
       s.given("dana", {ModelRetired{digest_of("v1"), "old"}});
       s.when("ci", rollback("v3", "v1", 1)).then_refused(R::target_not_eligible);
       s.when("ci", emptied("v3", 1)).then_admitted();
     }},
    {R::frozen, "in a freeze nothing moves on, and the due time is said (A9)",
     [] {
       CanaryBesideFull s;
       s.given("ida", {FreezeDeclared{prod, s.now + 10 * hour, "year-end"}});
       s.when("ci", {advanced(2, Stage::canary, 25)}).then_refused(R::frozen);
       REQUIRE(s.decision.verdict.refused->due == s.now + 10 * hour);
       s.given_watched("v2", 10).when("ci", {advanced(2, Stage::canary, 25)}).then_admitted();
     }},
    {R::frozen, "a freeze without an end lasts until it is ended",
     [] {
       Scenario s;
       s.given_models({"v1"}).given("dana", {FreezeDeclared{everywhere, 0, "budget spent"}}).later(1000 * hour);
       s.given("ci", {metrics("v1")}).when("ci", {proposed(1, "v1")}).then_refused(R::frozen);
       REQUIRE_FALSE(s.decision.verdict.refused->due.has_value());
       s.given("ida", {FreezeEnded{everywhere, ""}}).when("ci", {proposed(1, "v1")}).then_admitted();
     }},
    {R::frozen, "a window of the policy freezes by the calendar, from its first millisecond to before its last (A9)",
     [] {
       const std::string windows = replaced(small_policy(), "\"monitoring\": {",
                                            str(R"("freezes": [{"name": "year-end",
           "scope": "environment=prod", "from": ")",
                                                format_time(start_of_scenario + 10 * hour), R"(", "until": ")",
                                                format_time(start_of_scenario + 20 * hour), R"("}], "monitoring": {)"));
       Scenario s(windows);
       s.given_models({"v1", "v2"}).later(10 * hour - 1).given("ci", {proposed(1, "v1")}).later(1);
       s.when("ci", {proposed(2, "v2")}).then_refused(R::frozen);
       REQUIRE(s.says("window year-end lasts until"));
       REQUIRE(s.decision.verdict.refused->due == start_of_scenario + 20 * hour);
       s.when("ci", {proposed(1, "v2", "lab")}).then_admitted();
       s.later(10 * hour).when("ci", {proposed(2, "v2")}).then_admitted();
     }},
    {R::freeze_unchanged, "a scope is frozen once, and its freeze ended while it is there",
     [] {
       Scenario s;
       s.when("ida", {FreezeEnded{prod, ""}}).then_refused(R::freeze_unchanged);
       s.given("ida", {FreezeDeclared{prod, s.now + hour, "x"}});
       s.when("ida", {FreezeDeclared{prod, 0, "x"}}).then_refused(R::freeze_unchanged);
       s.later(hour).when("ida", {FreezeDeclared{prod, 0, "x"}}).then_admitted();
     }},
    {R::until_out_of_range, "an end lies ahead, and a broken glass lasts 4 h at most",
     [] {
       AfterIncident s;
       s.when("ida", {FreezeDeclared{prod, s.now, "x"}}).then_refused(R::until_out_of_range);
       s.when("ida", {broken(s, {Guard::soak}, 0)}).then_refused(R::until_out_of_range);
       s.when("ida", {broken(s, {Guard::soak}, 4 * hour + 1)}).then_refused(R::until_out_of_range);
       s.when("ida", {broken(s, {Guard::soak}, 4 * hour)}).then_admitted();
       s.later(3 * hour).when("ida", {broken(s, {Guard::gates}, hour + 1)}).then_refused(R::until_out_of_range);
       s.when("ida", {broken(s, {Guard::gates}, hour)}).then_admitted();
     }},
    {R::soak_missing, "a broken glass lifts what it names, for its slot and time, and says so (B12)",
     [] {
       AfterIncident s;
       s.when("ci", {advanced(2, Stage::canary, 25)}).then_refused(R::soak_missing);
       s.given("ida", {broken(s, {Guard::freeze})});
       s.when("ci", {advanced(2, Stage::canary, 25)}).then_refused(R::soak_missing);
       s.given("ida", {broken(s, {Guard::soak})});
       s.when("ci", {advanced(2, Stage::canary, 25)}).then_admitted();
       REQUIRE(s.decision.verdict.lifted.size() == 1);
       CHECK(s.decision.verdict.lifted.front().refused.refusal == R::soak_missing);
       CHECK(s.decision.verdict.lifted.front().invoked == s.entries.size() - 2);
     }},
    {R::stage_order, "no glass lifts the order of stages, a notice, a lockdown or a quarantine",
     [] {
       AfterIncident s;
       const std::vector<Guard> all = {Guard::soak, Guard::freeze, Guard::approvals, Guard::gates};
       s.given("ida", {broken(s, all, 4 * hour)});
       s.when("ci", {advanced(2, Stage::full, 100), archived("v1", "v2")}).then_refused(R::notice_missing);
       s.given("ida", {LockdownEngaged{net_scope, "unsafe"}});
       s.when("ci", {advanced(2, Stage::canary, 25)}).then_refused(R::locked_down);
       s.given("ida", {LockdownLiftRequested{net_scope, "x"}}).given("dana", {LockdownLifted{net_scope, ""}});
       s.given("ci", {RolloutAborted{rollout_id(2), "no"}}).given("ci", {proposed(3, "v2")});
       s.when("ci", {advanced(3, Stage::full, 100), archived("v1", "v2")}).then_refused(R::stage_order);
       s.given("ida", {ModelQuarantined{digest_of("v2"), "odd"}});
       s.when("ci", {advanced(3, Stage::canary, 25)}).then_refused(R::model_quarantined);
     }},
    {R::gates_not_passed, "a glass that lifts gates and approvals leaves both on record as they are",
     [] {
       AfterIncident s;
       s.given("ci", {StakeholdersNotified{rollout_id(2), "all"}}).given("watch", {drift("v2", "prod", "0.9")});
       s.given("ida", {broken(s, {Guard::soak, Guard::approvals})});
       const std::vector<Event> full = {advanced(2, Stage::full, 100), archived("v1", "v2")};
       s.when("ci", full).then_refused(R::gates_not_passed);
       s.given("ida", {broken(s, {Guard::soak, Guard::approvals, Guard::gates})}).when("ci", full).then_admitted();
       CHECK(s.decision.verdict.lifted.size() == 3);
       CHECK_FALSE(all_pass(s.decision.verdict.gates));
     }},
    {R::review_missing, "once the glass is over, promotions wait for another person's review; a rollback does not",
     [] {
       AfterIncident s;
       s.given("ida", {broken(s, {Guard::soak})}).given("ci", {advanced(2, Stage::canary, 25)}).given_watched("v2", 2);
       s.when("ci", {advanced(2, Stage::canary, 50)}).then_refused(R::review_missing);
       REQUIRE(s.says("broken by ida in entry"));
       s.when("ida", {broken(s, {Guard::soak})}).then_refused(R::review_missing);  // nor is it broken again
       s.when("ci", rollback("v2", "v1", 2, 2)).then_admitted();
       s.when("ci", {proposed(3, "v2")}).then_refused(R::review_missing);
       s.given("lee", {BreakGlassReviewed{"net", "prod", "as said"}});
       s.when("ci", {proposed(3, "v2")}).then_admitted();
     }},
    {R::reviewer_broke_glass, "who broke the glass does not review it",
     [] {
       AfterIncident s;
       s.given("dana", {RoleGranted{"ida", {Role::approver, {}}}}).given("ida", {broken(s, {Guard::soak})});
       s.when("ida", {BreakGlassReviewed{"net", "prod", "fine"}}).then_refused(R::reviewer_broke_glass);
     }},
    {R::glass_not_broken, "what is whole is not reviewed",
     [] {
       Scenario().when("lee", {BreakGlassReviewed{"net", "prod", "fine"}}).then_refused(R::glass_not_broken);
     }},
    {R::incident_over, "the glass is broken for an incident that is not resolved",
     [] {
       AfterIncident s;
       s.given("ida", {IncidentResolved{"INC-1", "gone"}});
       s.when("ida", {broken(s, {Guard::soak})}).then_refused(R::incident_over);
     }},
    {R::rollout_paused, "what is paused takes no step (A11)",
     [] {
       CanaryBesideFull s;
       s.given("watch", {RolloutPaused{rollout_id(2), "error rate"}}).given_watched("v2", 1);
       s.when("ci", {advanced(2, Stage::canary, 25)}).then_refused(R::rollout_paused);
       s.when("watch", {RolloutResumed{rollout_id(2), ""}}).then_refused(R::role_missing);
       s.given("ci", {RolloutResumed{rollout_id(2), "fine"}})
           .when("ci", {advanced(2, Stage::canary, 25)})
           .then_admitted();
     }},
    {R::pause_unchanged, "what goes on is paused, and what is paused is resumed",
     [] {
       CanaryBesideFull s;
       s.when("ci", {RolloutResumed{rollout_id(2), ""}}).then_refused(R::pause_unchanged);
       s.given("ci", {RolloutPaused{rollout_id(2), "odd"}});
       s.when("ci", {RolloutPaused{rollout_id(2), "odd"}}).then_refused(R::pause_unchanged);
     }},
    {R::lockdown_missing, "a rollback for safety locks its slot down in the same statement (D2)",
     [] {
       Scenario s;
       s.given_models({"v1", "v2"}).given_full(1, "v1").given_full(2, "v2", "v1");
       std::vector<Event> events = rollback("v2", "v1", 1);
       std::get<RollbackExecuted>(events[1]).trigger = Trigger::safety;
       s.when("ci", events).then_refused(R::lockdown_missing);
       events.insert(events.begin(), LockdownEngaged{net_scope, "unsafe answers"});
       s.when("ci", events).then_admitted();
       s.when("ci", {proposed(3, "v2")}).then_refused(R::locked_down);
     }},
    {R::target_not_watched, "a regression goes back through shadow, where one passing record is enough (D1)",
     [] {
       Scenario s(watched_regression_policy());
       s.given_models({"v1", "v2"}).given_full(1, "v1").given_full(2, "v2", "v1");
       s.when("ci", rollback("v2", "v1", 1)).then_refused(R::target_not_watched);
       s.given("ida", {LockdownEngaged{everywhere, "x"}, FreezeDeclared{everywhere, 0, "x"}});
       s.given("ci", {ArtefactChecked{digest_of("v1"), ArtefactMatch::match}, begun(3, "v2", "v1", 1), opened(1)});
       const RollbackExecuted arrives{"net",   "prod", digest_of("v2"), digest_of("v1"), Trigger::regression,
                                      "worse", "INC-1"};
       s.when("ci", {arrives}).then_refused(R::target_not_watched);
       s.given("watch", {drift("v1", "prod", "0.5")}).when("ci", {arrives}).then_refused(R::target_not_watched);
       REQUIRE(s.world.at_full({"net", "prod"})->model == digest_of("v2"));
       s.given("watch", {drift("v1", "prod")}).when("ci", {arrives}).then_admitted();
       REQUIRE(s.world.at_full({"net", "prod"})->model == digest_of("v1"));
       REQUIRE(s.rollout(3).state == RolloutState::full);
     }},
    {R::unknown_incident, "the glass is broken for an incident of its own slot",
     [] {
       CanaryBesideFull s;
       s.given("ida", {opened(1, "lab")});
       s.when("ida", {broken(s, {Guard::soak})}).then_refused(R::unknown_incident);
     }},
    {R::target_not_eligible, "what was put in quarantine on its way back does not arrive (F3)",
     [] {
       Scenario s(watched_regression_policy());
       s.given_models({"v1", "v2"}).given_full(1, "v1").given_full(2, "v2", "v1");
       s.given("ci", {ArtefactChecked{digest_of("v1"), ArtefactMatch::match}, begun(3, "v2", "v1", 1), opened(1)});
       s.when("ci", {RolloutPaused{rollout_id(3), "odd"}}).then_refused(R::pause_unchanged);
       s.given("watch", {drift("v1", "prod")}).given("ida", {ModelQuarantined{digest_of("v1"), "odd"}});
       s.when("ci", {RollbackExecuted{"net", "prod", digest_of("v2"), digest_of("v1"), Trigger::regression, "worse",
                                      "INC-1"}})
           .then_refused(R::target_not_eligible);
     }},
    {R::role_missing, "what holds everywhere takes a role that reaches everywhere",
     [] {
       Scenario s;
       const Scope lab{"lab", "*"};
       s.given("dana", {person("noa", {{Role::incident_commander, lab}, {Role::deployer, lab}})}).given_models({"v1"});
       s.given("noa", {ModelQuarantined{digest_of("v1"), "odd"}});
       s.when("noa", {ModelReleased{digest_of("v1"), "fine"}}).then_refused(R::role_missing);
       s.when("noa", {ModelRetired{digest_of("v1"), "old"}}).then_refused(R::role_missing);
     }},
    {R::slot_busy, "a way back is not pushed aside by a proposal",
     [] {
       Scenario s(watched_regression_policy());
       s.given_models({"v1", "v2", "v3"}).given_full(1, "v1").given_full(2, "v2", "v1");
       s.given("ci", {ArtefactChecked{digest_of("v1"), ArtefactMatch::match}, begun(3, "v2", "v1", 1), opened(1)});
       s.when("ci", {proposed(4, "v3")}).then_refused(R::slot_busy);
       s.when("ci", {advanced(3, Stage::canary, 10)}).then_refused(R::stage_order);
     }},
};

}  // namespace cairn
