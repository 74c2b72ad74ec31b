// The fold: any way through the same entries gives the same bytes (G13), and no entry or snapshot breaks it.
#include <random>

#include "tests/catch.h"
#include "tests/projections/scenario.h"

namespace cairn {
namespace {

// A ledger in which most things happened once.
void live(Scenario& s) {
  s.given("dana", {person("mia", {{Role::approver, {}}}), key_added("lee", "lee 2")});
  s.given_models({"v1", "v2", "v3"}).given_full(1, "v1");
  s.when("watch", {registered("v9")}).then_refused(Refusal::role_missing);
  s.given_canary(2, "v2").given("lee", {s.approval(2)}).given("watch", {drift("v2", "prod", "0.7")});
  s.given("ida", rollback("v2", "v1", 1, 2));
  s.given("ci", {proposed(1, "v3", "lab2")}).given_watched("v3", 2, "lab2").given_full(3, "v3", "v1");
  s.given("dana", {key_revoked("lee", "lee", s.now)});
  const std::string other = replaced(small_policy(), "small", "other");
  s.given("dana", {PolicyProposed{other}, PolicyAdopted{sha256(other), s.world.policy().digest}});
  s.given("dana", {PolicyProposed{replaced(small_policy(), "small", "third")}});
  s.given("ci", {registered("v4"), metrics("v4"), proposed(4, "v4")});
  s.given("mia", {ApprovalDenied{rollout_id(4), Stage::full, "no"}});
}

// Applied and undone, it leaves the bytes that there were before.
void require_undone(World& world, const Recorded& entry) {
  const Bytes before = world.encode();
  const std::size_t mark = world.journal.mark();
  world.apply(entry);
  world.journal.undo_to(mark);
  REQUIRE(world.encode() == before);
}

// Asks a world whatever can be asked of it.
void question(World& world, const Scenario& s) {
  for (const Recorded& entry : s.entries) {
    const Verdict verdict =
        explain(world, entry.statement, entry.entry.signatures[0].key, Basis::on_history, s.now + hour);
    if (verdict.refused) REQUIRE_FALSE(verdict.refused->rule.empty());
  }
}

}  // namespace

TEST_CASE("A fold in one go, entry by entry through snapshots, and from every prefix: the same bytes (G13)") {
  Scenario s;
  live(s);
  const Bytes whole = s.world.encode();
  CHECK(fold(s.entries) == whole);
  auto carried = std::make_unique<World>();
  for (const Recorded& entry : s.entries) {
    carried->apply(entry);
    carried = reopened(*carried);
  }
  CHECK(carried->encode() == whole);
  for (std::size_t prefix = 0; prefix <= s.entries.size(); prefix += 7) {
    World first;
    for (std::size_t i = 0; i < prefix; ++i) first.apply(s.entries[i]);
    const auto rest = reopened(first);
    for (std::size_t i = prefix; i < s.entries.size(); ++i) rest->apply(s.entries[i]);
    INFO("prefix " << prefix);
    CHECK(rest->encode() == whole);
  }
}

TEST_CASE("Ids and refusals that a snapshot left out are not asked for again") {
  Scenario s;
  s.given("ci", {registered("v1")}).when("watch", {registered("v2")}).then_refused(Refusal::role_missing);
  s.later(3 * day).given("ci", {metrics("v1")}).later(5 * day).given("ci", {metrics("v1")});
  const auto carried = reopened(s.world);
  CHECK(carried->ids.rows().size() < s.entries.size());
  CHECK(carried->refusals.rows().empty());
  s.now = start_of_scenario + 30 * minute;  // a log that lies about its clock
  s.given_a_lie("ci", {metrics("v1")});
  carried->apply(s.entries.back());
  CHECK(carried->encode() == s.world.encode());
  CHECK(fold(s.entries) == s.world.encode());
}

TEST_CASE("What a clock set back is the same whoever had forgotten ids by then, and is undone") {
  Scenario s;
  s.given("ci", {registered("v1")}).later(2 * day).given("ci", {registered("v2")});
  const Millis right = s.now + minute;
  s.later(20 * day).given("ci", {registered("v3")});
  const Millis wrong = s.now;
  s.now = right;
  s.given("dana", {ClockCorrected{wrong, "ahead"}}).later(hour).given("ci", {registered("v4")});
  // A writer that follows others has nothing forgotten before it has seen all that it follows.
  World follower;
  for (const Recorded& entry : s.entries) {
    require_undone(follower, entry);
    follower.apply(entry);
  }
  follower.journal.keep();
  CHECK(follower.encode() == fold(s.entries));
  CHECK(follower.encode() == s.world.encode());
  CHECK(reopened(follower)->encode() == follower.encode());
}

TEST_CASE("What is undone never happened") {
  Scenario s;
  live(s);
  World world;
  for (const Recorded& entry : s.entries) {
    require_undone(world, entry);
    world.journal.keep();
    world.apply(entry);
  }
  CHECK(world.encode() == s.world.encode());
}

TEST_CASE("A batch is undone back to its mark, and its ids with it") {
  Scenario s;
  live(s);
  World world;
  world.apply(s.entries[0]);
  const Bytes before = world.encode();
  const auto known = [&](const Recorded& entry) {
    return world.ids.find(RecentIds::key_of(entry.statement.author, entry.statement.id), 0) != nullptr;
  };
  REQUIRE(known(s.entries[0]));
  const std::size_t mark = world.journal.mark();
  for (std::size_t i = 1; i < s.entries.size(); ++i) world.apply(s.entries[i]);
  REQUIRE(known(s.entries.back()));
  world.journal.undo_to(mark);
  world.journal.keep();
  CHECK(world.encode() == before);
  CHECK(known(s.entries[0]));
  CHECK_FALSE(known(s.entries.back()));
  Recorded other = s.entries[2];  // takes the place of one that was undone
  other.seq = 1;
  world.apply(other);
  CHECK(known(other));
  CHECK_FALSE(known(s.entries[1]));
}

TEST_CASE("A refused entry changes nothing but ids, refusals and the position") {
  Scenario s;
  s.given_models({"v1"}).given_canary(1, "v1");
  const auto without_traces = [&] {
    World world;
    for (Recorded entry : s.entries) {
      if (!entry.entry.outcome.empty()) continue;
      entry.seq = world.position->size;
      world.apply(entry);
    }
    return world.rollouts.rows().size() + world.models.rows().size() + world.evidence.rows().size();
  };
  const std::size_t rows = without_traces();
  const Seq last = *s.world.subjects.find("rollout:" + rollout_id(1));
  s.when("ci", {registered("v2"), advanced(1, Stage::full, 100)}).then_refused(Refusal::soak_missing);
  CHECK(s.world.models.rows().size() + s.world.rollouts.rows().size() + s.world.evidence.rows().size() == rows);
  CHECK(*s.world.subjects.find("rollout:" + rollout_id(1)) == last);
  CHECK(s.world.refusals.find("ci")->size() == 1);
  CHECK(s.world.position->size == s.entries.size());
  CHECK(s.rollout(1).percent == 10);
}

TEST_CASE("Entries that lie fold without harm, and what comes after them is judged") {
  Scenario s;
  s.given_models({"v1"});
  const std::vector<std::vector<Event>> lies = {
      {ledger_created()},
      {advanced(7, Stage::full, 100)},
      {RolloutAborted{rollout_id(7), "worse"}},
      {StakeholdersNotified{rollout_id(7), "all"}},
      {ApprovalGranted{rollout_id(7), digest_of("v1"), "prod", Stage::full, Hash{}, {}, ""}},
      {ApprovalDenied{rollout_id(7), Stage::full, ""}},
      {ApprovalWithdrawn{rollout_id(7), Stage::full, ""}},
      {PolicyAdopted{sha256("?"), Hash{}}},
      {PolicyProposed{"{}"}, PolicyAdopted{sha256("{}"), Hash{}}},
      {key_revoked("lee", "nobody")},
      {RoleGranted{"nobody", {Role::admin, {}}}, RoleRevoked{"nobody", {Role::admin, {}}}},
      {metrics("v7"), drift("v7", "moon", "9")},
      {archived("v7", "v8", "moon")},
      {RolloutProposed{rollout_id(1), digest_of("v7"), "other", "moon"}},
      {proposed(1, "v1")},
      {proposed(1, "v7")},
      {advanced(1, Stage::full, 3), advanced(1, Stage::shadow, 0), advanced(1, Stage::canary, 0)},
      rollback("v7", "v8", 5),
      emptied("v9", 5),
      emptied("v9", 6),
      rollback("v8", "v8", 6),
      {registered("v1", "renamed")},
      {person("dana", {}), key_added("ghost", "lee")},
      {drift("v1", "prod")},
  };
  const Hash ledger = s.world.genesis->ledger;
  for (const auto& lie : lies) {
    INFO(wire_name(lie.front()));
    s.given_a_lie("stranger", lie);
    question(s.world, s);
    reopened(s.world);
  }
  CHECK(s.world.genesis->ledger == ledger);
  CHECK(s.world.policy().digest == sha256(small_policy()));
  CHECK(fold(s.entries) == s.world.encode());
}

TEST_CASE("A ledger whose entry 0 creates none folds, and allows nobody anything") {
  Scenario s(small_policy(), Scenario::Begun::not_yet);
  s.given_a_lie("dana", {registered("v1")}).given_a_lie("dana", {ledger_created()});
  CHECK(s.world.genesis->origin.empty());
  s.when("dana", {registered("v2")}).then_turned_away("unknown_key");
  reopened(s.world);
}

TEST_CASE("A snapshot cut short anywhere does not decode") {
  Scenario s;
  live(s);
  const Bytes bytes = s.world.encode();
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    if (World::decode(BytesView(bytes).substr(0, size)).ok()) FAIL("decoded at " << size << " of " << bytes.size());
  }
  CHECK_FALSE(World::decode(bytes + '\0').ok());
}

