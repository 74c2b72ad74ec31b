// Finding: one thing that does not hold, and where.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/base/types.h"

namespace cairn {

// Kinds are wire names, for scripts: one for each thing that can be wrong.
enum class FindingKind : std::uint8_t {
  entry_missing,        // fewer entries than a signed head speaks of
  entry_malformed,      // does not decode
  genesis_wrong,        // entry 0 is not what the auditor was told to expect, or founds nothing
  signature_bad,        // does not verify over the payload
  key_not_enrolled,     // signed by a key that could not sign at that seq
  ledger_id_wrong,      // a statement made for another ledger
  time_out_of_order,    // recorded before the entry above it
  time_out_of_bracket,  // recorded before the author's clock, or after the statement expired
  basis_wrong,          // the recorded outcome disagrees with where the basis lies
  id_repeated,          // two entries of one author and id
  should_not_be_here,   // would have been turned away at the door for another reason
  outcome_wrong,        // the rules say otherwise
  root_wrong,           // the recomputed root is not the signed one
  checkpoint_bad,       // signature, origin or spelling of a checkpoint
  node_wrong,           // a stored hash is not the recomputed one
  index_wrong,          // the subject index is not the rebuilt one
  snapshot_wrong,       // a stored view is not the folded one, or not signed by the log
  attachment_wrong,     // bytes that are not those of the digest
  row_wrong,            // a row of the store that belongs to nothing in the ledger, or shows that one is gone
  file_damaged,         // bytes of the store's files that are not those that were written
  archive_malformed,    // a bundle that is none, or holds what belongs to nothing in it
  not_witnessed,        // the newest checkpoint lacks cosignatures that the auditor's policy asks for
  proof_bad,            // no inclusion proof, or one that does not lead to the signed root
  needs_newer,          // a rules number or an event that this program does not know
};

std::string_view wire_name(FindingKind kind);  // "outcome_wrong"

struct Finding {
  FindingKind kind = FindingKind::entry_malformed;
  std::optional<Seq> seq;
  std::string what;               // one line: what was expected, what is there
  std::optional<Size> size = {};  // of a root that the tree does not have, where that may follow from an earlier entry
};

using Findings = std::vector<Finding>;

// DESIGN 8: 0 verified, 5 not verified; 1 if all that is missing is a newer program.
int exit_code(const Findings& findings);

}  // namespace cairn
