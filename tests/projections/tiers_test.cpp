// Risk tiers: which places a model's stage asks for, and who fills them (C2, C3, C10; DESIGN 6, approvals).
#include "tests/catch.h"
#include "tests/projections/scenario.h"

namespace cairn {
namespace {

const std::string one_approver = R"("approvals": [{"role": "approver", "persons": 1}],)";

// The small policy, where "prod" asks for an admin and an approver of what is in the tier "high".
std::string tiers_policy(const std::string& models) {
  const std::string tiered = replaced(small_policy(), one_approver,
                                      one_approver + R"( "approvals_of_tier": {"high": [{"role": "admin", "persons": 1},
                                                                 {"role": "approver", "persons": 1}]},)");
  return replaced(tiered, "\"monitoring\": {",
                  R"("tiers": {"high": {"models": [)" + models +
                      R"(], "answer_within": "24h"}, "low": {"models": ["tiny"]}}, "monitoring": {)");
}

std::vector<Event> adopting(const Scenario& s, const std::string& policy) {
  return {PolicyProposed{policy}, PolicyAdopted{sha256(policy), s.world.policy().digest}};
}

// noa is a second admin, mia another approver; "net" is in the tier "high".
struct Tiered : Scenario {
  Tiered() {
    given("dana", {person("noa", {{Role::admin, {}}}), person("mia", {{Role::approver, {}}})});
    given("dana", adopting(*this, tiers_policy(R"("net")")));
  }
  std::vector<std::string> awaited() const { return awaited_approvers(world, rollout(1), Stage::full, now); }
};

const std::vector<Event> to_full = {advanced(1, Stage::full, 100)};

}  // namespace

using Handles = std::vector<std::string>;

TEST_CASE("C2: a model of a tier goes on once every place of its quorum is filled, and each open one is told") {
  Tiered s;
  s.given_models({"v1"}).given_canary(1, "v1").given_watched("v1", 2);
  s.given("ci", {StakeholdersNotified{rollout_id(1), "all"}});
  CHECK(s.awaited() == Handles{"lee", "mia", "noa"});
  s.when("ci", to_full).then_refused(Refusal::approval_missing);
  CHECK(s.says("0 of 1 approvals by admin, 0 of 1 by approver hold"));
  s.given("lee", {s.approval(1)}).when("ci", to_full).then_refused(Refusal::approval_missing);
  CHECK(s.says("0 of 1 approvals by admin, 1 of 1 by approver hold"));
  CHECK(s.awaited() == Handles{"noa"});
  s.given("mia", {s.approval(1)}).when("ci", to_full).then_refused(Refusal::approval_missing);
  s.when("dana", {s.approval(1)}).then_refused(Refusal::approver_is_proposer);  // ci is hers
  s.given("noa", {s.approval(1)});
  CHECK(s.awaited().empty());
  s.when("ci", to_full).then_admitted();
  CHECK(fold(s.entries) == s.world.encode());
}

TEST_CASE("C3: one person with two of the roles fills one place, until another comes") {
  Tiered s;
  s.given("dana", {RoleGranted{"noa", {Role::approver, {}}}});
  s.given_models({"v1"}).given_canary(1, "v1").given_watched("v1", 2);
  s.given("ci", {StakeholdersNotified{rollout_id(1), "all"}}).given("noa", {s.approval(1)});
  s.when("ci", to_full).then_refused(Refusal::approval_missing);
  CHECK(s.says("1 of 1 approvals by admin, 0 of 1 by approver hold"));
  CHECK(s.awaited() == Handles{"lee", "mia"});
  s.given("mia", {s.approval(1)}).when("ci", to_full).then_admitted();
}

TEST_CASE("C3: who put the key under another's handle is that other person, and fills one place with it") {
  Tiered s;
  s.given("noa", {key_added("lee", "lee 2")}).given_models({"v1"}).given_canary(1, "v1");
  s.given(s.said("lee", {s.approval(1)}), key_of("lee 2").public_key().id()).given("noa", {s.approval(1)});
  CHECK(valid_grants(s.world, s.rollout(1), Stage::full, s.now).size() == 1);
  CHECK(filled_places(s.world, s.rollout(1), Stage::full, s.now) == Quorum{{Role::admin, 0}, {Role::approver, 1}});
}

