// TreeCheck: the tree grown again from the leaves, and what the source holds of it compared.
//
// It keeps the last 65,536 roots, the hashes of complete subtrees of 256 leaves and up, and nothing of what lies below:
// a root older than those is computed from up to 255 entries that are read again.
#pragma once

#include <array>
#include <map>
#include <set>
#include <vector>

#include "ledger/base/result.h"
#include "ledger/tlog/tree.h"
#include "verify/evidence_source.h"
#include "verify/finding.h"

namespace cairn {

class TreeCheck {
 public:
  // `any_root`: root_at will be asked.
  TreeCheck(const EvidenceSource& source, bool any_root) : source_(&source), any_root_(any_root) {}

  // An error only if the source cannot be read.
  Result<void> push(const Hash& leaf, Findings& findings);

  Size size() const { return size_; }
  Hash root() const;

  // Needs size <= size() and any_root.
  Result<Hash> root_at(Size size);

  // Compares what push has not compared yet.
  Result<void> finish(Findings& findings);

  Size nodes_compared() const { return nodes_compared_; }

 private:
  struct Run {
    std::uint64_t first = 0;
    std::vector<Hash> hashes;
  };

  Result<void> grow(std::uint8_t level, std::uint64_t index, const Hash& hash, Findings& findings);
  Result<void> compare(std::uint8_t level, Findings& findings);
  Result<Hash> old_root(Size size) const;
  bool is_known_wrong(Size begin, Size end) const;

  const EvidenceSource* source_;
  bool any_root_;
  Size size_ = 0;
  std::array<Hash, 64> edge_{};                 // the newest complete node of each level
  std::array<Run, 64> uncompared_;              // of each level, at most 256
  std::array<std::vector<Hash>, 64> complete_;  // of levels 8 and up, all
  std::vector<Hash> recent_;                    // roots, by size modulo the number kept
  std::map<Size, Hash> old_roots_;              // answers given before
  std::set<Size> wrong_;                        // first leaves of subtrees already found wrong
  Size nodes_compared_ = 0;
};

}  // namespace cairn
