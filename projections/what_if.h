// What if: the same history under another policy.
//
// Alone: each statement is judged by itself, in the world as it was recorded up to it, with the other policy in force.
// Cascade: the world goes on as the other policy would have had it; a statement whose ground that world lacks (a
// rollout that was never admitted there, an incident that nobody could open) is moot, not refused.
//
// In both, what was bound to the rules of the time counts as bound to the other policy's rules of the same stage, and
// what replaced the policy of the time as replacing the other: its author could not have seen those. The door is not
// asked again (decision 0023). Deterministic; pure; memory follows subjects, since rows are handed out as they come.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "ledger/events/entry.h"
#include "projections/admit.h"
#include "projections/counterfactual.h"
#include "projections/timeline.h"
#include "projections/world.h"

namespace cairn {

// A document as it would stand in force; an error as of parse_policy.
Result<PolicyInForce> policy_in_force(std::string document);

// What the rules say of an entry in the world in front of it, were this policy in force. The world is left as it was.
// Entry 0 brings the first policy, so no other is asked about it.
Verdict verdict_under(World& world, const PolicyInForce& other, const Recorded& entry, Basis basis);

// How an entry comes out otherwise than it was recorded.
enum class Divergence : std::uint8_t { refused, admitted, refused_otherwise, moot };
std::string_view to_text(Divergence change);

struct WhatIfRow {
  TimelineRow entry;  // as recorded
  Divergence change = Divergence::refused;
  Verdict then;                  // of the rules of the time, derived again
  Verdict other;                 // of the rules under the other policy; empty where they were not asked
  std::optional<LostGround> ground;  // of a moot one
  Renamed renamed;               // in a cascade: what it speaks of under another name there

  // Whether the record is what the rules of the time say: if not, this row is no matter of the policy alone.
  bool record_holds() const { return outcome_of(then) == entry.outcome; }
};

// A policy that the history adopted and that is not asked here.
struct PassedOver {
  Seq seq = 0;
  Hash policy;
};

struct WhatIfTotals {
  Size entries = 0;
  Size admitted = 0;  // as recorded
  Size refused = 0;
  Size other_admitted = 0;
  Size other_refused = 0;
  Size moot = 0;
  std::map<Divergence, Size> changed;
  std::map<std::string, Size> refusals;  // of what is refused only, or otherwise, under the other policy: by wire name
  std::vector<PassedOver> passed_over;   // the one of entry 0 first
};

// What is in a slot, or on its way there.
struct Presence {
  Hash model;
  std::string version;
  Stage stage = Stage::full;
  std::uint64_t percent = 100;
  Seq seq = 0;  // the entry that brought it to where it is
  Millis since = 0;
  bool same_as(const Presence& other) const;
};
struct SlotOutcome {
  SlotKey slot;
  std::vector<Presence> recorded;  // at full first
  std::vector<Presence> other;
  bool same() const;
};

enum class WhatIfMode : std::uint8_t { alone, cascade };

// Takes every entry of a history in order.
class WhatIf {
 public:
  WhatIf(PolicyInForce other, WhatIfMode mode);

  // None: it comes out as it was recorded.
  std::optional<WhatIfRow> apply(const Recorded& entry);

  const WhatIfTotals& totals() const { return totals_; }
  const World& recorded() const { return recorded_; }  // as a plain fold has it
  std::vector<SlotOutcome> slots() const;              // in a cascade: every slot that either world knows
  const World* other() const { return there_ ? &there_->world() : nullptr; }

 private:
  void count(const Recorded& entry, const Counterfactual::Judged& judged);

  PolicyInForce other_;
  World recorded_;
  std::optional<Counterfactual> there_;  // in a cascade
  ModelNames names_;
  WhatIfTotals totals_;
};

}  // namespace cairn
