// A rollout's standing towards its next step: derived for a moment, never stored.
#include <algorithm>
#include <iterator>
#include <set>

#include "projections/admit.h"

namespace cairn {

std::optional<NextStep> next_step(const World& world, const Rollout& rollout) {
  if (rollout.state != RolloutState::active) return std::nullopt;
  if (rollout.goes_back()) return NextStep{};
  const StageRules* canary = world.rules_of(rollout, Stage::canary);
  if (canary != nullptr) {
    for (const std::uint64_t percent : canary->steps) {
      if (percent > rollout.percent) return NextStep{Stage::canary, percent};
    }
  }
  return NextStep{};
}

std::vector<Approval> standing_denials(const World& world, const Rollout& rollout, Stage stage) {
  std::vector<Approval> denials;
  const StageRules* rules = world.rules_of(rollout, stage);
  if (rules == nullptr) return denials;
  const std::set<Role> roles = roles_of(rules->approvals);
  for (const Approval& approval : rollout.approvals) {
    const bool denied = approval.state == ApprovalState::denied && approval.stage == stage;
    const bool counts = std::any_of(roles.begin(), roles.end(), [&](const Role role) {
      return world.has_role(approval.person, role, rollout.environment, rollout.name);
    });
    if (denied && counts) denials.push_back(approval);
  }
  return denials;
}

std::vector<Seq> evidence_about(const World& world, const Rollout& rollout) {
  std::set<Seq> seqs;
  world.evidence.each_from({rollout.model, "", EvidenceKind{}}, [&](const EvidenceKey& key, const EvidenceRow& row) {
    const bool its = key.model == rollout.model;
    if (its) seqs.insert(row.seq);
    return its;
  });
  return {seqs.begin(), seqs.end()};
}

Millis soak_needed(const World& world, const Rollout& rollout) {
  const StageRules* rules = world.rules_of(rollout, rollout.stage);
  return rules == nullptr || rollout.goes_back() ? 0 : rules->soak;
}

Millis soak_missing(const World& world, const Rollout& rollout, Millis recorded) {
  if (counted_shadow(world, rollout, recorded)) return 0;
  return std::max<Millis>(0, soak_needed(world, rollout) - rollout.soak.total);
}

namespace {

// Under which handle it counts: whoever puts a key under another's handle may hold it themselves.
const std::string& hand_of(const World& world, const Approval& approval) {
  const Key* key = world.keys.find(approval.key);
  return key == nullptr || key->vouched_by.empty() ? approval.person : key->vouched_by;
}

// But for its age.
bool is_bound(const World& world, const Rollout& rollout, const StageRules& rules, const Approval& approval) {
  const Key* key = world.keys.find(approval.key);
  const bool compromised_before =
      key != nullptr && key->compromised_since > 0 && key->compromised_since <= approval.recorded;
  const bool by_proposer =
      key != nullptr && !key->vouched_by.empty() && world.answers_for(key->vouched_by, rollout.proposer);
  return approval.state == ApprovalState::granted && approval.stage == rules.stage && approval.rules == rules.hash &&
         !compromised_before && !by_proposer;
}

bool is_too_old(const StageRules& rules, const Approval& approval, Millis recorded) {
  return rules.approval_validity > 0 && recorded - approval.recorded > rules.approval_validity;
}

// What a stage that can still be approved asks for; null: nothing.
const StageRules* rules_of_coming(const World& world, const Rollout& rollout, Stage stage) {
  const StageRules* rules = world.rules_of(rollout, stage);
  const bool asks = rules != nullptr && !rules->approvals.empty() && rollout.state == RolloutState::active;
  return asks ? rules : nullptr;
}

Approvers persons_of(const World& world, const Rollout& rollout, const StageRules& rules,
                     const std::vector<Approval>& grants) {
  Approvers persons;
  for (const Approval& grant : grants) {
    for (const Role role : roles_of(rules.approvals)) {
      if (world.has_role(grant.person, role, rollout.environment, rollout.name)) persons[grant.person].insert(role);
    }
  }
  return persons;
}

}  // namespace

std::vector<Approval> valid_grants(const World& world, const Rollout& rollout, Stage stage, Millis recorded) {
  std::vector<Approval> grants;
  const StageRules* rules = rules_of_coming(world, rollout, stage);
  if (rules == nullptr) return grants;
  for (const Approval& approval : rollout.approvals) {
    const bool counted = std::any_of(grants.begin(), grants.end(), [&](const Approval& other) {
      return hand_of(world, other) == hand_of(world, approval);
    });
    const bool holds = is_bound(world, rollout, *rules, approval) && !is_too_old(*rules, approval, recorded);
    if (holds && !counted) grants.push_back(approval);
  }
  return grants;
}

std::vector<Approval> expired_grants(const World& world, const Rollout& rollout, Stage stage, Millis recorded) {
  std::vector<Approval> grants;
  const StageRules* rules = rules_of_coming(world, rollout, stage);
  if (rules == nullptr) return grants;
  std::copy_if(rollout.approvals.begin(), rollout.approvals.end(), std::back_inserter(grants),
               [&](const Approval& approval) {
                 return is_bound(world, rollout, *rules, approval) && is_too_old(*rules, approval, recorded);
               });
  return grants;
}

Quorum filled_places(const World& world, const Rollout& rollout, Stage stage, Millis recorded) {
  const StageRules* rules = rules_of_coming(world, rollout, stage);
  if (rules == nullptr) return {};
  return filled_by(persons_of(world, rollout, *rules, valid_grants(world, rollout, stage, recorded)), rules->approvals);
}

std::vector<std::string> awaited_approvers(const World& world, const Rollout& rollout, Stage stage, Millis recorded) {
  std::vector<std::string> awaited;
  const StageRules* rules = rules_of_coming(world, rollout, stage);
  if (rules == nullptr) return awaited;
  const Approvers granted = persons_of(world, rollout, *rules, valid_grants(world, rollout, stage, recorded));
  const std::uint64_t filled = places_of(filled_by(granted, rules->approvals));
  for (const auto& [handle, roles] : world.approvers(rules->approvals, rollout.environment, rollout.name)) {
    if (granted.contains(handle) || world.answers_for(handle, rollout.proposer)) continue;
    Approvers with_this = granted;
    with_this.emplace(handle, roles);
    if (places_of(filled_by(with_this, rules->approvals)) > filled) awaited.push_back(handle);
  }
  return awaited;
}

bool request_waits(const World& world, const Rollout& rollout, Millis recorded) {
  if (!rollout.request) return false;
  const ApprovalRequest& request = *rollout.request;
  const StageRules* rules = rules_of_coming(world, rollout, request.stage);
  if (rules == nullptr || !standing_denials(world, rollout, request.stage).empty()) return false;
  if (request.of.empty()) return filled_places(world, rollout, request.stage, recorded) != rules->approvals;
  const std::vector<std::string> awaited = awaited_approvers(world, rollout, request.stage, recorded);
  return std::any_of(awaited.begin(), awaited.end(),
                     [&](const std::string& handle) { return request.of.contains(handle); });
}

}  // namespace cairn
