// RightEdge: the part of a growing tree that no stored tile holds yet. Pure.
//
// The tree is cut into tiles of 256 hashes (DESIGN 7): a tile of level L, index g holds the roots of the complete
// subtrees of 256^L leaves from number 256 g on. Complete tiles are rows of the store; the newest, incomplete tile of
// each level is here.
#pragma once

#include <span>
#include <vector>

#include "ledger/base/types.h"
#include "ledger/tlog/tile.h"
#include "ledger/tlog/tree.h"

namespace cairn {

// RFC 6962 root of a power of two of neighbouring subtree roots.
Hash fold_hashes(std::span<const Hash> hashes);

struct FullTile {
  std::uint8_t level = 0;
  std::uint64_t index = 0;
  std::vector<Hash> hashes;  // 256
  Hash root;
};

// How many tiles of a level are full in a tree of this size; and how many hashes stand in the one that is not.
std::uint64_t full_tiles(Size size, unsigned level);
std::size_t edge_width(Size size, unsigned level);

class RightEdge {
 public:
  RightEdge() = default;

  // From the hashes of each level's incomplete tile; their numbers must be those of this size.
  RightEdge(Size size, std::vector<std::vector<Hash>> levels);

  // Appends a leaf; tiles that it fills are added to `filled`, lowest level first.
  void push(const Hash& leaf, std::vector<FullTile>& filled);

  Size size() const { return size_; }
  std::span<const Hash> level(unsigned level) const;

 private:
  Size size_ = 0;
  std::vector<std::vector<Hash>> levels_;
};

}  // namespace cairn
