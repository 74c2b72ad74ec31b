// What CAIRN_HOME keeps of a ledger's witnesses, beside the log's key. Does file I/O; nothing of it is in the ledger.
//
//   logs/<ledger id>.witnesses               who they are and what is asked of them: a C2SP tlog-policy
//   logs/<ledger id>.cosigned/<size>.note    the checkpoint of that size with the cosignatures that hold below it
//   logs/<ledger id>.witnesses.lock          held while one of these is read, changed and written
//
// Kept are the newest note that each witness cosigned, from whose size it is asked to go on, and the newest one that
// meets the quorum; so there are never many. Every file is replaced durably. A lost one costs nothing: the witness says
// from which size it goes on, and cosigns anew.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "commands/home.h"
#include "commands/session.h"
#include "ledger/base/file.h"
#include "ledger/tlog/cosignature.h"
#include "ledger/tlog/witness_policy.h"

namespace cairn {

// A note that is kept, opened by the log's key and by those of the witnesses who cosigned it.
struct CosignedHead {
  std::string note;
  Witnessed witnessed;

  const Head& head() const { return witnessed.checkpoint.head; }
};

class WitnessFiles {
 public:
  WitnessFiles(const Home& home, const Hash& ledger);

  // Nothing: no witness was named here. An error names the file and the line.
  Result<std::optional<WitnessPolicy>> policy() const;

  // Under the lock; begins with a policy of no witness. Nothing is written if `change` returns an error.
  Result<void> change_policy(const std::function<Result<WitnessPolicy>(WitnessPolicy)>& change) const;

  // Ascending by size. A damaged file is an error that names it.
  Result<std::vector<CosignedHead>> cosigned(const WitnessPolicy& policy, std::span<const NoteVerifier> log) const;

  // As they lie there, unverified: for an audit, which opens them itself.
  Result<std::vector<std::string>> notes() const;

  // The kept note of this size as it lies there, unverified; nothing: there is none.
  Result<std::optional<std::string>> note_of(Size size) const;

  // Adds a cosignature that holds under `note`, the log's own of that size, and drops notes that are of no use any
  // more. When it returns, it is on disk.
  Result<void> keep(const WitnessPolicy& policy, std::span<const NoteVerifier> log, std::string_view note,
                    const PolicyWitness& witness, const Cosignature& cosignature) const;

 private:
  std::filesystem::path note_file(Size size) const;
  Result<std::vector<Size>> sizes() const;
  Result<CosignedHead> read_note(Size size, const WitnessPolicy& policy, std::span<const NoteVerifier> log) const;
  Result<void> drop_useless(const WitnessPolicy& policy, std::span<const NoteVerifier> log) const;
  Result<std::unique_ptr<Descriptor>> lock() const;

  std::filesystem::path policy_file_;
  std::filesystem::path notes_;
};

// The newest of these that this witness cosigned, and the newest that meets the quorum; null: there is none.
const CosignedHead* newest_by(const std::vector<CosignedHead>& heads, const std::string& witness);
const CosignedHead* newest_witnessed(const std::vector<CosignedHead>& heads);

// Session::open, whose newest checkpoint also carries the cosignatures that this home keeps of it. What it cannot read
// of them is said on stderr, and left out.
Result<std::unique_ptr<Session>> open_with_cosignatures(const Globals& globals);

}  // namespace cairn
