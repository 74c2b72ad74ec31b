// The ledger, its actors, the policy, and models.
#include "tests/catch.h"
#include "tests/projections/refusal_cases.h"

namespace cairn {
namespace {}  // namespace

using R = Refusal;

namespace {

std::string two_admins_policy() {
  return replaced(small_policy(), "\"monitoring\": {",
                  R"("administration": {"second_admin": true, "policy_approvals": 1}, "monitoring": {)");
}

AdministrationRequested asked(const std::vector<Event>& events) {
  const auto bytes = encode_events(events);
  REQUIRE(bytes.ok());
  return {*bytes};
}

struct TwoAdmins : Scenario {
  TwoAdmins() {
    given("dana", {person("mia", {{Role::admin, {}}})});
    const std::string policy = two_admins_policy();
    given("dana", {PolicyProposed{policy}, PolicyAdopted{sha256(policy), world.policy().digest}});
  }
};

}  // namespace

const std::vector<RefusalCase> actor_cases = {
    {R::basis_not_on_history, "a statement signed on another branch is recorded as that (G6)",
     [] {
       Scenario s;
       s.when(s.said("ci", {registered("v1")}), first_key("ci"), Basis::not_on_history)
           .then_refused(R::basis_not_on_history);
       REQUIRE_FALSE(s.world.models.has(digest_of("v1")));
     }},
    {R::misplaced_genesis, "a ledger is created once",
     [] { Scenario().when("dana", {ledger_created()}).then_refused(R::misplaced_genesis); }},
    {R::misplaced_genesis, "a second ledger.created may not hide behind another event",
     [] {
       Scenario().when("ci", {registered("v1"), ledger_created()}).then_refused(R::misplaced_genesis);
     }},
    {R::recovery_only_enrols, "the recovery key does not register models",
     [] { Scenario().when("recovery", {registered("v1")}).then_refused(R::recovery_only_enrols); }},
    {R::recovery_only_enrols, "the recovery key gives no role but admin of everything",
     [] {
       Scenario().when("recovery", {person("rita", {admin, deployer})}).then_refused(R::recovery_only_enrols);
       Scenario().when("recovery", {service("bot", "dana", {})}).then_refused(R::recovery_only_enrols);
       Scenario().when("recovery", {person("rita", {admin}), registered("v1")}).then_refused(R::recovery_only_enrols);
     }},
    {R::role_missing, "a monitor registers no model (C3)",
     [] { Scenario().when("watch", {registered("v1")}).then_refused(R::role_missing); }},
    {R::role_missing, "a role of one environment does not reach into another",
     [] {
       Scenario s;
       s.given("dana", {person("eve", {{Role::deployer, {"lab", "*"}}})}).given_models({"v1"});
       s.when("eve", {proposed(1, "v1")}).then_refused(R::role_missing);
       REQUIRE(s.says("eve lacks deployer in prod for net"));
       s.when("eve", {proposed(1, "v1", "lab")}).then_admitted();
     }},
    {R::role_missing, "an admin of one model administers nothing",
     [] {
       Scenario s;
       s.given("dana", {person("eve", {{Role::admin, {"*", "net"}}})});
       s.when("eve", {person("finn", {})}).then_refused(R::role_missing);
     }},
    {R::service_not_allowed, "a service is not made approver (C3)",
     [] { Scenario().when("dana", {service("bot", "dana", {approver})}).then_refused(R::service_not_allowed); }},
    {R::service_not_allowed, "a service that a lie made admin administers nothing",
     [] {
       Scenario s;
       s.given_a_lie("dana", {RoleGranted{"ci", admin}});
       s.when("ci", {person("finn", {})}).then_refused(R::service_not_allowed);
     }},
    {R::unknown_actor, "a role goes to nobody who is not enrolled",
     [] {
       Scenario().when("dana", {RoleGranted{"finn", deployer}}).then_refused(R::unknown_actor);
     }},
    {R::unknown_actor, "a key goes to nobody who is not enrolled",
     [] { Scenario().when("dana", {key_added("finn", "finn")}).then_refused(R::unknown_actor); }},
    {R::handle_taken, "a handle is given once",
     [] { Scenario().when("dana", {person("lee", {})}).then_refused(R::handle_taken); }},
    {R::handle_taken, "nobody is called recovery, however it is spelled",
     [] {
       Scenario().when("dana", {person("recovery", {})}).then_refused(R::handle_taken);
       Scenario().when("dana", {person("Recovery", {})}).then_refused(R::handle_taken);
     }},
    {R::differs_by_case, "an environment is not spelled in two ways, not even by two policies",
     [] {
       Scenario s;
       const std::string other = replaced(small_policy(), "\"prod\"", "\"Prod\"");
       s.when("dana", {PolicyProposed{other}, PolicyAdopted{sha256(other), s.world.policy().digest}})
           .then_refused(R::differs_by_case);
     }},
    {R::differs_by_case, "handles differ by more than case",
     [] { Scenario().when("dana", {person("LEE", {})}).then_refused(R::differs_by_case); }},
    {R::differs_by_case, "models and versions differ by more than case",
     [] {
       Scenario s;
       s.given_models({"v1"});
       s.when("ci", {registered("v2", "NET")}).then_refused(R::differs_by_case);
       ModelRegistered shouted = registered("v3");
       shouted.version = "V1";
       s.when("ci", {shouted}).then_refused(R::differs_by_case);
     }},
    {R::owner_missing, "a service is owned by an enrolled person, and a person by nobody",
     [] {
       Scenario().when("dana", {service("bot", "", {})}).then_refused(R::owner_missing);
       Scenario().when("dana", {service("bot", "finn", {})}).then_refused(R::owner_missing);
       Scenario().when("dana", {service("bot", "ci", {})}).then_refused(R::owner_missing);
       ActorEnrolled owned = person("finn", {});
       owned.owner = "dana";
       Scenario().when("dana", {owned}).then_refused(R::owner_missing);
     }},
    {R::possession_not_proved, "nobody enrols a key that another holds (C4)",
     [] {
       ActorEnrolled thief = person("finn", {});
       thief.possession = person("lee", {}).possession;
       Scenario().when("dana", {thief}).then_refused(R::possession_not_proved);
       KeyAdded added = key_added("lee", "lee 2");
       added.possession = key_added("ida", "lee 2").possession;
       Scenario().when("lee", {added}).then_refused(R::possession_not_proved);
     }},
    {R::key_known, "a key enrols once, a revoked one included",
     [] {
       Scenario s;
       s.given("lee", {key_added("lee", "lee 2"), key_revoked("lee", "lee")});
       s.when("dana", {key_added("ida", "lee")}).then_refused(R::key_known);
       s.when("dana", {key_added("ida", "recovery")}).then_refused(R::key_known);
     }},
    {R::unknown_key, "a key is revoked once, and only one that is there",
     [] {
       Scenario s;
       s.when("dana", {key_revoked("lee", "nobody")}).then_refused(R::unknown_key);
       s.given("dana", {key_revoked("ida", "ida")});
       s.when("dana", {key_revoked("ida", "ida")}).then_refused(R::unknown_key);
     }},
    {R::unknown_key, "a key is not revoked in another's name",
     [] { Scenario().when("dana", {key_revoked("ida", "lee")}).then_refused(R::unknown_key); }},
    {R::grant_unchanged, "a role is granted to who lacks it and revoked from who has it",
     [] {
       Scenario().when("dana", {RoleGranted{"lee", approver}}).then_refused(R::grant_unchanged);
       Scenario().when("dana", {RoleRevoked{"lee", deployer}}).then_refused(R::grant_unchanged);
     }},
    {R::quorum_unreachable, "the last admin and the last approver keep their roles",
     [] {
       Scenario().when("dana", {RoleRevoked{"dana", admin}}).then_refused(R::quorum_unreachable);
       Scenario().when("dana", {RoleRevoked{"lee", approver}}).then_refused(R::quorum_unreachable);
     }},
    {R::quorum_unreachable, "a quorum that is out of reach already holds only its own roles back",
     [] {
       Scenario s;
       s.given("dana", {person("mia", {admin, approver}), person("noa", {approver})});
       const std::string strict = replaced(small_policy(), "\"persons\": 1", "\"persons\": 3");
       s.given("dana", {PolicyProposed{strict}, PolicyAdopted{sha256(strict), s.world.policy().digest}});
       s.given("dana", {key_revoked("lee", "lee", s.now)});
       s.when("dana", {RoleRevoked{"noa", approver}}).then_refused(R::quorum_unreachable);
       REQUIRE(s.says("prod full: those who did not propose could give 1 of 3 approvals by approver"));
       s.when("dana", {RoleRevoked{"mia", admin}}).then_admitted();
     }},
    {R::quorum_unreachable, "a policy may not ask for more approvers than there are (C2)",
     [] {
       Scenario s;
       const std::string strict = replaced(small_policy(), "\"persons\": 1", "\"persons\": 2");
       s.when("dana", {PolicyProposed{strict}, PolicyAdopted{sha256(strict), s.world.policy().digest}})
           .then_refused(R::quorum_unreachable);
       REQUIRE(s.says("prod full: those who did not propose could give 1 of 2 approvals by approver"));
     }},
    {R::policy_invalid, "a policy that does not read is not proposed",
     [] {
       Scenario().when("dana", {PolicyProposed{"{}"}}).then_refused(R::policy_invalid);
       const std::string later = replaced(small_policy(), "\"rules\": 1", "\"rules\": 2");
       Scenario().when("dana", {PolicyProposed{later}}).then_refused(R::policy_invalid);
     }},
    {R::policy_invalid, "a policy that a lie proposed is not adopted",
     [] {
       Scenario s;
       s.given_a_lie("dana", {PolicyProposed{"{}"}});
       s.when("dana", {PolicyAdopted{sha256("{}"), s.world.policy().digest}}).then_refused(R::policy_invalid);
     }},
    {R::policy_unknown, "what was not proposed is not adopted (H2)",
     [] {
       Scenario s;
       s.when("dana", {PolicyAdopted{sha256("?"), s.world.policy().digest}}).then_refused(R::policy_unknown);
     }},
    {R::administration_not_alone, "nobody changes the rules and uses the changed ones in one statement",
     [] {
       const std::string lax = replaced(small_policy(), "0.85", "0.05");
       Scenario s;
       const std::vector<Event> adopt = {PolicyProposed{lax}, PolicyAdopted{sha256(lax), s.world.policy().digest}};
       s.when("dana", {adopt[0], adopt[1], registered("v1")}).then_refused(R::administration_not_alone);
       s.when("dana", {registered("v1"), adopt[0], adopt[1]}).then_refused(R::administration_not_alone);
       s.when("dana", {adopt[0]}).then_admitted();
       s.when("dana", {adopt[1]}).then_admitted();
     }},
    {R::policy_not_in_force, "an adoption names the policy it replaces (H1)",
     [] {
       const std::string other = replaced(small_policy(), "small", "other");
       Scenario()
           .when("dana", {PolicyProposed{other}, PolicyAdopted{sha256(other), Hash{}}})
           .then_refused(R::policy_not_in_force);
     }},
    {R::unknown_model, "evidence is about a registered model",
     [] { Scenario().when("ci", {metrics("v1")}).then_refused(R::unknown_model); }},
    {R::unknown_model, "a model is rolled out under its own name",
     [] {
       Scenario s;
       s.given("ci", {registered("v1", "other"), metrics("v1")});
       s.when("ci", {proposed(1, "v1")}).then_refused(R::unknown_model);
     }},
    {R::model_known, "a digest is registered once",
     [] {
       Scenario s;
       s.given("ci", {registered("v1")});
       s.when("ci", {registered("v1")}).then_refused(R::model_known);
     }},
    {R::version_taken, "a version is one digest for ever (A7)",
     [] {
       Scenario s;
       s.given("ci", {registered("v1")});
       ModelRegistered again = registered("v2");
       again.version = "v1";
       s.when("ci", {again}).then_refused(R::version_taken);
     }},
    {R::unknown_environment, "an environment is one that the policy names (A5)",
     [] {
       Scenario s;
       s.given_models({"v1"});
       s.when("ci", {proposed(1, "v1", "moon")}).then_refused(R::unknown_environment);
       s.when("watch", {drift("v1", "moon")}).then_refused(R::unknown_environment);
     }},
    {R::second_admin_missing, "where there are two admins, neither gives a say or a key to others alone (C3)",
     [] {
       TwoAdmins s;
       s.when("dana", {person("noa", {approver})}).then_refused(R::second_admin_missing);
       s.when("dana", {RoleGranted{"ida", approver}}).then_refused(R::second_admin_missing);
       s.when("dana", {RoleGranted{"ida", admin}}).then_refused(R::second_admin_missing);
       s.when("dana", {key_added("lee", "held by dana")}).then_refused(R::second_admin_missing);
       s.when("dana", {RoleGranted{"ida", {Role::auditor, {}}}}).then_admitted();
       s.when("dana", {RoleRevoked{"ida", {Role::auditor, {}}}}).then_admitted();
     }},
    {R::second_admin_missing, "what one admin asked for another does, in exactly these words, within 7 days, once",
     [] {
       TwoAdmins s;
       const std::vector<Event> wanted = {RoleGranted{"ida", approver}};
       s.given("dana", {asked(wanted)});
       s.when("dana", wanted).then_refused(R::second_admin_missing);
       REQUIRE(s.says("it is dana who asked for it"));
       s.when("mia", {RoleGranted{"ida", {Role::approver, {"prod", "*"}}}}).then_refused(R::second_admin_missing);
       s.given("mia", wanted);
       s.given("dana", {RoleRevoked{"ida", approver}}).when("mia", wanted).then_refused(R::second_admin_missing);
       s.given("dana", {asked(wanted)}).later(request_validity + 1);
       s.when("mia", wanted).then_refused(R::second_admin_missing);
     }},
    {R::second_admin_missing, "nobody gets rid of the other admin first, by key or by role",
     [] {
       TwoAdmins s;
       s.when("dana", {RoleRevoked{"mia", admin}}).then_refused(R::second_admin_missing);
       s.when("dana", {key_revoked("mia", "mia"), person("noa", {admin})}).then_refused(R::second_admin_missing);
       s.given("dana", {key_revoked("mia", "mia")});
       s.when("dana", {person("noa", {admin})}).then_refused(R::second_admin_missing);
       s.when(s.said("recovery", {person("noa", {admin})}), key_of("recovery").public_key().id()).then_admitted();
     }},
    {R::second_admin_missing, "what was asked by who is an admin no more, or by a stolen key, is not confirmed",
     [] {
       for (const bool stolen : {true, false}) {
         TwoAdmins s;
         s.given("dana", {asked({person("noa", {admin})})}).given("mia", {person("noa", {admin})});
         const std::vector<Event> wanted = {RoleGranted{"ida", approver}};
         s.given("mia", {asked(wanted)});
         if (stolen) {
           s.given("dana", {key_revoked("mia", "mia", s.now)});
         } else {
           s.given("noa", {asked({RoleRevoked{"mia", admin}})}).given("dana", {RoleRevoked{"mia", admin}});
         }
         s.when("dana", wanted).then_refused(R::second_admin_missing);
       }
     }},
    {R::administration_not_alone, "a policy is adopted by itself, so that its rules judge nothing that brings it",
     [] {
       Scenario s;
       const std::string next = replaced(small_policy(), "\"per_hour\": 60", "\"per_hour\": 61");
       s.when("dana",
              {PolicyProposed{next}, PolicyAdopted{sha256(next), s.world.policy().digest}, person("noa", {admin})})
           .then_refused(R::administration_not_alone);
     }},
    {R::policy_approval_missing, "a policy that asks for a second admin is not changed by one alone, approvals or none",
     [] {
       Scenario s;
       const std::string careful = replaced(small_policy(), "\"monitoring\": {",
                                            R"("administration": {"second_admin": true}, "monitoring": {)");
       s.given("dana", {person("mia", {admin})});
       s.given("dana", {PolicyProposed{careful}, PolicyAdopted{sha256(careful), s.world.policy().digest}});
       const std::string lax = small_policy();
       const PolicyAdopted adopts{sha256(lax), s.world.policy().digest};
       s.when("dana", {PolicyProposed{lax}, adopts}).then_refused(R::policy_approval_missing);
       s.given("dana", {PolicyProposed{lax}}).given("mia", {PolicyApproved{sha256(lax), s.world.policy().digest}});
       s.when("dana", {adopts}).then_admitted();
     }},
    {R::policy_approval_own, "a key that the proposer gave to another admin approves nothing of theirs",
     [] {
       TwoAdmins s;
       const KeyAdded key = key_added("mia", "held by dana");
       s.given("mia", {asked({key})}).given("dana", {key});
       const std::string next = replaced(two_admins_policy(), "\"per_hour\": 60", "\"per_hour\": 61");
       const PolicyApproved approves{sha256(next), s.world.policy().digest};
       const KeyId held = key_of("held by dana").public_key().id();
       s.given("dana", {PolicyProposed{next}});
       s.when(s.said("mia", {approves}), held).then_refused(R::policy_approval_own);
       const std::string other = replaced(two_admins_policy(), "\"per_hour\": 60", "\"per_hour\": 62");
       s.given(s.said("mia", {PolicyProposed{other}}), held);
       s.when("dana", {PolicyApproved{sha256(other), s.world.policy().digest}}).then_refused(R::policy_approval_own);
     }},
    {R::request_invalid, "only changes of actors, roles and keys are asked for",
     [] {
       TwoAdmins s;
       s.when("dana", {asked({registered("v1")})}).then_refused(R::request_invalid);
       s.when("dana", {asked({asked({RoleGranted{"ida", approver}})})}).then_refused(R::request_invalid);
       s.when("dana", {AdministrationRequested{"[]"}}).then_refused(R::request_invalid);
       s.when("dana", {AdministrationRequested{"what?"}}).then_refused(R::request_invalid);
     }},
    {R::policy_approval_missing, "a policy that asks for approvals is adopted after them (C2)",
     [] {
       TwoAdmins s;
       const std::string next = replaced(two_admins_policy(), "\"per_hour\": 60", "\"per_hour\": 61");
       const PolicyAdopted adopts{sha256(next), s.world.policy().digest};
       s.when("dana", {PolicyProposed{next}, adopts}).then_refused(R::policy_approval_missing);
       s.given("dana", {PolicyProposed{next}}).when("dana", {adopts}).then_refused(R::policy_approval_missing);
       s.given("mia", {PolicyApproved{sha256(next), s.world.policy().digest}});
       s.given("dana", {PolicyProposed{next}});  // said again, it keeps its approval
       s.when("dana", {adopts}).then_admitted();
     }},
    {R::policy_approval_missing, "an approval holds for what was in force then, and while its giver is an admin",
     [] {
       TwoAdmins s;
       s.given("dana", {asked({person("noa", {admin})})}).given("mia", {person("noa", {admin})});
       const std::string next = replaced(two_admins_policy(), "\"per_hour\": 60", "\"per_hour\": 61");
       const PolicyAdopted adopts{sha256(next), s.world.policy().digest};
       s.given("dana", {PolicyProposed{next}}).given("mia", {PolicyApproved{sha256(next), s.world.policy().digest}});
       s.given("noa", {asked({RoleRevoked{"mia", admin}})}).given("dana", {RoleRevoked{"mia", admin}});
       s.when("dana", {adopts}).then_refused(R::policy_approval_missing);
       s.given("noa", {PolicyApproved{sha256(next), s.world.policy().digest}}).when("dana", {adopts}).then_admitted();
     }},
    {R::policy_approval_own, "nobody approves the policy that they proposed, nor twice",
     [] {
       TwoAdmins s;
       const std::string next = replaced(two_admins_policy(), "\"per_hour\": 60", "\"per_hour\": 61");
       const PolicyApproved approves{sha256(next), s.world.policy().digest};
       s.when("mia", {approves}).then_refused(R::policy_unknown);
       s.given("dana", {PolicyProposed{next}}).when("dana", {approves}).then_refused(R::policy_approval_own);
       s.given("mia", {approves}).when("mia", {approves}).then_refused(R::policy_approval_own);
       s.when("mia", {PolicyApproved{sha256(next), sha256("another")}}).then_refused(R::policy_not_in_force);
     }},
    {R::quorum_unreachable, "a policy that asks for more admins than there are could not be changed again",
     [] {
       Scenario s;
       const std::string two = two_admins_policy();
       s.when("dana", {PolicyProposed{two}, PolicyAdopted{sha256(two), s.world.policy().digest}})
           .then_refused(R::quorum_unreachable);
       REQUIRE(s.says("2 admins change the policy, and there are 1"));
     }},
};

}  // namespace cairn
