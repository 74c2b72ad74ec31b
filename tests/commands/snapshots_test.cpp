// Which snapshots a writer leaves, and what a reader makes of them.
#include <algorithm>
#include <vector>

#include "commands/home.h"
#include "commands/live_rules.h"
#include "commands/replay.h"
#include "commands/views.h"
#include "ledger/base/text.h"
#include "ledger/tlog/snapshot.h"
#include "tests/catch.h"
#include "tests/commands/read_case.h"
#include "tests/store_in_front.h"

namespace cairn::test {
namespace {

struct Taken {
  Size size = 0;
  std::optional<Size> since;  // none: a whole one
  std::size_t bytes = 0;
};

std::vector<Taken> taken_in(const Ledger& ledger) {
  std::vector<Taken> all;
  const auto listed = ledger.store().snapshots(ledger.size(), [&](const AtSize& row) -> Result<void> {
    const auto opened = open_snapshot(row.bytes, ledger.newest_key().key());
    REQUIRE(opened.ok());
    all.push_back({row.size, World::changes_since(opened->state), row.bytes.size()});
    return {};
  });
  REQUIRE(listed.ok());
  return all;
}

std::vector<Size> sizes_of(const LoadedWorld& loaded) {
  std::vector<Size> sizes;
  for (const StoredSnapshot& snapshot : loaded.snapshots) sizes.push_back(snapshot.size);
  return sizes;
}

Bytes folded_to(const Ledger& ledger, Size size) {
  World world;
  REQUIRE(fold_on(ledger, world, size).ok());
  return world.encode();
}

// A ledger of some thousand entries, each `grow` a process of its own.
void write_often(ReadCase& place) {
  place.register_model("logistic", "v1", "0.9");
  for (int i = 0; i < 13; ++i) place.grow(270);
}

// Answers once, for the newest, and is away from then on.
class GoneMeanwhile final : public StoreInFront {
 public:
  using StoreInFront::StoreInFront;
  Result<std::optional<AtSize>> snapshot(Size at_most) const override {
    if (asked_++ > 0) return unavailable("the server does not answer");
    return StoreInFront::snapshot(at_most);
  }

 private:
  mutable int asked_ = 0;
};

// Counts how often a snapshot is asked for.
class AskedFor final : public Swapped {
 public:
  using Swapped::Swapped;
  Result<std::optional<AtSize>> snapshot(Size at_most) const override {
    ++times;
    return Swapped::snapshot(at_most);
  }
  mutable std::size_t times = 0;
};

// Rules that are given a ledger's entries, in batches of 64; what snapshots they offer.
class Fed {
 public:
  // They stand at `begin` already, of which there is no snapshot.
  explicit Fed(const Ledger& ledger, Size begin = 0) : rules_({world_at(ledger, begin), {}}) {
    const auto walked = ledger.walk(0, ledger.size(), [this](const Recorded& entry) -> Result<void> {
      entries_.push_back(entry);
      return {};
    });
    REQUIRE(walked.ok());
  }

  // A batch of one's own, which is kept or fails.
  std::optional<Taken> batch(bool kept = true) {
    const Size begin = rules_.size();
    for (Size seq = begin; seq < begin + 64; ++seq) rules_.apply(entries_.at(seq));
    const Bytes state = rules_.snapshot(rules_.size());
    const Size size = rules_.size();
    kept ? rules_.keep() : rules_.undo();
    if (state.empty()) return std::nullopt;
    return Taken{size, World::changes_since(state), state.size()};
  }
  // One of another process.
  void follow() {
    const Size begin = rules_.size();
    for (Size seq = begin; seq < begin + 64; ++seq) REQUIRE(rules_.follow(entries_.at(seq)).ok());
    rules_.keep();
  }
  std::vector<Taken> batches(int count) {
    std::vector<Taken> all;
    for (int i = 0; i < count; ++i) {
      if (const auto taken = batch()) all.push_back(*taken);
    }
    return all;
  }

 private:
  static std::unique_ptr<World> world_at(const Ledger& ledger, Size size) {
    auto world = std::make_unique<World>();
    REQUIRE(fold_on(ledger, *world, size).ok());
    return world;
  }

