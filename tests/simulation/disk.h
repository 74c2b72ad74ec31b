// Disk: a ledger in RocksDB on a file system that fails when told to, in one thread.
//
// RocksDB's background threads have no turn of their own: which of their calls fails would be a matter of chance. What
// they would do, merging tables, is done in the caller's thread behind an open. No call fails for want of space:
// RocksDB would then look for some in a thread of its own, every five seconds of the machine's clock
// (tests/store/faults_test.cpp has all kinds).
#pragma once

#include <filesystem>
#include <memory>

#include "ledger/store/store.h"
#include "tests/projections/generated_moves.h"
#include "tests/store/faulty_files.h"

namespace cairn::simulation {

// One of the first `most` calls, without an error of no space.
test::Fault any_fault(std::uint64_t most, Dice& dice);

class Disk {
 public:
  Disk(const std::filesystem::path& directory, std::uint32_t seed);
  ~Disk();

  // From here until the next cut. `fault.at` counts from the first call of the open.
  Result<std::unique_ptr<Store>> open(StoreMode mode, const test::Fault& fault);

  // From here on; `fault.at` counts from now.
  void arm(const test::Fault& fault);
  bool failed() const;  // the fault was met

  // To be called once the store is gone. What is open next finds the files as this left them.
  void cut(test::Cut cut);

 private:
  const std::filesystem::path directory_;
  std::uint32_t seed_;
  std::shared_ptr<test::FaultyFiles> files_;
  std::unique_ptr<rocksdb::Env> machine_;
  std::unique_ptr<rocksdb::Env> env_;
};

}  // namespace cairn::simulation
