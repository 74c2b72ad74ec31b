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

  // Fills in attachments_verified, attachments_missing, attachments_erased and findings.
  Result<void> compare(const EvidenceSource& source, Report& report) const;

 private:
  void erased(const AttachmentErased& event, Seq seq);

  std::map<Hash, Seq> named_;                           // and by which entry first
  std::set<std::pair<NamedAttachment, Seq>> named_at_;  // each time
  std::map<Hash, Seq> erased_;                          // and by which entry
  Findings findings_;
};

}  // namespace cairn