  std::vector<Recorded> entries_;
  LiveRules rules_;
};

}  // namespace

TEST_CASE("processes one after another leave snapshots of changes, and now and then a whole one") {
  ReadCase place;
  write_often(place);
  place.with_session([](Session& session) {
    const Ledger& ledger = session.ledger();
    const std::vector<Taken> all = taken_in(ledger);
    CHECK(all.size() == 13);
    REQUIRE_FALSE(all.front().since.has_value());
    std::size_t changes = 0;
    std::size_t whole = all.front().bytes;
    int whole_again = 0;
    for (std::size_t i = 1; i < all.size(); ++i) {
      INFO("the snapshot of size " << all[i].size);
      CHECK(all[i].size - all[i - 1].size == 270);
      if (all[i].since) {
        CHECK(changes < whole);
        changes += all[i].bytes;
        CHECK(std::any_of(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(i),
                          [&](const Taken& earlier) { return earlier.size == *all[i].since; }));
      } else {
        ++whole_again;
        CHECK(changes >= whole);
        changes = 0;
        whole = all[i].bytes;
      }
    }
    CHECK(whole_again > 0);
    CHECK(all.size() - 1 > 2 * static_cast<std::size_t>(whole_again));
    for (const Taken& taken : all) {
      const auto loaded = load_world(ledger, taken.size);
      REQUIRE(loaded.ok());
      CHECK(loaded->snapshots.back().size == taken.size);
      CHECK(loaded->world->encode() == folded_to(ledger, taken.size));
    }
  });
}

TEST_CASE("after seven small ones a snapshot covers them all, and a reader takes it in their place") {
  ReadCase place;
  place.register_model("logistic", "v1", "0.9");
  place.grow(64 * 72);
  place.with_session([](Session& session) {
    Fed fed(session.ledger(), 2304);  // so that what changes weighs less than all there is for long enough
    const std::vector<Taken> all = fed.batches(1 + 4 * 8);
    REQUIRE(all.size() == 9);
    const auto covers = std::find_if(all.begin() + 1, all.end(),
                                     [](const Taken& taken) { return taken.since && taken.size - *taken.since > 256; });
    REQUIRE(covers != all.end());
    CHECK(covers->size - *covers->since == 8 * 256);
    for (auto small = covers - 7; small != covers; ++small) CHECK(small->size - *small->since == 256);
  });
}

TEST_CASE("a batch that fails leaves the next snapshot as it would have been") {
  ReadCase place;
  place.register_model("logistic", "v1", "0.9");
  place.grow(64 * 10);
  place.with_session([](Session& session) {
    Fed fed(session.ledger());
    Fed other(session.ledger());
    fed.batches(7);
    other.batches(7);
    REQUIRE(fed.batch(false).has_value());
    const auto again = fed.batch();
    const auto once = other.batch();
    REQUIRE(again.has_value());
    CHECK(again->since == once->since);
    CHECK(again->bytes == once->bytes);
  });
}

TEST_CASE("where another process writes as well, a snapshot is a whole one: nobody goes back behind another's") {
  ReadCase place;
  place.register_model("logistic", "v1", "0.9");
  place.grow(64 * 24);
  place.with_session([](Session& session) {
    Fed fed(session.ledger());
    REQUIRE(fed.batches(8).back().since.has_value());
    fed.follow();
    const std::vector<Taken> after = fed.batches(11);
    REQUIRE(after.size() >= 2);
    CHECK_FALSE(after[0].since.has_value());
    CHECK(after[1].since == after[0].size);
  });
}

TEST_CASE("a snapshot that lacks what it builds on is passed over for one before it") {
  ReadCase place;
  write_often(place);
  place.with_session([&place](Session& session) {
    const Ledger& ledger = session.ledger();
    const auto whole = load_world(ledger, ledger.size());
    REQUIRE(whole.ok());
    const std::vector<Size> sizes = sizes_of(*whole);
    REQUIRE(sizes.size() > 2);
    const auto key = Home(place.directory() / "home").log_keys(ledger.log_keys(), ledger.size());
    REQUIRE(key.ok());
    const auto row = ledger.store().snapshot(sizes[1]);
    const auto opened = open_snapshot((*row)->bytes, ledger.newest_key().key());
    REQUIRE(opened.ok());
    const auto elsewhere = seal_snapshot({{sizes[1], sha256("another tree")}, opened->state}, key->front());
    REQUIRE(elsewhere.ok());
    Bytes torn = (*row)->bytes;
    torn.pop_back();
    for (const Bytes& bytes : {Bytes(), torn, *elsewhere}) {
      INFO("its bytes: " << bytes.size());
      const Swapped store(session.store(), sizes[1], bytes);
      const auto without = Ledger::open(store);
      REQUIRE(without.ok());
      const auto loaded = load_world(*without, ledger.size());
      REQUIRE(loaded.ok());
      CHECK(loaded->snapshots.empty());  // so that the next one is whole
      CHECK(loaded->world->encode() == whole->world->encode());
    }
  });
}

TEST_CASE("where a whole snapshot does not hold, nothing that builds on it is tried, and the next one is whole") {
  ReadCase place;
  write_often(place);
  place.with_session([](Session& session) {
    const std::vector<Taken> all = taken_in(session.ledger());
    const auto newest = std::find_if(all.rbegin(), all.rend(), [](const Taken& taken) { return !taken.since; });
    REQUIRE(newest != all.rbegin());
    const auto pieces = [&](Size size) { return load_world(session.ledger(), size)->snapshots.size(); };
    const AskedFor store(session.store(), newest->size, "torn");
    const auto ledger = Ledger::open(store);
    REQUIRE(ledger.ok());
    auto loaded = load_world(*ledger, ledger->size(), Noting::yes);
    REQUIRE(loaded.ok());
    CHECK(store.times == pieces(ledger->size()) + pieces(newest->size - 1));
    CHECK(loaded->world->encode() == folded_to(*ledger, ledger->size()));
    CHECK(loaded->snapshots.empty());
    LiveRules rules(std::move(loaded).value());
    const Bytes next = rules.snapshot(rules.size());
    REQUIRE_FALSE(next.empty());
    CHECK_FALSE(World::changes_since(next).has_value());
  });
}

TEST_CASE("a loaded World knows what changed since each snapshot that it was made of, and since no size between") {
  ReadCase place;
  write_often(place);
  place.with_session([](Session& session) {
    const Ledger& ledger = session.ledger();
    const auto loaded = load_world(ledger, ledger.size(), Noting::yes);
    REQUIRE(loaded.ok());
    const std::vector<Size> sizes = sizes_of(*loaded);
    REQUIRE(sizes.size() > 2);
    for (const Size size : sizes) {
      CHECK(loaded->world->changes_noted_since(size) == (size < ledger.size()));
      CHECK(loaded->world->changes_noted_since(size - 1) == (size > sizes.back()));
    }
    CHECK_FALSE(load_world(ledger, ledger.size())->world->changes_noted_since(sizes[0]));
  });
}

TEST_CASE("a store that goes away while a World is loaded is an error, and no reason to take an older snapshot") {
  ReadCase place;
  write_often(place);
  place.with_session([](Session& session) {
    REQUIRE(load_world(session.ledger(), session.ledger().size())->snapshots.size() > 1);
    const GoneMeanwhile store(session.store());
    const auto ledger = Ledger::open(store);
    REQUIRE(ledger.ok());
    const auto loaded = load_world(*ledger, ledger->size());
    REQUIRE_FALSE(loaded.ok());
    CHECK(loaded.error().kind == ErrorKind::unavailable);
  });
}

TEST_CASE("replay names a snapshot of changes that the entries do not give, or that goes back behind a whole one") {
  ReadCase place;
  write_often(place);
  place.with_session([&place](Session& session) {
    const Ledger& ledger = session.ledger();
    const auto key = Home(place.directory() / "home").log_keys(ledger.log_keys(), ledger.size());
    REQUIRE(key.ok());
    const std::vector<Size> sizes = sizes_of(*load_world(ledger, ledger.size()));
    REQUIRE(sizes.size() > 2);
    World world;
    world.note_changes();
    const Size newest = sizes.back();
    REQUIRE(fold_on(ledger, world, newest).ok());
    const auto differences = [&](const Bytes& state) {
      const auto sealed = seal_snapshot({{newest, *ledger.root_at(newest)}, state}, key->front());
      const Swapped store(session.store(), newest, *sealed);
      const auto swapped = Ledger::open(store);
      const auto done = replay(*swapped, ledger.size(), 1, [](Size, Size) {});
      REQUIRE(done.ok());
      std::vector<std::string> all;
      for (const Difference& difference : done->differences) all.push_back(difference.what);
      return all;
    };
    CHECK(differences(world.encode_changes(sizes[0])).empty());
    CHECK(differences(world.encode()).empty());
    Bytes other = world.encode_changes(sizes[0]);
    other.back() = static_cast<char>(other.back() ^ 1);
    const auto told = differences(other);
    REQUIRE(told.size() == 2);
    CHECK(told[0].starts_with(str("the snapshot at ", newest, " entries has the state ")));
    CHECK(told[1].starts_with("the live view has the state "));
    const auto behind = differences(world.encode_changes(sizes[0] - 1));
    REQUIRE(behind.size() == 1);
    CHECK(behind[0] == str("the snapshot at ", newest, " entries holds what changed since ", sizes[0] - 1,
                           ", which is not between the newest whole one and itself"));
  });
}

}  // namespace cairn::test
