#include <unistd.h>

#include <fstream>

#include "ledger/base/text.h"
#include "ledger/tlog/tile.h"
#include "tests/catch.h"
#include "tests/verify/forge.h"

namespace cairn {
namespace {

void write_file(const std::filesystem::path& file, BytesView bytes) {
  std::filesystem::create_directories(file.parent_path());
  std::ofstream out(file, std::ios::binary);
  out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  REQUIRE(out.good());
}

}  // namespace

Result<std::vector<Bytes>> ForgedEvidence::entries(Seq from, std::size_t count) const {
  std::vector<Bytes> found;
  for (Seq seq = from; seq < leaves.size() && found.size() < count; ++seq) found.push_back(leaves[seq]);
  return found;
}

Result<std::vector<SizedNote>> ForgedEvidence::checkpoints(Size from, std::size_t limit) const {
  std::vector<SizedNote> found;
  for (auto row = notes.lower_bound(from); row != notes.end() && found.size() < limit; ++row) {
    found.push_back({row->first, row->second});
  }
  return found;
}

Result<std::optional<std::vector<Hash>>> ForgedEvidence::stored_nodes(std::span<const NodeId> ids) const {
  std::vector<Hash> found;
  for (const NodeId& id : ids) {
    const auto node = nodes.find(id);
    if (node == nodes.end()) return fault(str("node ", unsigned{id.level}, '/', id.index, " is not there"));
    found.push_back(node->second);
  }
  return std::optional<std::vector<Hash>>(std::move(found));
}

Result<std::optional<std::vector<Seq>>> ForgedEvidence::postings(const std::string& tag, Seq from,
                                                                 std::size_t limit) const {
  std::vector<Seq> found;
  if (const auto row = index.find(tag); row != index.end()) {
    auto at = std::lower_bound(row->second.begin(), row->second.end(), from);
    for (; at != row->second.end() && found.size() < limit; ++at) found.push_back(*at);
  }
  return std::optional<std::vector<Seq>>(std::move(found));
}

Result<std::optional<std::vector<std::string>>> ForgedEvidence::tags(const std::string& after,
                                                                     std::size_t limit) const {
  std::vector<std::string> found;
  for (auto row = index.upper_bound(after); row != index.end() && found.size() < limit; ++row) {
    found.push_back(row->first);
  }
  return std::optional<std::vector<std::string>>(std::move(found));
}

Result<std::optional<SizedNote>> ForgedEvidence::snapshot(Size at_most) const {
  auto after = snapshots.upper_bound(at_most);
  if (after == snapshots.begin()) return std::optional<SizedNote>();
  --after;
  return std::optional<SizedNote>({after->first, after->second});
}

Result<std::optional<Bytes>> ForgedEvidence::attachment(const Hash& digest) const {
  const auto found = attachments.find(digest);
  return found == attachments.end() ? std::optional<Bytes>() : std::optional<Bytes>(found->second);
}

Result<std::vector<std::string>> ForgedEvidence::wrong_rows(std::size_t limit) const {
  return std::vector<std::string>(
      rows_of_nothing.begin(),
      rows_of_nothing.begin() + static_cast<std::ptrdiff_t>(std::min(limit, rows_of_nothing.size())));
}

void Forge::export_tiles(const std::filesystem::path& directory) const {
  const Size size = tree_.size();
  for (const TileId& tile : tiles_of(size)) {
    Bytes bytes;
    for (const NodeId& id : tile_nodes(tile)) bytes += evidence_.nodes.at(id).view();
    write_file(directory / tile_path(tile), bytes);
  }
  for (Size first = 0; first < size; first += tile_width) {
    const auto width = static_cast<std::uint16_t>(std::min(tile_width, size - first));
    const auto bundle = encode_bundle({&evidence_.leaves[first], width});
    REQUIRE(bundle.ok());
    write_file(directory / bundle_path(first / tile_width, width), *bundle);
  }
  for (const auto& [digest, bytes] : evidence_.attachments) write_file(directory / "attachment" / digest.hex(), bytes);
  write_file(directory / "checkpoint", evidence_.newest);
}

ScratchFolder::ScratchFolder() {
  std::string pattern = (std::filesystem::temp_directory_path() / "cairn-verify-XXXXXX").string();
  REQUIRE(mkdtemp(pattern.data()) != nullptr);
  path_ = pattern;
}

ScratchFolder::~ScratchFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace cairn
