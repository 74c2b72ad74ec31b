#include "ledger/tlog/tile.h"

#include <limits>

#include "ledger/base/assert.h"
#include "ledger/base/big_endian.h"
#include "ledger/base/text.h"

namespace cairn {
namespace {

// 1234067 -> x001/x234/067, so that no folder of a static host holds more than 2000 names.
std::string path_of_index(std::uint64_t index, std::uint16_t width) {
  ASSERT(width >= 1 && width <= tile_width);
  std::string digits = std::to_string(index);
  digits.insert(0, (3 - digits.size() % 3) % 3, '0');
  std::string path;
  for (std::size_t at = 0; at < digits.size(); at += 3) {
    const bool last = at + 3 == digits.size();
    path += (last ? "" : "x") + digits.substr(at, 3) + (last ? "" : "/");
  }
  if (width < tile_width) path += ".p/" + std::to_string(width);
  return path;
}

}  // namespace

std::string tile_path(const TileId& tile) {
  return "tile/" + std::to_string(tile.level) + "/" + path_of_index(tile.index, tile.width);
}

std::string bundle_path(std::uint64_t index, std::uint16_t width) {
  return "tile/entries/" + path_of_index(index, width);
}

std::vector<TileId> tiles_of(Size size) {
  std::vector<TileId> tiles;
  std::uint8_t level = 0;
  for (Size nodes = size; nodes != 0; nodes >>= tile_height, ++level) {
    const Size full = nodes / tile_width;
    for (std::uint64_t index = 0; index < full; ++index) tiles.push_back({level, index, tile_width});
    if (const Size width = nodes % tile_width; width != 0) {
      tiles.push_back({level, full, static_cast<std::uint16_t>(width)});
    }
  }
  return tiles;
}

std::vector<NodeId> tile_nodes(const TileId& tile) {
  ASSERT(tile.width >= 1 && tile.width <= tile_width);
  ASSERT(tile.level < 64 / tile_height && tile.index <= std::numeric_limits<std::uint64_t>::max() / tile_width);
  std::vector<NodeId> nodes;
  nodes.reserve(tile.width);
  const auto level = static_cast<std::uint8_t>(tile.level * tile_height);
  for (std::uint64_t i = 0; i < tile.width; ++i) nodes.push_back({level, tile.index * tile_width + i});
  return nodes;
}

Result<Bytes> encode_bundle(std::span<const Bytes> entries) {
  if (entries.size() > tile_width) {
    return fault(str("a bundle holds at most ", tile_width, " entries, not ", entries.size()));
  }
  std::size_t total = 0;
  for (const Bytes& entry : entries) {
    if (entry.size() > max_entry_bytes) {
      return fault(str("an entry of ", entry.size(), " bytes does not fit a bundle's limit of ", max_entry_bytes));
    }
    total += 2 + entry.size();
  }
  Bytes bundle;
  bundle.reserve(total);
  for (const Bytes& entry : entries) {
    append_big_endian(bundle, entry.size(), 2);
    bundle += entry;
  }
  return bundle;
}

Result<std::vector<Bytes>> decode_bundle(BytesView bundle, std::size_t count) {
  if (count > tile_width) return fault(str("a bundle holds at most ", tile_width, " entries, not ", count));
  std::vector<Bytes> entries;
  entries.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    if (bundle.size() < 2) return fault(str("the bundle ends after ", i, " of ", count, " entries"));
    const auto size = static_cast<std::size_t>(from_big_endian(bundle.substr(0, 2)));
    bundle.remove_prefix(2);
    if (bundle.size() < size) return fault(str("the bundle ends within entry ", i, " of ", count));
    entries.emplace_back(bundle.substr(0, size));
    bundle.remove_prefix(size);
  }
  if (!bundle.empty()) return fault(str("the bundle has ", bundle.size(), " bytes behind its ", count, " entries"));
  return entries;
}

}  // namespace cairn