TEST_CASE("A row that no fold could have written reads as an empty one") {
  World world;
  world.slots.edit({"net", "prod"}).rollouts = 1;
  world.rollouts.edit(rollout_id(1)).name = "net";
  SECTION("a slot at full without history") {
    world.slots.edit({"net", "prod"}).occupied = true;
  }
  SECTION("a stage that does not exist") {
    world.rollouts.edit(rollout_id(1)).stage = static_cast<Stage>(3);
  }
  SECTION("a time that no entry can have") {
    world.rollouts.edit(rollout_id(1)).stage_since = -1;
  }
  const auto read = World::decode(world.encode());
  REQUIRE(read.ok());
  const Slot* slot = (*read)->slots.find({"net", "prod"});
  const Rollout* rollout = (*read)->rollouts.find(rollout_id(1));
  REQUIRE(slot != nullptr);
  REQUIRE(rollout != nullptr);
  CHECK((slot->rollouts == 0) != (rollout->name.empty()));
  CHECK((*read)->at_full({"net", "prod"}) == nullptr);
}

TEST_CASE("A snapshot of another version's layout is told from one of this version that is damaged") {
  Bytes bytes = World().encode();
  CHECK(World::is_of_now(bytes));
  const std::size_t layout = std::string_view("cairn world\n").size();
  SECTION("its layout") {
    bytes[layout] = static_cast<char>(bytes[layout] - 1);
  }
  SECTION("its rules") {
    bytes[layout + 1] = static_cast<char>(bytes[layout + 1] + 1);
  }
  SECTION("its first line") {
    bytes[0] = 'C';
  }
  CHECK_FALSE(World::is_of_now(bytes));
  CHECK_FALSE(World::decode(bytes).ok());
}

TEST_CASE("A rollout under way that a snapshot does not hold is none") {
  World world;
  world.slots.edit({"net", "prod"}).active = rollout_id(1);
  const auto read = World::decode(world.encode());
  REQUIRE(read.ok());
  CHECK((*read)->under_way({"net", "prod"}) == nullptr);
}

TEST_CASE("A snapshot with wrong bytes fails or decodes to a world that can be asked") {
  Scenario s;
  s.given_models({"v1", "v2"}).given_full(1, "v1").given_canary(2, "v2");
  const Bytes bytes = s.world.encode();
  std::mt19937 random(7);
  int decoded = 0;
  for (int round = 0; round < 1500; ++round) {
    Bytes damaged = bytes;
    const std::size_t flips = 1 + random() % 3;
    for (std::size_t i = 0; i < flips; ++i) {
      damaged[random() % damaged.size()] = static_cast<char>(round % 2 == 0 ? random() % 256 : random() % 4);
    }
    auto world = World::decode(damaged);
    if (!world.ok()) continue;
    ++decoded;
    if (decoded % 8 == 0) question(**world, s);
    REQUIRE(World::decode((*world)->encode()).ok());
  }
  CHECK(decoded > 0);
}

}  // namespace cairn
