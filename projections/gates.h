// Gates: one value of one piece of evidence against one threshold of the policy. Three-valued, and only PASS passes.
// Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "projections/world.h"

namespace cairn {

enum class GateResult : std::uint8_t { pass, fail, unknown, not_applicable };
std::string_view to_text(GateResult result);  // "PASS", "FAIL", "UNKNOWN", "NOT APPLICABLE"

// What a gate saw and said; derived, never stated by an author.
struct GateOutcome {
  Gate gate;
  GateResult result = GateResult::unknown;
  std::optional<Decimal> value;     // what was compared
  std::optional<Decimal> baseline;  // for baseline gates
  std::optional<Seq> evidence_seq;  // where the value was recorded
  std::optional<Seq> baseline_seq;  // and the baseline's
  Hash evidence_digest;
  Hash policy;
  std::string why;  // for UNKNOWN and NOT APPLICABLE
};

// Of which model, where, and which evidence is fresh enough.
struct GateQuestion {
  Hash model;
  SlotKey slot;
  std::optional<Seq> stage_entry;    // stage evidence counts from here; none: no stage has begun
  std::string evidence_environment;  // where stage evidence is taken from: the slot's own, or the counted shadow's
  Millis recorded = 0;               // the moment asked about
  bool of_counted_shadow = false;    // then shadow_valid says how old it may be, and no gate's max_age
};

// "ECE: 0.209 is not <= 0.08 (entry 12)" or "accuracy: UNKNOWN, no metrics evidence is recorded".
std::string describe(const GateOutcome& outcome);

// Whether a value by itself passes; nothing where the threshold is of an age or of a difference.
std::optional<bool> passes(const Gate& gate, const Decimal& value);

GateOutcome evaluate(const World& world, const Gate& gate, const GateQuestion& question);

// All gates of the policy in force, or those that do not need a stage (into shadow).
enum class WhichGates { before_shadow, all };
std::vector<GateOutcome> evaluate_all(const World& world, WhichGates which, const GateQuestion& question);

// The shadow of the same digest, here or where the policy lets it count, that stands for this rollout's own: soaked for
// as long as this environment asks, recent enough, and not contradicted by what this rollout's own shadow has shown.
struct CountedShadow {
  std::string environment;
  ShadowDone done;
};
std::optional<CountedShadow> counted_shadow(const World& world, const Rollout& rollout, Millis recorded);

// What the gates are asked for this rollout's next step. A counted shadow's evidence stands in only while nothing was
// recorded in this one: what is known of the slot itself comes first.
GateQuestion question_for(const World& world, const Rollout& rollout, Millis recorded);

// Of one monitoring record by itself: FAIL if one of the stage gates fails on it, UNKNOWN if one can't be told or
// speaks of another time, else PASS.
GateResult judge_monitoring(const Policy& policy, const NamedValues& values, Millis recorded);

bool all_pass(const std::vector<GateOutcome>& outcomes);  // PASS or NOT APPLICABLE, every one

}  // namespace cairn
