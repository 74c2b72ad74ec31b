// Secrets in memory: a passphrase or a PIN, from whoever is asked for it to whoever needs it, and what keeps a
// process's memory from being written out.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "ledger/base/result.h"

namespace cairn {

// At most this long, in bytes, is every passphrase and PIN.
inline constexpr std::size_t longest_secret = 1024;

// One copy, which moves with its owner and is wiped with it. Never printed, and no part of any message.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string_view text);
  Secret(Secret&& other) noexcept;
  Secret& operator=(Secret&& other) noexcept;
  ~Secret();

  std::string_view view() const { return {bytes_.get(), size_}; }

 private:
  void wipe();

  std::unique_ptr<char[]> bytes_;
  std::size_t size_ = 0;
};

// Called where a secret is needed, and only then.
using AskSecret = std::function<Result<Secret>()>;

// Wipes what `text` holds at the end of this scope. What it held before it grew is out of reach: reserve it beforehand.
class Wiped {
 public:
  explicit Wiped(std::string& text) : text_(text) {}
  ~Wiped();
  Wiped(const Wiped&) = delete;
  Wiped& operator=(const Wiped&) = delete;

 private:
  std::string& text_;
};

// For a process that reads or makes private keys, before it does: no core file, and no other process of the same user
// may look into its memory (Linux: RLIMIT_CORE, PR_SET_DUMPABLE). A fault if the system refuses.
Result<void> forbid_core_dumps();

}  // namespace cairn
