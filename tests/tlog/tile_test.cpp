#include "ledger/tlog/tile.h"

#include <filesystem>
#include <set>

#include "ledger/base/text.h"
#include "ledger/tlog/checkpoint.h"
#include "tests/catch.h"
#include "tests/tlog/golden.h"
#include "tests/tlog/oracle.h"

using namespace cairn;

namespace {

const std::vector<Size> published_sizes = {1, 255, 256, 257, 512};

std::filesystem::path tilelog(Size size) {
  return golden::folder() / "tilelog" / std::to_string(size);
}

// Which bundles a tree of this size has, by path: those of the hash tiles at level 0.
std::vector<TileId> leaf_tiles(Size size) {
  std::vector<TileId> tiles;
  for (const TileId& tile : tiles_of(size)) {
    if (tile.level == 0) tiles.push_back(tile);
  }
  return tiles;
}

std::vector<Bytes> entries_of(const TileId& tile) {
  std::vector<Bytes> entries;
  for (Seq i = 0; i < tile.width; ++i) entries.push_back(golden::entry(tile.index * tile_width + i));
  return entries;
}

}  // namespace

TEST_CASE("tile paths have groups of three digits, all but the last behind an x, and a width if partial") {
  CHECK(tile_path({0, 0, 256}) == "tile/0/000");
  CHECK(tile_path({0, 7, 1}) == "tile/0/007.p/1");
  CHECK(tile_path({1, 999, 255}) == "tile/1/999.p/255");
  CHECK(tile_path({2, 1000, 256}) == "tile/2/x001/000");
  CHECK(tile_path({1, 1234, 17}) == "tile/1/x001/234.p/17");
  CHECK(tile_path({0, 12345, 256}) == "tile/0/x012/345");
  CHECK(tile_path({0, 123456, 256}) == "tile/0/x123/456");
  CHECK(tile_path({0, 1234067, 256}) == "tile/0/x001/x234/067");
  CHECK(tile_path({63, 1234067, 8}) == "tile/63/x001/x234/067.p/8");
  CHECK(tile_path({0, ~std::uint64_t{0}, 256}) == "tile/0/x018/x446/x744/x073/x709/x551/615");
  CHECK(bundle_path(0, 256) == "tile/entries/000");
  CHECK(bundle_path(1234, 256) == "tile/entries/x001/234");
  CHECK(bundle_path(1234067, 39) == "tile/entries/x001/x234/067.p/39");
}

