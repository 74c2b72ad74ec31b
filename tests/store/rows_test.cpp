// Keys, posting rows and the right edge: the pure parts of the RocksDB store.

#include "ledger/base/text.h"
#include "ledger/store/posting_row.h"
#include "ledger/store/right_edge.h"
#include "ledger/store/rocks_keys.h"
#include "tests/catch.h"
#include "tests/store/contract.h"

namespace cairn::test {
namespace {

TEST_CASE("keys are as the format page says") {
  REQUIRE(to_hex(entry_key(0x0102030405060708)) == "650102030405060708");
  REQUIRE(to_hex(checkpoint_key(256)) == "630000000000000100");
  REQUIRE(to_hex(leaves_key(1)) == "740000000000000001");
  REQUIRE(to_hex(subtree_key(2, 1)) == "68020000000000000001");
  REQUIRE(to_hex(snapshot_key(last_seq, 258)) == "76ffffffffffffffff00000102");
  REQUIRE(to_hex(posting_key("ab", 3)) == "706162000000000000000003");
  REQUIRE(version_key() == "m");
}

TEST_CASE("keys parse to what they were made of and nothing else parses") {
  REQUIRE(number_of_key(entry_key(last_seq - 1), 'e').value() == last_seq - 1);
  REQUIRE(!number_of_key(entry_key(1), 'c').ok());
  REQUIRE(!number_of_key("e1234567", 'e').ok());
  REQUIRE(!number_of_key("e123456789", 'e').ok());
  const Bytes key = posting_key("model:a", 300);
  const auto parsed = parse_posting_key(key);
  REQUIRE(parsed.value().tag == "model:a");
  REQUIRE(parsed.value().first == 300);
  REQUIRE(parse_posting_key(posting_key("t", 0)).value().tag == "t");  // NULs of the number are not the tag's end
  REQUIRE(!parse_posting_key(posting_key("", 1)).ok());
  REQUIRE(!parse_posting_key(Bytes("p\0", 2) + "12345678").ok());
  REQUIRE(!parse_posting_key("pmodel:a12345678").ok());
  REQUIRE(!parse_posting_key(entry_key(1)).ok());
  REQUIRE(parse_snapshot_key(snapshot_key(7, 258)).value().size == 7);
  REQUIRE(parse_snapshot_key(snapshot_key(7, 258)).value().part == 258);
  REQUIRE(!parse_snapshot_key(entry_key(1)).ok());
  REQUIRE(!parse_snapshot_key("v12345678").ok());
  REQUIRE(!parse_snapshot_key("s123456781234").ok());
  REQUIRE(!parse_posting_key(Bytes("pa\0b\0", 5) + "12345678").ok());
}

TEST_CASE("posting rows hold any ascending seqs, in one spelling") {
  const std::vector<std::vector<Seq>> lists{
      {0}, {5, 6}, {0, 127, 128, 256}, {7, last_seq}, {0, last_seq - 1, last_seq}};
  for (const std::vector<Seq>& seqs : lists) {
    REQUIRE(decode_posting(seqs[0], encode_posting(seqs)).value() == seqs);
  }
  REQUIRE(to_hex(encode_posting(lists[2])) == "7f018001");
  REQUIRE(encode_posting(lists[0]).empty());
  for (const char* row : {"00", "80", "8000", "0100", "818000", "ffffffffffffffffff02", "8080808080808080808001"}) {
    INFO(row);
    REQUIRE(!decode_posting(1, from_hex(row).value()).ok());
  }
  REQUIRE(!decode_posting(last_seq, from_hex("01").value()).ok());
  REQUIRE(!decode_posting(1, from_hex("ffffffffffffffffff01").value()).ok());  // past the last seq
}

TEST_CASE("the right edge agrees with the frontier and fills a tile each 256 hashes, two levels high") {
  RightEdge edge;
  Frontier frontier;
  std::vector<FullTile> filled;
  constexpr Size size = 65536 + 256 + 3;
  for (Size at = 0; at < size; ++at) {
    Hash leaf;
    leaf.bytes[0] = static_cast<std::uint8_t>(at);
    leaf.bytes[1] = static_cast<std::uint8_t>(at >> 8);
    edge.push(leaf, filled);
    frontier.push(leaf);
    if (at == 65535) {
      REQUIRE(filled.size() == 257);
      REQUIRE(filled.back().level == 1);
      REQUIRE(filled.back().index == 0);
      REQUIRE(filled.back().root == frontier.root());
    }
  }
  REQUIRE(edge.size() == size);
  REQUIRE(filled.size() == 258);
  REQUIRE(filled.back().level == 0);
  REQUIRE(filled.back().index == 256);
  REQUIRE(filled.back().hashes.size() == 256);
  REQUIRE(edge.level(0).size() == 3);
  REQUIRE(edge.level(1).size() == 1);
  REQUIRE(edge.level(2).size() == 1);
  REQUIRE(edge.level(3).empty());
  REQUIRE(frontier.peaks()[0] == edge.level(2)[0]);
  REQUIRE(frontier.peaks()[1] == edge.level(1)[0]);
}

}  // namespace
}  // namespace cairn::test
