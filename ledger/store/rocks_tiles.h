// RocksTiles: full tiles as rows of RocksDB (rocks_keys.h).
#pragma once

#include <deque>
#include <span>
#include <vector>

#include "ledger/store/rocks_rows.h"
#include "ledger/store/tile_nodes.h"

namespace cairn {

// The rows that full tiles become. Their values lie in `filled` and in `made`.
void append_tile_rows(std::span<const FullTile> filled, std::vector<Row>& rows, std::deque<Bytes>& made);

class RocksTiles final : public TileRows {
 public:
  explicit RocksTiles(const RocksRows& rows) : rows_(rows) {}

  Result<std::vector<std::optional<Bytes>>> leaf_rows(std::span<const std::uint64_t> tiles) const override;
  Result<std::vector<Hash>> subtree_roots(unsigned level, std::uint64_t first, std::size_t count) const override;
  Result<std::vector<Hash>> entry_hashes(Seq first, Seq end) const override;

 private:
  const RocksRows& rows_;
};

}  // namespace cairn
