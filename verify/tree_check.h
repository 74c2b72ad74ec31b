// TreeCheck: the tree grown again from the leaves, and what the source holds of it compared.
//
// It keeps the nodes over the last 65,536 leaves (4 MiB), the hashes of complete subtrees of 256 leaves and up, and
// nothing of what lies below: a root older than those is computed from up to 255 entries that are read again. A root
// costs some ten node hashes where it is asked for, and nothing where it is not.
#pragma once

#include <array>
#include <deque>
#include <map>
#include <memory>
#include <set>
#include <vector>

#include "ledger/base/result.h"
#include "ledger/tlog/checkpoint.h"
#include "verify/evidence_source.h"
#include "verify/finding.h"
#include "verify/leaf_tile.h"

namespace cairn {

class TreeCheck {
 public:
  explicit TreeCheck(const EvidenceSource& source) : source_(&source) {}

  // An error only if the source cannot be read.
  Result<void> push(const Hash& leaf, Findings& findings);

  // The next 256 leaves at once. Needs size() % 256 == 0. `leaves_compared`: the source holds these very leaf hashes.
  Result<void> push(std::shared_ptr<const LeafTile> tile, bool leaves_compared, Findings& findings);

  Size size() const { return size_; }

  // Needs size <= size().
  Result<Hash> root_at(Size size);

  // Compares what push has not compared yet.
  Result<void> finish(Findings& findings);

  Size nodes_compared() const { return nodes_compared_; }

 private:
  struct Run {
    std::uint64_t first = 0;
    std::vector<Hash> hashes;
  };

  Result<void> complete_tile(const Hash& root, Findings& findings);
  Result<void> grow(std::uint8_t level, std::uint64_t index, const Hash& hash, Findings& findings);
  Result<void> compare_tile(std::size_t leaves, unsigned from_level, Findings& findings);
  Result<void> compare(std::uint8_t level, std::uint64_t first, std::span<const Hash> computed, Findings& findings);
  Hash root_over(Size size, std::span<const Hash> below) const;
  Result<Hash> old_root(Size size);
  bool is_known_wrong(Size begin, Size end) const;

  const EvidenceSource* source_;
  Size size_ = 0;
  std::shared_ptr<LeafTile> filling_;                   // the newest tile, if it is not complete
  std::deque<std::shared_ptr<const LeafTile>> recent_;  // complete tiles, the newest at the end
  std::array<std::vector<Hash>, 64> complete_;          // nodes of levels 8 and up, all
  std::array<Run, 64> uncompared_;                      // of these levels, at most 256
  std::set<std::uint8_t> not_kept_;                     // levels of which the source holds nothing
  Head asked_;                                          // the answer given last: one head is many entries' basis
  std::map<Size, Hash> old_roots_;                      // answers that took reading
  std::set<Size> wrong_;                                // first leaves of subtrees already found wrong
  Size nodes_compared_ = 0;
};

}  // namespace cairn
