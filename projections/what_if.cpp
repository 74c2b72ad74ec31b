#include "projections/what_if.h"

#include <algorithm>
#include <set>

namespace cairn {

namespace {

KeyId key_of(const Recorded& entry) {
  return entry.entry.signatures.empty() ? KeyId{} : entry.entry.signatures.front().key;
}

// From the rules of the time to those of the other policy.
struct Binding {
  const Policy& then;
  const Policy& other;

  Hash of_stage(const RolloutId& of, Stage stage, const Hash& bound) const {
    const StageRules* before = then.stage(of.environment, stage, of.name);
    const StageRules* after = other.stage(of.environment, stage, of.name);
    return before != nullptr && after != nullptr && bound == before->hash ? after->hash : bound;
  }
  Hash of_policy(const Hash& replaces) const { return replaces == then.digest ? other.digest : replaces; }

  void operator()(ApprovalGranted& event) const {
    if (const auto id = parse_rollout_id(event.rollout)) event.rules = of_stage(*id, event.stage, event.rules);
  }
  void operator()(PolicyApproved& event) const { event.replaces = of_policy(event.replaces); }
  void operator()(PolicyAdopted& event) const { event.replaces = of_policy(event.replaces); }
  template <class Other>
  void operator()(Other&) const {}
};

bool binds(const Event& event) {
  return std::holds_alternative<ApprovalGranted>(event) || std::holds_alternative<PolicyApproved>(event) ||
         std::holds_alternative<PolicyAdopted>(event);
}

// The grants of these rollouts. What was void then stays so: its state is no matter of what it binds.
void bind_grants(World& world, const std::set<std::string>& ids, const Binding& binding) {
  for (const std::string& id : ids) {
    const Rollout* rollout = world.rollouts.find(id);
    if (rollout == nullptr || rollout->approvals.empty()) continue;
    const RolloutId place{rollout->name, rollout->environment, 1};
    for (Approval& approval : world.rollouts.edit(id).approvals) {
      approval.rules = binding.of_stage(place, approval.stage, approval.rules);
    }
  }
}

void bind_consents(World& world, const Binding& binding) {
  std::vector<Hash> digests;
  for (const auto& row : world.proposals.rows()) digests.push_back(row.first);
  for (const Hash& digest : digests) {
    for (auto& [admin, consent] : world.proposals.edit(digest).approvals) {
      consent.replaces = binding.of_policy(consent.replaces);
    }
  }
}

// Whose grants the rules look at when they judge these events.
std::set<std::string> rollouts_asked_about(const World& world, const std::vector<Event>& events) {
  std::set<std::string> ids;
  for (const Event& event : events) {
    if (std::holds_alternative<DueRecorded>(event)) {
      for (const auto& [id, rollout] : world.rollouts.rows()) {
        if (rollout.state == RolloutState::active) ids.insert(id);
      }
    } else if (const auto* advanced = std::get_if<RolloutAdvanced>(&event)) {
      ids.insert(advanced->rollout);
    } else if (const auto* granted = std::get_if<ApprovalGranted>(&event)) {
      ids.insert(granted->rollout);
    }
  }
  return ids;
}

}  // namespace

Result<PolicyInForce> policy_in_force(std::string document) {
  TRY_LET(policy, parse_policy(document));
  return PolicyInForce{std::make_shared<const Policy>(std::move(policy)), std::move(document), 0};
}

Verdict verdict_under(World& world, const PolicyInForce& other, const Recorded& entry, Basis basis) {
  const KeyId key = key_of(entry);
  const Millis recorded = entry.entry.recorded;
  if (world.empty()) return explain(world, entry.statement, key, basis, recorded);

  const bool outermost = !world.journal.recording();
  const std::size_t mark = world.journal.mark();
  const std::shared_ptr<const Policy> then = world.force->policy;
  ASSERT(then && other.policy);
  const Binding binding{*then, *other.policy};
  bind_grants(world, rollouts_asked_about(world, entry.statement.events), binding);
  Verdict verdict;
  const auto& events = entry.statement.events;
  const bool bound = std::any_of(events.begin(), events.end(), binds);
  if (bound) bind_consents(world, binding);
  world.force.edit() = other;
  if (bound) {
    Statement statement = entry.statement;
    for (Event& event : statement.events) std::visit(binding, event);
    verdict = explain(world, statement, key, basis, recorded);
  } else {
    verdict = explain(world, entry.statement, key, basis, recorded);
  }
  world.journal.undo_to(mark);
  if (outermost) world.journal.keep();
  return verdict;
}

Verdict verdict_under(World& world, const std::string& policy_document, const Recorded& entry, Basis basis) {
  const auto other = policy_in_force(policy_document);
  ASSERT(other.ok());
  return verdict_under(world, *other, entry, basis);
}

}  // namespace cairn
