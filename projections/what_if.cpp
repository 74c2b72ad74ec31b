#include "projections/what_if.h"

#include <algorithm>
#include <set>

#include "projections/rebinding.h"

namespace cairn {

namespace {

// The grants of these rollouts. What was void then stays so: its state is no matter of what it binds.
void bind_grants(World& world, const std::set<std::string>& ids, const Rebinding& binding) {
  for (const std::string& id : ids) {
    const Rollout* rollout = world.rollouts.find(id);
    if (rollout == nullptr || rollout->approvals.empty()) continue;
    for (Approval& approval : world.rollouts.edit(id).approvals) {
      approval.rules = binding.rules(rollout->environment, rollout->name, approval.stage, approval.rules);
    }
  }
}

void bind_consents(World& world, const Rebinding& binding) {
  std::vector<Hash> digests;
  for (const auto& row : world.proposals.rows()) digests.push_back(row.first);
  for (const Hash& digest : digests) {
    for (auto& [admin, consent] : world.proposals.edit(digest).approvals) {
      consent.replaces = binding.replaces(consent.replaces);
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
  const KeyId key = signed_by(entry.entry);
  const Millis recorded = entry.entry.recorded;
  if (world.empty()) return explain(world, entry.statement, key, basis, recorded);

  const bool outermost = !world.journal.recording();
  const std::size_t mark = world.journal.mark();
  const std::shared_ptr<const Policy> then = world.force->policy;  // stays where it is
  const Rebinding binding{world.policy(), *other.policy};
  bind_grants(world, rollouts_asked_about(world, entry.statement.events), binding);
  Verdict verdict;
  const auto& events = entry.statement.events;
  const bool bound = std::any_of(events.begin(), events.end(), Rebinding::concerns);
  if (bound) bind_consents(world, binding);
  world.force.edit() = other;
  if (bound) {
    Statement statement = entry.statement;
    for (Event& event : statement.events) binding.rebind(event);
    verdict = explain(world, statement, key, basis, recorded);
  } else {
    verdict = explain(world, entry.statement, key, basis, recorded);
  }
  world.journal.undo_to(mark);
  if (outermost) world.journal.keep();
  return verdict;
}

// ---- every entry

std::string_view to_text(Divergence change) {
  switch (change) {
    case Divergence::refused:
      return "refused";
    case Divergence::admitted:
      return "admitted";
    case Divergence::refused_otherwise:
      return "refused_otherwise";
    case Divergence::moot:
      return "moot";
  }
  return "";
}

WhatIf::WhatIf(PolicyInForce other, WhatIfMode mode) : other_(std::move(other)) {
  if (mode == WhatIfMode::cascade) there_.emplace(other_);
}

std::optional<WhatIfRow> WhatIf::apply(const Recorded& entry) {
  // The tree says no to such a basis, whatever the policy.
  const bool fork = entry.entry.outcome == wire_name(Refusal::basis_not_on_history);
  const Basis basis = fork ? Basis::not_on_history : Basis::on_history;
  Counterfactual::Judged judged;
  if (there_) {
    judged = there_->apply(recorded_, entry, basis);
  } else {
    judged.verdict = verdict_under(recorded_, other_, entry, basis);
    judged.outcome = outcome_of(judged.verdict);
  }
  names_.learn(entry);
  count(entry, judged);
  std::optional<WhatIfRow> row;
  const std::string& outcome = entry.entry.outcome;
  if (judged.ground || judged.outcome != outcome) {
    row = WhatIfRow{row_of(entry, names_),     Divergence::refused,      {},
                    std::move(judged.verdict), std::move(judged.ground), std::move(judged.renamed)};
    if (row->ground) {
      row->change = Divergence::moot;
    } else if (judged.outcome.empty()) {
      row->change = Divergence::admitted;
    } else if (!outcome.empty()) {
      row->change = Divergence::refused_otherwise;
    }
    row->then = explain(recorded_, entry.statement, signed_by(entry.entry), basis, entry.entry.recorded);
    ++totals_.changed[row->change];
    const bool newly = row->change == Divergence::refused || row->change == Divergence::refused_otherwise;
    if (newly) ++totals_.refusals[judged.outcome];
  }
  recorded_.apply(entry);
  recorded_.keep();
  return row;
}

void WhatIf::count(const Recorded& entry, const Counterfactual::Judged& judged) {
  ++totals_.entries;
  ++(entry.entry.outcome.empty() ? totals_.admitted : totals_.refused);
  ++(judged.ground ? totals_.moot : judged.outcome.empty() ? totals_.other_admitted : totals_.other_refused);
  if (!entry.entry.outcome.empty()) return;
  for (const Event& event : entry.statement.events) {
    if (const auto* adopted = std::get_if<PolicyAdopted>(&event))
      totals_.passed_over.push_back({entry.seq, adopted->policy});
  }
}

// ---- what is where at the end

bool Presence::same_as(const Presence& other) const {
  return model == other.model && stage == other.stage && percent == other.percent;
}

bool SlotOutcome::same() const {
  return std::equal(recorded.begin(), recorded.end(), other.begin(), other.end(),
                    [](const Presence& a, const Presence& b) { return a.same_as(b); });
}

namespace {

std::string version_in(const World& world, const Hash& digest) {
  const Model* model = world.models.find(digest);
  return model == nullptr ? short_hex(digest) : model->version;
}

std::vector<Presence> present_in(const World& world, const SlotKey& slot) {
  std::vector<Presence> found;
  if (const Tenure* full = world.at_full(slot)) {
    found.push_back({full->model, version_in(world, full->model), Stage::full, 100, full->seq, full->since});
  }
  if (const Rollout* way = world.under_way(slot)) {
    found.push_back(
        {way->model, version_in(world, way->model), way->stage, way->percent, way->stage_entry, way->stage_since});
  }
  return found;
}

}  // namespace

std::vector<SlotOutcome> WhatIf::slots() const {
  std::vector<SlotOutcome> outcomes;
  if (!there_) return outcomes;
  std::set<SlotKey> slots;
  for (const World* world : {&recorded_, &there_->world()}) {
    for (const auto& row : world->slots.rows()) slots.insert(row.first);
  }
  for (const SlotKey& slot : slots) {
    outcomes.push_back({slot, present_in(recorded_, slot), present_in(there_->world(), slot)});
  }
  return outcomes;
}

}  // namespace cairn
