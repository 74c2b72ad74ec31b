// Keeper: somewhere to append entries so that they survive a power cut. What Cairn is held against, each written as who
// uses it in earnest would write it.
#pragma once

#include <filesystem>
#include <memory>
#include <span>

#include "ledger/base/types.h"
#include "ledger/store/store.h"

namespace cairn::bench {

class Keeper {
 public:
  virtual ~Keeper() = default;

  // One commit; durable when it returns.
  virtual void append(std::span<const Bytes> entries) = 0;
};

// The limits: one write and one fdatasync; one synced WriteBatch, with the options that the ledger there was made with.
std::unique_ptr<Keeper> open_raw_file(const std::filesystem::path& directory);
std::unique_ptr<Keeper> open_raw_rocks(const std::filesystem::path& directory,
                                       const std::filesystem::path& like_ledger);

// A store of ours, without signatures and rules: entries with their hashes and index, and a head for each commit. `all`
// are the entries that it will be given, in slices.
std::unique_ptr<Keeper> open_store_keeper(std::unique_ptr<Store> store, std::span<const Bytes> all);

// What people use instead.
std::unique_ptr<Keeper> open_json_lines(const std::filesystem::path& directory);
std::unique_ptr<Keeper> open_sqlite(const std::filesystem::path& directory);

// Entries a second: `commits` of `size` entries each, taken in turn from these.
double append_rate(Keeper& keeper, std::span<const Bytes> entries, std::size_t commits, std::size_t size);

}  // namespace cairn::bench
