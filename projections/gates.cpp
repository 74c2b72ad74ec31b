#include "projections/gates.h"

#include <algorithm>

#include "ledger/base/text.h"

namespace cairn {

std::string_view to_text(GateResult result) {
  switch (result) {
    case GateResult::pass:
      return "PASS";
    case GateResult::fail:
      return "FAIL";
    case GateResult::unknown:
      return "UNKNOWN";
    case GateResult::not_applicable:
      return "NOT APPLICABLE";
  }
  return "";
}

namespace {

GateOutcome& unknown(GateOutcome& outcome, std::string why) {
  outcome.result = GateResult::unknown;
  outcome.why = std::move(why);
  return outcome;
}

// The value by this name, if the evidence has one that can be compared; else why not.
std::optional<Decimal> readable(const NamedValues& values, const std::string& name, std::string& why) {
  const auto found = values.find(name);
  if (found == values.end()) {
    why = "the evidence has no value " + name;
    return std::nullopt;
  }
  if (!found->second.is_finite()) {
    why = name + " is " + found->second.text();
    return std::nullopt;
  }
  return found->second;
}

bool holds(Comparison comparison, const Decimal& value, const Decimal& threshold) {
  switch (comparison) {
    case Comparison::at_least:
      return value >= threshold;
    case Comparison::more_than:
      return value > threshold;
    case Comparison::at_most:
    case Comparison::age_at_most:
    case Comparison::drop_at_most:
    case Comparison::rise_at_most:
      return value <= threshold;
    case Comparison::less_than:
      return value < threshold;
    case Comparison::equal:
      return value == threshold;
  }
  return false;
}

// How long before `moment` a time lies; none if it lies in the future by more than clocks may differ.
std::optional<Decimal> age_at(Millis moment, const Decimal& time) {
  const Decimal age = Decimal::from_int(moment).minus(time);
  if (age < Decimal::from_int(-clock_skew)) return std::nullopt;
  return age;
}

// `moment`: from where age is counted.
void compare(GateOutcome& outcome, const Decimal& value, Millis moment) {
  outcome.value = value;
  Decimal compared = value;
  if (outcome.gate.comparison == Comparison::age_at_most) {
    const auto age = age_at(moment, value);
    if (!age) {
      unknown(outcome, "that time lies in the future");
      return;
    }
    compared = *age;
  }
  if (outcome.baseline) {
    const bool drop = outcome.gate.comparison == Comparison::drop_at_most;
    compared = drop ? outcome.baseline->minus(value) : value.minus(*outcome.baseline);
  }
  if (!compared.is_finite()) {
    unknown(outcome, "the difference is out of range");
    return;
  }
  outcome.result =
      holds(outcome.gate.comparison, compared, outcome.gate.threshold) ? GateResult::pass : GateResult::fail;
}

// The newest evidence that this gate may look at; null and a reason if there is none.
const EvidenceRow* find_evidence(const World& world, const Gate& gate, const GateQuestion& question, std::string& why) {
  const bool of_stage = gate.evidence_class == EvidenceClass::stage;
  const std::string environment = of_stage ? question.evidence_environment : std::string();
  const EvidenceRow* row = world.evidence.find({question.model, environment, gate.evidence});
  const std::string kind(to_text(gate.evidence));
  if (row == nullptr) {
    why = "no " + kind + " evidence is recorded" + (of_stage ? " in " + environment : "");
  } else if (of_stage && (!question.stage_entry || row->seq < *question.stage_entry)) {
    why = "no " + kind + " evidence since the stage began";
    row = nullptr;
  } else if (gate.max_age > 0 && !(of_stage && question.of_counted_shadow) &&
             question.recorded - row->recorded > gate.max_age) {
    why = "the " + kind + " evidence is older than " + format_duration(gate.max_age);
    row = nullptr;
  } else if (!of_stage && !world.has_role(row->author, Role::deployer, question.slot.second, question.slot.first)) {
    // Said about the artefact, it would count everywhere, whoever may speak of one environment only.
    why =
        "the " + kind + " evidence was recorded by " + row->author + ", who is no deployer in " + question.slot.second;
    row = nullptr;
  }
  return row;
}

}  // namespace

std::optional<bool> passes(const Gate& gate, const Decimal& value) {
  const bool by_itself = gate.comparison != Comparison::age_at_most && gate.comparison != Comparison::drop_at_most &&
                         gate.comparison != Comparison::rise_at_most;
  return by_itself ? std::optional<bool>(holds(gate.comparison, value, gate.threshold)) : std::nullopt;
}

std::string describe(const GateOutcome& outcome) {
  const Gate& gate = outcome.gate;
  if (outcome.result == GateResult::unknown || outcome.result == GateResult::not_applicable) {
    return gate.name + ": " + std::string(to_text(outcome.result)) + ", " + outcome.why;
  }
  const bool age = gate.comparison == Comparison::age_at_most;
  const auto as_time = [](const Decimal& value) {
    const auto millis = value.to_int();
    return millis ? format_time(*millis) : value.text();
  };
  const auto as_span = [](const Decimal& value) {
    const auto millis = value.to_int();
    return millis ? format_duration(*millis) : value.text();
  };
  const bool passed = outcome.result == GateResult::pass;
  std::string text = gate.name + ": " + (age ? as_time(*outcome.value) : outcome.value->text());
  if (outcome.baseline) text += " against " + outcome.baseline->text();
  if (age) {
    text += (passed ? " is at most " : " is more than ") + as_span(gate.threshold) + " ago";
  } else {
    text += (passed ? " is " : " is not ") + std::string(to_text(gate.comparison)) + " " + gate.threshold.text();
  }
  if (outcome.evidence_seq) text += " (entry " + str(*outcome.evidence_seq) + ")";
  return text;
}

GateOutcome evaluate(const World& world, const Gate& gate, const GateQuestion& question) {
  GateOutcome outcome;
  outcome.gate = gate;
  outcome.policy = world.policy().digest;
  std::string why;

  const Slot* slot = world.slots.find(question.slot);
  const bool relative = gate.evidence_class == EvidenceClass::baseline;
  if (relative && (slot == nullptr || slot->history.empty())) {
    outcome.result = GateResult::not_applicable;
    outcome.why = "no version has ever been at full in this slot";
    return outcome;
  }
  const EvidenceRow* row = find_evidence(world, gate, question, why);
  if (row == nullptr) return unknown(outcome, why);
  outcome.evidence_seq = row->seq;
  outcome.evidence_digest = row->digest;
  const auto value = readable(row->values, gate.value, why);
  if (!value) return unknown(outcome, why);

  if (relative) {
    const EvidenceRow* base = world.evidence.find({slot->history.back().model, "", gate.evidence});
    if (base == nullptr) return unknown(outcome, "the version at full has no such evidence");
    outcome.baseline_seq = base->seq;
    outcome.baseline = readable(base->values, gate.value, why);
    if (!outcome.baseline) return unknown(outcome, "of the version at full, " + why);
  }
  // A look at a stage had to be fresh when it was recorded; how old the record may grow is max_age's business.
  const bool of_stage = gate.evidence_class == EvidenceClass::stage;
  compare(outcome, *value, of_stage ? row->recorded : question.recorded);
  // Within one entry a record has no place before or after the stage's beginning: it can speak against the stage, not
  // for it, or one record would stand for every stage that its statement passes through.
  if (of_stage && row->seq == question.stage_entry && outcome.result == GateResult::pass) {
    return unknown(outcome,
                   "its " + std::string(to_text(gate.evidence)) + " evidence is of the entry that began the stage");
  }
  return outcome;
}

std::vector<GateOutcome> evaluate_all(const World& world, WhichGates which, const GateQuestion& question) {
  std::vector<GateOutcome> outcomes;
  for (const Gate& gate : world.policy().gates) {
    if (which == WhichGates::before_shadow && gate.evidence_class != EvidenceClass::artefact) continue;
    outcomes.push_back(evaluate(world, gate, question));
  }
  return outcomes;
}

std::optional<CountedShadow> counted_shadow(const World& world, const Rollout& rollout, Millis recorded) {
  const EnvironmentRules* rules = world.policy().environment(rollout.environment);
  if (rules == nullptr || rollout.stage != Stage::shadow) return std::nullopt;
  if (rollout.soak.doubted) return std::nullopt;
  const StageRules* own = world.rules_of(rollout, Stage::shadow);
  const Millis needed = own == nullptr ? 0 : own->soak;
  for (const std::string& environment : rules->shadow_counts_from) {
    const ShadowDone* done = world.shadows.find({rollout.model, environment});
    const bool counts = done != nullptr && done->soaked >= needed && recorded - done->recorded <= rules->shadow_valid;
    if (counts) return CountedShadow{environment, *done};
  }
  return std::nullopt;
}

GateQuestion question_for(const World& world, const Rollout& rollout, Millis recorded) {
  GateQuestion question{
      rollout.model, {rollout.name, rollout.environment}, rollout.stage_entry, rollout.environment, recorded};
  const bool watched_here =
      std::any_of(world.policy().gates.begin(), world.policy().gates.end(), [&](const Gate& gate) {
        const EvidenceRow* row = world.evidence.find({rollout.model, rollout.environment, gate.evidence});
        return gate.evidence_class == EvidenceClass::stage && row != nullptr && row->seq >= rollout.stage_entry;
      });
  const auto shadow = counted_shadow(world, rollout, recorded);
  if (shadow && !watched_here) {
    question.stage_entry = shadow->done.stage_entry;
    question.evidence_environment = shadow->environment;
    question.of_counted_shadow = true;
  }
  return question;
}

GateResult judge_monitoring(const Policy& policy, const NamedValues& values, Millis recorded) {
  bool asked = false;
  bool all_told = true;
  for (const Gate& gate : policy.gates) {
    if (gate.evidence_class != EvidenceClass::stage || gate.evidence != EvidenceKind::monitoring) continue;
    asked = true;
    std::string why;
    const auto value = readable(values, gate.value, why);
    if (gate.comparison == Comparison::age_at_most) {
      // A look at another time is no look at this one, good or bad.
      const auto age = value ? age_at(recorded, *value) : std::nullopt;
      all_told = all_told && age && holds(gate.comparison, *age, gate.threshold);
    } else if (!value) {
      all_told = false;
    } else if (!holds(gate.comparison, *value, gate.threshold)) {
      return GateResult::fail;
    }
  }
  // A policy without monitoring gates has nothing to watch for: then no record is known to be good.
  return asked && all_told ? GateResult::pass : GateResult::unknown;
}

bool all_pass(const std::vector<GateOutcome>& outcomes) {
  return std::all_of(outcomes.begin(), outcomes.end(), [](const GateOutcome& outcome) {
    return outcome.result == GateResult::pass || outcome.result == GateResult::not_applicable;
  });
}

}  // namespace cairn
