// Ledger: the reading side of one log. It reads entries, finds them by subject, and proves what it reads.
//
// It trusts the store for availability only: whoever needs certainty verifies a checkpoint and a proof, and `verify`
// rebuilds everything. All methods are const and may be called from several threads, as the store's may.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "ledger/base/result.h"
#include "ledger/events/entry.h"
#include "ledger/events/log_keys.h"
#include "ledger/store/store.h"
#include "ledger/tlog/checkpoint.h"
#include "ledger/tlog/proof_file.h"

namespace cairn {

class Ledger {
 public:
  // Reads entry 0 of a non-empty store, and those that tell of further keys, for the id, the origin and the log's keys,
  // and opens the newest checkpoint with them.
  static Result<Ledger> open(const Store& store);

  const Hash& id() const { return log_keys_->ledger(); }  // leaf hash of entry 0, or of the fork that it is
  const std::string& origin() const { return log_keys_->origin(); }
  const LogKeys& log_keys() const { return *log_keys_; }
  NoteVerifier newest_key() const;  // of those that sign now, the one added last: for who begins to trust one
  std::string vkey() const { return newest_key().vkey(); }
  const Checkpoint& checkpoint() const { return checkpoint_; }  // the newest, verified when this was opened
  const std::string& checkpoint_note() const { return note_; }  // the same, as bytes
  Size size() const { return checkpoint_.head.size; }

  // From now on checkpoint_note() is this: the newest checkpoint with more signature lines, as witnesses cosigned it.
  // not_verified: it is not that checkpoint. The other lines are taken as they are.
  Result<void> show_cosigned(std::string note);

  Result<Bytes> entry_bytes(Seq seq) const;
  Result<Recorded> entry(Seq seq) const;

  // Entries [from, end), or these (ascending, none twice), in order and decoded. `each` stops the walk by returning an
  // error, and sees all that lies before an entry that cannot be read. A walk reads and decodes a page ahead, of
  // bounded memory, in threads of its own, and a visit decodes with a second one; `each` itself is called by the
  // caller's.
  Result<void> walk(Seq from, Size end, const std::function<Result<void>(const Recorded&)>& each) const;
  Result<void> visit(std::span<const Seq> seqs, const std::function<Result<void>(const Recorded&)>& each) const;

  // Seqs below size() that carry the tag, ascending.
  Result<std::vector<Seq>> find(std::string_view tag, Seq from, std::size_t limit) const;

  Result<Hash> root_at(Size size) const;
  Result<std::vector<Hash>> prove_inclusion(Seq seq, Size size) const;
  Result<std::vector<Hash>> prove_consistency(Size old_size, Size new_size) const;

  // The tlog-proof of one entry against the newest checkpoint.
  Result<ProofFile> proof_file(Seq seq) const;

  const Store& store() const { return *store_; }

 private:
  explicit Ledger(const Store& store) : store_(&store) {}

  const Store* store_;
  std::optional<LogKeys> log_keys_;  // there is none before open
  Checkpoint checkpoint_;
  std::string note_;
};

}  // namespace cairn
