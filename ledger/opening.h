// Opening an envelope: its shape, then its signature, and only then its words. Nobody's permission is asked here, so
// many threads may open while one sequences.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <variant>

#include "ledger/base/result.h"
#include "ledger/crypto/keys.h"
#include "ledger/events/entry.h"

namespace cairn {

// Turned away at the door, and never stored: `kind` says how the caller exits, `reason` is a wire name such as "late".
struct TurnedAway {
  ErrorKind kind = ErrorKind::turned_away;  // or conflict: a used id, an unmet `expects`
  std::string reason;
  std::string message;
};

TurnedAway turned_away(std::string reason, std::string message);
TurnedAway malformed(std::string message);

// What the envelope says, or why nobody should read it.
using Opening = std::variant<Statement, TurnedAway>;

// What can be said against an envelope before its key is looked up: it must have one signature, and 1 to
// max_payload_bytes bytes.
std::optional<TurnedAway> check_shape(const Envelope& envelope);

// Verifies the bytes with this key, then decodes those same bytes. Needs an envelope of good shape.
Opening open_envelope(const Envelope& envelope, const PublicKey& key);

// Keys that statements are signed with, parsed once. A key's id is the hash of its bytes, so none found here can be the
// wrong one; whether it may sign is for the rules to say, each time. Any thread may ask.
class KnownKeys {
 public:
  std::shared_ptr<const PublicKey> find(const KeyId& id) const;  // null: not known yet

  // Parses and keeps it. An error if it is no key that we take.
  Result<std::shared_ptr<const PublicKey>> learn(const KeyId& id, BytesView spki);

 private:
  mutable std::mutex mutex_;
  std::unordered_map<KeyId, std::shared_ptr<const PublicKey>> keys_;
};

}  // namespace cairn
