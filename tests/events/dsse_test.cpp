#include <nlohmann/json.hpp>

#include "ledger/base/text.h"
#include "ledger/events/statement.h"
#include "tests/catch.h"
#include "tests/events/examples.h"

using namespace cairn;

namespace {

std::string not_an_envelope(const std::string& text) {
  const auto envelope = parse_dsse(text);
  if (envelope.ok()) return "";
  CHECK(envelope.error().kind == ErrorKind::fault);
  CHECK(envelope.error().message.starts_with("not a DSSE envelope: "));
  return envelope.error().message;
}

}  // namespace

TEST_CASE("a signed statement verifies over the pre-authentication encoding") {
  const auto envelope = examples::golden_envelope();
  const auto key = PrivateKey::from_ed25519_seed(Bytes(32, 'd'));
  REQUIRE(envelope.signatures.size() == 1);
  CHECK(envelope.signatures[0].key == key->public_key().id());
  CHECK(key->public_key().verify(pae(envelope.payload), envelope.signatures[0].bytes).ok());
  CHECK(!key->public_key().verify(envelope.payload, envelope.signatures[0].bytes).ok());
}

TEST_CASE("an envelope comes back from its JSON, which other libraries read too") {
  const auto envelope = examples::golden_envelope();
  const auto text = format_dsse(envelope);
  const auto json = nlohmann::json::parse(text);
  CHECK(json["payloadType"] == "application/vnd.in-toto+json");
  CHECK(json["payload"] == to_base64(envelope.payload));
  CHECK(json["signatures"][0]["keyid"] == envelope.signatures[0].key.hex());
  CHECK(json["signatures"][0]["sig"] == to_base64(envelope.signatures[0].bytes));
  const auto parsed = parse_dsse(text);
  REQUIRE(parsed.ok());
  CHECK(parsed->payload == envelope.payload);
  REQUIRE(parsed->signatures.size() == 1);
  CHECK(parsed->signatures[0].key == envelope.signatures[0].key);
  CHECK(parsed->signatures[0].bytes == envelope.signatures[0].bytes);
}

TEST_CASE("the wrapper may have any white space, member order and members of other tools") {
  const auto envelope = examples::golden_envelope();
  auto json = nlohmann::json::parse(format_dsse(envelope));
  json["note"] = {{"score", 1.5e3}};
  json["signatures"][0]["cert"] = nullptr;
  const auto parsed = parse_dsse(json.dump(4));
  REQUIRE(parsed.ok());
  CHECK(parsed->payload == envelope.payload);
}

TEST_CASE("signatures are put into ascending order and a key counts once") {
  auto json = nlohmann::json::parse(format_dsse(examples::golden_envelope()));
  auto another = json["signatures"][0];
  another["keyid"] = std::string(64, '0');
  json["signatures"].push_back(another);
  const auto parsed = parse_dsse(json.dump());
  REQUIRE(parsed.ok());
  CHECK(parsed->signatures[0].key == Hash{});
  json["signatures"].push_back(another);
  CHECK(not_an_envelope(json.dump()).find("two signatures of the key 0000") != std::string::npos);
}

TEST_CASE("what is no envelope of ours is refused with its reason") {
  const auto good = nlohmann::json::parse(format_dsse(examples::golden_envelope()));
  const auto with = [&](auto change) {
    auto json = good;
    change(json);
    return not_an_envelope(json.dump());
  };
  CHECK(not_an_envelope("").find("not JSON at byte") != std::string::npos);
  CHECK(not_an_envelope("{\"payload\":}").find("not JSON at byte 12") != std::string::npos);
  CHECK(not_an_envelope(good.dump() + "x").find("not JSON at byte") != std::string::npos);
  CHECK(not_an_envelope(good.dump() + std::string("\0{}", 3)).find("a NUL byte") != std::string::npos);
  CHECK(not_an_envelope("\xef\xbb\xbf" + good.dump()).find("byte order mark") != std::string::npos);
  CHECK(not_an_envelope("[]").find("\"payloadType\" is missing") != std::string::npos);
  CHECK(not_an_envelope("{\"payload\":\"\",\"payload\":\"\"}").find("payload stands there twice") != std::string::npos);
  CHECK(not_an_envelope(std::string(100000, '[')).find("levels deep") != std::string::npos);
  CHECK(not_an_envelope(std::string((128 << 10) + 1, ' ')).find("131073 bytes") != std::string::npos);
  CHECK(with([](auto& j) { j["payloadType"] = "text/plain"; }).find("text/plain") != std::string::npos);
  CHECK(with([](auto& j) { j["payload"] = 5; }).find("not a string") != std::string::npos);
  CHECK(with([](auto& j) { j["payload"] = "e30"; }).find("\"payload\": base64") != std::string::npos);
  CHECK(with([](auto& j) { j["payload"] = ""; }).find("0 bytes") != std::string::npos);
  CHECK(with([](auto& j) { j["payload"] = to_base64(Bytes(max_payload_bytes + 1, 'x')); }).find("61441") !=
        std::string::npos);
  CHECK(with([](auto& j) { j.erase("signatures"); }).find("\"signatures\"") != std::string::npos);
  CHECK(with([](auto& j) { j["signatures"] = nlohmann::json::array(); }).find("0 signatures") != std::string::npos);
  CHECK(with([](auto& j) { j["signatures"][0]["keyid"] = "AB"; }).find("\"keyid\"") != std::string::npos);
  CHECK(with([](auto& j) { j["signatures"][0]["sig"] = ""; }).find("\"sig\"") != std::string::npos);
  CHECK(with([](auto& j) { j["signatures"][0].erase("sig"); }).find("\"sig\" is missing") != std::string::npos);
}
