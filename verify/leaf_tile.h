// LeafTile: 256 neighbouring leaves and the nodes above them, up to their common root. Pure.
#pragma once

#include <array>
#include <span>

#include "ledger/tlog/tile.h"
#include "ledger/tlog/tree.h"

namespace cairn {

class LeafTile {
 public:
  // The leaf at `place`; those before it are there already.
  void set(std::size_t place, const Hash& leaf) {
    std::size_t at = tile_width + place;
    nodes_[at] = leaf;
    // A right child completes its parent.
    for (; at > 1 && at % 2 == 1; at /= 2) nodes_[at / 2] = node_hash(nodes_[at - 1], nodes_[at]);
  }

  // The nodes of a level, 0 to 8, of which the first so many are there as their leaves are.
  std::span<const Hash> level(unsigned level) const {
    const std::size_t width = tile_width >> level;
    return std::span(nodes_).subspan(width, width);
  }
  const Hash& root() const { return nodes_[1]; }

 private:
  std::array<Hash, 2 * tile_width> nodes_{};  // a heap: the children of i at 2i and 2i + 1
};

}  // namespace cairn
