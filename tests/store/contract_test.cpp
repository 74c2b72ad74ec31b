// The contract of Store (ledger/store/store.h), asked of every engine.
#include <algorithm>
#include <atomic>
#include <thread>

#include "ledger/base/text.h"
#include "tests/catch.h"
#include "tests/store/contract.h"

namespace cairn::test {
namespace {

TEST_CASE("an empty store answers every question with nothing") {
  const std::string name = GENERATE(from_range(engine_names()));
  INFO(name);
  Engine engine = make_engine(name);
  for (int round = 0; round < 2; ++round) {
    const Store& store = *engine.store;
    REQUIRE(store.tip().value().size == 0);
    REQUIRE(store.tip().value().checkpoint.empty());
    REQUIRE(store.read(0, {}).value().empty());
    REQUIRE(store.nodes({}).value().empty());
    REQUIRE(store.find("model:0", 0, 10).value().empty());
    REQUIRE(store.tags("", 10).value().empty());
    REQUIRE(store.checkpoints(0, 10).value().empty());
    REQUIRE(!store.snapshot(last_seq).value().has_value());
    const NodeId first{0, 0};
    REQUIRE(!store.nodes({&first, 1}).ok());
    engine.reopen();
  }
}

TEST_CASE("what was committed in batches of any size is there whole, also after opening again") {
  const std::string name = GENERATE(from_range(engine_names()));
  INFO(name);
  Engine engine = make_engine(name);
  for (const Size size : {Size{1}, Size{2}, Size{255}, Size{256}, Size{257}, Size{1500}, Size{4096}, Size{5000}}) {
    INFO("size " << size);
    grow(*engine.store, size);
    require_intact(*engine.store);
    engine.reopen();
    require_intact(*engine.store);
  }
}

TEST_CASE("one commit may fill several tiles") {
  const std::string name = GENERATE(from_range(engine_names()));
  INFO(name);
  Engine engine = make_engine(name);
  REQUIRE(engine.store->commit(0, batch_at(0, 255)).ok());
  REQUIRE(engine.store->commit(255, batch_at(255, 1026)).ok());
  require_intact(*engine.store);
  engine.reopen();
  require_intact(*engine.store);
}

TEST_CASE("the tree is right past the first 65,536 entries") {
  const std::string name = GENERATE(from_range(engine_names()));
  INFO(name);
  Engine engine = make_engine(name);
  grow(*engine.store, 65535, 2000);
  require_intact(*engine.store);
  grow(*engine.store, 2 * 65536 + 300, 2000);
  require_intact(*engine.store);
  engine.reopen();
  grow(*engine.store, 2 * 65536 + 513, 100);
  require_intact(*engine.store);
}

TEST_CASE("nodes serve roots and proofs at the tip's size and at any before") {
  const std::string name = GENERATE(from_range(engine_names()));
  INFO(name);
  Engine engine = make_engine(name);
  grow(*engine.store, 1111);
  const NodeSource source = [&](std::span<const NodeId> ids) { return engine.store->nodes(ids); };
  Frontier frontier;
  for (Size size = 1; size <= 1111; ++size) {
    frontier.push(leaf_hash(entry_at(size - 1)));
    const Range whole{0, size};
    const auto root = hash_ranges({&whole, 1}, source);
    REQUIRE(root.ok());
    REQUIRE(root.value()[0] == frontier.root());
  }
  const Hash root = frontier.root();
  for (Seq seq = 0; seq < 1111; seq += 13) {
    const auto proof = hash_ranges(inclusion_ranges(seq, 1111), source);
    REQUIRE(proof.ok());
    REQUIRE(check_inclusion(leaf_hash(entry_at(seq)), seq, 1111, proof.value(), root).ok());
  }
}

TEST_CASE("a subtree that is not complete yet is a fault") {
  const std::string name = GENERATE(from_range(engine_names()));
  INFO(name);
  Engine engine = make_engine(name);
  grow(*engine.store, 700);
  for (const NodeId id : {NodeId{0, 700}, NodeId{1, 350}, NodeId{8, 2}, NodeId{9, 1}, NodeId{10, 0}, NodeId{16, 0},
                          NodeId{63, 0}, NodeId{64, 0}, NodeId{255, last_seq}, NodeId{0, last_seq}}) {
    const std::vector<NodeId> ids{{0, 1}, id};
    const auto found = engine.store->nodes(ids);
    REQUIRE(!found.ok());
    REQUIRE(found.error().kind == ErrorKind::fault);
  }
}

TEST_CASE("a commit that expects another size is a conflict and writes nothing") {
  const std::string name = GENERATE(from_range(engine_names()));
  INFO(name);
  Engine engine = make_engine(name);
  grow(*engine.store, 300);
  for (const Size expected : {Size{0}, Size{299}, Size{301}, Size{1000}}) {
    const auto committed = engine.store->commit(expected, batch_at(expected, 5));
    REQUIRE(!committed.ok());
    REQUIRE(committed.error().kind == ErrorKind::conflict);
    REQUIRE(committed.error().message.find("300") != std::string::npos);
  }
  REQUIRE(engine.store->tip().value().size == 300);
  require_intact(*engine.store);
  engine.reopen();
  require_intact(*engine.store);
  REQUIRE(engine.store->commit(300, batch_at(300, 5)).ok());
  require_intact(*engine.store);
}

TEST_CASE("a head is signed once, and only for a batch that has its place") {
  const std::string name = GENERATE(from_range(engine_names()));
  INFO(name);
  Engine engine = make_engine(name);
  grow(*engine.store, 300);
  int signed_heads = 0;
  const auto counted = [&](Size first) {
    Batch batch = batch_at(first, 5);
    batch.sign = [&signed_heads, sign = std::move(batch.sign)] {
      ++signed_heads;
      return sign();
    };
    return batch;
  };
  REQUIRE(engine.store->commit(299, counted(299)).error().kind == ErrorKind::conflict);
  CHECK(signed_heads == 0);
  REQUIRE(engine.store->commit(300, counted(300)).ok());
  CHECK(signed_heads == 1);
}

TEST_CASE("a commit whose head cannot be signed writes nothing, and the next one may come") {
  const std::string name = GENERATE(from_range(engine_names()));
  INFO(name);
  Engine engine = make_engine(name);
  grow(*engine.store, 300);
  Batch batch = batch_at(300, 5);
  batch.sign = []() -> Result<SignedHead> { return fault("told not to sign"); };
  REQUIRE(engine.store->commit(300, batch).error().message == "told not to sign");
  require_intact(*engine.store);
  engine.reopen();
  REQUIRE(engine.store->tip().value().size == 300);
  grow(*engine.store, 310);
  require_intact(*engine.store);
}

TEST_CASE("entries are gathered as they are asked for, near or far, and one past the tip is a fault") {
  const std::string name = GENERATE(from_range(engine_names()));
  INFO(name);
  Engine engine = make_engine(name);
  grow(*engine.store, 50);
  const Store& store = *engine.store;
  const std::vector<Seq> seqs = {0, 1, 2, 7, 20, 21, 48, 49};
  std::vector<Bytes> expected;
  for (const Seq seq : seqs) expected.push_back(entry_at(seq));
  REQUIRE(store.gather(seqs).value() == expected);
  REQUIRE(store.gather({}).value().empty());
  const std::vector<Seq> beyond = {3, 50};
  const auto refused = store.gather(beyond);
  REQUIRE_FALSE(refused.ok());
  REQUIRE(refused.error().message.find("entry 50") != std::string::npos);
}

TEST_CASE("read stops at the count, at the bytes and at the tip, and gives at least one entry") {
  const std::string name = GENERATE(from_range(engine_names()));
  INFO(name);
  Engine engine = make_engine(name);
  grow(*engine.store, 50);
  const Store& store = *engine.store;
  REQUIRE(store.read(10, {7, 1 << 20}).value().size() == 7);
  REQUIRE(store.read(45, {7, 1 << 20}).value().size() == 5);
  REQUIRE(store.read(49, {1, 1}).value() == std::vector<Bytes>{entry_at(49)});
  REQUIRE(store.read(50, {}).value().empty());
  REQUIRE(store.read(last_seq, {}).value().empty());
  REQUIRE(store.read(3, {50, 0}).value().size() == 1);
  REQUIRE(store.read(3, {0, 100}).value().empty());
  const std::size_t two = entry_at(3).size() + entry_at(4).size();
  REQUIRE(store.read(3, {50, two}).value().size() == 2);
  REQUIRE(store.read(3, {50, two + 1}).value().size() == 3);
}

TEST_CASE("find gives a tag's seqs from any place on and up to the limit") {
  const std::string name = GENERATE(from_range(engine_names()));
  INFO(name);
  Engine engine = make_engine(name);
  grow(*engine.store, 3000, 300);
  for (const std::string tag : {"model:3", "model", "rare", "model:", "none", "incident:97"}) {
    std::vector<Seq> all;
    for (Seq seq = 0; seq < 3000; ++seq) {
      const auto tags = tags_at(seq);
      if (std::find(tags.begin(), tags.end(), tag) != tags.end()) all.push_back(seq);
    }
    for (const Seq from : {Seq{0}, Seq{1}, Seq{4}, Seq{299}, Seq{1003}, Seq{1004}, Seq{2995}, Seq{3000}, last_seq}) {
      for (const std::size_t limit : {std::size_t{0}, std::size_t{1}, std::size_t{100}, std::size_t{5000}}) {
        std::vector<Seq> expected;
        for (const Seq seq : all) {
          if (seq >= from && expected.size() < limit) expected.push_back(seq);
        }
        INFO(tag << " from " << from << " limit " << limit);
        const auto found = engine.store->find(tag, from, limit);
        REQUIRE(found.ok());
        REQUIRE(found.value() == expected);
      }
    }
  }
}

TEST_CASE("tags are distinct, in byte order, and go on after any text") {
  const std::string name = GENERATE(from_range(engine_names()));
  INFO(name);
  Engine engine = make_engine(name);
  Batch batch = batch_at(0, 4);
  const std::string longest(200, 'z');
  batch.postings = {{"b", {0}}, {"a", {1, 3}}, {"a\x01", {1}}, {"ab", {1}}, {"\xff\xfe", {2}}, {longest, {3}}};
  REQUIRE(engine.store->commit(0, batch).ok());
  batch = batch_at(4, 1);
  batch.postings = {{"a", {4}}};
  REQUIRE(engine.store->commit(4, batch).ok());
  const Store& store = *engine.store;
  REQUIRE(store.tags("", 99).value() == std::vector<std::string>{"a", "a\x01", "ab", "b", longest, "\xff\xfe"});
  REQUIRE(store.tags("", 2).value() == std::vector<std::string>{"a", "a\x01"});
  REQUIRE(store.tags("a", 2).value() == std::vector<std::string>{"a\x01", "ab"});
  REQUIRE(store.tags("aa", 1).value() == std::vector<std::string>{"ab"});
  REQUIRE(store.tags("\xff\xfe", 9).value().empty());
  REQUIRE(store.tags("", 0).value().empty());
  REQUIRE(store.find("a", 0, 9).value() == std::vector<Seq>{1, 3, 4});
  REQUIRE(store.find("a\x01", 0, 9).value() == std::vector<Seq>{1});
  REQUIRE(store.find(longest, 0, 9).value() == std::vector<Seq>{3});
}

TEST_CASE("every checkpoint is kept, and the newest snapshot at or below a size is found") {
  const std::string name = GENERATE(from_range(engine_names()));
  INFO(name);
  Engine engine = make_engine(name);
  std::vector<Size> sizes;
  for (Size at = 0; sizes.size() < 300;) {
    const std::size_t count = 1 + at % 5;
    REQUIRE(engine.store->commit(at, batch_at(at, count)).ok());
    at += count;
    sizes.push_back(at);
  }
  engine.reopen();
  const Store& store = *engine.store;
  std::vector<Size> found;
  for (Size from = 0;;) {
    const auto page = store.checkpoints(from, 17);
    REQUIRE(page.ok());
    if (page.value().empty()) break;
    for (const AtSize& at : page.value()) {
      REQUIRE(at.bytes == checkpoint_at(at.size));
      found.push_back(at.size);
    }
    from = found.back() + 1;
  }
  REQUIRE(found == sizes);

  std::optional<Size> newest;
  std::vector<Size> snapshots;
  for (Size size = 0, next = 0; size <= sizes.back(); ++size) {
    if (size == sizes[next]) {
      const Size before = next == 0 ? 0 : sizes[next - 1];
      if ((size - before) % 3 == 0) snapshots.push_back(newest.emplace(size));
      ++next;
    }
    const auto snapshot = store.snapshot(size);
    REQUIRE(snapshot.ok());
    REQUIRE(snapshot.value().has_value() == newest.has_value());
    if (newest) {
      REQUIRE(snapshot.value()->size == *newest);
      REQUIRE(snapshot.value()->bytes == str("snapshot of ", *newest));
    }
  }
  REQUIRE(store.snapshot(last_seq).value()->size == newest);

  for (const Size at_most : {last_seq, snapshots[1], snapshots[1] - 1}) {
    std::vector<Size> seen;
    const auto each = [&](const AtSize& at) -> Result<void> {
      REQUIRE(at.bytes == str("snapshot of ", at.size));
      seen.push_back(at.size);
      return {};
    };
    REQUIRE(store.snapshots(at_most, each).ok());
    std::vector<Size> expected = snapshots;
    std::erase_if(expected, [&](Size size) { return size > at_most; });
    REQUIRE(seen == expected);
  }
  REQUIRE_FALSE(store.snapshots(last_seq, [](const AtSize&) -> Result<void> { return fault("enough"); }).ok());
}

TEST_CASE("other threads may read beside a commit, and see whole commits only") {
  const std::string name = GENERATE(from_range(engine_names()));
  INFO(name);
  Engine engine = make_engine(name);
  constexpr Size size = 8000;
  std::atomic<bool> whole{true};
  std::atomic<int> looks{0};
  std::vector<std::thread> readers;
  for (int i = 0; i < 2; ++i) {
    readers.emplace_back([&] {
      const Store& store = *engine.store;
      for (Size seen = 0; seen < size; ++looks) {
        const Tip tip = store.tip().value();
        bool good = tip.size >= seen && (tip.size == 0 || tip.checkpoint == checkpoint_at(tip.size));
        seen = tip.size;
        if (tip.size > 0) {
          const auto last = store.read(tip.size - 1, {1, 1});
          good = good && last.ok() && last.value() == std::vector<Bytes>{entry_at(tip.size - 1)};
          const NodeId leaf{0, tip.size - 1};
          const auto hash = store.nodes({&leaf, 1});
          good = good && hash.ok() && hash.value()[0] == leaf_hash(entry_at(tip.size - 1));
          const auto about = store.find(tags_at(tip.size - 1)[0], tip.size - 1, 1);
          good = good && about.ok() && about.value() == std::vector<Seq>{tip.size - 1};
        }
        if (!good) whole = false;
      }
    });
  }
  grow(*engine.store, size, 60);
  for (std::thread& reader : readers) reader.join();
  REQUIRE(whole);
  REQUIRE(looks > 2);
}

TEST_CASE("entries may be empty or as large as a bundle takes, and hold any bytes") {
  const std::string name = GENERATE(from_range(engine_names()));
  INFO(name);
  Engine engine = make_engine(name);
  Batch batch;
  batch.entries = {Bytes(), Bytes(65535, '\xff'), Bytes("\0\0", 2)};
  for (const Bytes& entry : batch.entries) batch.leaf_hashes.push_back(leaf_hash(entry));
  batch.sign = []() -> Result<SignedHead> { return SignedHead{"c", {}}; };
  REQUIRE(engine.store->commit(0, batch).ok());
  engine.reopen();
  REQUIRE(engine.store->read(0, {}).value() == batch.entries);
}

}  // namespace
}  // namespace cairn::test
