// What `cairn witness add` and `remove` make of a witness policy. Pure.
#pragma once

#include <string>

#include "ledger/base/result.h"
#include "ledger/tlog/witness_policy.h"

namespace cairn {

// A required one makes the quorum that there was, and itself, the new quorum: all of both. usage: the name or the key
// is there already, or the quorum is no such group and cannot become a member of one.
Result<WitnessPolicy> add_witness(WitnessPolicy policy, const PolicyWitness& witness, bool required);

// From its group as well: one that asked for all of its members asks for all that are left, another for as many as
// before, and one without members goes, as the witness did. usage: there is no such witness.
Result<WitnessPolicy> remove_witness(WitnessPolicy policy, const std::string& name);

}  // namespace cairn
