#include "ledger/events/entry.h"

#include "ledger/base/text.h"
#include "ledger/tlog/tile.h"
#include "ledger/tlog/tree.h"
#include "tests/catch.h"
#include "tests/events/examples.h"

using namespace cairn;

namespace {

Signature signature_of(char key, std::size_t length) {
  Signature signature;
  signature.key.bytes.fill(static_cast<std::uint8_t>(key));
  signature.bytes = Bytes(length, 's');
  return signature;
}

void check_same(const Entry& a, const Entry& b) {
  CHECK(a.recorded == b.recorded);
  CHECK(a.outcome == b.outcome);
  CHECK(a.payload == b.payload);
  REQUIRE(a.signatures.size() == b.signatures.size());
  for (std::size_t i = 0; i < a.signatures.size(); ++i) {
    CHECK(a.signatures[i].key == b.signatures[i].key);
    CHECK(a.signatures[i].bytes == b.signatures[i].bytes);
  }
}

}  // namespace

TEST_CASE("an entry comes back as it was recorded") {
  const Bytes all_bytes = [] {
    Bytes bytes;
    for (int i = 0; i < 256; ++i) bytes += static_cast<char>(i);
    return bytes;
  }();
  for (const Entry& entry : {
           Entry{0, "", {}, ""},
           Entry{static_cast<Millis>(max_count),
                 std::string(64, 'z'),
                 {signature_of(1, 0), signature_of(2, 3000)},
                 all_bytes},
           Entry{1, "a_0", {signature_of(1, 64)}, Bytes(max_payload_bytes, 'p')},
           examples::golden_entry(),
       }) {
    const auto bytes = encode_entry(entry);
    const auto decoded = decode_entry(bytes);
    REQUIRE(decoded.ok());
    check_same(*decoded, entry);
  }
}

TEST_CASE("an entry's fields lie where the format says") {
  const auto bytes = encode_entry({0x0102030405, "no", {signature_of(7, 2)}, "{}"});
  CHECK(to_hex(bytes) ==
        "01"
        "0000000102030405"
        "02"
        "6e6f"
        "01" +
            std::string(64, '0').replace(0, 64,
                                         [] {
                                           std::string key;
                                           for (int i = 0; i < 32; ++i) key += "07";
                                           return key;
                                         }()) +
            "0002"
            "7373"
            "7b7d");
}

TEST_CASE("an entry cut off within its fields is refused") {
  const auto entry = examples::golden_entry();
  const auto bytes = encode_entry(entry);
  const auto fields = bytes.size() - entry.payload.size();
  for (std::size_t size = 0; size < fields; ++size) {
    const auto decoded = decode_entry(bytes.substr(0, size));
    REQUIRE(!decoded.ok());
    CHECK(decoded.error().kind == ErrorKind::fault);
  }
  CHECK(decode_entry(bytes.substr(0, fields)).ok());
}

TEST_CASE("whatever decodes as an entry is the one spelling of it") {
  const auto bytes = encode_entry({1234, "gate", {signature_of(1, 2), signature_of(2, 3)}, "{}"});
  std::size_t taken = 0;
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    for (int byte = 0; byte < 256; ++byte) {
      auto changed = bytes;
      changed[at] = static_cast<char>(byte);
      const auto decoded = decode_entry(changed);
      if (!decoded.ok()) continue;
      ++taken;
      if (encode_entry(*decoded) != changed) FAIL_CHECK("another spelling: " << to_hex(changed));
    }
  }
  CHECK(taken > bytes.size());
}

TEST_CASE("signatures out of order or of one key twice, odd outcomes and later versions are refused") {
  const auto good = encode_entry({5, "ok", {signature_of(1, 1), signature_of(2, 1)}, "p"});
  const std::size_t keys = 1 + 8 + 1 + 2 + 1;
  auto twice = good;
  twice.replace(keys + 35, 32, good.substr(keys, 32));
  CHECK(decode_entry(twice).error().message.find("ascend by key id") != std::string::npos);
  auto swapped = good;
  swapped.replace(keys, 35, good.substr(keys + 35, 35)).replace(keys + 35, 35, good.substr(keys, 35));
  CHECK(!decode_entry(swapped).ok());
  auto outcome = good;
  outcome[10] = 'O';
  CHECK(decode_entry(outcome).error().message.find("outcome") != std::string::npos);
  auto version = good;
  version[0] = 2;
  CHECK(decode_entry(version).error().message.find("version 2") != std::string::npos);
  CHECK(decode_entry(version).error().kind == ErrorKind::needs_newer);
  version[0] = 0;
  CHECK(decode_entry(version).error().kind == ErrorKind::fault);
  auto late = good;
  late[1] = 1;
  CHECK(!decode_entry(late).ok());
  CHECK(!decode_entry(good + Bytes(max_entry_bytes, 'x')).ok());
}

TEST_CASE("decoding a place's bytes gives entry, statement and leaf, and errors name the place") {
  const auto bytes = encode_entry(examples::golden_entry());
  const auto recorded = decode_recorded(17, bytes);
  REQUIRE(recorded.ok());
  CHECK(recorded->seq == 17);
  CHECK(recorded->leaf == leaf_hash(bytes));
  CHECK(recorded->entry.outcome == "gates_not_passed");
  CHECK(recorded->statement.author == "dana");
  CHECK(recorded->statement.events.size() == 2);
  CHECK(decode_recorded(17, "").error().message.starts_with("entry 17: not an entry: "));
  CHECK(decode_recorded(17, bytes + "x").error().message.starts_with("entry 17: not a statement: byte "));
}
