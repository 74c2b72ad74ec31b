// IndexCheck: the subject index rebuilt from the statements and compared with the one that the source holds.
//
// Of each tag it keeps a count, a running hash of the seqs and the newest few of them, so memory grows with subjects.
// Where a tag differs, the entries are read once more to name the first difference.
#pragma once

#include <array>
#include <map>
#include <string>
#include <vector>

#include "ledger/base/result.h"
#include "ledger/events/entry.h"
#include "verify/evidence_source.h"
#include "verify/finding.h"

namespace cairn {

class IndexCheck {
 public:
  void add(Seq seq, const std::vector<std::string>& tags);  // seqs ascend

  // `entries`: how many were added; fewer than all of them make the comparison pointless. Returns the number of tags
  // compared.
  Result<Size> compare(const EvidenceSource& source, Size entries, Findings& findings) const;

 private:
  // Equal to another that was pushed the same seqs. They are hashed by tens: one by one it would cost as much as
  // to decode their entries.
  class Seqs {
   public:
    void push(Seq seq);
    bool operator==(const Seqs&) const = default;

   private:
    static constexpr std::size_t hashed_at_once = 10;  // with the hash before them two of SHA-256's blocks

    Size count_ = 0;
    Hash hashed_;                               // of all but
    std::array<Seq, hashed_at_once> newest_{};  // the newest count_ % hashed_at_once
  };
  using Rebuilt = std::map<std::string, std::vector<Seq>>;

  Result<std::vector<std::string>> differing(const EvidenceSource& source, Size entries, Size& compared,
                                             Findings& findings) const;

  std::map<std::string, Seqs> tags_;
};

}  // namespace cairn
