// A process that writes into a ledger as fast as it can, and says what it does while it does it.
//
// It is this test program run anew with a hidden test: after a bare fork RocksDB's threads would be missing.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <optional>

#include "ledger/ledger.h"
#include "ledger/tlog/checkpoint.h"
#include "tests/commands/shell.h"

namespace cairn::test {

// What the writer tells, in this order, for each commit.
struct Told {
  enum Kind : std::uint64_t {
    begun,         // Store::commit is called next: nothing of it was written before
    acknowledged,  // the sequencer has answered; `head` is the one that the receipts name
  };
  Kind kind = begun;
  Head head;
};

inline constexpr std::size_t small_memtable = 64 << 10;

// A writer of dana's. A model named "logistic" must be registered.
class Writer {
 public:
  // Silent: it tells nobody, and so waits for nobody.
  enum class Voice { telling, silent };
  Writer(const Workplace& place, std::uint64_t seed, Voice voice);
  ~Writer();
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  pid_t pid() const { return pid_; }
  bool alive() const;

  // The next thing it tells; none once it has ended and all was read. Waits at most 30 s.
  std::optional<Told> listen();

  void kill();  // SIGKILL, and waits for its end; what it told before can still be heard

 private:
  mutable pid_t pid_ = -1;
  int voice_ = -1;
};

// What dana says now, under an id of its own.
Envelope said_by_dana(const Ledger& ledger, const Head& basis, const PrivateKey& key, std::vector<Event> events);

}  // namespace cairn::test
