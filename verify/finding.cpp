#include "verify/finding.h"

#include <algorithm>

namespace cairn {

std::string_view wire_name(FindingKind kind) {
  switch (kind) {
    case FindingKind::entry_missing:
      return "entry_missing";
    case FindingKind::entry_malformed:
      return "entry_malformed";
    case FindingKind::genesis_wrong:
      return "genesis_wrong";
    case FindingKind::signature_bad:
      return "signature_bad";
    case FindingKind::key_not_enrolled:
      return "key_not_enrolled";
    case FindingKind::ledger_id_wrong:
      return "ledger_id_wrong";
    case FindingKind::time_out_of_order:
      return "time_out_of_order";
    case FindingKind::time_out_of_bracket:
      return "time_out_of_bracket";
    case FindingKind::basis_wrong:
      return "basis_wrong";
    case FindingKind::id_repeated:
      return "id_repeated";
    case FindingKind::should_not_be_here:
      return "should_not_be_here";
    case FindingKind::outcome_wrong:
      return "outcome_wrong";
    case FindingKind::root_wrong:
      return "root_wrong";
    case FindingKind::checkpoint_bad:
      return "checkpoint_bad";
    case FindingKind::node_wrong:
      return "node_wrong";
    case FindingKind::index_wrong:
      return "index_wrong";
    case FindingKind::snapshot_wrong:
      return "snapshot_wrong";
    case FindingKind::attachment_wrong:
      return "attachment_wrong";
    case FindingKind::row_wrong:
      return "row_wrong";
    case FindingKind::file_damaged:
      return "file_damaged";
    case FindingKind::archive_malformed:
      return "archive_malformed";
    case FindingKind::not_witnessed:
      return "not_witnessed";
    case FindingKind::proof_bad:
      return "proof_bad";
    case FindingKind::needs_newer:
      return "needs_newer";
  }
  return "";
}

int exit_code(const Findings& findings) {
  if (findings.empty()) return 0;
  const bool only_newer = std::all_of(findings.begin(), findings.end(),
                                      [](const Finding& f) { return f.kind == FindingKind::needs_newer; });
  return only_newer ? 1 : 5;
}

}  // namespace cairn
