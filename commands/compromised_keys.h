// Keys that were revoked as compromised: what they signed since then stands, and whoever reads it is told.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "ledger/ledger.h"

namespace cairn {

// That somebody else may have signed.
struct KeyDoubt {
  Millis since = 0;
  Seq entry = 0;  // which says so
};

std::string describe(const KeyDoubt& doubt);

class CompromisedKeys {
 public:
  // By the ledger's index; reads the entries that revoke keys.
  static Result<CompromisedKeys> of(const Ledger& ledger);

  // Nothing: it was signed before, or with a key that nobody doubts.
  std::optional<KeyDoubt> about(const Recorded& entry) const;

 private:
  std::map<KeyId, KeyDoubt> doubts_;
};

}  // namespace cairn
