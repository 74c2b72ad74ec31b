#include "ledger/events/policy.h"

#include <algorithm>
#include <array>

#include "ledger/base/text.h"

namespace cairn {
namespace {

constexpr std::array<std::string_view, 8> comparisons{">=", ">", "<=", "<", "==", "age<=", "drop<=", "rise<="};
constexpr std::array<std::string_view, 3> evidence_classes{"artefact", "stage", "baseline"};

}  // namespace

std::string_view to_text(Comparison comparison) {
  const auto index = static_cast<std::size_t>(comparison);
  ASSERT(index < comparisons.size());
  return comparisons[index];
}

std::string_view to_text(EvidenceClass value) {
  const auto index = static_cast<std::size_t>(value);
  ASSERT(index < evidence_classes.size());
  return evidence_classes[index];
}

std::vector<Cadence> guide_cadence() {
  return {{hour, 15 * minute}, {day, 2 * hour}, {0, 6 * hour}};
}

AdviceRules guide_advice() {
  return {Decimal::parse("0.8").value(), Decimal::parse("0.05").value()};
}

IncidentPolicy guide_incidents() {
  IncidentPolicy policy;
  policy.of[Severity::critical] = {15 * minute, 30 * minute, 4 * hour, true};
  policy.of[Severity::high] = {hour, 2 * hour, 8 * hour, true};
  policy.of[Severity::medium] = {4 * hour, 0, 0, false};
  policy.of[Severity::low] = {24 * hour, 0, 0, false};
  policy.escalate_after = 30 * minute;
  policy.regulatory = {{"GDPR-33", Severity::critical, 72 * hour}, {"EU-AI-Act-73", Severity::critical, 15 * day}};
  return policy;
}

const EnvironmentRules* Policy::environment(std::string_view environment_name) const {
  const auto found = environments.find(std::string(environment_name));
  return found == environments.end() ? nullptr : &found->second;
}

const Tier* Policy::tier_of(std::string_view model) const {
  for (const auto& tier : tiers) {
    if (tier.models.contains(std::string(model))) return &tier;
  }
  return nullptr;
}

bool Policy::asks_approval_by(Role role) const {
  const auto asks = [role](const std::vector<StageRules>& ladder) {
    return std::any_of(ladder.begin(), ladder.end(),
                       [role](const StageRules& stage) { return stage.approvals.contains(role); });
  };
  for (const auto& [where, rules_of] : environments) {
    if (asks(rules_of.ladder)) return true;
    for (const auto& [tier, ladder] : rules_of.ladder_of_tier) {
      if (asks(ladder)) return true;
    }
  }
  return false;
}

const StageRules* Policy::stage(std::string_view environment_name, Stage stage, std::string_view model) const {
  const auto* rules_of = environment(environment_name);
  if (rules_of == nullptr) return nullptr;
  const auto* tier = tier_of(model);
  for (const auto& candidate : tier == nullptr ? rules_of->ladder : rules_of->ladder_of_tier.at(tier->name)) {
    if (candidate.stage == stage) return &candidate;
  }
  return nullptr;
}

// A line a value, and no value with a space or newline in it, so two different rules never have the same text.
std::string stage_rules_text(const Policy& policy, std::string_view environment, const StageRules& stage) {
  std::string text = "cairn stage rules v1\n";
  text += str("rules ", policy.rules, '\n');
  text += str("environment ", environment, '\n');
  text += str("stage ", to_text(stage.stage), '\n');
  text += str("soak ", stage.soak, '\n');
  text += str("percent ", stage.min_percent, ' ', stage.max_percent, '\n');
  text += "steps";
  for (const auto step : stage.steps) text += str(' ', step);
  text += "\napprovals";
  for (const auto& [role, persons] : stage.approvals) text += str(' ', to_text(role), ' ', persons);
  text += str("\napproval_valid ", stage.approval_validity, '\n');
  text += str("notice ", stage.notice ? "true" : "false", '\n');
  for (const auto& gate : policy.gates) {
    text += str("gate ", gate.name, ' ', to_text(gate.evidence), ' ', gate.value, ' ', to_text(gate.comparison), ' ',
                gate.threshold.text(), ' ', to_text(gate.evidence_class), ' ', gate.max_age, '\n');
  }
  return text;
}

}  // namespace cairn
