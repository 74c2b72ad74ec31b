// Desk: one ledger that a team made, opened for writing; statements for it, and who submits them.
#pragma once

#include <filesystem>
#include <memory>
#include <span>
#include <vector>

#include "commands/live_rules.h"
#include "commands/session.h"
#include "ledger/sequencer.h"
#include "ledger/writer.h"

namespace cairn::bench {

class Desk {
 public:
  // `directory` holds ledger/ and home/, as Team leaves them.
  explicit Desk(const std::filesystem::path& directory);

  // One monitoring record each; an entry of one kilobyte.
  std::vector<Envelope> singles(std::size_t count) const;

  // 64 events of 512 bytes each.
  std::vector<Envelope> bundles(std::size_t count) const;

  // One call of the sequencer. Stops if anything is refused.
  void append(std::span<const Envelope> envelopes);

  // So many threads, each of which hands in one statement after the other and waits for its receipt.
  struct Called {
    double seconds = 0;             // from the first statement to the last receipt
    std::vector<double> latencies;  // seconds, one a statement
  };
  Called call(std::size_t callers, std::vector<Envelope> envelopes);

  const PublicKey& author() const { return key_.public_key(); }
  Session& session() { return *session_; }

 private:
  Envelope sign(std::vector<Event> events) const;
  std::vector<Envelope> many(std::size_t count, std::size_t events, std::size_t values) const;

  SystemClock clock_;
  std::unique_ptr<Session> session_;
  std::unique_ptr<LiveRules> rules_;
  PrivateKey key_;
  std::unique_ptr<Sequencer> sequencer_;
  std::vector<Hash> models_;
};

// The entry that each becomes, but for its time; what the limits append.
std::vector<Bytes> entries_of(std::span<const Envelope> envelopes);

inline constexpr std::size_t events_a_bundle = 64;

}  // namespace cairn::bench
