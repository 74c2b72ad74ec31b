#include <algorithm>
#include <set>

#include "ledger/base/text.h"
#include "ledger/events/event.h"
#include "ledger/events/policy.h"
#include "ledger/events/policy_members.h"

namespace cairn {

using namespace policy_document;

namespace {

constexpr std::size_t max_gates = 128;
constexpr std::size_t max_environments = 64;
constexpr std::uint64_t max_refusals_per_hour = 100000;  // and at least one: no policy keeps attempts off the record
constexpr std::uint64_t min_refusal_bytes = 1024;
constexpr std::uint64_t max_refusal_bytes = 61440;

Result<Comparison> parse_comparison(std::string_view text) {
  for (int i = 0; i <= static_cast<int>(Comparison::rise_at_most); ++i) {
    if (to_text(static_cast<Comparison>(i)) == text) return static_cast<Comparison>(i);
  }
  return fault(str(quoted(text), " is not a comparison; known are >=, >, <=, <, ==, age<=, drop<=, rise<="));
}

Result<EvidenceClass> parse_evidence_class(std::string_view text) {
  for (int i = 0; i <= static_cast<int>(EvidenceClass::baseline); ++i) {
    if (to_text(static_cast<EvidenceClass>(i)) == text) return static_cast<EvidenceClass>(i);
  }
  return fault(str(quoted(text), " is not a class of evidence; known are artefact, stage, baseline"));
}

void read_threshold(Members& members, Gate& gate) {
  if (gate.comparison == Comparison::age_at_most) {
    Millis age = 0;
    members.duration("threshold", age, false);
    gate.threshold = Decimal::from_int(age);
    return;
  }
  members.decimal("threshold", gate.threshold);
}

Gate read_gate(const JsonValue& value, const std::string& path, std::optional<Error>& error) {
  Members members(value, path, error);
  Gate gate;
  members.name("name", gate.name);
  members.word("evidence", gate.evidence, parse_evidence_kind);
  members.name("value", gate.value);
  members.word("is", gate.comparison, parse_comparison);
  read_threshold(members, gate);
  members.word("class", gate.evidence_class, parse_evidence_class);
  const bool compares = gate.comparison == Comparison::drop_at_most || gate.comparison == Comparison::rise_at_most;
  if (compares != (gate.evidence_class == EvidenceClass::baseline)) {
    members.refuse("is", "drop<= and rise<= go with the class baseline, the other comparisons with artefact and stage");
  }
  if (members.has("max_age")) members.duration("max_age", gate.max_age, false);
  return gate;
}

void read_gates(Members& document, Policy& policy) {
  const auto* gates = document.get("gates", Kind::array, "an array of gates");
  if (gates == nullptr) return;
  if (gates->items.size() > max_gates) document.refuse("gates", str("more than ", max_gates, " of them"));
  std::set<std::string> names;
  for (std::size_t i = 0; i < gates->items.size(); ++i) {
    const auto path = document.path_of(str("gates[", i, ']'));
    policy.gates.push_back(read_gate(gates->items[i], path, document.error()));
    if (!names.insert(policy.gates.back().name).second) {
      document.refuse(str("gates[", i, "].name"),
                      str(quoted(policy.gates.back().name), " is the name of another gate too"));
    }
  }
}

void read_canary(Members& members, StageRules& stage) {
  const auto bounds = members.uints("percent", 1, 99);
  if (bounds.size() != 2 || bounds[0] > bounds[1]) {
    members.refuse("percent", "is not [least, most], two percentages of the traffic");
    return;
  }
  stage.min_percent = bounds[0];
  stage.max_percent = bounds[1];
  stage.steps = members.uints("steps", stage.min_percent, stage.max_percent);
  const auto not_growing = std::adjacent_find(stage.steps.begin(), stage.steps.end(), std::greater_equal<>{});
  if (stage.steps.empty() || not_growing != stage.steps.end())
    members.refuse("steps", "is not one or more growing percentages");
}

// One more stage of the ladder, and of each tier's.
void read_stage(const JsonValue& value, const std::string& path, const std::vector<Tier>& tiers,
                EnvironmentRules& environment, std::optional<Error>& error) {
  Members members(value, path, error);
  StageRules stage;
  members.word("stage", stage.stage, parse_stage);
  if (stage.stage == Stage::canary) read_canary(members, stage);
  if (members.has("soak")) members.duration("soak", stage.soak, true);
  if (members.has("notice")) members.boolean("notice", stage.notice);
  if (members.has("approvals")) stage.approvals = read_quorum(members, "approvals");
  const auto of_tier = read_approvals_of_tier(members, tiers);
  if (members.has("approvals") || members.has("approvals_of_tier"))
    members.duration("approval_valid", stage.approval_validity, false);
  for (const Tier& tier : tiers) {
    StageRules& of_this = environment.ladder_of_tier[tier.name].emplace_back(stage);
    const auto own = of_tier.find(tier.name);
    if (own != of_tier.end()) of_this.approvals = own->second;
  }
  environment.ladder.push_back(std::move(stage));
}

void read_ladder(Members& members, const std::vector<Tier>& tiers, EnvironmentRules& environment) {
  const auto* ladder = members.get("ladder", Kind::array, "an array of stages");
  if (ladder == nullptr) return;
  for (std::size_t i = 0; i < ladder->items.size() && i < 4; ++i) {
    const auto path = members.path_of(str("ladder[", i, ']'));
    read_stage(ladder->items[i], path, tiers, environment, members.error());
  }
  const auto not_above = [](const StageRules& a, const StageRules& b) { return a.stage >= b.stage; };
  const auto& stages = environment.ladder;
  const bool climbs = std::adjacent_find(stages.begin(), stages.end(), not_above) == stages.end();
  if (!climbs || stages.empty() || stages.back().stage != Stage::full) {
    members.refuse("ladder", "is not shadow, canary, full in this order, each at most once, ending in full");
  }
}

// Without the member: through shadow, where the ladder has one and a gate can tell whether it goes well there.
void read_regression(Members& members, const Policy& policy, EnvironmentRules& environment) {
  const auto watches = [](const Gate& gate) {
    return gate.evidence_class == EvidenceClass::stage && gate.evidence == EvidenceKind::monitoring;
  };
  const bool has_shadow = !environment.ladder.empty() && environment.ladder.front().stage == Stage::shadow &&
                          std::any_of(policy.gates.begin(), policy.gates.end(), watches);
  environment.regression_through_shadow = has_shadow;
  if (!members.has("regression")) return;
  Stage stage = Stage::shadow;
  members.word("regression", stage, parse_stage);
  if (stage == Stage::canary || (stage == Stage::shadow && !has_shadow)) {
    members.refuse("regression",
                   "is not where a rollback can begin: full, or shadow on a ladder that has it and with a gate on "
                   "monitoring of the class stage");
  }
  environment.regression_through_shadow = stage == Stage::shadow;
}

EnvironmentRules read_environment(const JsonValue& value, const std::string& path, const Policy& policy,
                                  std::optional<Error>& error) {
  Members members(value, path, error);
  EnvironmentRules environment;
  read_ladder(members, policy.tiers, environment);
  read_regression(members, policy, environment);
  if (!members.has("shadow_counts_from") && !members.has("shadow_valid")) return environment;
  members.duration("shadow_valid", environment.shadow_valid, false);
  const auto* names = members.get("shadow_counts_from", Kind::array, "an array of environments' names");
  if (names == nullptr) return environment;
  for (std::size_t i = 0; i < names->items.size(); ++i) {
    const auto& item = names->items[i];
    const auto place = str("shadow_counts_from[", i, ']');
    if (item.kind != Kind::string) members.refuse(place, str("is ", describe(item), ", not an environment's name"));
    const auto& seen = environment.shadow_counts_from;
    if (std::find(seen.begin(), seen.end(), item.text) != seen.end()) members.refuse(place, "stands there twice");
    environment.shadow_counts_from.push_back(item.text);
  }
  return environment;
}

void read_environments(Members& document, Policy& policy) {
  const auto* environments = document.get("environments", Kind::object, "an object of environments");
  if (environments == nullptr) return;
  if (environments->members.empty() || environments->members.size() > max_environments) {
    document.refuse("environments", str("has ", environments->members.size(), " members, not 1 to ", max_environments));
  }
  std::set<std::string> folded;
  for (const auto& [name, value] : environments->members) {
    const auto place = str("environments.", printable(name));
    if (!folded.insert(fold_case(name)).second) document.refuse(place, "differs from another one by case alone");
    if (!is_environment(name)) document.refuse(place, "is not an environment's name (a name without '/')");
    policy.environments.emplace(name, read_environment(value, document.path_of(place), policy, document.error()));
  }
  for (const auto& [name, environment] : policy.environments) {
    for (const auto& other : environment.shadow_counts_from) {
      if (policy.environment(other) != nullptr) continue;
      document.refuse(str("environments.", name, ".shadow_counts_from"),
                      str(quoted(other), " is not an environment of this policy"));
    }
  }
}

void read_document(const JsonValue& json, Policy& policy, std::optional<Error>& error) {
  Members document(json, "", error);
  document.name("name", policy.name);
  document.uint("rules", policy.rules, 1, UINT64_MAX);
  if (policy.rules > newest_rules) {
    document.refuse("rules", str(policy.rules, " needs a newer cairn; this one knows rules up to ", newest_rules),
                    ErrorKind::needs_newer);
  }
  read_gates(document, policy);
  read_tiers(document, policy.tiers);
  read_environments(document, policy);
  if (const auto* value = document.get("monitoring", Kind::object, "an object")) {
    Members monitoring(*value, "monitoring", error);
    monitoring.duration("max_gap", policy.max_gap, false);
    read_cadence(monitoring, policy.cadence);
  }
  if (const auto* value = document.section("advice")) read_advice(*value, policy.advice, error);
  if (const auto* value = document.section("administration")) read_administration(*value, policy.administration, error);
  read_freezes(document, policy.freezes);
  if (const auto* value = document.section("protection")) read_protection(*value, policy.protection, error);
  if (const auto* value = document.section("incidents")) read_incidents(*value, policy.incidents, error);
  if (const auto* value = document.section("retention")) read_retention(*value, policy.retention, error);
  if (const auto* value = document.get("refusals", Kind::object, "an object")) {
    Members refusals(*value, "refusals", error);
    refusals.uint("per_hour", policy.refusals_per_hour, 1, max_refusals_per_hour);
    refusals.uint("max_bytes", policy.refusal_bytes, min_refusal_bytes, max_refusal_bytes);
  }
}

}  // namespace

Result<Policy> parse_policy(std::string_view text) {
  if (text.size() > max_policy_bytes) {
    return fault(str("policy: the document has ", text.size(), " bytes; at most ", max_policy_bytes));
  }
  const auto json = read_json(text);
  if (!json.ok()) return fault(str("policy: ", json.error().message));
  Policy policy;
  std::optional<Error> error;
  read_document(*json, policy, error);
  if (error) return *error;
  policy.digest = sha256(text);
  for (auto& [name, environment] : policy.environments) {
    for (auto& stage : environment.ladder) stage.hash = sha256(stage_rules_text(policy, name, stage));
    for (auto& [tier, ladder] : environment.ladder_of_tier) {
      for (auto& stage : ladder) stage.hash = sha256(stage_rules_text(policy, name, stage));
    }
  }
  return policy;
}

}  // namespace cairn
