// RocksNodes: hashes of complete subtrees out of rows and the right edge. Safe from many threads.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "ledger/store/right_edge.h"
#include "ledger/store/rocks_rows.h"

namespace cairn {

// The rows that full tiles become.
void append_tile_rows(std::span<const FullTile> filled, std::vector<Row>& rows);

class RocksNodes {
 public:
  explicit RocksNodes(const RocksRows& rows) : rows_(rows) {}

  // The edge of a tree of this size, from the rows: at most 255 entries are read and hashed, and 255 hashes a level.
  Result<RightEdge> load_edge(Size size) const;

  // A fault if a subtree is not complete in the edge's tree. A proof reads at most one row of leaf hashes and, for each
  // level above, 256 rows once; full tiles of upper levels are kept (16 KiB each, one for 65,536 entries).
  Result<std::vector<Hash>> nodes(std::span<const NodeId> ids, const RightEdge& edge) const;

 private:
  struct TileName {
    unsigned level = 0;
    std::uint64_t index = 0;
    auto operator<=>(const TileName&) const = default;
  };
  using Tile = std::shared_ptr<const std::vector<Hash>>;
  using Tiles = std::map<TileName, Tile>;

  Result<void> load_leaves(const std::vector<TileName>& names, Tiles& tiles) const;
  Result<Tile> upper_tile(const TileName& name) const;
  Result<std::vector<Hash>> scan_hashes(unsigned level, std::uint64_t first, std::size_t count) const;

  const RocksRows& rows_;
  mutable std::mutex mutex_;
  mutable Tiles upper_;
};

}  // namespace cairn
