// Causes: what an entry stands on, that is the entries without which it would not have been said, or not been admitted.
//
// Derived from the world in front of the entry and from what the rules saw in it; nobody states it. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/base/types.h"
#include "ledger/events/entry.h"
#include "projections/admit.h"
#include "projections/world.h"

namespace cairn {

enum class CauseKind : std::uint8_t {
  proposal,   // the rollout's, the policy's or the request's
  step,       // the entry that began the stage before
  evidence,   // that a gate or the soak looked at
  approval,   // granted, denied or asked for
  notice,     // to stakeholders
  policy,     // in force
  incident,   // that was open
  alert,      // the record that raised it
  hold,       // a lockdown, a freeze, a broken glass, a pause, a quarantine, a legal hold
  authority,  // what gave the author the role, or the key
  earlier,    // that the entry answers or completes: a request, an action, an entry it names
};
std::string_view to_text(CauseKind kind);

struct Cause {
  CauseKind kind = CauseKind::proposal;
  Seq seq = 0;
  std::string note;  // for people: "ECE 0.061 <= 0.08", "by sam, who had verified the head of size 41"
};

// Ascending by kind, then seq; no entry twice for one kind, and each lies before the entry: what the same statement
// says is no cause of it. `world` is the one in front of the entry and left as it was; `verdict` is what explain says
// of the entry there. What a World does not keep is left out: which records made up a soak, what an approver had seen,
// and which entry gave a role to somebody who is enrolled.
std::vector<Cause> causes_of(const World& world, const Recorded& entry, const Verdict& verdict);

// What a gate compared: "ECE 0.061 <= 0.08", "ECE 0.209, not <= 0.08", "ECE: UNKNOWN, no metrics evidence is recorded".
std::string measured(const GateOutcome& outcome);

// The head that a grant's author had verified, and the evidence they listed as seen: "had verified the head of size 41
// and seen entries 12, 17". Empty: the entry grants nothing.
std::string seen_by_approver(const Recorded& grant);

}  // namespace cairn
