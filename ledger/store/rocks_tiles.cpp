#include "ledger/store/rocks_tiles.h"

#include "ledger/base/text.h"
#include "ledger/store/rocks_keys.h"

namespace cairn {

void append_tile_rows(std::span<const FullTile> filled, std::vector<Row>& rows, std::deque<Bytes>& made) {
  for (const FullTile& tile : filled) {
    if (tile.level == 0) rows.push_back({leaves_key(tile.index), made.emplace_back(leaf_row(tile))});
    rows.push_back({subtree_key(static_cast<std::uint8_t>(tile.level + 1), tile.index), tile.root.view()});
  }
}

Result<std::vector<std::optional<Bytes>>> RocksTiles::leaf_rows(std::span<const std::uint64_t> tiles) const {
  std::vector<Bytes> keys;
  keys.reserve(tiles.size());
  for (const std::uint64_t tile : tiles) keys.push_back(leaves_key(tile));
  return rows_.get_all(keys);
}

Result<std::vector<Hash>> RocksTiles::subtree_roots(unsigned level, std::uint64_t first, std::size_t count) const {
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
  return hashes;
}

Result<std::vector<Hash>> RocksTiles::entry_hashes(Seq first, Seq end) const {
  std::vector<Hash> hashes;
  const auto rows = rows_.cursor(entry_key(first), entry_key(end));
  Seq next = first;
  for (rows->seek(entry_key(first)); rows->at() && rows->key() == entry_key(next); rows->next(), ++next) {
    hashes.push_back(leaf_hash(rows->value()));
  }
  if (const Result<void> status = rows->status(); !status.ok()) {
    return fault(str("entry ", next, " cannot be read: ", status.error().message));
  }
  if (next != end) return fault(str("entry ", next, " is missing: restore the ledger from a copy"));
  return hashes;
}

}  // namespace cairn
