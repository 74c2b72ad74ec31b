#include "commands/replay.h"

#include <algorithm>
#include <set>

#include "commands/home.h"
#include "commands/views.h"
#include "ledger/base/text.h"
#include "ledger/tlog/snapshot.h"
#include "tests/catch.h"
#include "tests/commands/read_case.h"
#include "tests/store_in_front.h"

namespace cairn::test {
namespace {

// What a replay came to, as text, so that two of them are compared whole.
std::string told(const Result<Replayed>& done) {
  if (!done.ok()) return "error: " + done.error().message;
  std::string text = str(done->entries, " entries, ", done->admitted, " admitted, ", done->refused, " refused, ",
                         done->policies, " policies, ", done->snapshots, " snapshots, state ", done->state.hex(), "\n");
  for (const Difference& difference : done->differences) {
    text += str(difference.seq ? str("entry ", *difference.seq) : std::string("view"), ": ", difference.what, "\n");
  }
  return text;
}

Result<Replayed> replay_by(const Ledger& ledger, std::size_t threads, Size* last_told = nullptr) {
  return replay(ledger, ledger.size(), threads, [last_told](Size done, Size) {
    if (last_told != nullptr) *last_told = std::max(*last_told, done);
  });
}

// Each a commit with a snapshot of its own, mostly.
void fill(ReadCase& place) {
  place.register_model("logistic", "v1", "0.9");
  for (int i = 0; i < 14; ++i) place.grow(400);
}

// Remembers which snapshots were asked for, but for those that the one before builds on.
class Noting final : public StoreInFront {
 public:
  Noting(const Store& store, const PublicKey& log_key) : StoreInFront(store), log_key_(log_key) {}
  Result<void> snapshots(Size at_most, const std::function<Result<void>(const AtSize&)>& each) const override {
    listing_ = true;
    auto done = StoreInFront::snapshots(at_most, each);
    listing_ = false;
    return done;
  }
  Result<std::optional<AtSize>> snapshot(Size at_most) const override {
    auto row = StoreInFront::snapshot(at_most);
    if (listing_) return row;
    if (builds_on_ != at_most) asked.insert(at_most);
    const auto opened = row && *row ? open_snapshot((*row)->bytes, log_key_) : fault("there is none");
    builds_on_ = opened ? World::changes_since(opened->state) : std::nullopt;
    return row;
  }
  mutable std::set<Size> asked;

 private:
  const PublicKey& log_key_;
  mutable bool listing_ = false;
  mutable std::optional<Size> builds_on_;
};

// One entry is cut off in its middle.
class Cut final : public StoreInFront {
 public:
  Cut(const Store& store, Seq seq) : StoreInFront(store), seq_(seq) {}
  Result<std::vector<Bytes>> read(Seq from, ReadLimit limit) const override {
    auto page = StoreInFront::read(from, limit);
    if (page && seq_ >= from && seq_ - from < page->size()) (*page)[seq_ - from].resize(40);
    return page;
  }

 private:
  Seq seq_;
};

TEST_CASE("a replay by several threads comes to what one comes to, and each begins in a snapshot") {
  ReadCase place;
  fill(place);
  place.with_session([](Session& session) {
    Size last = 0;
    const std::string alone = told(replay_by(session.ledger(), 1, &last));
    CHECK(last == session.ledger().size());
    CHECK(alone.find("differ") == std::string::npos);
    for (const std::size_t threads : {2U, 3U, 5U}) {
      const NoteVerifier log = session.ledger().newest_key();
      const Noting store(session.store(), log.key());
      const auto ledger = Ledger::open(store);
      REQUIRE(ledger.ok());
      last = 0;
      CHECK(told(replay_by(*ledger, threads, &last)) == alone);
      CHECK(last == ledger->size());
      store.asked.erase(ledger->size());  // the live view's
      CHECK(store.asked.size() == threads - 1);
    }
  });
}

TEST_CASE("what is damaged is told alike by one thread and by several") {
  ReadCase place;
  fill(place);
  place.with_session([](Session& session) {
    for (const Seq seq : {1500U, 3000U, 5590U}) {
      const Altered store(session.store(), seq);
      const auto ledger = Ledger::open(store);
      REQUIRE(ledger.ok());
      const std::string alone = told(replay_by(*ledger, 1));
      CHECK(alone.find("the entries have the root ") != std::string::npos);
      CHECK(told(replay_by(*ledger, 5)) == alone);
    }
  });
}

TEST_CASE("an entry that cannot be read ends a replay as evidence gone bad, however many threads there are") {
  ReadCase place;
  fill(place);
  place.with_session([](Session& session) {
    for (const Seq seq : {1500U, 5590U}) {
      const Cut store(session.store(), seq);
      const auto ledger = Ledger::open(store);
      REQUIRE(ledger.ok());
      for (const std::size_t threads : {1U, 5U}) {
        const auto done = replay_by(*ledger, threads);
        REQUIRE_FALSE(done.ok());
        CHECK(done.error().kind == ErrorKind::not_verified);
        CHECK(done.error().message.find(str("entry ", seq)) != std::string::npos);
      }
    }
  });
}

TEST_CASE("a snapshot that the log signed over another state leads no thread astray") {
  ReadCase place;
  fill(place);
  place.with_session([&place](Session& session) {
    const Ledger& ledger = session.ledger();
    const Home home(place.directory() / "home");
    const auto key = home.log_keys(ledger.log_keys(), ledger.size());
    REQUIRE(key.ok());
    const NoteVerifier log = ledger.newest_key();
    const Noting noting(session.store(), log.key());
    const auto noted = Ledger::open(noting);
    REQUIRE(replay_by(*noted, 2).ok());
    noting.asked.erase(ledger.size());
    REQUIRE(noting.asked.size() == 1);
    const Size cut = *noting.asked.begin();

    const auto earlier = load_world(ledger, cut - 1);
    REQUIRE(earlier.ok());
    earlier->world->position.edit().size = cut;
    const auto root = ledger.root_at(cut);
    const auto sealed = seal_snapshot({{cut, *root}, earlier->world->encode()}, key->front());
    REQUIRE(sealed.ok());
    const Swapped store(session.store(), cut, *sealed);
    const auto swapped = Ledger::open(store);
    REQUIRE(swapped.ok());
    const auto done = replay_by(*swapped, 2);
    CHECK(told(done) == told(replay_by(*swapped, 1)));
    REQUIRE(done.ok());
    REQUIRE(done->differences.size() == 1);
    CHECK(done->differences.front().what.starts_with(str("the snapshot at ", cut, " entries has the state ")));
  });
}

}  // namespace
}  // namespace cairn::test