TEST_CASE("70,000 leaves lie in 273 full tiles and one of 112, then 1 and 17, then 1") {
  const auto tiles = tiles_of(70'000);
  REQUIRE(tiles.size() == 273 + 1 + 1 + 1 + 1);
  for (std::uint64_t i = 0; i < 273; ++i) CHECK(tiles[i] == TileId{0, i, 256});
  CHECK(tiles[273] == TileId{0, 273, 112});
  CHECK(tiles[274] == TileId{1, 0, 256});
  CHECK(tiles[275] == TileId{1, 1, 17});
  CHECK(tiles[276] == TileId{2, 0, 1});
}

TEST_CASE("tiles around the first full one") {
  CHECK(tiles_of(0).empty());
  CHECK(tiles_of(1) == std::vector<TileId>{{0, 0, 1}});
  CHECK(tiles_of(255) == std::vector<TileId>{{0, 0, 255}});
  CHECK(tiles_of(256) == std::vector<TileId>{{0, 0, 256}, {1, 0, 1}});
  CHECK(tiles_of(257) == std::vector<TileId>{{0, 0, 256}, {0, 1, 1}, {1, 0, 1}});
  CHECK(tiles_of(65'536).back() == TileId{2, 0, 1});
  CHECK(tiles_of(65'536).size() == 256 + 1 + 1);
}

TEST_CASE("a tile's nodes are complete subtrees of 256^level leaves, side by side") {
  CHECK(tile_nodes({0, 0, 1}) == std::vector<NodeId>{{0, 0}});
  CHECK(tile_nodes({0, 3, 2}) == std::vector<NodeId>{{0, 768}, {0, 769}});
  CHECK(tile_nodes({1, 1, 3}) == std::vector<NodeId>{{8, 256}, {8, 257}, {8, 258}});
  CHECK(tile_nodes({7, 0, 1}) == std::vector<NodeId>{{56, 0}});
  const auto full = tile_nodes({2, 5, 256});
  REQUIRE(full.size() == 256);
  CHECK(full.back() == NodeId{16, 5 * 256 + 255});
}

TEST_CASE("tiles hold every complete subtree of a tile's level once, and nothing beyond the tree") {
  for (const Size size : {Size{1}, Size{300}, Size{65'537}, Size{70'000}}) {
    std::set<NodeId> seen;
    for (const TileId& tile : tiles_of(size)) {
      for (const NodeId& node : tile_nodes(tile)) {
        REQUIRE((node.index + 1) << node.level <= size);
        REQUIRE(seen.insert(node).second);
      }
    }
    CHECK(seen.size() == size + (size >> 8) + (size >> 16));
  }
}

TEST_CASE("a published tile log has exactly the files that our layout names, byte for byte") {
  for (const Size size : published_sizes) {
    CAPTURE(size);
    std::set<std::string> expected = {"checkpoint"};
    const auto d = oracle::entries(size);
    for (const TileId& tile : tiles_of(size)) {
      Bytes hashes;
      const auto nodes = oracle::source(d)(tile_nodes(tile)).value();
      for (const Hash& hash : nodes) hashes += hash.view();
      const std::string path = tile_path(tile);
      CAPTURE(path);
      CHECK(to_hex(golden::read_file(tilelog(size) / path)) == to_hex(hashes));
      expected.insert(path);
    }
    for (const TileId& tile : leaf_tiles(size)) {
      const std::string path = bundle_path(tile.index, tile.width);
      CAPTURE(path);
      CHECK(golden::read_file(tilelog(size) / path) == encode_bundle(entries_of(tile)).value());
      expected.insert(path);
    }
    std::set<std::string> found;
    for (const auto& file : std::filesystem::recursive_directory_iterator(tilelog(size))) {
      if (file.is_regular_file()) found.insert(file.path().lexically_relative(tilelog(size)).generic_string());
    }
    CHECK(found == expected);
  }
}

TEST_CASE("a published tile log's entries hash to its signed checkpoint") {
  const auto log = golden::verifier(golden::log_name);
  for (const Size size : published_sizes) {
    CAPTURE(size);
    Frontier frontier;
    for (const TileId& tile : leaf_tiles(size)) {
      const Bytes bundle = golden::read_file(tilelog(size) / bundle_path(tile.index, tile.width));
      const auto entries = decode_bundle(bundle, tile.width).value();
      for (const Bytes& entry : entries) frontier.push(leaf_hash(entry));
    }
    const auto checkpoint = open_checkpoint(golden::read_file(tilelog(size) / "checkpoint"), log).value();
    CHECK(checkpoint.head == Head{size, frontier.root()});
  }
}

TEST_CASE("a bundle is read back as it is written, empty and largest entries included") {
  const std::vector<Bytes> entries = {"", "a", Bytes(255, '\0'), Bytes(256, '\xff'), Bytes(max_entry_bytes, 'z'), ""};
  const auto bundle = encode_bundle(entries).value();
  CHECK(bundle.substr(0, 5) == Bytes("\0\0\0\1a", 5));
  CHECK(decode_bundle(bundle, entries.size()).value() == entries);
  CHECK(encode_bundle({}).value().empty());
  CHECK(decode_bundle("", 0).value().empty());
}

TEST_CASE("a bundle refuses an entry too long and an entry too many") {
  CHECK_FALSE(encode_bundle(std::vector<Bytes>{Bytes(max_entry_bytes + 1, 'z')}).ok());
  CHECK(encode_bundle(std::vector<Bytes>(256)).ok());
  CHECK_FALSE(encode_bundle(std::vector<Bytes>(257)).ok());
  CHECK(decode_bundle(Bytes(2 * 256, '\0'), 256).ok());
  CHECK_FALSE(decode_bundle(Bytes(2 * 257, '\0'), 257).ok());
}

TEST_CASE("a bundle that is cut anywhere, or has anything behind its entries, is refused") {
  const std::vector<Bytes> entries = {"first", "", "third"};
  const auto bundle = encode_bundle(entries).value();
  REQUIRE(decode_bundle(bundle, 3).ok());
  for (std::size_t length = 0; length < bundle.size(); ++length) {
    CAPTURE(length);
    const auto result = decode_bundle(BytesView(bundle).substr(0, length), 3);
    REQUIRE_FALSE(result.ok());
    CHECK(result.error().message.find("the bundle ends") != std::string::npos);
  }
  CHECK_FALSE(decode_bundle(bundle + Bytes(1, '\0'), 3).ok());
  CHECK_FALSE(decode_bundle(bundle + Bytes(2, '\0'), 3).ok());
  CHECK_FALSE(decode_bundle(bundle, 2).ok());
  CHECK_FALSE(decode_bundle(bundle, 4).ok());
  CHECK_FALSE(decode_bundle(bundle, 0).ok());
}
