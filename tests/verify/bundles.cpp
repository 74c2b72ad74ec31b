#include "tests/verify/bundles.h"

#include "ledger/base/text.h"
#include "ledger/base/ustar.h"
#include "ledger/tlog/proof_file.h"
#include "ledger/tlog/tile.h"
#include "tests/catch.h"

namespace cairn {

BundleFiles complete_files(const Forge& forge) {
  const ForgedEvidence& held = forge.held();
  BundleFiles files = {{"checkpoint", held.newest}};
  const Size size = held.leaves.size();
  for (const TileId& tile : tiles_of(size)) {
    Bytes bytes;
    for (const NodeId& id : tile_nodes(tile)) bytes += held.nodes.at(id).view();
    files[tile_path(tile)] = bytes;
    if (tile.level > 0) continue;
    const auto entries = encode_bundle({&held.leaves[tile.index * tile_width], tile.width});
    REQUIRE(entries.ok());
    files[bundle_path(tile.index, tile.width)] = *entries;
  }
  for (const auto& [digest, bytes] : held.attachments) files["attachment/" + digest.hex()] = bytes;
  return files;
}

std::string inclusion_file(const Forge& forge, Seq seq) {
  const ForgedEvidence& held = forge.held();
  const auto nodes = [&](std::span<const NodeId> ids) -> Result<std::vector<Hash>> {
    std::vector<Hash> hashes;
    for (const NodeId& id : ids) hashes.push_back(held.nodes.at(id));
    return hashes;
  };
  const auto hashes = hash_ranges(inclusion_ranges(seq, held.leaves.size()), nodes);
  REQUIRE(hashes.ok());
  return format_proof_file({"", false, seq, *hashes, held.newest});
}

BundleFiles partial_files(const Forge& forge, const std::vector<Seq>& seqs) {
  BundleFiles files = {{"checkpoint", forge.held().newest}};
  for (const Seq seq : seqs) {
    files[str("entry/", seq)] = forge.held().leaves[seq];
    files[str("entry/", seq, ".tlog-proof")] = inclusion_file(forge, seq);
  }
  return files;
}

Bytes archive_of(const BundleFiles& files) {
  Bytes archive;
  for (const auto& [name, content] : files) {
    archive += ustar_header(name, content.size()) + content + ustar_padding(content.size());
  }
  return archive + ustar_end();
}

}  // namespace cairn
