#include "tests/store/contract.h"

#include <algorithm>
#include <fstream>
#include <iterator>

#include "ledger/base/text.h"
#include "tests/catch.h"
#include "tests/postgres/server.h"

namespace cairn::test {

std::vector<std::string> engine_names() {
  return {"memory", "rocksdb", "postgresql"};
}

Engine make_engine(const std::string& name) {
  if (name == "memory") return {name, nullptr, "", open_memory_store()};
  if (name == "postgresql") {
    const PostgresServer& server = PostgresServer::shared();
    const std::string database = server.fresh_database();
    must_open(server.url(database), StoreMode::create, {.grant_to = "app"});
    // As the role that can do the least.
    const std::string url = server.url(database, "app");
    return {name, nullptr, url, must_open(url, StoreMode::write)};
  }
  auto directory = std::make_shared<TempDirectory>();
  auto store = open_rocks_store(directory->path() / "ledger", StoreMode::create, {});
  REQUIRE(store.ok());
  return {name, directory, "", std::move(store).value()};
}

void Engine::reopen() {
  if (name == "memory") return;
  store.reset();
  if (name == "postgresql") {
    store = must_open(url, StoreMode::write);
    return;
  }
  auto opened = open_rocks_store(directory->path() / "ledger", StoreMode::write, {});
  REQUIRE(opened.ok());
  store = std::move(opened).value();
}

Bytes entry_at(Seq seq) {
  const std::uint64_t mixed = (seq + 1) * 0x9e3779b97f4a7c15U;
  Bytes entry = str("entry ", seq, ' ', mixed, ' ');
  entry.resize(std::max<std::size_t>(entry.size(), 20 + mixed % 380), static_cast<char>(mixed >> 8));
  return entry;
}

std::vector<std::string> tags_at(Seq seq) {
  std::vector<std::string> tags{str("model:", seq % 7)};
  if (seq % 2 == 0) tags.push_back("model");  // a prefix of others
  if (seq % 97 == 0) tags.push_back(str("incident:", seq));
  if (seq % 1000 == 3) tags.push_back("rare");
  return tags;
}

Bytes checkpoint_at(Size size) {
  return str("checkpoint of ", size, '\0', "\n");
}

Batch batch_at(Seq first, std::size_t count) {
  Batch batch;
  for (Seq seq = first; seq < first + count; ++seq) {
    batch.entries.push_back(entry_at(seq));
    batch.leaf_hashes.push_back(leaf_hash(batch.entries.back()));
    for (const std::string& tag : tags_at(seq)) batch.postings[tag].push_back(seq);
  }
  batch.sign = [size = first + count, with_snapshot = count % 3 == 0]() -> Result<SignedHead> {
    return SignedHead{checkpoint_at(size), with_snapshot ? str("snapshot of ", size) : Bytes()};
  };
  return batch;
}

std::vector<std::vector<Hash>> all_subtrees(Size size) {
  std::vector<std::vector<Hash>> levels(1);
  for (Seq seq = 0; seq < size; ++seq) levels[0].push_back(leaf_hash(entry_at(seq)));
  while (levels.back().size() > 1) {
    const std::vector<Hash>& below = levels.back();
    std::vector<Hash> level;
    for (std::size_t i = 0; i + 1 < below.size(); i += 2) level.push_back(node_hash(below[i], below[i + 1]));
    levels.push_back(std::move(level));
  }
  return levels;
}

void grow(Store& store, Size size, std::size_t largest) {
  auto tip = store.tip();
  REQUIRE(tip.ok());
  for (Size at = tip->size; at < size;) {
    const std::size_t count = std::min<std::size_t>(1 + at * 37 % largest, size - at);
    const auto committed = store.commit(at, batch_at(at, count));
    INFO((committed.ok() ? "" : committed.error().message));
    REQUIRE(committed.ok());
    at += count;
  }
}

namespace {

void require_entries(const Store& store, Size size) {
  for (Seq seq = 0; seq < size;) {
    const auto page = store.read(seq, {1 + seq % 1000, 1 << 16});
    INFO((page.ok() ? "" : page.error().message));
    REQUIRE(page.ok());
    REQUIRE(!page.value().empty());
    for (const Bytes& entry : page.value()) {
      if (entry != entry_at(seq)) FAIL("entry " << seq << " differs");
      ++seq;
    }
    REQUIRE(seq <= size);
  }
}

void require_tree(const Store& store, Size size) {
  std::vector<std::vector<Hash>> levels = all_subtrees(size);
  std::vector<NodeId> ids;
  std::vector<Hash> hashes;
  for (std::uint8_t level = 0; level < levels.size(); ++level) {
    for (std::uint64_t index = 0; index < levels[level].size(); ++index) {
      ids.push_back({level, index});
      hashes.push_back(levels[level][index]);
    }
  }
  const auto found = store.nodes(ids);
  INFO((found.ok() ? "" : found.error().message));
  REQUIRE(found.ok());
  REQUIRE(found.value().size() == hashes.size());
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (found.value()[i] != hashes[i])
      FAIL("level " << unsigned{ids[i].level} << " index " << ids[i].index << " differs");
  }
}

void require_tags(const Store& store, Size size) {
  Postings postings;
  for (Seq seq = 0; seq < size; ++seq) {
    for (const std::string& tag : tags_at(seq)) postings[tag].push_back(seq);
  }
  Postings found;
  std::string after;
  for (;;) {
    const auto tags = store.tags(after, 10);
    REQUIRE(tags.ok());
    if (tags.value().empty()) break;
    for (const std::string& tag : tags.value()) {
      REQUIRE(tag > after);
      after = tag;
      const auto seqs = store.find(tag, 0, size + 1);
      REQUIRE(seqs.ok());
      found[tag] = seqs.value();
    }
  }
  REQUIRE((found == postings));
}

}  // namespace

void require_intact(const Store& store) {
  const auto tip = store.tip();
  REQUIRE(tip.ok());
  const Size size = tip.value().size;
  REQUIRE(tip.value().checkpoint == (size == 0 ? Bytes() : checkpoint_at(size)));
  require_entries(store, size);
  require_tree(store, size);
  require_tags(store, size);
}

std::unique_ptr<Store> must_open(const std::string& url, StoreMode mode, const PostgresOptions& options) {
  auto store = open_postgres_store(url, mode, options);
  INFO((store.ok() ? "" : store.error().message));
  REQUIRE(store.ok());
  return std::move(store).value();
}

std::unique_ptr<Store> must_open(const std::filesystem::path& path, StoreMode mode, std::size_t memtable_bytes) {
  RocksOptions options;
  options.memtable_bytes = memtable_bytes;
  auto store = open_rocks_store(path, mode, options);
  INFO((store.ok() ? "" : store.error().message));
  REQUIRE(store.ok());
  return std::move(store).value();
}

Bytes file_bytes(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void write_file(const std::filesystem::path& path, const Bytes& bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

}  // namespace cairn::test