TEST_CASE("C2 C10: a model that moves to another tier loses its grants, and no other model does") {
  Tiered s;
  const std::string other = "other/prod/1";
  s.given_models({"v1"}).given_canary(1, "v1").given("ci", {registered("w1", "other"), metrics("w1")});
  s.given("ci", {RolloutProposed{other, digest_of("w1"), "other", "prod"}});
  ApprovalGranted of_other = s.approval(1);
  of_other.rollout = other;
  of_other.model = digest_of("w1");
  of_other.rules = s.world.policy().stage("prod", Stage::full, "other")->hash;
  of_other.seen = evidence_about(s.world, *s.world.rollouts.find(other));
  CHECK(of_other.rules != s.approval(1).rules);
  s.given("lee", {s.approval(1)}).given("lee", {of_other});
  const auto grants = [&](const std::string& id) {
    return valid_grants(s.world, *s.world.rollouts.find(id), Stage::full, s.now).size();
  };
  REQUIRE(grants(rollout_id(1)) == 1);
  REQUIRE(grants(other) == 1);
  SECTION("out of the tier") {
    s.given("dana", adopting(s, tiers_policy("")));
    CHECK(grants(rollout_id(1)) == 0);
    CHECK(grants(other) == 1);
  }
  SECTION("into it") {
    s.given("dana", adopting(s, tiers_policy(R"("net", "other")")));
    CHECK(grants(rollout_id(1)) == 1);
    CHECK(grants(other) == 0);
  }
  SECTION("into one that the stage does not name, which asks for what it asked for") {
    s.given("dana", adopting(s, replaced(tiers_policy(R"("net")"), "tiny", "other")));
    CHECK(grants(rollout_id(1)) == 1);
    CHECK(grants(other) == 1);
  }
}

TEST_CASE("C2: a grant fills a place while its person has the role") {
  Tiered s;
  s.given_models({"v1"}).given_ready_for_full(1, "v1").given("noa", {s.approval(1)});
  s.given("dana", {RoleRevoked{"lee", {Role::approver, {}}}});
  s.when("ci", to_full).then_refused(Refusal::approval_missing);
  CHECK(s.says("1 of 1 approvals by admin, 0 of 1 by approver hold"));
  s.given("mia", {s.approval(1)}).when("ci", to_full).then_admitted();
}

TEST_CASE("C1: whoever could fill any of the places may say no, and nobody else") {
  Tiered s;
  s.given_models({"v1"}).given_ready_for_full(1, "v1");
  s.when("ida", {ApprovalDenied{rollout_id(1), Stage::full, "no"}}).then_refused(Refusal::role_missing);
  CHECK(s.says("ida lacks admin or approver in prod for net"));
  s.given("noa", {ApprovalDenied{rollout_id(1), Stage::full, "no"}});
  s.when("ci", to_full).then_refused(Refusal::approval_denied);
}

TEST_CASE("C2: a policy is adopted only if each tier that has models could be approved by persons who are there") {
  Scenario s;  // dana is the only admin, and whoever deploys is hers
  s.when("dana", adopting(s, tiers_policy(R"("net")"))).then_refused(Refusal::quorum_unreachable);
  CHECK(s.says("prod full of net: those who did not propose could give 0 of 1 approvals by admin, 1 of 1 by approver"));
  SECTION("a tier without models waits for nobody") {
    s.when("dana", adopting(s, tiers_policy(""))).then_admitted();
  }
  SECTION("who has the role for this model is enough, and stays") {
    const Grant admin_of_net{Role::admin, {"prod", "net"}};
    s.given("dana", {person("noa", {admin_of_net})});
    s.when("dana", adopting(s, tiers_policy(R"("net", "other")"))).then_refused(Refusal::quorum_unreachable);
    CHECK(s.says("prod full of other: "));
    s.when("dana", adopting(s, tiers_policy(R"("net")"))).then_admitted();
    s.when("dana", {RoleRevoked{"noa", admin_of_net}}).then_refused(Refusal::quorum_unreachable);
  }
  SECTION("one person in two roles is one person") {
    s.given("dana", {RoleGranted{"lee", {Role::admin, {}}}});
    s.when("dana", adopting(s, tiers_policy(R"("net")"))).then_refused(Refusal::quorum_unreachable);
    CHECK(s.says("1 of 1 approvals by admin, 0 of 1 by approver"));
  }
}

TEST_CASE("C2: a tier names a model as it is registered") {
  Tiered s;
  s.given_models({"v1"});
  s.when("dana", adopting(s, tiers_policy(R"("Net")"))).then_refused(Refusal::differs_by_case);
  CHECK(s.says("Net is already spelled net"));
}

TEST_CASE("C2: a model is registered as its tier spells it: another spelling would be of no tier") {
  Tiered s;
  s.when("ci", {registered("v1", "Net")}).then_refused(Refusal::differs_by_case);
  s.when("ci", {registered("v1", "net")}).then_admitted();
}

