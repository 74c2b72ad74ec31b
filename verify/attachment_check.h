// AttachmentCheck: what admitted statements name by digest, looked up and hashed.
#pragma once

#include <map>

#include "ledger/events/entry.h"
#include "verify/audit.h"
#include "verify/evidence_source.h"

namespace cairn {

class AttachmentCheck {
 public:
  void add(const Recorded& recorded);

  // Fills in attachments_verified, attachments_missing and findings.
  Result<void> compare(const EvidenceSource& source, Report& report) const;

 private:
  std::map<Hash, Seq> named_;  // and by which entry first
};

}  // namespace cairn
