#include "verify/tiles_source.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <system_error>

#include "ledger/base/big_endian.h"
#include "ledger/base/file.h"
#include "ledger/base/text.h"
#include "ledger/tlog/checkpoint.h"
#include "ledger/tlog/note.h"

namespace cairn {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t hash_bytes = sizeof(Hash::bytes);
constexpr std::size_t max_bundle_bytes = tile_width * (2 + max_entry_bytes);
constexpr std::size_t max_tile_bytes = tile_width * hash_bytes;
constexpr const char* former_key_prefix = "checkpoint.";
constexpr std::size_t max_attachment = 16 << 20;  // DESIGN 4

// How many of `count` things the tile or bundle of this index holds.
std::uint16_t width_of(Size count, std::uint64_t index) {
  return static_cast<std::uint16_t>(index < count / tile_width ? tile_width : count % tile_width);
}

std::size_t entry_length(BytesView bundle) {
  return static_cast<std::size_t>(from_big_endian(bundle.substr(0, 2)));
}

// Folders are looked at as well as the file: a linked folder leads out of the export just so.
Result<std::optional<Bytes>> read_below(const fs::path& directory, const std::string& relative, std::size_t most) {
  TRY(check_no_links(directory, relative));
  return read_foreign_file(directory / relative, most);
}

}  // namespace

bool is_last_signed_name(std::string_view name) {
  if (!name.starts_with(former_key_prefix)) return false;
  const Result<Bytes> id = from_hex(name.substr(std::string_view(former_key_prefix).size()));
  return id.ok() && id->size() == 4;
}

std::string last_signed_name(std::uint32_t key_id) {
  Bytes id;
  append_big_endian(id, key_id, 4);
  return former_key_prefix + to_hex(id);
}

Result<Bytes> read_at_most(const fs::path& file, std::size_t most) {
  const std::string name = printable(file.string());
  std::ifstream in(file, std::ios::binary);
  Bytes bytes;
  std::array<char, 65536> buffer{};
  while (in && bytes.size() <= most) {
    in.read(buffer.data(), buffer.size());
    bytes.append(buffer.data(), static_cast<std::size_t>(in.gcount()));
  }
  if (bytes.size() > most) return fault(str(name, " has more than ", most, " bytes, which is all that it can need"));
  if (!in.eof()) return fault(str(name, " cannot be read; check that it is there, its permissions and the disk"));
  return bytes;
}

Error in_file(const std::string& file, const Error& error) {
  return {error.kind, str(printable(file), ": ", error.message)};
}

Result<std::optional<Bytes>> read_foreign_file(const fs::path& file, std::size_t most) {
  std::error_code error;
  const fs::file_status status = fs::symlink_status(file, error);
  if (status.type() == fs::file_type::not_found) return std::optional<Bytes>();
  const std::string name = printable(file.string());
  if (error) return fault(str(name, " cannot be looked at: ", error.message()));
  if (status.type() == fs::file_type::symlink) return fault(str(name, " is a symbolic link, and an export holds none"));
  if (status.type() != fs::file_type::regular) return fault(str(name, " is not a regular file"));
  TRY_LET(bytes, read_at_most(file, most));
  return std::optional<Bytes>(std::move(bytes));
}

Result<TilesSource> TilesSource::open(const fs::path& directory) {
  std::error_code error;
  if (!fs::is_directory(directory, error)) {
    return fault(str(printable(directory.string()), " is not a directory; give the one that `cairn export` wrote"));
  }
  const auto read = [directory](const std::string& relative, std::size_t most) {
    return read_below(directory, relative, most);
  };
  return over(read, directory.string());
}

Result<TilesSource> TilesSource::over(ReadFile read, const std::string& name) {
  TilesSource source(std::move(read));
  TRY_LET(note, source.read_("checkpoint", max_note_bytes));
  if (!note) return fault(str(printable(name), " holds no file `checkpoint`; it is no export of a log"));
  source.checkpoint_ = std::move(*note);
  source.size_ = [&] {
    const Result<Size> size = claimed_size(source.checkpoint_);
    return size.ok() ? *size : 0;
  }();
  return source;
}