TEST_CASE("C2: whether a tier's model can be approved is asked of those who may propose this one") {
  Scenario s;
  s.given("dana", {person("mia", {{Role::approver, {}}}), RoleGranted{"lee", {Role::deployer, {"*", "net"}}}});
  s.given("dana", {service("cd", "dana", {{Role::deployer, {"*", "other"}}})});
  s.given("dana", {RoleRevoked{"ci", {Role::deployer, {}}}, RoleRevoked{"dana", {Role::deployer, {}}}});
  s.given("dana", {person("noa", {{Role::admin, {}}})});
  const auto two_approvers = [](const std::string& model) {
    return replaced(tiers_policy("\"" + model + "\""), R"("persons": 1}]},)", R"("persons": 2}]},)");
  };
  // What cd proposes, lee and mia approve; what lee proposes, mia alone could.
  s.when("dana", adopting(s, two_approvers("net"))).then_refused(Refusal::quorum_unreachable);
  CHECK(s.says("prod full of net: "));
  s.when("dana", adopting(s, two_approvers("other"))).then_admitted();
}

TEST_CASE("C2: no approval is asked for on a way back") {
  Scenario s(watched_regression_policy());
  s.given_models({"v1", "v2"}).given_full(1, "v1").given_full(2, "v2", "v1");
  s.given("ida", {ArtefactChecked{digest_of("v1"), ArtefactMatch::match}, begun(3, "v2", "v1", 1), opened(1)});
  s.when("dana", {ApprovalRequested{rollout_id(3), Stage::full, {}, ""}}).then_refused(Refusal::approval_not_asked);
  CHECK(s.says("a way back"));
}

TEST_CASE("C2: a grant that is too old now is told as expired, and one that is void is not") {
  Tiered s;
  s.given_models({"v1"}).given_canary(1, "v1").given("lee", {s.approval(1)});
  const auto expired = [&] { return expired_grants(s.world, s.rollout(1), Stage::full, s.now); };
  s.later(72 * hour);
  CHECK(expired().empty());
  s.later(1);
  REQUIRE(expired().size() == 1);
  CHECK(expired()[0].person == "lee");
  CHECK(s.awaited() == Handles{"lee", "mia", "noa"});
  SECTION("until it is given again") {
    s.given("lee", {s.approval(1)});
  }
  SECTION("void by what failed") {
    s.given("ci", {metrics("v1", "0.5")});
  }
  SECTION("with the rollout") {
    s.given("ci", {RolloutAborted{rollout_id(1), "no"}});
  }
  CHECK(expired().empty());
}

TEST_CASE("E9: a request for approval is kept until the stage begins, and waits until those who were asked answer") {
  Tiered s;
  s.given_models({"v1"}).given_canary(1, "v1").given_watched("v1", 2);
  const auto waits = [&] { return request_waits(s.world, s.rollout(1), s.now); };
  CHECK_FALSE(waits());
  s.given("ci", {ApprovalRequested{rollout_id(1), Stage::full, {"lee"}, "first"}});
  s.given("dana", {ApprovalRequested{rollout_id(1), Stage::full, {"mia", "noa"}, "then"}});
  const ApprovalRequest request = s.rollout(1).request.value();
  CHECK(request.by == "dana");
  CHECK(request.of == std::set<std::string>{"mia", "noa"});
  CHECK(request.seq == s.entries.size() - 1);
  CHECK(request.recorded == s.now);
  CHECK(waits());
  SECTION("one of two has answered") {
    s.given("noa", {s.approval(1)});
    CHECK(waits());
    s.given("lee", {s.approval(1)});  // nobody is missing now, asked or not
    CHECK_FALSE(waits());
  }
  SECTION("those who were asked have answered, and others are missing still") {
    s.given("ci", {ApprovalRequested{rollout_id(1), Stage::full, {"noa"}, ""}}).given("noa", {s.approval(1)});
    CHECK(s.awaited() == Handles{"lee", "mia"});
    CHECK_FALSE(waits());
  }
  SECTION("a no is an answer") {
    s.given("mia", {ApprovalDenied{rollout_id(1), Stage::full, "no"}});
    CHECK_FALSE(waits());
  }
  SECTION("a step of an earlier stage leaves it") {
    s.given("ci", {advanced(1, Stage::canary, 25)});
    CHECK(waits());
  }
  SECTION("it ends with the rollout") {
    s.given("ci", {RolloutAborted{rollout_id(1), "no"}});
    CHECK_FALSE(waits());
  }
  SECTION("whoever may is asked where nobody is named") {
    s.given("ci", {ApprovalRequested{rollout_id(1), Stage::full, {}, ""}});
    s.given("noa", {s.approval(1)});
    CHECK(waits());
    s.given("lee", {s.approval(1)}).given("ci", {StakeholdersNotified{rollout_id(1), "all"}});
    CHECK_FALSE(waits());
    s.given("ci", to_full);
    CHECK_FALSE(s.rollout(1).request.has_value());
  }
  CHECK(fold(s.entries) == s.world.encode());
}

}  // namespace cairn
