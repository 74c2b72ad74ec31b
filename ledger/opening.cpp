#include "ledger/opening.h"

#include "ledger/base/text.h"

namespace cairn {
namespace {

constexpr std::size_t most_known_keys = 16384;  // some 2 KiB each

}  // namespace

TurnedAway turned_away(std::string reason, std::string message) {
  return {ErrorKind::turned_away, std::move(reason), std::move(message)};
}

TurnedAway malformed(std::string message) {
  return turned_away("malformed", std::move(message));
}

std::optional<TurnedAway> check_shape(const Envelope& envelope) {
  if (envelope.signatures.size() != 1) {
    return malformed(str("the envelope has ", envelope.signatures.size(),
                         " signatures, not one; sign it with the author's key only"));
  }
  if (envelope.payload.empty() || envelope.payload.size() > max_payload_bytes) {
    return malformed(str("the payload has ", envelope.payload.size(), " bytes, not 1 to ", max_payload_bytes,
                         "; put long text into an attachment or say it in several statements"));
  }
  return std::nullopt;
}

// Who has no key here does not reach the decoder.
Opening open_envelope(const Envelope& envelope, const PublicKey& key) {
  ASSERT(envelope.signatures.size() == 1 && key.id() == envelope.signatures.front().key);
  const Result<void> verified = key.verify(pae(envelope.payload), envelope.signatures.front().bytes);
  if (!verified.ok()) return turned_away("bad_signature", verified.error().message);
  Result<Statement> statement = decode_statement(envelope.payload);
  if (!statement.ok()) return malformed(statement.error().message);
  return std::move(*statement);
}

std::shared_ptr<const PublicKey> KnownKeys::find(const KeyId& id) const {
  const std::lock_guard lock(mutex_);
  const auto found = keys_.find(id);
  return found == keys_.end() ? nullptr : found->second;
}

Result<std::shared_ptr<const PublicKey>> KnownKeys::learn(const KeyId& id, BytesView spki) {
  TRY_LET(parsed, PublicKey::from_spki(spki));
  ASSERT(parsed.id() == id);
  auto key = std::make_shared<const PublicKey>(std::move(parsed));
  const std::lock_guard lock(mutex_);
  if (keys_.size() >= most_known_keys) keys_.clear();  // losing one costs only its next parse
  keys_[id] = key;
  return key;
}

}  // namespace cairn
