#include "commands/compromised_keys.h"

#include "commands/moments.h"
#include "ledger/base/text.h"
#include "ledger/base/time.h"

namespace cairn {

std::string describe(const KeyDoubt& doubt) {
  return str("perhaps by somebody else: entry ", doubt.entry, " calls the key compromised since ",
             format_time(doubt.since));
}

Result<CompromisedKeys> CompromisedKeys::of(const Ledger& ledger) {
  CompromisedKeys keys;
  TRY_LET(revocations, find_all(ledger, "type:key.revoked"));
  for (const Seq seq : revocations) {
    TRY_LET(entry, ledger.entry(seq));
    if (!entry.entry.outcome.empty()) continue;
    for (const Event& event : entry.statement.events) {
      const auto* revoked = std::get_if<KeyRevoked>(&event);
      // The newest word counts, as in the World: it is an earlier time, or nothing that the rules admit.
      if (revoked != nullptr && revoked->compromised_since > 0) {
        keys.doubts_[revoked->key] = {revoked->compromised_since, seq};
      }
    }
  }
  return keys;
}

std::optional<KeyDoubt> CompromisedKeys::about(const Recorded& entry) const {
  const auto doubt = doubts_.find(signed_by(entry.entry));
  if (doubt == doubts_.end() || entry.entry.recorded < doubt->second.since) return std::nullopt;
  return doubt->second;
}

}  // namespace cairn
