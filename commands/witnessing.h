// Witnessing: a log that asks its witnesses to cosign its newest checkpoint (C2SP tlog-witness, the client's side).
//
// What is queued for a witness is the size that it cosigned last: every checkpoint is in the ledger, so one request
// brings a witness that was away from there to the newest. All are asked at once, each in a thread of its own, and what
// one answers is on disk before it is told. Nothing is believed of an answer but a cosignature that holds.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "commands/session.h"
#include "commands/witness_files.h"
#include "ledger/base/time.h"
#include "ledger/ledger.h"
#include "ledger/tlog/witness_policy.h"

namespace cairn {

inline constexpr Millis usual_witness_timeout = 10 * second;
inline constexpr Millis witness_timeout_after_commit = 2 * second;  // for each answer; a witness gives one or two

struct Asked {
  std::string witness;
  std::optional<Size> before;    // what it had cosigned as far as was known here
  std::optional<Error> problem;  // why it has not cosigned the newest checkpoint; none: it has
};

// An http or https URL in ASCII without user, query or fragment; a usage error says what is wrong with it.
Result<void> check_witness_url(std::string_view url);

// Asks every witness that has not cosigned the ledger's newest checkpoint yet, in the policy's order. Of a problem,
// unavailable means that it may go well the next time, and not_verified that the witness contradicts this ledger, or
// itself. An error only if the files of this home cannot be read.
Result<std::vector<Asked>> ask_witnesses(const Ledger& ledger, const WitnessFiles& files, const WitnessPolicy& policy,
                                         Millis timeout);

// What follows a command that appended, once it has answered. Whatever goes wrong is a line on stderr and no more;
// where no witness is named it looks for one file.
void ask_after_commit(const Globals& globals, const Hash& ledger);

}  // namespace cairn
