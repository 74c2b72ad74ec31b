// Growth: a tree and the leaves that one batch adds to it.
//
// It keeps every node that the batch completes and the right edge that it started from, so roots from the old size on
// and proofs of the new entries need no store: amortised one node hash a leaf, at most 63 a root. Pure.
#pragma once

#include <array>
#include <utility>
#include <vector>

#include "ledger/tlog/tree.h"

namespace cairn {

class Growth {
 public:
  explicit Growth(const Frontier& base);

  void push(const Hash& leaf);

  Size base_size() const { return base_size_; }
  Size size() const { return size_; }

  // Needs base_size() <= size <= this->size().
  Hash root_at(Size size) const;

  // Inclusion in the tree of size(). Needs base_size() <= seq < size(). The hashes on the ragged right edge of a size
  // are the same for all its proofs, and joined once.
  std::vector<Hash> prove_inclusion(Seq seq);

  Frontier frontier() const;

 private:
  struct Level {
    std::uint64_t first = 0;  // index of hashes[0]
    std::vector<Hash> hashes;
  };

  Hash node(const NodeId& id) const;
  Hash hash_of(Range range) const;

  Size base_size_ = 0;
  Size size_ = 0;
  std::array<Level, 64> levels_;
  std::vector<std::pair<Size, Hash>>
      ragged_;  // by where they begin: ranges that end at size() and are no complete subtree
};

}  // namespace cairn
