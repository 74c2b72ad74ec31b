// TileNodes: hashes of complete subtrees out of rows of full tiles and the right edge. Safe from many threads if the
// rows are.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "ledger/base/result.h"
#include "ledger/store/right_edge.h"

namespace cairn {

// Where an engine keeps full tiles: the leaf hashes of 256 entries as one row, and the root of each complete subtree
// of 256^level leaves, level >= 1, as another.
class TileRows {
 public:
  virtual ~TileRows() = default;

  // The row of each of these tiles, in their order; nothing for one that is not there.
  virtual Result<std::vector<std::optional<Bytes>>> leaf_rows(std::span<const std::uint64_t> tiles) const = 0;

  // The roots of subtrees [first, first + count), as far as they are there without a hole.
  virtual Result<std::vector<Hash>> subtree_roots(unsigned level, std::uint64_t first, std::size_t count) const = 0;

  // Of entries [first, end), hashed anew; a fault that names the first one that cannot be read.
  virtual Result<std::vector<Hash>> entry_hashes(Seq first, Seq end) const = 0;
};

// The row of leaf hashes that a full tile of level 0 becomes.
Bytes leaf_row(const FullTile& tile);

class TileNodes {
 public:
  explicit TileNodes(const TileRows& rows) : rows_(rows) {}

  // The edge of a tree of this size, from the rows: at most 255 entries are read and hashed, and 255 hashes a level.
  Result<RightEdge> load_edge(Size size) const;

  // A fault if a subtree is not complete in the edge's tree. A proof reads at most one row of leaf hashes and, for each
  // level above, 256 rows once. What lies above is kept: full tiles of upper levels (16 KiB each, one for 65,536
  // entries), the upper levels of tiles of leaves that were asked for (2 KiB each), and of the edge.
  Result<std::vector<Hash>> nodes(std::span<const NodeId> ids, const RightEdge& edge) const;

  // Gives up the tiles that are kept.
  void forget();

 private:
  struct TileName {
    unsigned level = 0;
    std::uint64_t index = 0;
    auto operator<=>(const TileName&) const = default;
  };
  using Tile = std::shared_ptr<const std::vector<Hash>>;
  using LeafRows = std::map<std::uint64_t, Bytes>;

  Result<LeafRows> load_leaves(std::span<const std::uint64_t> indices) const;
  Hash leaf_node(std::uint64_t tile, BytesView row, std::size_t offset, std::size_t width) const;
  Hash edge_node(const NodeId& id, std::span<const Hash> below) const;
  Result<Tile> upper_tile(const TileName& name) const;
  Result<std::vector<Hash>> whole_roots(unsigned level, std::uint64_t first, std::size_t count) const;

  const TileRows& rows_;
  mutable std::mutex mutex_;
  mutable std::map<TileName, Tile> upper_;
  mutable std::unordered_map<std::uint64_t, Tile> crowns_;  // of tiles of leaves: all but their three lowest levels
  mutable std::map<NodeId, Hash> edge_;  // of subtrees in tiles that were not full when they were asked for
};

}  // namespace cairn
