// Rollouts, approvals, rollbacks, and gates.
#include "tests/catch.h"
#include "tests/projections/refusal_cases.h"

namespace cairn {

using R = Refusal;

const std::vector<RefusalCase> rollout_cases = {
    {R::unknown_rollout, "only what was proposed goes on",
     [] {
       Scenario().when("ci", {advanced(1, Stage::canary, 10)}).then_refused(R::unknown_rollout);
       Scenario().when("ci", {RolloutAborted{rollout_id(1), "worse"}}).then_refused(R::unknown_rollout);
       Scenario().when("ci", {StakeholdersNotified{rollout_id(1), "all"}}).then_refused(R::unknown_rollout);
     }},
    {R::rollout_over, "what was aborted does not go on",
     [] {
       Scenario s;
       s.given_models({"v1"}).given_canary(1, "v1");
       s.given("ci", {RolloutAborted{rollout_id(1), "no"}});
       s.when("ci", {advanced(1, Stage::canary, 25)}).then_refused(R::rollout_over);
       s.when("ci", {RolloutAborted{rollout_id(1), "no"}}).then_refused(R::rollout_over);
     }},
    {R::rollout_over, "what another digest superseded in shadow does not go on",
     [] {
       Scenario s;
       s.given_models({"v1", "v2"}).given("ci", {proposed(1, "v1")}).given("ci", {proposed(2, "v2")});
       s.when("ci", {advanced(1, Stage::canary, 10)}).then_refused(R::rollout_over);
       REQUIRE(s.says("superseded"));
     }},
    {R::wrong_number, "rollouts and incidents are numbered without gaps (G5)",
     [] {
       Scenario s;
       s.given_models({"v1"});
       s.when("ci", {proposed(2, "v1")}).then_refused(R::wrong_number);
       s.when("ida", {opened(2)}).then_refused(R::wrong_number);
     }},
    {R::slot_busy, "a canary is not pushed aside",
     [] {
       Scenario s;
       s.given_models({"v1", "v2"}).given_canary(1, "v1");
       s.when("ci", {proposed(2, "v2")}).then_refused(R::slot_busy);
     }},
    {R::slot_busy, "a digest in shadow is not proposed again",
     [] {
       Scenario s;
       s.given_models({"v1"}).given("ci", {proposed(1, "v1")});
       s.when("ci", {proposed(2, "v1")}).then_refused(R::slot_busy);
     }},
    {R::already_at_full, "what runs at full is not rolled out there (A6)",
     [] {
       Scenario s;
       s.given_models({"v1"}).given_full(1, "v1");
       s.when("ci", {proposed(2, "v1")}).then_refused(R::already_at_full);
     }},
    {R::stage_order, "full is not the first action (A1)",
     [] {
       Scenario s;
       s.given_models({"v1"});
       s.when("ci", {proposed(1, "v1"), advanced(1, Stage::full, 100)}).then_refused(R::stage_order);
       REQUIRE_FALSE(s.world.rollouts.has(rollout_id(1)));
     }},
    {R::stage_order, "nothing goes back into shadow",
     [] {
       Scenario s;
       s.given_models({"v1"}).given_canary(1, "v1");
       s.when("ci", {advanced(1, Stage::shadow, 0)}).then_refused(R::stage_order);
     }},
    {R::stage_order, "a ladder without canary has none",
     [] {
       Scenario s;
       s.given_models({"v1"}).given("ci", {proposed(1, "v1", "lab")});
       s.when("ci", {advanced(1, Stage::canary, 10, "lab")}).then_refused(R::stage_order);
     }},
    {R::percent_order, "percentages only grow, within the policy's limits (A3)",
     [] {
       Scenario s;
       s.given_models({"v1"}).given_canary(1, "v1").given_watched("v1", 2);
       for (const std::uint64_t percent : {5U, 10U, 51U, 100U, 0U}) {
         s.when("ci", {advanced(1, Stage::canary, percent)}).then_refused(R::percent_order);
       }
       s.when("ci", {advanced(1, Stage::full, 99)}).then_refused(R::percent_order);
       s.when("ci", {advanced(1, Stage::canary, 11)}).then_admitted();
     }},
    {R::percent_order, "a canary begins at the least that the policy says",
     [] {
       Scenario s;
       s.given_models({"v1"}).given("ci", {proposed(1, "v1")}).given_watched("v1", 2);
       s.when("ci", {advanced(1, Stage::canary, 4)}).then_refused(R::percent_order);
       s.when("ci", {advanced(1, Stage::canary, 5)}).then_admitted();
     }},
    {R::soak_missing, "a stage is watched for its time (A2), and the due time is said",
     [] {
       Scenario s;
       s.given_models({"v1"}).given("ci", {proposed(1, "v1")}).given_watched("v1", 1);
       s.when("ci", {advanced(1, Stage::canary, 10)}).then_refused(R::soak_missing);
       REQUIRE(s.decision.verdict.refused->due == s.now + hour);
     }},
    {R::notice_missing, "stakeholders hear of it before full (A10)",
     [] {
       Scenario s;
       s.given_models({"v1"}).given_canary(1, "v1").given_watched("v1", 2).given("lee", {s.approval(1)});
       s.when("ci", {advanced(1, Stage::full, 100)}).then_refused(R::notice_missing);
     }},
    {R::approver_is_proposer, "nobody approves what they proposed (C3)",
     [] {
       Scenario s;
       s.given("dana", {RoleGranted{"dana", {Role::approver, {}}}}).given_models({"v1"});
       s.given("dana", {proposed(1, "v1")});
       s.when("dana", {s.approval(1)}).then_refused(R::approver_is_proposer);
     }},
    {R::approver_is_proposer, "a service's owner counts as proposer (C3)",
     [] {
       Scenario s;
       s.given("dana", {RoleGranted{"dana", {Role::approver, {}}}}).given_models({"v1"});
       s.given("ci", {proposed(1, "v1")});
       s.when("dana", {s.approval(1)}).then_refused(R::approver_is_proposer);
     }},
    {R::approval_not_asked, "a stage that asks for none gets none",
     [] {
       Scenario s;
       s.given_models({"v1"}).given("ci", {proposed(1, "v1")});
       s.when("lee", {s.approval(1, "prod", Stage::canary)}).then_refused(R::approval_not_asked);
       s.when("lee", {ApprovalDenied{rollout_id(1), Stage::shadow, ""}}).then_refused(R::approval_not_asked);
     }},
    {R::approval_not_asked, "approval is requested where it is asked for, of persons who may (C2, E9)",
     [] {
       Scenario s;
       const auto request = [](Stage stage, std::set<std::string> of) {
         return ApprovalRequested{rollout_id(1), stage, std::move(of), ""};
       };
       s.when("ci", {request(Stage::full, {})}).then_refused(R::unknown_rollout);
       s.given_models({"v1"}).given("ci", {proposed(1, "v1")});
       s.when("ci", {request(Stage::canary, {})}).then_refused(R::approval_not_asked);
       s.when("ci", {request(Stage::shadow, {})}).then_refused(R::approval_not_asked);
       s.when("ci", {request(Stage::full, {"dana"})}).then_refused(R::approval_not_asked);
       REQUIRE(s.says("dana answers for ci, who proposed it"));
       s.when("ci", {request(Stage::full, {"ida", "lee"})}).then_refused(R::approval_not_asked);
       REQUIRE(s.says("ida is no person who fills a place there: 0 of 1 approvals by approver"));
       s.when("ci", {request(Stage::full, {"watch"})}).then_refused(R::approval_not_asked);
       s.when("ci", {request(Stage::full, {"nobody"})}).then_refused(R::unknown_actor);
       s.when("lee", {request(Stage::full, {})}).then_refused(R::role_missing);
       s.when("ci", {request(Stage::full, {"lee"})}).then_admitted();
       s.given("ci", {RolloutAborted{rollout_id(1), "no"}});
       s.when("ci", {request(Stage::full, {"lee"})}).then_refused(R::rollout_over);
     }},
    {R::approval_not_bound, "a grant binds digest, environment, stage and rules (C10)",
     [] {
       Scenario s;
       s.given_models({"v1", "v2"}).given("ci", {proposed(1, "v1")});
       const ApprovalGranted right = s.approval(1);
       ApprovalGranted wrong = right;
       wrong.model = digest_of("v2");
       s.when("lee", {wrong}).then_refused(R::approval_not_bound);
       wrong = right;
       wrong.environment = "lab";
       s.when("lee", {wrong}).then_refused(R::approval_not_bound);
       wrong = right;
       wrong.rules = s.world.policy().stage("prod", Stage::canary, "net")->hash;
       s.when("lee", {wrong}).then_refused(R::approval_not_bound);
       wrong = right;
       wrong.seen = {1, s.entries.size()};
       s.when("lee", {wrong}).then_refused(R::approval_not_bound);
       s.when("lee", {right}).then_admitted();
     }},
    {R::approval_repeated, "a person's grant counts once, by whichever key (C3)",
     [] {
       Scenario s;
       s.given("lee", {key_added("lee", "lee 2")}).given_models({"v1"}).given("ci", {proposed(1, "v1")});
       s.given("lee", {s.approval(1)});
       s.when(s.said("lee", {s.approval(1)}), key_of("lee 2").public_key().id()).then_refused(R::approval_repeated);
     }},
    {R::approval_repeated, "who granted nothing withdraws nothing",
     [] {
       Scenario s;
       s.given_models({"v1"}).given("ci", {proposed(1, "v1")});
       s.when("lee", {ApprovalWithdrawn{rollout_id(1), Stage::full, ""}}).then_refused(R::approval_repeated);
     }},
    {R::approval_denied, "who could approve and says no holds the stage back, until it is taken back (C1)",
     [] {
       const ApprovalWithdrawn withdrawn{rollout_id(1), Stage::full, ""};
       const RoleRevoked revoked{"mia", {Role::approver, {}}};
       for (const int way : {1, 2, 3}) {
         Scenario s;
         s.given("dana", {person("mia", {{Role::approver, {}}})}).given_models({"v1"}).given_ready_for_full(1, "v1");
         s.given("mia", {ApprovalDenied{rollout_id(1), Stage::full, "unsafe"}});
         s.when("ci", {advanced(1, Stage::full, 100)}).then_refused(R::approval_denied);
         REQUIRE(s.says("denied by mia in entry"));
         REQUIRE(s.says("unsafe"));
         if (way == 1) s.given("mia", {withdrawn});
         if (way == 2) s.given("mia", {s.approval(1)});
         if (way == 3) s.given("dana", {revoked});
         s.when("ci", {advanced(1, Stage::full, 100)}).then_admitted();
       }
     }},
    {R::approval_missing, "full needs another person's approval (A4, C1)",
     [] {
       Scenario s;
       s.given_models({"v1"}).given_canary(1, "v1").given_watched("v1", 2);
       s.given("ci", {StakeholdersNotified{rollout_id(1), "all"}});
       s.when("ci", {advanced(1, Stage::full, 100)}).then_refused(R::approval_missing);
       REQUIRE(s.says("0 of 1 approvals by approver hold"));
     }},
    {R::archive_missing, "what gives way is archived in the same statement (A6)",
     [] {
       Scenario s;
       s.given_models({"v1", "v2"}).given_full(1, "v1").given_ready_for_full(2, "v2");
       s.when("ci", {advanced(2, Stage::full, 100)}).then_refused(R::archive_missing);
       s.when("ci", {advanced(2, Stage::full, 100), archived("v2", "v1")}).then_refused(R::archive_missing);
       s.when("ci", {advanced(2, Stage::full, 100), archived("v1", "v2", "lab")}).then_refused(R::archive_missing);
       s.when("ci", {advanced(2, Stage::full, 100), archived("v1", "v2")}).then_admitted();
     }},
    {R::archive_missing, "nothing is archived by itself",
     [] {
       Scenario s;
       s.given_models({"v1", "v2"}).given_full(1, "v1").given_full(2, "v2", "v1");
       s.when("ci", {archived("v1", "v2")}).then_refused(R::archive_missing);
       s.when("ci", {archived("v1", "v3")}).then_refused(R::unknown_model);
     }},
    {R::no_rollback_target, "a slot is not emptied while there is somewhere to go back to",
     [] {
       Scenario s;
       s.given_models({"v1", "v2"}).given_full(1, "v1").given_full(2, "v2", "v1");
       s.when("ci", emptied("v2", 1)).then_refused(R::no_rollback_target);
     }},
    {R::target_not_eligible, "a rollback goes to another version that was at full here (D1)",
     [] {
       Scenario s;
       s.given_models({"v1", "v2", "v3"}).given_full(1, "v1").given_full(2, "v2", "v1");
       s.when("ci", rollback("v2", "v3", 1)).then_refused(R::target_not_eligible);
       s.when("ci", rollback("v2", "v2", 1)).then_refused(R::target_not_eligible);
     }},
    {R::nothing_to_roll_back, "a shadow and an empty slot have nothing to take back",
     [] {
       Scenario s;
       s.given_models({"v1"});
       s.when("ci", emptied("v1", 1)).then_refused(R::nothing_to_roll_back);
       s.given("ci", {proposed(1, "v1")});
       s.when("ci", emptied("v1", 1, 1)).then_refused(R::nothing_to_roll_back);
     }},
    {R::rollout_still_active, "a rollback aborts what is under way",
     [] {
       Scenario s;
       s.given_models({"v1", "v2", "v3"}).given_full(1, "v1").given_full(2, "v2", "v1").given_canary(3, "v3");
       s.when("ida", rollback("v2", "v1", 1)).then_refused(R::rollout_still_active);
       s.when("ida", rollback("v2", "v1", 1, 3)).then_admitted();
     }},
    {R::incident_missing, "a rollback opens its incident (D5)",
     [] {
       Scenario s;
       s.given_models({"v1"}).given_full(1, "v1");
       std::vector<Event> events = emptied("v1", 1);
       events.pop_back();
       s.when("ci", events).then_refused(R::incident_missing);
       events.push_back(opened(1, "lab"));
       s.when("ci", events).then_refused(R::incident_missing);
     }},
    {R::artefact_mismatch, "files that differ from their manifest are nowhere to go back to (D1)",
     [] {
       Scenario s;
       s.given_models({"v1", "v2"}).given_full(1, "v1").given_full(2, "v2", "v1");
       std::vector<Event> events = rollback("v2", "v1", 1);
       events[0] = ArtefactChecked{digest_of("v1"), ArtefactMatch::mismatch};
       s.when("ci", events).then_refused(R::artefact_mismatch);
       events.push_back(ArtefactChecked{digest_of("v1"), ArtefactMatch::match});
       s.when("ci", events).then_refused(R::artefact_mismatch);
       events.erase(events.begin());
       events.pop_back();
       s.when("ci", events).then_refused(R::artefact_mismatch);
       events.push_back(ArtefactChecked{digest_of("v1"), ArtefactMatch::not_reachable});
       s.when("ci", events).then_admitted();
     }},
    {R::gates_not_passed, "what is too inaccurate is not proposed (B1)",
     [] {
       Scenario s;
       s.given("ci", {registered("v1"), metrics("v1", "0.1")});
       s.when("ci", {proposed(1, "v1")}).then_refused(R::gates_not_passed);
       REQUIRE(s.says("accuracy: 0.1 is not >= 0.85"));
     }},
};

}  // namespace cairn
