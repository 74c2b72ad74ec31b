// What if: the same history under another policy.
//
// Alone: each statement is judged by itself, in the world as it was recorded up to it, with the other policy in force.
// Cascade: the world goes on as the other policy would have had it; a statement whose ground that world lacks (a
// rollout that was never admitted there, an incident that nobody could open) is moot, not refused.
//
// In both, what was bound to the rules of the time counts as bound to the other policy's rules of the same stage, and
// what replaced the policy of the time as replacing the other: its author could not have seen those. Deterministic;
// pure.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ledger/events/entry.h"
#include "projections/admit.h"
#include "projections/world.h"

namespace cairn {

// A document as it would stand in force; an error as of parse_policy.
Result<PolicyInForce> policy_in_force(std::string document);

// What the rules say of an entry in the world in front of it, were this policy in force. The world is left as it was.
// Entry 0 brings the first policy, so no other is asked about it. A document has to be one that parse_policy takes.
Verdict verdict_under(World& world, const PolicyInForce& other, const Recorded& entry, Basis basis);
Verdict verdict_under(World& world, const std::string& policy_document, const Recorded& entry, Basis basis);

}  // namespace cairn
