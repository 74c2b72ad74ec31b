// C2SP tlog-tiles: how a log lies on a static file host. Paths and layouts; pure.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "ledger/base/result.h"
#include "ledger/base/types.h"
#include "ledger/tlog/tree.h"

namespace cairn {

inline constexpr unsigned tile_height = 8;
inline constexpr Size tile_width = 256;
inline constexpr std::size_t max_entry_bytes = 65535;  // an entry bundle's length prefix is 16 bits

struct TileId {
  std::uint8_t level = 0;  // of tiles: hashes in it are of complete subtrees of 256^level leaves
  std::uint64_t index = 0;
  std::uint16_t width = 256;  // 1..256; below 256 it is partial
  auto operator<=>(const TileId&) const = default;
};

std::string tile_path(const TileId& tile);                          // tile/1/x001/234.p/17
std::string bundle_path(std::uint64_t index, std::uint16_t width);  // tile/entries/x001/234

// Hash tiles of a tree of this size, level by level: every full tile and the newest partial one.
std::vector<TileId> tiles_of(Size size);

// The nodes whose hashes a tile holds, in order.
std::vector<NodeId> tile_nodes(const TileId& tile);

// repeated (uint16 big-endian length || entry), at most 256.
Result<Bytes> encode_bundle(std::span<const Bytes> entries);
Result<std::vector<Bytes>> decode_bundle(BytesView bundle, std::size_t count);  // exactly `count`, nothing behind

}  // namespace cairn
