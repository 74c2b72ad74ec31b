// A rollout's standing towards its next step: derived for a moment, never stored.
#include <algorithm>
#include <set>

#include "projections/admit.h"

namespace cairn {

std::optional<NextStep> next_step(const World& world, const Rollout& rollout) {
  if (rollout.state != RolloutState::active) return std::nullopt;
  if (rollout.goes_back()) return NextStep{};
  const StageRules* canary = world.policy().stage(rollout.environment, Stage::canary);
  if (canary != nullptr) {
    for (const std::uint64_t percent : canary->steps) {
      if (percent > rollout.percent) return NextStep{Stage::canary, percent};
    }
  }
  return NextStep{};
}

std::vector<Approval> standing_denials(const World& world, const Rollout& rollout, Stage stage) {
  std::vector<Approval> denials;
  const StageRules* rules = world.policy().stage(rollout.environment, stage);
  if (rules == nullptr || rules->approvals == 0) return denials;
  for (const Approval& approval : rollout.approvals) {
    const bool denied = approval.state == ApprovalState::denied && approval.stage == stage;
    if (denied && world.has_role(approval.person, rules->approver, rollout.environment, rollout.name)) {
      denials.push_back(approval);
    }
  }
  return denials;
}

std::vector<Seq> evidence_about(const World& world, const Rollout& rollout) {
  std::set<Seq> seqs;
  for (const auto& [key, row] : world.evidence.rows()) {
    if (key.model == rollout.model) seqs.insert(row.seq);
  }
  return {seqs.begin(), seqs.end()};
}

Millis soak_needed(const World& world, const Rollout& rollout) {
  const StageRules* rules = world.policy().stage(rollout.environment, rollout.stage);
  return rules == nullptr || rollout.goes_back() ? 0 : rules->soak;
}

Millis soak_missing(const World& world, const Rollout& rollout, Millis recorded) {
  if (counted_shadow(world, rollout, recorded)) return 0;
  return std::max<Millis>(0, soak_needed(world, rollout) - rollout.soak.total);
}

std::vector<Approval> valid_grants(const World& world, const Rollout& rollout, Stage stage, Millis recorded) {
  std::vector<Approval> grants;
  const StageRules* rules = world.policy().stage(rollout.environment, stage);
  if (rules == nullptr || rollout.state != RolloutState::active) return grants;
  for (const Approval& approval : rollout.approvals) {
    const Key* key = world.keys.find(approval.key);
    const bool compromised_before =
        key != nullptr && key->compromised_since > 0 && key->compromised_since <= approval.recorded;
    const bool by_proposer =
        key != nullptr && !key->vouched_by.empty() && world.answers_for(key->vouched_by, rollout.proposer);
    const bool expired = rules->approval_validity > 0 && recorded - approval.recorded > rules->approval_validity;
    const bool holds = approval.state == ApprovalState::granted && approval.stage == stage &&
                       approval.rules == rules->hash && !compromised_before && !by_proposer && !expired;
    const bool counted = std::any_of(grants.begin(), grants.end(),
                                     [&](const Approval& other) { return other.person == approval.person; });
    if (holds && !counted) grants.push_back(approval);
  }
  return grants;
}

}  // namespace cairn
