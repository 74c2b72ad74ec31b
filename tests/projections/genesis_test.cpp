// How a ledger begins, and who can speak in it when keys are lost (C9, C10; DESIGN 4, trust).
#include "tests/catch.h"
#include "tests/projections/scenario.h"

namespace cairn {
namespace {

// What entry 0 would be answered with.
std::string begun_with(const std::vector<Event>& events, const std::string& author = "dana",
                       const std::string& holder = "dana") {
  Scenario s(small_policy(), Scenario::Begun::not_yet);
  s.when(s.said(author, events), key_of(holder).public_key().id());
  if (s.decision.door) REQUIRE(s.world.empty());
  return s.decision.door ? s.decision.door->reason : outcome_of(s.decision.verdict);
}

}  // namespace

TEST_CASE("A ledger begins with ledger.created, its first admin and a policy in force") {
  const std::vector<Event> whole = genesis_events(small_policy());
  CHECK(begun_with(whole).empty());
  for (std::size_t left_out = 0; left_out < whole.size(); ++left_out) {
    INFO(wire_name(whole[left_out]) << " left out");
    std::vector<Event> events = whole;
    events.erase(events.begin() + static_cast<std::ptrdiff_t>(left_out));
    const bool needed =
        left_out != 4 && left_out != 5 && left_out != 3;  // the services, and who only handles incidents
    CHECK(begun_with(events).empty() == !needed);
  }
}

TEST_CASE("Entry 0 is signed by its first actor, a person and admin of everything") {
  std::vector<Event> events = genesis_events(small_policy());
  CHECK(begun_with(events, "dana", "lee") == "unknown_key");
  CHECK(begun_with(events, "lee", "lee") == "misplaced_genesis");
  CHECK(begun_with(events, "finn", "dana") == "unknown_key");
  events[1] = person("dana", {{Role::admin, {"prod", "*"}}});
  CHECK(begun_with(events) == "misplaced_genesis");
  events[1] = person("dana", {{Role::deployer, {}}});
  CHECK(begun_with(events) == "misplaced_genesis");
}

TEST_CASE("Entry 0 says nothing else, says it once, and follows the rules") {
  std::vector<Event> events = genesis_events(small_policy());
  SECTION("no models") {
    events.insert(events.end() - 1, registered("v1"));
    CHECK(begun_with(events) == "misplaced_genesis");
  }
  SECTION("one ledger") {
    events.insert(events.begin() + 2, ledger_created());
    CHECK(begun_with(events) == "misplaced_genesis");
  }
  SECTION("a key proved") {
    auto& dana = std::get<ActorEnrolled>(events[1]);
    dana.possession = person("lee", {}).possession;
    CHECK(begun_with(events) == "possession_not_proved");
  }
  SECTION("no key twice") {
    events.insert(events.end() - 2, person("lee", {}));
    CHECK(begun_with(events) == "handle_taken");
  }
  SECTION("a policy that its actors can meet") {
    const std::string strict = replaced(small_policy(), "\"persons\": 1", "\"persons\": 2");
    CHECK(begun_with(genesis_events(strict)) == "quorum_unreachable");
  }
  SECTION("a policy that reads") {
    CHECK(begun_with(genesis_events("{}")) == "policy_invalid");
  }
  SECTION("which replaces none") {
    std::get<PolicyAdopted>(events.back()).replaces = sha256("?");
    CHECK(begun_with(events) == "policy_not_in_force");
  }
}

TEST_CASE("Who begins alone may begin, and enrols whoever approves afterwards") {
  std::vector<Event> events = {ledger_created(),
                               person("dana", {{Role::admin, {}}, {Role::deployer, {}}, {Role::approver, {}}}),
                               PolicyProposed{small_policy()}, PolicyAdopted{sha256(small_policy()), Hash{}}};
  Scenario s(small_policy(), Scenario::Begun::not_yet);
  s.given("dana", events);
  const std::string other = replaced(small_policy(), "small", "other");
  s.when("dana", {PolicyProposed{other}, PolicyAdopted{sha256(other), s.world.policy().digest}}).then_admitted();
  const std::string two = replaced(small_policy(), "\"persons\": 1", "\"persons\": 2");
  s.when("dana", {PolicyProposed{two}, PolicyAdopted{sha256(two), s.world.policy().digest}});
  s.then_refused(Refusal::quorum_unreachable);
  s.when("dana", {person("lee", {approver})}).then_admitted();
}

TEST_CASE("The ledger's id is the leaf hash of entry 0") {
  Scenario s;
  CHECK(s.world.genesis->ledger == s.entries[0].leaf);
  CHECK(s.world.genesis->recovery_id == key_of("recovery").public_key().id());
}

TEST_CASE("The recovery key's one act: it enrols an admin when nobody else can") {
  Scenario s;
  s.given("dana", {key_revoked("dana", "dana")});  // the last admin's key is stopped: that is never refused
  CHECK(s.world.persons_with(Role::admin, "*", "*").empty());
  s.when(s.said("recovery", {person("rita", {admin})}), key_of("recovery").public_key().id()).then_admitted();
  s.when("rita", {key_added("dana", "dana 2")}).then_admitted();
  s.when(s.said("dana", {registered("v1")}), key_of("dana 2").public_key().id()).then_admitted();
}

TEST_CASE("Revoking a key is allowed where revoking the role is not") {
  Scenario s;
  s.when("dana", {RoleRevoked{"lee", approver}}).then_refused(Refusal::quorum_unreachable);
  s.when("dana", {key_revoked("lee", "lee", s.now)}).then_admitted();
  s.given("dana", {person("mia", {approver})});
  s.when("dana", {RoleRevoked{"lee", approver}}).then_admitted();
}

TEST_CASE("A quorum counts persons with a key that signs, in the stage's environment") {
  Scenario s;
  s.given("dana", {person("mia", {{Role::approver, {"lab", "*"}}})});
  s.when("dana", {RoleRevoked{"lee", approver}}).then_refused(Refusal::quorum_unreachable);
  s.given("dana", {person("noa", {{Role::approver, {"prod", "*"}}})}).given("noa", {key_revoked("noa", "noa")});
  s.when("dana", {RoleRevoked{"lee", approver}}).then_refused(Refusal::quorum_unreachable);
  s.given("dana", {key_added("noa", "noa 2")});
  s.when("dana", {RoleRevoked{"lee", approver}}).then_admitted();
}

TEST_CASE("Everybody rotates their own key, and only an admin touches another's") {
  Scenario s;
  s.when("lee", {key_added("ida", "ida 2")}).then_refused(Refusal::role_missing);
  s.when("lee", {key_revoked("ida", "ida")}).then_refused(Refusal::role_missing);
  s.when("ci", {key_added("ci", "ci 2"), key_revoked("ci", "ci")}).then_admitted();
  const Key* old = s.world.keys.find(key_of("ci").public_key().id());
  REQUIRE(old != nullptr);
  CHECK(old->revoked == s.entries.size() - 1);
  CHECK(s.world.signing_key(key_of("ci").public_key().id()) == nullptr);
  s.when(s.said("ci", {registered("v1")}), key_of("ci 2").public_key().id()).then_admitted();
}

TEST_CASE("Where several rules say no, the first in their order is the outcome and the others stand beside it") {
  Scenario s;
  s.given_models({"v1"}).given_canary(1, "v1");
  s.when("watch", {advanced(1, Stage::full, 100)}).then_refused(Refusal::role_missing);
  std::vector<Refusal> also;
  for (const Refused& other : s.decision.verdict.also) also.push_back(other.refusal);
  CHECK(also == std::vector<Refusal>{Refusal::soak_missing, Refusal::notice_missing, Refusal::approval_missing,
                                     Refusal::gates_not_passed});
}

TEST_CASE("A statement takes effect whole or not at all (G14)") {
  Scenario s;
  s.when("ci", {registered("v1"), metrics("v1"), proposed(1, "v1"), advanced(1, Stage::canary, 10)});
  s.then_refused(Refusal::soak_missing);
  CHECK_FALSE(s.world.models.has(digest_of("v1")));
  CHECK_FALSE(s.world.slots.has({"net", "prod"}));
  CHECK(s.world.spellings.rows().size() == 8);  // five actors and three environments
  s.when("ci", {registered("v1"), metrics("v1"), proposed(1, "v1")}).then_admitted();
}

}  // namespace cairn
