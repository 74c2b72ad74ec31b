// What must hold after every step of a simulated run, by name. A run ends at the first promise that is broken.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace cairn::simulation {

enum class Promise : std::uint8_t {
  acknowledged_stays,   // what was answered is there, at its seq, with its bytes
  nothing_unsaid,       // nothing is there that nobody sent
  whole_or_not_at_all,  // of a batch that failed, all is there or nothing
  rules_decide,         // an outcome is what the rules say over a World folded from the entries before it
  answers_are_current,  // so is what is turned away: over the ledger as it is, not as a writer knew it once
  receipts_verify,      // leaf, proof and head of a receipt are one, and the log signed it
  said_once,            // an author's id is in the ledger once, and who repeats it gets the first place
  signed_by_its_keys,   // a head has a line of each key that signs for the log at its size, and no other
  heads_only_grow,      // every head that was ever signed and seen lies on the one history
  views_agree,          // a running view, one from a snapshot and one from zero are the same bytes
  audit_is_clean,
  errors_have_causes,  // nothing fails unless something was made to fail
  clock_is_watched,    // nothing is appended by a clock that is too far ahead
  goes_on,             // once faults are over, everybody is answered
};

std::string_view name_of(Promise promise);

struct Broken {
  Promise promise = Promise::goes_on;
  std::string what;
};

[[noreturn]] void broken(Promise promise, std::string what);  // throws Broken

}  // namespace cairn::simulation
