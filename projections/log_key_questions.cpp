// What the rules ask about the log's keys.
#include <algorithm>

#include "projections/questions.h"

namespace cairn {

void Questions::brings_log_key(const std::string& vkey, const Bytes& possession) {
  const Result<void> proved = verify_log_possession(world_.genesis->ledger, vkey, possession);
  if (!proved) {
    const bool is_key = proved.error().kind == ErrorKind::not_verified;
    no(is_key ? Refusal::possession_not_proved : Refusal::log_key_invalid, {proved.error().message});
  }
  if (world_.genesis->log_keys.contains(vkey)) no(Refusal::log_key_invalid, {vkey + " was a key of this log before"});
}

const LogKeySpan* Questions::ends_log_key(const std::string& vkey) {
  const auto& keys = world_.genesis->log_keys;
  const auto key = keys.find(vkey);
  if (key == keys.end()) {
    no(Refusal::log_key_invalid, {vkey + " is no key of this log"});
    return nullptr;
  }
  const bool others_sign =
      std::any_of(keys.begin(), keys.end(), [&](const auto& one) { return one.first != vkey && !one.second.ended; });
  if (!key->second.ended && !others_sign) no(Refusal::last_log_key);
  return &key->second;
}

void Questions::said_alone() {
  if (statement_.events.size() > 1) no(Refusal::administration_not_alone, {"it is said by itself"});
}

}  // namespace cairn
