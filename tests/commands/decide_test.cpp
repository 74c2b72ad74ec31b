// decide is pure: a World and an intent in, events out.
#include "commands/command.h"

#include "tests/catch.h"

namespace cairn {
namespace {

// v1, v2 and v3 of "net" were at full in "prod", in this order; v3 is there now.
struct AtFull {
  World world;
  Statement statement;

  static Hash digest(const std::string& version) { return sha256("manifest of " + version); }

  AtFull() {
    statement.author = "dana";
    for (const std::string version : {"v1", "v2", "v3"}) {
      world.apply_event(ModelRegistered{"net", version, digest(version), 1, 10}, statement, {}, 0);
      const std::string rollout = "net/prod/" + version.substr(1);
      world.apply_event(RolloutProposed{rollout, digest(version), "net", "prod"}, statement, {}, 0);
      world.apply_event(RolloutAdvanced{rollout, Stage::full, 100}, statement, {}, 0);
    }
  }

  std::vector<Event> rollback(std::optional<std::vector<FoundModel>> found) const {
    const auto proposal =
        decide(world, Rollback{"net", "prod", "slow", Trigger::regression, std::nullopt, std::move(found)});
    REQUIRE(proposal.ok());
    return proposal->events;
  }
};

const RollbackExecuted* executed(const std::vector<Event>& events) {
  for (const Event& event : events) {
    if (const auto* rollback = std::get_if<RollbackExecuted>(&event)) return rollback;
  }
  return nullptr;
}

std::vector<std::pair<Hash, ArtefactMatch>> checks(const std::vector<Event>& events) {
  std::vector<std::pair<Hash, ArtefactMatch>> all;
  for (const Event& event : events) {
    if (const auto* check = std::get_if<ArtefactChecked>(&event)) all.emplace_back(check->model, check->result);
  }
  return all;
}

}  // namespace

TEST_CASE("a rollback goes to the newest other version, and says that its files were not reachable (D1, D8)") {
  const AtFull given;
  const auto events = given.rollback(std::nullopt);
  REQUIRE(executed(events) != nullptr);
  CHECK(executed(events)->from == AtFull::digest("v3"));
  CHECK(executed(events)->to == AtFull::digest("v2"));
  CHECK(checks(events) ==
        std::vector<std::pair<Hash, ArtefactMatch>>{{AtFull::digest("v2"), ArtefactMatch::not_reachable}});
}

TEST_CASE("a rollback passes over a version whose files differ, says so, and goes to the one before it") {
  const AtFull given;
  const auto events = given.rollback(std::vector<FoundModel>{{"v2", sha256("altered")}, {"v1", AtFull::digest("v1")}});
  REQUIRE(executed(events) != nullptr);
  CHECK(executed(events)->to == AtFull::digest("v1"));
  CHECK(checks(events) == std::vector<std::pair<Hash, ArtefactMatch>>{{AtFull::digest("v2"), ArtefactMatch::mismatch},
                                                                      {AtFull::digest("v1"), ArtefactMatch::match}});
}

TEST_CASE("a rollback whose only candidates have altered files empties the slot") {
  const AtFull given;
  const auto events = given.rollback(std::vector<FoundModel>{{"v2", sha256("altered")}, {"v1", sha256("altered too")}});
  CHECK(executed(events) == nullptr);
  bool emptied = false;
  for (const Event& event : events) emptied = emptied || std::holds_alternative<SlotEmptied>(event);
  CHECK(emptied);
}

TEST_CASE("a place that holds only other versions says nothing about the target; a single altered model there does") {
  const AtFull given;
  const auto others = given.rollback(std::vector<FoundModel>{{"v8", sha256("8")}, {"v9", sha256("9")}});
  REQUIRE(executed(others) != nullptr);
  CHECK(checks(others).front().second == ArtefactMatch::not_reachable);
  const auto single = given.rollback(std::vector<FoundModel>{{"0123456789ab", sha256("altered")}});
  CHECK(executed(single) == nullptr);
}

TEST_CASE("promote to full archives the version that gives way, in the same statement (A6)") {
  AtFull given;
  given.world.apply_event(ModelRegistered{"net", "v4", AtFull::digest("v4"), 1, 10}, given.statement, {}, 0);
  given.world.apply_event(RolloutProposed{"net/prod/4", AtFull::digest("v4"), "net", "prod"}, given.statement, {}, 0);
  const auto proposal = decide(given.world, Promote{"net/prod/4", 100});
  REQUIRE(proposal.ok());
  REQUIRE(proposal->events.size() == 2);
  const auto* archived = std::get_if<ModelArchived>(&proposal->events[1]);
  REQUIRE(archived != nullptr);
  CHECK(archived->model == AtFull::digest("v3"));
  CHECK(archived->replaced_by == AtFull::digest("v4"));
}

TEST_CASE(
    "registering a known model records its evidence anew, since evidence grows old; deploying it records only news") {
  AtFull given;
  const Hash model = AtFull::digest("v3");
  EvidenceRecorded metrics;
  metrics.model = model;
  metrics.digest = sha256("metrics");
  given.world.apply_event(metrics, given.statement, {}, 0);
  const RegisterModel again{"net", "v3", model, 1, 10, {metrics}};
  const auto registered = decide(given.world, again);
  REQUIRE(registered.ok());
  CHECK(registered->events.size() == 1);
  const auto deployed = decide(given.world, Deploy{again, "staging", Stage::shadow, 10});
  REQUIRE(deployed.ok());
  REQUIRE(deployed->events.size() == 1);
  CHECK(std::holds_alternative<RolloutProposed>(deployed->events.front()));
}

TEST_CASE("what there is nothing to say about is a usage error, and never an empty statement") {
  const AtFull given;
  const auto refused = [&](const Command& command) {
    const auto proposal = decide(given.world, command);
    return !proposal.ok() && proposal.error().kind == ErrorKind::usage;
  };
  CHECK(refused(Promote{"net/prod/9", std::nullopt}));
  CHECK(refused(ChangeRoles{"dana", {}, {}, {}}));
  CHECK(refused(Rollback{"other", "prod", "slow", Trigger::regression, std::nullopt, std::nullopt}));
  CHECK(refused(Rollback{"net", "prod", "", Trigger::regression, std::nullopt, std::nullopt}));
  CHECK(refused(Rollback{"net", "prod", "slow", Trigger::regression, "v7", std::nullopt}));
}

TEST_CASE("what is so already is no mistake: no events, and why") {
  AtFull given;
  given.world.apply_event(ModelRegistered{"net", "v4", AtFull::digest("v4"), 1, 10}, given.statement, {}, 0);
  given.world.apply_event(RolloutProposed{"net/prod/4", AtFull::digest("v4"), "net", "prod"}, given.statement, {}, 0);
  const RegisterModel v4{"net", "v4", AtFull::digest("v4"), 1, 10, {}};
  const std::vector<Command> wanted = {v4, Deploy{v4, "prod", Stage::shadow, 10}};
  for (const Command& command : wanted) {
    const auto proposal = decide(given.world, command);
    REQUIRE(proposal.ok());
    CHECK(proposal->events.empty());
    REQUIRE(proposal->unchanged.has_value());
    CHECK(!proposal->unchanged->why.empty());
    CHECK(proposal->unchanged->stands.size() == 1);
  }
}

TEST_CASE("an import says what is not on record yet, and a reading that knows less of the same file is no news (B5)") {
  AtFull given;
  EvidenceRecorded card;
  card.kind = EvidenceKind::card;
  card.model = AtFull::digest("v1");
  card.digest = sha256("card");
  card.values = {{"audit_root_verified", Decimal::from_int(1)}, {"trained_at", Decimal::from_int(7)}};
  const auto events = [&](const EvidenceRecorded& evidence) {
    const auto proposal = decide(given.world, ImportEvidence{{evidence}});
    REQUIRE(proposal.ok());
    CHECK(proposal->events.empty() == proposal->unchanged.has_value());
    return proposal->events.size();
  };
  CHECK(events(card) == 1);
  given.world.apply_event(card, given.statement, {}, 0);
  CHECK(events(card) == 0);
  EvidenceRecorded less = card;
  less.values.erase("audit_root_verified");
  CHECK(events(less) == 0);
  EvidenceRecorded other_file = less;
  other_file.digest = sha256("another card");
  CHECK(events(other_file) == 1);
  EvidenceRecorded contradiction = card;
  contradiction.values["audit_root_verified"] = Decimal();
  CHECK(events(contradiction) == 1);
  EvidenceRecorded more = card;
  more.values["samples"] = Decimal::from_int(1);
  CHECK(events(more) == 1);
  CHECK(!decide(given.world, ImportEvidence{}).ok());
}

}  // namespace cairn
