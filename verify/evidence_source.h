// What an auditor is handed: the entries, the heads that were signed over them, and whatever else lies beside.
//
// verify opens no store: a directory of tiles and, in commands/, a live ledger each present themselves as an
// EvidenceSource.
//
// entries() and stored_nodes() may be called from several threads at once; the others are not.
//
// Errors: `unavailable` means that the source could not be read and stops the audit; any other error means that what
// was asked for is damaged, becomes a finding, and the audit goes on. Messages name the file or row.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "ledger/base/result.h"
#include "ledger/base/types.h"
#include "ledger/tlog/tree.h"

namespace cairn {

// A signed note or a sealed snapshot, and the size that its row or file claims for it.
struct SizedNote {
  Size size = 0;
  Bytes note;
};

class EvidenceSource {
 public:
  virtual ~EvidenceSource() = default;

  // The newest checkpoint, as found.
  virtual Result<std::string> newest_checkpoint() const = 0;

  // Entries from `from` on, at most `count`; fewer where no more can be read, and none past the newest checkpoint.
  virtual Result<std::vector<Bytes>> entries(Seq from, std::size_t count) const = 0;

  // Older checkpoints that were kept, with size >= from, ascending; empty where there are none.
  virtual Result<std::vector<SizedNote>> checkpoints(Size from, std::size_t limit) const = 0;

  // Hashes of complete subtrees as the source holds them, for comparison with the recomputed ones; nothing if it keeps
  // none of this level. All ids are of one level and within one run of 256.
  virtual Result<std::optional<std::vector<Hash>>> stored_nodes(std::span<const NodeId> ids) const = 0;

  // The subject index as the source holds it: the first seqs of a tag from `from` on, ascending, and the first tags
  // after one; nothing if it holds no index.
  virtual Result<std::optional<std::vector<Seq>>> postings(const std::string& tag, Seq from,
                                                           std::size_t limit) const = 0;
  virtual Result<std::optional<std::vector<std::string>>> tags(const std::string& after, std::size_t limit) const = 0;

  // The newest sealed snapshot of a size <= at_most; nothing if there is none.
  virtual Result<std::optional<SizedNote>> snapshot(Size at_most) const = 0;

  // The newest signed head by a key that no longer signs for the log, where the source keeps no others: by the key's id
  // in its vkey; nothing if it is not there.
  virtual Result<std::optional<std::string>> last_signed_by(std::uint32_t) const {
    return std::optional<std::string>();
  }

  // The attachment of this digest: its bytes (unchecked), or nothing if it is not there.
  virtual Result<std::optional<Bytes>> attachment(const Hash& digest) const = 0;

  // What none of these questions meets, one line each: rows that belong to nothing in the ledger, or show that one is
  // gone, at most `limit`; and files of the source with bytes that are not those that were written.
  virtual Result<std::vector<std::string>> wrong_rows(std::size_t) const { return std::vector<std::string>(); }
  virtual Result<std::vector<std::string>> damaged_files() const { return std::vector<std::string>(); }
};

}  // namespace cairn
