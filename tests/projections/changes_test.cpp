// A World's changes since an earlier size: laid over the World of that size they make the one that gave them, and any
// World that folds the same entries gives the same bytes.
#include <random>
#include <utility>
#include <vector>

#include "projections/admit.h"
#include "tests/catch.h"
#include "tests/projections/generated.h"
#include "tests/projections/scenario.h"

namespace cairn {
namespace {

// A whole World, and changes each since the one before, as sizes and bytes.
using Chain = std::vector<std::pair<Size, Bytes>>;

std::unique_ptr<World> laid_over(const Chain& chain) {
  auto world = World::decode(chain.front().second);
  REQUIRE(world.ok());
  (*world)->note_changes();
  for (std::size_t i = 1; i < chain.size(); ++i) {
    REQUIRE(World::changes_since(chain[i].second) == chain[i - 1].first);
    REQUIRE((*world)->take_changes(chain[i].second).ok());
  }
  return std::move(world).value();
}

// The next of a chain: whole, or since one of those before.
void extend(Chain& chain, World& world, std::mt19937& random) {
  const Size size = world.position->size;
  if (chain.empty() || random() % 12 == 0) {
    chain = {{size, world.encode()}};
    world.forget_changes(size);
    return;
  }
  if (random() % 4 == 0) chain.resize(1 + random() % chain.size());
  chain.emplace_back(size, world.encode_changes(chain.back().first));
}

void three_entries(Scenario& s) {
  s.given("ci", {registered("v1")}).given("ci", {metrics("v1")}).given("ci", {proposed(1, "v1")});
}

// A World as it was, and what three entries changed in it.
struct ThreeChanges {
  ThreeChanges() {
    s.world.note_changes();
    before = s.world.encode();
    size = s.world.position->size;
    three_entries(s);
    changes = s.world.encode_changes(size);
  }
  Scenario s;
  Bytes before;
  Size size = 0;
  Bytes changes;
};

}  // namespace

TEST_CASE("Changes laid over an earlier World make the one that gave them, for any history") {
  for (const std::uint64_t seed : history_seeds(12)) {
    INFO("seed " << seed);
    const Log log = seed % 4 == 0 ? Log::lying : Log::honest;
    const std::vector<Recorded> entries = generate_history(seed, 400, log);
    const std::vector<Hash> roots = roots_of(entries);
    std::mt19937 random(static_cast<std::uint32_t>(seed));
    World writer;  // judges before it folds, and forgets
    World plain;   // only folds
    writer.note_changes();
    plain.note_changes();
    Chain chain;
    for (const Recorded& entry : entries) {
      admit(writer, entry.statement, entry.entry.signatures[0].key, entry.entry.payload.size(), basis_of(entry, roots),
            entry.entry.recorded);
      writer.apply(entry);
      writer.keep();
      plain.apply(entry);
      if (random() % 9 != 0) continue;
      INFO("at entry " << entry.seq);
      extend(chain, writer, random);
      const auto reader = laid_over(chain);
      if (chain.size() > 1) {
        const Size since = chain[random() % (chain.size() - 1)].first;
        const Bytes changes = plain.encode_changes(since);
        REQUIRE(writer.encode_changes(since) == changes);
        REQUIRE(reader->encode_changes(since) == changes);
      }
      REQUIRE(reader->encode() == writer.encode());
    }
    REQUIRE(plain.encode() == writer.encode());
  }
}

TEST_CASE("A World made of changes answers and folds on like the one that gave them, for any history") {
  for (const std::uint64_t seed : history_seeds(6)) {
    INFO("seed " << seed);
    const std::vector<Recorded> entries = generate_history(seed, 300);
    const std::vector<Hash> roots = roots_of(entries);
    World writer;
    Chain chain;
    for (std::size_t i = 0; i < 200; ++i) {
      writer.apply(entries[i]);
      if (i == 80) writer.note_changes();
      if (i == 80) chain.emplace_back(81, writer.encode());
      if (i > 80 && i % 17 == 0) chain.emplace_back(i + 1, writer.encode_changes(chain.back().first));
    }
    const auto reader = laid_over(chain);
    for (std::size_t i = reader->position->size; i < entries.size(); ++i) {
      if (writer.position->size == i) writer.apply(entries[i]);
      const Recorded& entry = entries[i];
      const Decision decision = admit(*reader, entry.statement, entry.entry.signatures[0].key,
                                      entry.entry.payload.size(), basis_of(entry, roots), entry.entry.recorded);
      REQUIRE_FALSE(decision.door.has_value());
      REQUIRE(outcome_of(decision.verdict) == entry.entry.outcome);
      reader->apply(entry);
    }
    REQUIRE(reader->encode() == writer.encode());
  }
}

TEST_CASE("Changes are taken by the World of the size that they begin at, and by no other") {
  const ThreeChanges three;
  const auto& [s, before, size, changes] = three;
  CHECK(World::is_of_now(changes));
  CHECK(World::changes_since(changes) == size);
  CHECK_FALSE(World::changes_since(before).has_value());
  auto world = World::decode(before);
  REQUIRE(world.ok());
  REQUIRE((*world)->take_changes(changes).ok());
  CHECK((*world)->encode() == s.world.encode());
  CHECK_FALSE((*world)->take_changes(changes).ok());
  CHECK_FALSE(World::decode(changes).ok());
  CHECK_FALSE(World().take_changes(changes).ok());
}

TEST_CASE("Changes cut short anywhere, or longer by a byte, are not taken") {
  const ThreeChanges three;
  const auto& [s, before, size, changes] = three;
  for (std::size_t length = 0; length < changes.size(); ++length) {
    if ((*World::decode(before))->take_changes(BytesView(changes).substr(0, length)).ok()) {
      FAIL("taken at " << length << " of " << changes.size());
    }
  }
  CHECK_FALSE((*World::decode(before))->take_changes(changes + '\0').ok());
}

TEST_CASE("Changes with a wrong byte are not taken, or make a World that can be asked") {
  Scenario s;
  const Bytes before = s.world.encode();
  const Size size = s.world.position->size;
  s.world.note_changes();
  s.given_models({"v1", "v2"}).given_full(1, "v1").given_canary(2, "v2");
  s.given("ida", {opened(1), LockdownEngaged{{"lab", "*"}, "x"}});
  const Bytes changes = s.world.encode_changes(size);
  int taken = 0;
  for (std::size_t place = 0; place < changes.size(); ++place) {
    Bytes damaged = changes;
    damaged[place] = static_cast<char>(damaged[place] ^ (1 << place % 8));
    const auto world = World::decode(before);
    REQUIRE(world.ok());
    if (!(*world)->take_changes(damaged).ok()) continue;
    ++taken;
    const Recorded& entry = s.entries[place % s.entries.size()];
    const KeyId key = entry.entry.signatures[0].key;
    const Verdict verdict = explain(**world, entry.statement, key, Basis::on_history, s.now + hour);
    if (verdict.refused) REQUIRE_FALSE(verdict.refused->rule.empty());
    REQUIRE(World::decode((*world)->encode()).ok());
  }
  CHECK(taken > 0);
}

TEST_CASE("Changes are known since they are noted, and no longer once they are forgotten") {
  Scenario s;
  const Size size = s.world.position->size;
  CHECK_FALSE(s.world.changes_noted_since(size - 1));
  s.world.note_changes();
  CHECK_FALSE(s.world.changes_noted_since(size));  // nothing came since
  three_entries(s);
  CHECK(s.world.changes_noted_since(size));
  CHECK_FALSE(s.world.changes_noted_since(size - 1));
  s.world.forget_changes(size + 1);
  CHECK_FALSE(s.world.changes_noted_since(size));
  CHECK(s.world.changes_noted_since(size + 1));
  CHECK_FALSE(s.world.changes_noted_since(s.world.position->size));
}

}  // namespace cairn
