#include "ledger/store/right_edge.h"

namespace cairn {

Hash fold_hashes(std::span<const Hash> hashes) {
  ASSERT(!hashes.empty() && (hashes.size() & (hashes.size() - 1)) == 0);
  std::vector<Hash> row(hashes.begin(), hashes.end());
  while (row.size() > 1) {
    for (std::size_t i = 0; i < row.size() / 2; ++i) row[i] = node_hash(row[2 * i], row[2 * i + 1]);
    row.resize(row.size() / 2);
  }
  return row[0];
}

std::uint64_t full_tiles(Size size, unsigned level) {
  const unsigned shift = tile_height * (level + 1);
  return shift < 64 ? size >> shift : 0;
}

std::size_t edge_width(Size size, unsigned level) {
  const unsigned shift = tile_height * level;
  return shift < 64 ? static_cast<std::size_t>((size >> shift) % tile_width) : 0;
}

RightEdge::RightEdge(Size size, std::vector<std::vector<Hash>> levels) : size_(size), levels_(std::move(levels)) {
  for (unsigned level = 0; level < levels_.size(); ++level) ASSERT(levels_[level].size() == edge_width(size, level));
  ASSERT(full_tiles(size, 0) == 0 || levels_.size() > 1);
}

void RightEdge::push(const Hash& leaf, std::vector<FullTile>& filled) {
  ++size_;
  Hash hash = leaf;
  for (unsigned level = 0;; ++level) {
    if (level == levels_.size()) levels_.emplace_back();
    levels_[level].push_back(hash);
    if (levels_[level].size() < tile_width) return;
    hash = fold_hashes(levels_[level]);
    filled.push_back({static_cast<std::uint8_t>(level), full_tiles(size_, level) - 1, std::move(levels_[level]), hash});
    levels_[level].clear();
  }
}

std::span<const Hash> RightEdge::level(unsigned level) const {
  if (level >= levels_.size()) return {};
  return levels_[level];
}

}  // namespace cairn
