// AttachmentCheck: what admitted statements name by digest, looked up and hashed.
#pragma once

#include <compare>
#include <map>
#include <string>
#include <vector>

#include "ledger/events/entry.h"
#include "verify/audit.h"
#include "verify/evidence_source.h"

namespace cairn {

class AttachmentCheck {
 public:
  void add(const Recorded& recorded);

  // Fills in attachments_verified, attachments_missing, attachments_erased, asserted and findings.
  Result<void> compare(const EvidenceSource& source, Report& report);

 private:
  struct Naming {
    Hash digest;
    Seq seq = 0;  // of the entry
    Hash model;
    auto operator<=>(const Naming&) const = default;
  };
  struct Erasure {
    AttachmentErased event;
    Seq seq = 0;
    std::string author;
  };

  void assert_what_is_not_named(Report& report) const;

  std::vector<Naming> named_;  // each time
  std::vector<Erasure> erasures_;
};

}  // namespace cairn
