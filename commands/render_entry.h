// What `cairn show` shows of one entry, for people and as JSON. Pure.
#pragma once

#include <optional>
#include <string>

#include "commands/compromised_keys.h"
#include "ledger/events/entry.h"
#include "projections/admit.h"
#include "projections/timeline.h"

namespace cairn {

// An entry and what the rules say of it in the World that it met.
struct ExplainedEntry {
  Recorded recorded;
  Verdict verdict;
  bool basis_holds = true;
  std::string signer;  // whose key signed, as enrolled then; empty: nobody's
  std::optional<KeyDoubt> doubt = {};
  // Whether the outcome that the log recorded is the one that the rules give.
  bool agrees() const { return outcome_of(verdict) == recorded.entry.outcome; }
};

std::string entry_text(const ExplainedEntry& entry, const ModelNames& names);

// Of that its last part: why the outcome is what it is.
std::string why_text(const ExplainedEntry& entry);

// {seq, leaf_hash, recorded, outcome, refusal?, key_id, signature, statement{...as signed...}, derived{outcome, gates,
// ...}}
std::string entry_json(const ExplainedEntry& entry);

}  // namespace cairn
