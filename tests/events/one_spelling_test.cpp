// One thing said has one spelling: whatever decodes is, byte for byte, what encoding it again gives.
#include "ledger/base/text.h"
#include "tests/catch.h"
#include "tests/events/examples.h"

using namespace cairn;

namespace {

// Whether the bytes were taken, having checked that nothing else stands for the same.
bool taken(const Bytes& payload) {
  const auto decoded = decode_statement(payload);
  if (!decoded.ok()) {
    if (decoded.error().message.find("byte ") == std::string::npos) FAIL_CHECK(decoded.error().message);
    return false;
  }
  const auto again = encode_statement(*decoded, decoded->origin.empty() ? examples::origin : decoded->origin);
  if (!again.ok() || *again != payload) {
    FAIL_CHECK("taken, but another spelling of something: " << printable(payload));
  }
  return true;
}

// Small ones, since each is tried in every way at every byte.
std::vector<Bytes> corpus() {
  std::vector<Bytes> payloads;
  for (const auto& event : examples::typical_events()) payloads.push_back(examples::payload_of({event}));
  return payloads;
}

// Where to begin: what stands before the events is tried in one statement only.
std::size_t begin_of(const Bytes& payload) {
  static const auto first = corpus().front();
  return payload == first ? 0 : payload.find("\"events\"");
}

const std::string telling = "\"\\{}[]:, 019-+.eEuaA/\n\t\x01\x1f\x7f\x80\xc3\xff";

}  // namespace

TEST_CASE("no byte of a statement can be replaced by one that means the same") {
  std::size_t different = 0;
  for (const auto& payload : corpus()) {
    REQUIRE(taken(payload));
    for (std::size_t at = begin_of(payload); at < payload.size(); ++at) {
      auto changed = payload;
      for (const char c : telling) {
        if (c == payload[at]) continue;
        changed[at] = c;
        different += taken(changed) ? 1 : 0;
      }
      for (int bit = 0; bit < 8; ++bit) {
        changed[at] = static_cast<char>(payload[at] ^ (1 << bit));
        different += taken(changed) ? 1 : 0;
      }
    }
  }
  CHECK(different > 1000);  // so the mutations do reach values
}

TEST_CASE("no byte can be put into a statement or left out that changes nothing") {
  std::size_t different = 0;
  for (const auto& payload : corpus()) {
    for (std::size_t at = begin_of(payload); at <= payload.size(); ++at) {
      for (const char c : telling) {
        auto longer = payload;
        longer.insert(at, 1, c);
        different += taken(longer) ? 1 : 0;
      }
      if (at == payload.size()) continue;
      auto shorter = payload;
      shorter.erase(at, 1);
      different += taken(shorter) ? 1 : 0;
    }
  }
  CHECK(different > 100);
}

TEST_CASE("a statement cut off at any byte is refused, and so is one with a byte behind it") {
  for (const auto& payload : corpus()) {
    for (std::size_t size = 0; size < payload.size(); ++size) CHECK(!decode_statement(payload.substr(0, size)).ok());
    for (int byte = 0; byte < 256; ++byte) CHECK(!decode_statement(payload + static_cast<char>(byte)).ok());
  }
}

TEST_CASE(
    "each byte from 0x01 to 0x1f and the seven escapes have one spelling in a policy document, and NUL has none") {
  std::string document;
  for (int c = 1; c < 0x80; ++c) document += static_cast<char>(c);
  const auto payload = examples::payload_of({PolicyProposed{document}});
  CHECK(payload.find(R"(\u0001\u0002\u0003\u0004\u0005\u0006\u0007\b\t\n\u000b\f\r\u000e)") != std::string::npos);
  CHECK(taken(payload));
  for (const auto* other : {R"(\u0000)", R"(\u0008)", R"(\u0009)", R"(\u000a)", R"(\u000c)", R"(\u000d)", R"(\u0022)",
                            R"(\u005c)", R"(\u0041)", R"(\/)", R"(\u001F)", R"(\U001f)", R"(\u1f)", R"(\u00e9)",
                            R"(\ud83d\ude00)", R"(\a)", "\\", "\n"}) {
    const auto plain = examples::payload_of({PolicyProposed{"@@@"}});
    auto changed = plain;
    changed.replace(changed.find("@@@"), 3, other);
    INFO(other);
    CHECK(!decode_statement(changed).ok());
  }
}
