#include "ledger/store/rocks_nodes.h"

#include <algorithm>

#include "ledger/base/text.h"
#include "ledger/store/rocks_keys.h"

namespace cairn {
namespace {

constexpr std::size_t hash_bytes = 32;
constexpr std::size_t kept_tiles = 1024;  // 16 MiB: every upper tile of a ledger of 67 million entries

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

}  // namespace

void append_tile_rows(std::span<const FullTile> filled, std::vector<Row>& rows) {
  for (const FullTile& tile : filled) {
    if (tile.level == 0) {
      Bytes leaves;
      leaves.reserve(tile.hashes.size() * hash_bytes);
      for (const Hash& hash : tile.hashes) leaves.append(hash.view());
      rows.push_back({leaves_key(tile.index), std::move(leaves)});
    }
    rows.push_back({subtree_key(static_cast<std::uint8_t>(tile.level + 1), tile.index), Bytes(tile.root.view())});
  }
}

Result<std::vector<Hash>> RocksNodes::scan_hashes(unsigned level, std::uint64_t first, std::size_t count) const {
  const auto row_level = static_cast<std::uint8_t>(level);
  const auto rows = rows_.cursor(subtree_key(row_level, first), subtree_key(row_level, first + count));
  std::vector<Hash> hashes;
  hashes.reserve(count);
  for (rows->seek(subtree_key(row_level, first)); rows->at(); rows->next()) {
    if (rows->key() != subtree_key(row_level, first + hashes.size())) break;
    TRY_LET(hash, Hash::from_bytes(rows->value()));
    hashes.push_back(hash);
  }
  TRY(rows->status());
  if (hashes.size() != count) {
    return fault(str("the hash of subtree ", first + hashes.size(), " of level ", level * tile_height,
                     " is missing: restore the ledger from a copy"));
  }
  return hashes;
}

Result<RightEdge> RocksNodes::load_edge(Size size) const {
  std::vector<std::vector<Hash>> levels(1);
  const Seq first = size - edge_width(size, 0);
  const auto rows = rows_.cursor(entry_key(first), entry_key(size));
  Seq next = first;
  for (rows->seek(entry_key(first)); rows->at() && rows->key() == entry_key(next); rows->next(), ++next) {
    levels[0].push_back(leaf_hash(rows->value()));
  }
  if (const Result<void> status = rows->status(); !status.ok()) {
    return fault(str("entry ", next, " cannot be read: ", status.error().message));
  }
  if (next != size) return fault(str("entry ", next, " is missing: restore the ledger from a copy"));
  for (unsigned level = 1; full_tiles(size, level - 1) > 0; ++level) {
    const std::size_t width = edge_width(size, level);
    TRY_LET(hashes, scan_hashes(level, full_tiles(size, level) * tile_width, width));
    levels.push_back(std::move(hashes));
  }
  return RightEdge(size, std::move(levels));
}

Result<void> RocksNodes::load_leaves(const std::vector<TileName>& names, Tiles& tiles) const {
  std::vector<Bytes> keys;
  keys.reserve(names.size());
  for (const TileName& name : names) keys.push_back(leaves_key(name.index));
  TRY_LET(rows, rows_.get_all(keys));
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (!rows[i] || rows[i]->size() != tile_width * hash_bytes) return damaged_leaves(names[i].index);
    auto hashes = std::make_shared<std::vector<Hash>>();
    hashes->reserve(tile_width);
    for (std::size_t at = 0; at < tile_width; ++at) {
      TRY_LET(hash, Hash::from_bytes(BytesView(*rows[i]).substr(at * hash_bytes, hash_bytes)));
      hashes->push_back(hash);
    }
    tiles[names[i]] = std::move(hashes);
  }
  return {};
}

Result<RocksNodes::Tile> RocksNodes::upper_tile(const TileName& name) const {
  {
    const std::lock_guard lock(mutex_);
    if (const auto kept = upper_.find(name); kept != upper_.end()) return kept->second;
  }
  TRY_LET(hashes, scan_hashes(name.level, name.index * tile_width, tile_width));
  // As a heap, for upper tiles are asked for by every proof: the root at 1, the children of i at 2i and 2i + 1.
  auto heap = std::make_shared<std::vector<Hash>>(tile_width);
  heap->insert(heap->end(), hashes.begin(), hashes.end());
  for (std::size_t i = tile_width - 1; i > 0; --i) (*heap)[i] = node_hash((*heap)[2 * i], (*heap)[2 * i + 1]);
  const Tile tile = std::move(heap);
  const std::lock_guard lock(mutex_);
  if (upper_.size() >= kept_tiles) upper_.clear();  // a full tile never changes, so losing one costs only its next scan
  upper_[name] = tile;
  return tile;
}

Result<std::vector<Hash>> RocksNodes::nodes(std::span<const NodeId> ids, const RightEdge& edge) const {
  std::vector<Place> places;
  places.reserve(ids.size());
  std::vector<TileName> leaves;
  for (const NodeId& id : ids) {
    TRY_LET(place, place_of(id, edge.size()));
    places.push_back(place);
    if (place.level == 0 && place.tile < full_tiles(edge.size(), 0)) leaves.push_back({0, place.tile});
  }
  std::sort(leaves.begin(), leaves.end());
  leaves.erase(std::unique(leaves.begin(), leaves.end()), leaves.end());
  Tiles tiles;
  TRY(load_leaves(leaves, tiles));

  std::vector<Hash> hashes;
  hashes.reserve(ids.size());
  for (const Place& place : places) {
    const TileName name{place.level, place.tile};
    if (place.tile >= full_tiles(edge.size(), place.level)) {
      hashes.push_back(fold_hashes(edge.level(place.level).subspan(place.offset, place.width)));
      continue;
    }
    if (place.level == 0) {
      hashes.push_back(fold_hashes(std::span(*tiles[name]).subspan(place.offset, place.width)));
      continue;
    }
    TRY_LET(heap, upper_tile(name));
    hashes.push_back((*heap)[(tile_width + place.offset) / place.width]);
  }
  return hashes;
}

}  // namespace cairn
