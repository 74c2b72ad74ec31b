// LogKeys: who signs for a log at each size, and under which name (DESIGN 4, Trust).
//
// Folded from entry 0 and the few entries after it that say something of the log's keys. A head is signed by every key
// that signs at its size; so whoever trusts an earlier key reads, in a tree that this key signed, who vouches for the
// next one. Pure, and a value.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/base/result.h"
#include "ledger/events/entry.h"
#include "ledger/tlog/checkpoint.h"
#include "ledger/tlog/note.h"
#include "ledger/tlog/snapshot.h"

namespace cairn {

struct LogKey {
  NoteVerifier verifier;
  Seq added = 0;                         // signs heads of more entries than this,
  std::optional<Seq> ended = {};         // and of at most this many
  std::optional<Size> compromised = {};  // from this size on somebody else may have signed with it
  Hash ledger;                           // which it signs for

  bool signs(Size size) const { return size > added && (!ended || size <= *ended); }
};

class LogKeys {
 public:
  // not_verified: this entry founds no ledger.
  static Result<LogKeys> of_genesis(const Recorded& entry_zero);

  // Where entry 0 cannot be read: this key alone, for ever.
  explicit LogKeys(const NoteVerifier& log) { keys_.push_back({log, 0, {}, {}, {}}); }

  // Folds an entry in; ascending, none left out that log_keys_tag marks. What was refused, and what speaks of a key
  // that is not there, changes nothing.
  void apply(const Recorded& entry);

  // Leaf hash of entry 0, or of the fork that this ledger began with.
  const Hash& ledger() const { return keys_.back().ledger; }
  const std::string& origin() const { return keys_.back().verifier.name(); }
  std::optional<Size> forked_at() const { return forked_at_; }

  const std::vector<LogKey>& all() const { return keys_; }  // in the order in which they were added
  const LogKey* find(std::string_view vkey) const;          // null: never was the log's

  // All that ever signed for this ledger, those that signed for one that it went on from left out.
  std::vector<NoteVerifier> of_this_ledger() const;

  // Those that sign heads of this size, which is at least 1; of the first `size` entries, those after are not asked.
  std::vector<NoteVerifier> at(Size size) const;

  // Verifies a note by every key that signs at the size that it claims, and parses it.
  Result<Checkpoint> open(std::string_view note) const;

  // Verifies a sealed snapshot of this size by the first of them, unless it is called compromised there.
  Result<Snapshot> open_sealed(Size size, BytesView sealed) const;

 private:
  LogKeys() = default;
  void add(Seq entry, const std::string& vkey);
  void end(Seq entry, const std::string& vkey, std::optional<Size> compromised);
  void fork(Seq entry, const std::string& vkey, const Hash& leaf);

  std::vector<LogKey> keys_;
  std::optional<Size> forked_at_;
};

// Of these keys the one that the signer's lines are made with; null: it is not among them.
const PrivateKey* held_key(std::span<const PrivateKey> held, const NoteVerifier& signer);

// The same of a note and the keys that sign at its size.
Result<Checkpoint> open_by_all(std::string_view note, const std::vector<NoteVerifier>& signers);

// What entry 0 must say for a store to be a ledger: exactly one ledger.created, first of its statement.
Result<LedgerCreated> read_genesis(const Recorded& entry_zero);

}  // namespace cairn