Result<TilesSource::Bundle> TilesSource::read_bundle(std::uint64_t index) const {
  const std::uint16_t width = width_of(size_, index);
  Bundle bundle{index, {}, std::nullopt};
  if (width == 0) return bundle;
  std::string name = bundle_path(index, width);
  TRY_LET(bytes, read_(name, max_bundle_bytes));
  const bool partial = bytes.has_value();
  if (!bytes && width < tile_width) {
    name = bundle_path(index, tile_width);
    TRY_LET(full, read_(name, max_bundle_bytes));
    bytes = std::move(full);
  }
  if (!bytes) return bundle;

  BytesView rest = *bytes;
  while (bundle.entries.size() < width && !rest.empty()) {
    const bool cut = rest.size() < 2 || rest.size() - 2 < entry_length(rest);
    if (cut) {
      bundle.rest = fault(str(name, ": entry ", index * tile_width + bundle.entries.size(), " at byte ",
                              bytes->size() - rest.size(), " of the file is longer than the file"));
      return bundle;
    }
    const std::size_t length = entry_length(rest);
    bundle.entries.emplace_back(rest.substr(2, length));
    rest.remove_prefix(2 + length);
  }
  if (partial && !rest.empty()) {
    // Withholding the last entry is what makes the audit ask, and hear of it.
    bundle.entries.pop_back();
    bundle.rest = fault(str(name, " has ", rest.size(), " bytes behind its ", width, " entries"));
  }
  return bundle;
}

Result<std::vector<Bytes>> TilesSource::entries(Seq from, std::size_t count) const {
  const std::uint64_t index = from / tile_width;
  const auto begin = static_cast<std::size_t>(from % tile_width);
  if (begin == 0 && count >= width_of(size_, index)) {  // a whole bundle, which nobody asks for twice
    TRY_LET(whole, read_bundle(index));
    if (whole.entries.empty() && whole.rest) return *whole.rest;
    return std::move(whole.entries);
  }
  const std::lock_guard lock(last_->mutex);
  std::optional<Bundle>& last = last_->bundle;
  if (!last || last->index != index) {
    TRY_LET(bundle, read_bundle(index));
    last = std::move(bundle);
  }
  if (begin >= last->entries.size()) {
    if (last->rest) return *last->rest;
    return std::vector<Bytes>();
  }
  const auto first = last->entries.begin() + static_cast<std::ptrdiff_t>(begin);
  const std::size_t here = std::min(count, last->entries.size() - begin);
  return std::vector<Bytes>(first, first + static_cast<std::ptrdiff_t>(here));
}

Result<std::optional<std::vector<Hash>>> TilesSource::stored_nodes(std::span<const NodeId> ids) const {
  using Nodes = std::optional<std::vector<Hash>>;
  if (ids.empty() || ids.front().level % tile_height != 0) return Nodes();
  TileId tile;
  tile.level = static_cast<std::uint8_t>(ids.front().level / tile_height);
  tile.index = ids.front().index / tile_width;
  tile.width = width_of(size_ >> ids.front().level, tile.index);
  if (tile.width == 0) return fault(str("no tile of level ", unsigned{tile.level}, " holds index ", ids.front().index));
  std::string name = tile_path(tile);
  TRY_LET(bytes, read_(name, max_tile_bytes));
  std::size_t expected = tile.width * hash_bytes;
  if (!bytes && tile.width < tile_width) {
    name = tile_path({tile.level, tile.index, tile_width});
    TRY_LET(full, read_(name, max_tile_bytes));
    bytes = std::move(full);
    expected = max_tile_bytes;
  }
  if (!bytes) return fault(str(tile_path(tile), " is not there"));
  if (bytes->size() != expected) return fault(str(name, " has ", bytes->size(), " bytes, not ", expected));
  std::vector<Hash> hashes;
  for (const NodeId& id : ids) {
    const auto place = static_cast<std::size_t>(id.index % tile_width);
    if (id.level != ids.front().level || id.index / tile_width != tile.index || place >= tile.width) {
      return fault(str(name, " does not hold the hash of index ", id.index));
    }
    TRY_LET(hash, Hash::from_bytes(BytesView(*bytes).substr(place * hash_bytes, hash_bytes)));
    hashes.push_back(hash);
  }
  return Nodes(std::move(hashes));
}

Result<std::optional<std::string>> TilesSource::last_signed_by(std::uint32_t key_id) const {
  return read_(last_signed_name(key_id), max_note_bytes);
}

Result<std::optional<Bytes>> TilesSource::attachment(const Hash& digest) const {
  return read_("attachment/" + digest.hex(), max_attachment);
}

}  // namespace cairn
