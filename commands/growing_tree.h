// GrowingTree: the tree of a walk's leaves, with the roots that it had a while ago.
//
// An author's basis is mostly one of the newest heads, and one head is the basis of a whole batch: so the nodes of the
// newest leaves are kept instead of a root for every size. Amortised one node hash a leaf, some ten a root that was not
// asked for last, 64 bytes for each leaf that is kept. Pure.
#pragma once

#include <optional>

#include "ledger/growth.h"
#include "ledger/tlog/checkpoint.h"

namespace cairn {

class GrowingTree {
 public:
  // Roots of the newest `kept` sizes are there for sure, and at most of twice as many; none from before `begin`.
  explicit GrowingTree(Size kept, const Frontier& begin = {}) : kept_(kept), older_(begin), newer_(begin) {}

  void push(const Hash& leaf);

  Size size() const { return newer_.size(); }
  Hash root() const { return newer_.root_at(size()); }

  // Needs size <= this->size(); none for one of long ago.
  std::optional<Hash> root_at(Size size);

 private:
  Size kept_;
  Growth older_;
  Growth newer_;
  Head asked_{0, empty_root()};
};

}  // namespace cairn
