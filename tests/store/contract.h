// What tests of stores share: made-up ledgers whose every byte follows from its place, and the engines.
#pragma once

#include <filesystem>
#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "ledger/store/store.h"
#include "ledger/tlog/tree.h"
#include "tests/temp_directory.h"

namespace cairn::test {

// An engine holding one ledger; reopen closes it and opens it again, where that means something.
struct Engine {
  std::string name;
  std::shared_ptr<TempDirectory> directory;  // RocksDB's
  std::string url;                           // PostgreSQL's
  std::unique_ptr<Store> store;
  void reopen();
};

std::vector<std::string> engine_names();
Engine make_engine(const std::string& name);

// The entry at a place, 20 to 400 bytes; what it is about; the batch that holds places [first, first + count).
Bytes entry_at(Seq seq);
std::vector<std::string> tags_at(Seq seq);
Bytes checkpoint_at(Size size);
Batch batch_at(Seq first, std::size_t count);

// Every complete subtree of the first `size` entries, [level][index], by the RFC's definition alone.
std::vector<std::vector<Hash>> all_subtrees(Size size);

inline constexpr Seq last_seq = std::numeric_limits<Seq>::max();  // there can be

// A store that must open.
std::unique_ptr<Store> must_open(const std::string& url, StoreMode mode, const PostgresOptions& options = {});
std::unique_ptr<Store> must_open(const std::filesystem::path& path, StoreMode mode,
                                 std::size_t memtable_bytes = 8 << 20);

Bytes file_bytes(const std::filesystem::path& path);
void write_file(const std::filesystem::path& path, const Bytes& bytes);

// Commits entries from the tip on to `size` in batches of 1 to `largest` entries.
void grow(Store& store, Size size, std::size_t largest = 700);

// The whole ledger as entry_at, tags_at and checkpoint_at say: read in pages, contiguous, tree and tags right.
void require_intact(const Store& store);

}  // namespace cairn::test
