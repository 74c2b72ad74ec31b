#include "ledger/store/tile_nodes.h"

#include <algorithm>

#include "ledger/base/text.h"

namespace cairn {
namespace {

constexpr std::size_t hash_bytes = 32;
constexpr std::size_t kept_tiles = 1024;   // 16 MiB: every upper tile of a ledger of 67 million entries
constexpr std::size_t kept_crowns = 8192;  // 16 MiB: of two million entries
constexpr std::size_t crown_width = 8;     // leaves below each hash of a crown
constexpr std::size_t kept_edge = 1024;    // a proof asks for some thirty, and the next one mostly for the same

Error damaged_leaves(std::uint64_t index) {
  return fault(str("the leaf hashes of entries ", index * tile_width, " to ", index * tile_width + tile_width - 1,
                   " are missing or damaged: restore the ledger from a copy"));
}

// Where a node's hashes lie: a power of two of neighbours in one tile.
struct Place {
  unsigned level = 0;
  std::uint64_t tile = 0;
  std::size_t offset = 0;
  std::size_t width = 0;
};

Result<Place> place_of(const NodeId& id, Size size) {
  if (id.level >= 64 || id.index >= size >> id.level) {
    return fault(str("the subtree of level ", unsigned{id.level}, " and index ", id.index,
                     " is not complete in a tree of ", size, " entries"));
  }
  const unsigned above = id.level % tile_height;
  const std::uint64_t first = id.index << above;
  return Place{id.level / tile_height, first / tile_width, static_cast<std::size_t>(first % tile_width),
               std::size_t{1} << above};
}

// A complete binary tree as a heap: the root at 1, the children of i at 2i and 2i + 1, the given hashes at the bottom.
std::vector<Hash> heap_over(std::span<const Hash> bottom) {
  std::vector<Hash> heap(bottom.size());
  heap.insert(heap.end(), bottom.begin(), bottom.end());
  for (std::size_t i = bottom.size() - 1; i > 0; --i) heap[i] = node_hash(heap[2 * i], heap[2 * i + 1]);
  return heap;
}

Hash fold_leaves(BytesView row, std::size_t offset, std::size_t width) {
  std::vector<Hash> leaves(width);
  for (std::size_t i = 0; i < width; ++i) {
    const BytesView bytes = row.substr((offset + i) * hash_bytes, hash_bytes);
    std::copy(bytes.begin(), bytes.end(), leaves[i].bytes.begin());
  }
  return fold_hashes(leaves);
}

}  // namespace

Bytes leaf_row(const FullTile& tile) {
  ASSERT(tile.level == 0);
  Bytes row;
  row.reserve(tile.hashes.size() * hash_bytes);
  for (const Hash& hash : tile.hashes) row.append(hash.view());
  return row;
}

Result<std::vector<Hash>> TileNodes::whole_roots(unsigned level, std::uint64_t first, std::size_t count) const {
  TRY_LET(hashes, rows_.subtree_roots(level, first, count));
  if (hashes.size() == count) return hashes;
  return fault(str("the hash of subtree ", first + hashes.size(), " of level ", level * tile_height,
                   " is missing: restore the ledger from a copy"));
}

Result<RightEdge> TileNodes::load_edge(Size size) const {
  std::vector<std::vector<Hash>> levels(1);
  TRY_LET(leaves, rows_.entry_hashes(size - edge_width(size, 0), size));
  levels[0] = std::move(leaves);
  for (unsigned level = 1; full_tiles(size, level - 1) > 0; ++level) {
    const std::size_t width = edge_width(size, level);
    TRY_LET(hashes, whole_roots(level, full_tiles(size, level) * tile_width, width));
    levels.push_back(std::move(hashes));
  }
  return RightEdge(size, std::move(levels));
}

Result<TileNodes::LeafRows> TileNodes::load_leaves(std::span<const std::uint64_t> indices) const {
  LeafRows loaded;
  TRY_LET(rows, rows_.leaf_rows(indices));
  for (std::size_t i = 0; i < indices.size(); ++i) {
    if (!rows[i] || rows[i]->size() != tile_width * hash_bytes) return damaged_leaves(indices[i]);
    loaded[indices[i]] = std::move(*rows[i]);
  }
  return loaded;
}

// A proof takes one hash of each level of its tile. Below a crown that is at most seven hashes of the row; above it
// nearly all 256 would be hashed again, for every proof.
Hash TileNodes::leaf_node(std::uint64_t tile, BytesView row, std::size_t offset, std::size_t width) const {
  if (width < crown_width) return fold_leaves(row, offset, width);
  const std::size_t at = (tile_width + offset) / width;
  {
    const std::lock_guard lock(mutex_);
    if (const auto kept = crowns_.find(tile); kept != crowns_.end()) return (*kept->second)[at];
  }
  std::vector<Hash> bottom;
  for (std::size_t i = 0; i < tile_width; i += crown_width) bottom.push_back(fold_leaves(row, i, crown_width));
  auto crown = std::make_shared<const std::vector<Hash>>(heap_over(bottom));
  const std::lock_guard lock(mutex_);
  if (crowns_.size() >= kept_crowns) crowns_.clear();
  return (*(crowns_[tile] = std::move(crown)))[at];
}

// A complete subtree stays what it is while the tree grows, so it may be known from an earlier edge.
Hash TileNodes::edge_node(const NodeId& id, std::span<const Hash> below) const {
  if (below.size() == 1) return below[0];
  {
    const std::lock_guard lock(mutex_);
    if (const auto kept = edge_.find(id); kept != edge_.end()) return kept->second;
  }
  const Hash root = fold_hashes(below);
  const std::lock_guard lock(mutex_);
  if (edge_.size() >= kept_edge) edge_.clear();
  edge_[id] = root;
  return root;
}

void TileNodes::forget() {
  const std::lock_guard lock(mutex_);
  upper_.clear();
  crowns_.clear();
  edge_.clear();
}

Result<TileNodes::Tile> TileNodes::upper_tile(const TileName& name) const {
  {
    const std::lock_guard lock(mutex_);
    if (const auto kept = upper_.find(name); kept != upper_.end()) return kept->second;
  }
  TRY_LET(hashes, whole_roots(name.level, name.index * tile_width, tile_width));
  auto tile = std::make_shared<const std::vector<Hash>>(heap_over(hashes));
  const std::lock_guard lock(mutex_);
  if (upper_.size() >= kept_tiles) upper_.clear();  // a full tile never changes, so losing one costs only its next scan
  upper_[name] = tile;
  return tile;
}

Result<std::vector<Hash>> TileNodes::nodes(std::span<const NodeId> ids, const RightEdge& edge) const {
  std::vector<Place> places;
  places.reserve(ids.size());
  std::vector<std::uint64_t> leaves;
  for (const NodeId& id : ids) {
    TRY_LET(place, place_of(id, edge.size()));
    places.push_back(place);
    if (place.level == 0 && place.tile < full_tiles(edge.size(), 0)) leaves.push_back(place.tile);
  }
  std::sort(leaves.begin(), leaves.end());
  leaves.erase(std::unique(leaves.begin(), leaves.end()), leaves.end());
  TRY_LET(rows, load_leaves(leaves));

  std::vector<Hash> hashes;
  hashes.reserve(ids.size());
  for (std::size_t i = 0; i < places.size(); ++i) {
    const Place& place = places[i];
    if (place.tile >= full_tiles(edge.size(), place.level)) {
      hashes.push_back(edge_node(ids[i], edge.level(place.level).subspan(place.offset, place.width)));
      continue;
    }
    if (place.level == 0) {
      hashes.push_back(leaf_node(place.tile, rows[place.tile], place.offset, place.width));
      continue;
    }
    TRY_LET(heap, upper_tile({place.level, place.tile}));
    hashes.push_back((*heap)[(tile_width + place.offset) / place.width]);
  }
  return hashes;
}

}  // namespace cairn
