// Whether the newest checkpoint carries the cosignatures that the auditor's policy asks for (C2SP tlog-policy).
//
// A head that a witness cosigned is shown to everybody alike, as far as that witness goes: whoever was led onto another
// branch of the log holds a checkpoint that it has not cosigned, and is told here.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "ledger/tlog/witness_policy.h"
#include "verify/finding.h"

namespace cairn {

// The witnesses whose cosignatures hold under `newest`; a finding if they are not enough, which names those that are
// missing and the newest of `kept` that has enough. Notes of `kept` that have the same text lend their cosignatures to
// it: they may lie beside it and not below. usage: the policy is for other logs.
Result<std::vector<std::string>> check_witnesses(const WitnessPolicy& policy, std::span<const NoteVerifier> log,
                                                 const std::string& newest, std::span<const std::string> kept,
                                                 Findings& findings);

}  // namespace cairn
