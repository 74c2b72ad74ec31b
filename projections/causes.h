// Causes: what an entry stands on, that is the entries without which it would not have been said, or not been admitted.
//
// Derived from the world in front of the entry and from what the rules saw in it; nobody states it. Pure.
#pragma once

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

// Ascending by kind, then seq; no entry twice for one kind. `world` is the one in front of the entry and left as it
// was; `verdict` is what explain says of the entry there.
std::vector<Cause> causes_of(const World& world, const Recorded& entry, const Verdict& verdict);

}  // namespace cairn
