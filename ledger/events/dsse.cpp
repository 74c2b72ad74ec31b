#include <algorithm>

#include "ledger/base/text.h"
#include "ledger/events/json_document.h"
#include "ledger/events/json_writer.h"
#include "ledger/events/statement.h"

namespace cairn {
namespace {

constexpr std::size_t max_dsse_bytes = 128 << 10;
constexpr std::size_t max_signatures = 16;
constexpr std::size_t max_signature_bytes = 1024;  // so that whatever is read here fits an entry

Error wrong(const std::string& why) {
  return fault(str("not a DSSE envelope: ", why));
}

Result<std::string> string_member(const JsonValue& object, std::string_view name) {
  const auto* value = object.member(name);
  if (value == nullptr) return wrong(str("the member \"", name, "\" is missing"));
  if (value->kind != JsonValue::Kind::string)
    return wrong(str('"', name, "\" is ", describe(*value), ", not a string"));
  return value->text;
}

Result<Bytes> base64_member(const JsonValue& object, std::string_view name) {
  TRY_LET(text, string_member(object, name));
  auto bytes = from_base64(text);
  if (!bytes.ok()) return wrong(str('"', name, "\": ", bytes.error().message));
  return bytes;
}

Result<Signature> read_signature(const JsonValue& value) {
  Signature signature;
  TRY_LET(keyid, string_member(value, "keyid"));
  const auto key = KeyId::from_hex(keyid);
  if (!key.ok()) return wrong(str("\"keyid\" is not a key id in hexadecimal: ", key.error().message));
  signature.key = *key;
  TRY_LET(bytes, base64_member(value, "sig"));
  if (bytes.empty() || bytes.size() > max_signature_bytes) {
    return wrong(str("\"sig\" has ", bytes.size(), " bytes, not 1 to ", max_signature_bytes));
  }
  signature.bytes = std::move(bytes);
  return signature;
}

}  // namespace

Result<Envelope> sign_statement(Bytes payload, const PrivateKey& key) {
  TRY_LET(signature, key.sign(pae(payload)));
  Envelope envelope;
  envelope.payload = std::move(payload);
  envelope.signatures.push_back({key.public_key().id(), std::move(signature)});
  return envelope;
}

std::string format_dsse(const Envelope& envelope) {
  JsonWriter json;
  json.begin_object();
  json.member("payload");
  json.string(to_base64(envelope.payload));
  json.member("payloadType");
  json.string(payload_type);
  json.member("signatures");
  json.begin_array();
  for (const auto& signature : envelope.signatures) {
    json.element();
    json.begin_object();
    json.member("keyid");
    json.string(signature.key.hex());
    json.member("sig");
    json.string(to_base64(signature.bytes));
    json.end_object();
  }
  json.end_array();
  json.end_object();
  return json.take() + '\n';
}

// Members that DSSE does not name are ignored, as it asks of readers.
Result<Envelope> parse_dsse(std::string_view text) {
  if (text.size() > max_dsse_bytes) return wrong(str(text.size(), " bytes; at most ", max_dsse_bytes));
  auto document = read_json(text);
  if (!document.ok()) return wrong(document.error().message);
  TRY_LET(type, string_member(*document, "payloadType"));
  if (type != payload_type) return wrong(str("its payload is of type \"", printable(type), "\", not ", payload_type));

  Envelope envelope;
  TRY_LET(payload, base64_member(*document, "payload"));
  if (payload.empty() || payload.size() > max_payload_bytes) {
    return wrong(str("its payload has ", payload.size(), " bytes, not 1 to ", max_payload_bytes));
  }
  envelope.payload = std::move(payload);
  const auto* signatures = document->member("signatures");
  if (signatures == nullptr || signatures->kind != JsonValue::Kind::array) {
    return wrong("\"signatures\" is not an array");
  }
  if (signatures->items.empty() || signatures->items.size() > max_signatures) {
    return wrong(str(signatures->items.size(), " signatures, not 1 to ", max_signatures));
  }
  for (const auto& value : signatures->items) {
    TRY_LET(signature, read_signature(value));
    envelope.signatures.push_back(std::move(signature));
  }
  const auto before = [](const Signature& a, const Signature& b) { return a.key < b.key; };
  std::sort(envelope.signatures.begin(), envelope.signatures.end(), before);
  const auto same = [](const Signature& a, const Signature& b) { return a.key == b.key; };
  const auto twice = std::adjacent_find(envelope.signatures.begin(), envelope.signatures.end(), same);
  if (twice != envelope.signatures.end()) return wrong(str("two signatures of the key ", twice->key.hex()));
  return envelope;
}

}  // namespace cairn
