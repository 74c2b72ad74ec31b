// A copy of a ledger: the same heads, and nothing in it that its log did not sign.
#include "ledger/copy.h"

#include "tests/catch.h"
#include "tests/ledger/fixture.h"
#include "tests/store_in_front.h"

namespace cairn {
namespace {

Result<Copied> copied(const Store& from, Store& to) {
  const auto ledger = Ledger::open(from);
  if (!ledger.ok()) return ledger.error();
  return copy_ledger(*ledger, to, [](Size, Size) {});
}

// Heads at every size from 1 to 41 but some.
void grow_some(Fixture& f) {
  f.rules.takes_snapshots = true;
  for (int i = 0; i < 20; ++i) f.append_one(f.envelope("id-" + std::to_string(i)));
  std::vector<Envelope> many;
  for (int i = 20; i < 40; ++i) many.push_back(f.envelope("id-" + std::to_string(i), {grant_to("nobody")}));
  REQUIRE(f.append(many).ok());
}

void require_same(const Store& one, const Store& other) {
  CHECK(one.tip()->checkpoint == other.tip()->checkpoint);
  CHECK(*one.read(0, {}) == *other.read(0, {}));
  CHECK(*one.tags("", 100) == *other.tags("", 100));
  const std::vector<std::string> tags = *one.tags("", 100);
  for (const std::string& tag : tags) CHECK(*one.find(tag, 0, 100) == *other.find(tag, 0, 100));
  const auto heads = *one.checkpoints(0, 100);
  const auto others = *other.checkpoints(0, 100);
  REQUIRE(heads.size() == others.size());
  for (std::size_t i = 0; i < heads.size(); ++i) CHECK(heads[i].bytes == others[i].bytes);
  const auto snapshot = *one.snapshot(41);
  const auto copy = *other.snapshot(41);
  REQUIRE((snapshot && copy));
  CHECK(snapshot->bytes == copy->bytes);
}

}  // namespace

TEST_CASE("a copy has the entries, tags, heads and snapshots of its source") {
  Fixture f;
  grow_some(f);
  const auto target = open_memory_store();
  const auto done = copied(f.store, *target);
  REQUIRE(done.ok());
  CHECK(done->before == 0);
  CHECK(done->head.size == 41);
  CHECK(done->checkpoints == 22);
  CHECK(done->snapshots_left == 0);
  require_same(f.store, *target);
  // And is written on like its source.
  FakeRules rules;
  rules.fold(*Ledger::open(*target));
  CHECK(Sequencer::open(*target, rules, f.clock, log_key()).ok());
}

TEST_CASE("a copy that was cut short at any commit is gone on with") {
  Fixture f;
  grow_some(f);
  for (const int commits : {1, 2, 8, 22}) {
    FailingStore target;
    target.before_commit = [&] {
      if (target.commits == commits) target.next = FailingStore::Failure::unavailable_and_lost;
    };
    const auto cut = copied(f.store, target);
    REQUIRE_FALSE(cut.ok());
    target.before_commit = nullptr;
    target.next = FailingStore::Failure::none;
    const Size before = target.tip()->size;
    const auto done = copied(f.store, target);
    INFO((done.ok() ? "" : done.error().message));
    REQUIRE(done.ok());
    CHECK(done->before == before);
    require_same(f.store, target);
    CHECK(copied(f.store, target)->checkpoints == 0);
  }
}

TEST_CASE("an entry or a head that the log did not sign is not copied, nor anything behind it") {
  Fixture f;
  grow_some(f);
  const auto target = open_memory_store();
  SECTION("an entry") {
    f.store.altered = [](Seq seq, Bytes bytes) {
      if (seq == 13) bytes[8] ^= 1;  // of its recorded time
      return bytes;
    };
  }
  SECTION("an entry that does not parse") {
    f.store.altered = [](Seq seq, Bytes bytes) { return seq == 13 ? Bytes("no entry") : bytes; };
  }
  const auto done = copied(f.store, *target);
  REQUIRE_FALSE(done.ok());
  CHECK(done.error().kind == ErrorKind::not_verified);
  CHECK(target->tip()->size == 13);
}

TEST_CASE("a place that holds another history is not written to") {
  Fixture f;
  Fixture other;
  grow_some(f);
  other.append_one(other.envelope("of its own"));
  SECTION("of more entries") {
    for (int i = 0; i < 50; ++i) other.append_one(other.envelope("more-" + std::to_string(i)));
  }
  const Tip before = *other.store.tip();
  const auto refused = copied(f.store, other.store);
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().kind == ErrorKind::not_verified);
  CHECK(other.store.tip()->checkpoint == before.checkpoint);
}

TEST_CASE("a snapshot that does not verify is left behind, and the copy is whole without it") {
  Fixture f;
  grow_some(f);

  // The same entries under a store that shows other snapshots.
  class Forged final : public test::StoreInFront {
   public:
    using StoreInFront::StoreInFront;
    Result<std::optional<AtSize>> snapshot(Size at_most) const override {
      TRY_LET(row, StoreInFront::snapshot(at_most));
      if (row) row->bytes.back() ^= 1;
      return row;
    }
  };

  const Forged forged(f.store);
  const auto target = open_memory_store();
  const auto done = copied(forged, *target);
  REQUIRE(done.ok());
  CHECK(done->snapshots == 0);
  CHECK(done->snapshots_left > 0);
  CHECK_FALSE(target->snapshot(41)->has_value());
  CHECK(target->tip()->checkpoint == f.store.tip()->checkpoint);
}

}  // namespace cairn
