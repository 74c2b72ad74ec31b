// IndexCheck: the subject index rebuilt from the statements and compared with the one that the source holds.
//
// Of each tag it keeps a count and a running hash of the seqs, so memory grows with subjects. Where a tag differs, the
// entries are read once more to name the first difference.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "ledger/base/result.h"
#include "ledger/events/entry.h"
#include "verify/evidence_source.h"
#include "verify/finding.h"

namespace cairn {

// The tags under which an entry is found: those of its statement, and "outcome:refused".
std::vector<std::string> index_tags(const Recorded& recorded);

class IndexCheck {
 public:
  void add(const Recorded& recorded);

  // `entries`: how many were added; fewer than all of them make the comparison pointless. Returns the number of tags
  // compared.
  Result<Size> compare(const EvidenceSource& source, Size entries, Findings& findings) const;

 private:
  struct Seqs {
    Size count = 0;
    Hash running;
    void push(Seq seq);
    bool operator==(const Seqs&) const = default;
  };
  using Rebuilt = std::map<std::string, std::vector<Seq>>;

  Result<std::vector<std::string>> differing(const EvidenceSource& source, Size& compared, Findings& findings) const;

  std::map<std::string, Seqs> tags_;
};

}  // namespace cairn
