// AttachmentCheck: what admitted statements name by digest, looked up and hashed.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "ledger/events/entry.h"
#include "verify/audit.h"
#include "verify/evidence_source.h"
#include "verify/named_files.h"

namespace cairn {

class AttachmentCheck {
 public:
  // A fault if there is no room for what is named.
  Result<void> add(const Recorded& recorded);

  // Fills in what the report says of attachments, asserted and findings.
  Result<void> compare(const EvidenceSource& source, Report& report);

 private:
  struct Erasure {
    AttachmentErased event;
    Seq seq = 0;
    std::string author;
  };

  Result<void> look_up(const NamedFiles::Row& named, const EvidenceSource& source, Report& report) const;
  void assert_what_is_not_named(const std::set<NamedFiles::Row>& named, Report& report) const;

  NamedFiles named_;
  std::vector<Erasure> erasures_;
  std::map<Hash, Seq> erased_;  // and by which entry first
};

}  // namespace cairn
