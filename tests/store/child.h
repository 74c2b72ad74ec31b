// A child process that holds or writes a ledger, for tests of locks, crashes and readers beside a writer.
//
// It is this test program run anew with a hidden test: after a bare fork RocksDB's threads would be missing in the
// child.
#pragma once

#include <sys/types.h>

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <string>

#include "ledger/base/types.h"

namespace cairn::test {

// One number in a file that several processes map; it outlives a killed one.
class SharedNumber {
 public:
  explicit SharedNumber(const std::filesystem::path& path);
  ~SharedNumber();
  SharedNumber(const SharedNumber&) = delete;
  SharedNumber& operator=(const SharedNumber&) = delete;
  void set(std::uint64_t value) { number_->store(value); }
  std::uint64_t get() const { return number_->load(); }

 private:
  std::atomic<std::uint64_t>* number_ = nullptr;
};

class Child {
 public:
  // Opens `ledger` for writing and, for as long as it lives, appends batches of up to `largest` entries (0: none),
  // writing each acknowledged size to `acknowledged`. It starts by setting that to the size it found.
  Child(const std::filesystem::path& ledger, const std::filesystem::path& acknowledged, std::size_t largest);
  ~Child();
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  pid_t pid() const { return pid_; }
  void kill();  // SIGKILL, and waits for its end
  bool alive() const;

 private:
  mutable pid_t pid_ = -1;
};

inline constexpr std::uint64_t not_started = ~std::uint64_t{0};

// Waits, at most some seconds, until the number is no longer `value`.
bool wait_for_change(const SharedNumber& number, std::uint64_t value);

}  // namespace cairn::test
