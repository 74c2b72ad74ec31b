// An exported directory: verified as it is, and every single thing that is altered in it is found and named.
#include "verify/tiles_source.h"

#include <fstream>

#include "ledger/base/text.h"
#include "tests/catch.h"
#include "tests/verify/forge.h"

using namespace cairn;
namespace fs = std::filesystem;

namespace {

using Places = std::vector<std::string>;

Bytes slurp(const fs::path& file) {
  const auto bytes = read_foreign_file(file, std::size_t{1} << 26);
  REQUIRE(bytes.ok());
  REQUIRE(bytes->has_value());
  return **bytes;
}

void put(const fs::path& file, BytesView bytes) {
  std::ofstream out(file, std::ios::binary | std::ios::trunc);
  out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

Report audit_tiles(const fs::path& directory, const Forge& forge) {
  const auto source = TilesSource::open(directory);
  REQUIRE(source.ok());
  return audit_with_key(*source, forge);
}

bool tells(const Report& report, FindingKind kind, std::string_view text) {
  for (const Finding& finding : report.findings) {
    if (finding.kind == kind && finding.what.find(text) != std::string::npos) return true;
  }
  return false;
}

struct Exported : Forge {
  explicit Exported(int extra = 0) {
    deploy("fraud");
    for (int i = 0; i < extra; ++i) monitor("fraud");
    export_tiles(folder.path());
  }
  const fs::path& path() const { return folder.path(); }
  ScratchFolder folder;
};

}  // namespace

TEST_CASE("an export of any size around a tile's width is verified without a finding") {
  const int extra = GENERATE(0, 246, 247, 248, 600);  // 9, 255, 256, 257, 609 entries
  const Exported forge(extra);
  const Report report = audit_tiles(forge.path(), forge);
  CHECK(places(report) == Places());
  CHECK(report.entries == forge.head().size);
  CHECK(report.nodes == report.entries + report.entries / 256);
  CHECK(report.attachments_missing == 0);
}

TEST_CASE("where the partial tile has given way to the full one, the full one is read") {
  Exported forge(200);  // 209 entries
  const std::string checkpoint = slurp(forge.path() / "checkpoint");
  for (int i = 0; i < 100; ++i) forge.monitor("fraud");
  ScratchFolder grown;
  forge.export_tiles(grown.path());
  put(grown.path() / "checkpoint", checkpoint);

  const Report report = audit_tiles(grown.path(), forge);

  CHECK(places(report) == Places());
  CHECK(report.entries == 209);
}

TEST_CASE("a byte flipped anywhere in an entry bundle is found and its entry named") {
  const Exported forge;
  const fs::path bundle = forge.path() / bundle_path(0, 9);
  const Bytes good = slurp(bundle);
  std::size_t offset = 0;
  for (Seq seq = 0; seq < 9; ++seq) {
    const std::size_t length = 2 + forge.held().leaves[seq].size();
    for (const std::size_t at : {offset + 2, offset + length / 2, offset + length - 1}) {
      Bytes bad = good;
      bad[at] = static_cast<char>(bad[at] ^ 1);
      put(bundle, bad);
      CHECK(names(audit_tiles(forge.path(), forge), str(seq, " node_wrong")));
    }
    for (const std::size_t at : {offset, offset + 1}) {  // its length
      Bytes bad = good;
      bad[at] = static_cast<char>(bad[at] ^ 1);
      put(bundle, bad);
      const Report report = audit_tiles(forge.path(), forge);
      CHECK_FALSE(report.verified());
      CHECK((names(report, str(seq, " node_wrong")) || names(report, str(seq, " entry_malformed"))));
    }
    offset += length;
  }
}

TEST_CASE("entries that are lost, swapped or too many in a bundle are found") {
  const Exported forge;
  const fs::path bundle = forge.path() / bundle_path(0, 9);
  const Bytes good = slurp(bundle);
  std::vector<Bytes> entries = forge.held().leaves;
  SECTION("the last one lost") {
    entries.pop_back();
    put(bundle, *encode_bundle(entries));
    CHECK(places(audit_tiles(forge.path(), forge)) == Places{"8 entry_missing"});
  }
  SECTION("two swapped") {
    std::swap(entries[2], entries[3]);
    put(bundle, *encode_bundle(entries));
    CHECK(names(audit_tiles(forge.path(), forge), "2 node_wrong"));
    CHECK(names(audit_tiles(forge.path(), forge), "3 node_wrong"));
  }
  SECTION("bytes behind the last") {
    put(bundle, good + "more");
    const Report report = audit_tiles(forge.path(), forge);
    CHECK(tells(report, FindingKind::entry_malformed, "tile/entries/000.p/9 has 4 bytes behind its 9 entries"));
  }
  SECTION("cut within an entry") {
    put(bundle, BytesView(good).substr(0, good.size() - 1));
    const Report report = audit_tiles(forge.path(), forge);
    CHECK(places(report) == Places{"8 entry_malformed"});
    CHECK(tells(report, FindingKind::entry_malformed, "tile/entries/000.p/9: entry 8 at byte "));
  }
  SECTION("gone") {
    fs::remove(bundle);
    CHECK(names(audit_tiles(forge.path(), forge), "0 entry_missing"));
  }
}

TEST_CASE("one unreadable bundle does not hide what is wrong behind it") {
  const Exported forge(600);  // 609 entries in three bundles
  fs::remove(forge.path() / bundle_path(1, 256));
  const fs::path last = forge.path() / bundle_path(2, 97);
  Bytes bytes = slurp(last);
  bytes[bytes.size() - 3] = static_cast<char>(bytes[bytes.size() - 3] ^ 1);
  put(last, bytes);

  const Report report = audit_tiles(forge.path(), forge);

  CHECK(names(report, "256 entry_missing"));
  CHECK(names(report, "608 node_wrong"));
  CHECK(names(report, "- root_wrong"));
}

TEST_CASE("an altered, cut or missing hash tile is found and named") {
  const Exported forge(600);
  const TileId id = GENERATE(TileId{0, 0, 256}, TileId{0, 2, 97}, TileId{1, 0, 2});
  const fs::path tile = forge.path() / tile_path(id);
  Bytes bytes = slurp(tile);
  SECTION("altered") {
    bytes.back() = static_cast<char>(bytes.back() ^ 1);
    put(tile, bytes);
    const Seq last = id.index * 256 + id.width - 1U;
    CHECK(places(audit_tiles(forge.path(), forge)) ==
          Places{id.level == 0 ? str(last, " node_wrong") : "- node_wrong"});
  }
  SECTION("cut") {
    bytes.pop_back();
    put(tile, bytes);
    CHECK(tells(audit_tiles(forge.path(), forge), FindingKind::node_wrong, tile_path(id) + " has "));
  }
  SECTION("missing") {
    fs::remove(tile);
    CHECK(tells(audit_tiles(forge.path(), forge), FindingKind::node_wrong, tile_path(id) + " is not there"));
  }
}

TEST_CASE("a checkpoint of another root, size or log does not go with these tiles") {
  const Exported forge;
  const Forge stranger("stranger.example/ledger", 'S');
  const fs::path file = forge.path() / "checkpoint";
  SECTION("another root") {
    put(file, forge.note({9, sha256("another history")}));
    CHECK(places(audit_tiles(forge.path(), forge)) == Places{"- root_wrong"});
  }
  SECTION("a later size") {
    put(file, forge.note({10, sha256("another history")}));
    CHECK(names(audit_tiles(forge.path(), forge), "0 entry_missing"));
  }
  SECTION("another log") {
    put(file, stranger.note(forge.head()));
    CHECK(places(audit_tiles(forge.path(), forge)) == Places{"- checkpoint_bad"});
  }
  SECTION("a size that no disk could hold") {
    put(file, forge.note({Size{1} << 62, sha256("another history")}));
    CHECK_FALSE(audit_tiles(forge.path(), forge).verified());
  }
  SECTION("none") {
    fs::remove(file);
    CHECK(TilesSource::open(forge.path()).error().kind == ErrorKind::fault);
  }
}

TEST_CASE("links and oversized files in an export are refused") {
  const Exported forge;
  const fs::path bundle = forge.path() / bundle_path(0, 9);
  SECTION("a link in place of a bundle") {
    const fs::path elsewhere = forge.path() / "elsewhere";
    fs::rename(bundle, elsewhere);
    fs::create_symlink(elsewhere, bundle);
    CHECK(tells(audit_tiles(forge.path(), forge), FindingKind::entry_malformed, "is a symbolic link"));
  }
  SECTION("a link in place of a folder") {
    fs::rename(forge.path() / "tile", forge.path() / "moved");
    fs::create_directory_symlink(forge.path() / "moved", forge.path() / "tile");
    CHECK(tells(audit_tiles(forge.path(), forge), FindingKind::entry_malformed, "is a symbolic link"));
  }
  SECTION("an attachment without end") {
    const fs::path file = forge.path() / "attachment" / forge.digest_of("fraud").hex();
    fs::resize_file(file, (16 << 20) + 1);
    const Report report = audit_tiles(forge.path(), forge);
    CHECK(places(report) == Places{"1 attachment_wrong"});
  }
}
