// AttachmentCheck: what admitted statements name by digest, looked up and hashed.
#pragma once

#include <map>
#include <set>
#include <utility>

#include "ledger/events/entry.h"
#include "verify/audit.h"
#include "verify/evidence_source.h"

namespace cairn {

class AttachmentCheck {
 public:
  void add(const Recorded& recorded);

  // Fills in attachments_verified, attachments_missing, attachments_erased, asserted and findings.
  Result<void> compare(const EvidenceSource& source, Report& report) const;

 private:
  void erase(const AttachmentErased& event, const Recorded& recorded);

  std::map<Hash, Seq> named_;                           // and by which entry first
  std::set<std::pair<NamedAttachment, Seq>> named_at_;  // each time
  std::map<Hash, Seq> erased_;                          // and by which entry
  std::set<std::string> asserted_;                      // what only an author says
};

}  // namespace cairn
