#include "commands/status.h"

#include <algorithm>
#include <set>
#include <tuple>

#include "commands/command.h"
#include "ledger/base/text.h"

namespace cairn {

namespace {

std::string version_of(const World& world, const Hash& digest) {
  const Model* model = world.models.find(digest);
  return model == nullptr ? digest.hex().substr(0, 12) : model->version;
}

bool asks_approval(const World& world, const SlotKey& slot, Stage stage) {
  const StageRules* rules = world.policy().stage(slot.second, stage, slot.first);
  return rules != nullptr && !rules->approvals.empty();
}

std::vector<Approval> grants_of(const Rollout& rollout, Stage stage, Seq before) {
  std::vector<Approval> grants;
  for (const Approval& approval : rollout.approvals) {
    const bool counts = approval.state == ApprovalState::granted && approval.stage == stage && approval.seq <= before;
    if (counts) grants.push_back(approval);
  }
  return grants;
}

RunningVersion running(const World& world, const SlotKey& slot, const Hash& model) {
  RunningVersion row;
  row.name = slot.first;
  row.environment = slot.second;
  row.model = model;
  row.version = version_of(world, model);
  const Model* known = world.models.find(model);
  row.quarantined = known != nullptr && known->quarantined.has_value();
  return row;
}

RunningVersion at_full(const World& world, const SlotKey& slot, const Tenure& tenure, std::uint64_t elsewhere) {
  RunningVersion row = running(world, slot, tenure.model);
  row.percent = 100 - std::min<std::uint64_t>(elsewhere, 100);
  row.since = tenure.since;
  row.seq = tenure.seq;
  row.asks_approval = asks_approval(world, slot, Stage::full);
  const std::string ids = str(slot.first, '/', slot.second, '/');  // what those of this slot begin with
  world.rollouts.each_from(ids, [&](const std::string& id, const Rollout& rollout) {
    if (!id.starts_with(ids)) return false;
    const bool brought_it = rollout.state == RolloutState::full && rollout.stage_entry == tenure.seq &&
                            rollout.model == tenure.model && rollout.environment == slot.second;
    if (brought_it) {
      row.rollout = id;
      row.approvals = grants_of(rollout, Stage::full, tenure.seq);
    }
    return true;
  });
  return row;
}

void add_slot(const World& world, const SlotKey& key, const Slot& slot, Status& status) {
  const Rollout* active = world.under_way(key);
  const std::uint64_t elsewhere = active == nullptr ? 0 : active->percent;
  if (slot.occupied) status.slots.push_back(at_full(world, key, slot.history.back(), elsewhere));
  if (!slot.occupied && !slot.history.empty()) {
    const Tenure& last = slot.history.back();
    status.empty_slots.push_back({key.second, key.first, version_of(world, last.model), last.model, last.seq});
  }
  if (active == nullptr) return;
  RunningVersion row = running(world, key, active->model);
  row.stage = active->stage;
  row.percent = active->percent;
  row.since = active->stage_since;
  row.seq = active->stage_entry;
  row.rollout = *slot.active;
  row.approvals = grants_of(*active, active->stage, active->stage_entry);
  row.asks_approval = asks_approval(world, key, active->stage);
  status.slots.push_back(std::move(row));
}

// Somebody who may take the step, so that the answer speaks of what is missing and not of who asks.
std::string who_may(const World& world, const Rollout& rollout) {
  if (world.has_role(rollout.proposer, Role::deployer, rollout.environment, rollout.name)) return rollout.proposer;
  for (const auto& [handle, actor] : world.actors.rows()) {
    if (world.has_role(handle, Role::deployer, rollout.environment, rollout.name)) return handle;
  }
  return rollout.proposer;
}

ApprovalStanding approvals_of(const World& world, const Rollout& rollout, Stage stage, Millis moment) {
  const StageRules* rules = world.rules_of(rollout, stage);
  if (rules == nullptr || rollout.goes_back()) return {};
  std::vector<Approval> ahead;
  for (const Approval& approval : rollout.approvals) {
    if (approval.state == ApprovalState::granted && approval.stage > stage) ahead.push_back(approval);
  }
  return {rules->approvals,
          filled_places(world, rollout, stage, moment),
          valid_grants(world, rollout, stage, moment),
          expired_grants(world, rollout, stage, moment),
          awaited_approvers(world, rollout, stage, moment),
          std::move(ahead)};
}

Result<RolloutStanding> standing_of(World& world, const std::string& id, const Rollout& rollout, Millis moment) {
  RolloutStanding standing;
  standing.id = id;
  standing.rollout = rollout;
  standing.version = version_of(world, rollout.model);
  standing.soak_needed = soak_needed(world, rollout);
  standing.soak_missing = soak_missing(world, rollout, moment);
  standing.next = next_step(world, rollout).value_or(NextStep{});
  standing.approvals = approvals_of(world, rollout, standing.next.stage, moment);
  TRY_LET(proposal, decide(world, Promote{id, std::nullopt}));
  Statement statement;
  statement.author = who_may(world, rollout);
  statement.at = moment;
  statement.events = std::move(proposal.events);
  Verdict verdict = explain(world, statement, KeyId{}, Basis::on_history, moment);
  standing.refused = std::move(verdict.refused);
  standing.also = std::move(verdict.also);
  standing.gates = std::move(verdict.gates);
  return standing;
}

bool wants(const StatusFilter& filter, const Scope& scope) {
  return scope.covers(filter.environment.value_or(""), filter.model.value_or(""));
}

std::string waits_for(const Lockdown& lockdown) {
  if (!lockdown.lift) return "nobody has asked for its lift";
  return lockdown.lift->by + str(" asked for its lift in entry ", lockdown.lift->seq, "; another person confirms it");
}

std::vector<HoldStanding> holds_of(const World& world, const StatusFilter& filter, Millis moment) {
  std::vector<HoldStanding> holds;
  for (const auto& [scope, row] : world.lockdowns.rows()) {
    if (!wants(filter, scope)) continue;
    holds.push_back({"lockdown", to_text(scope), row.by, row.reason, waits_for(row), row.engaged, row.recorded,
                     row.lift ? std::optional<Seq>(row.lift->seq) : std::nullopt});
  }
  for (const auto& [scope, row] : world.freezes.rows()) {
    if (!wants(filter, scope) || (row.until != 0 && row.until <= moment)) continue;
    const std::string state = row.until == 0 ? "until it is ended" : "until " + format_time(row.until);
    holds.push_back({"freeze", to_text(scope), row.by, row.reason, state, row.declared, row.recorded});
  }
  for (const FreezeWindow& window : world.policy().freezes) {
    if (!wants(filter, window.scope) || moment < window.from || window.until <= moment) continue;
    holds.push_back({"freeze", to_text(window.scope), "the policy", "its window " + window.name,
                     "until " + format_time(window.until), world.force->adopted, window.from});
  }
  for (const auto& [slot, glasses] : world.glass.rows()) {
    const Scope scope{slot.second, slot.first};
    if (!wants(filter, scope)) continue;
    for (const BrokenGlass& row : glasses) {
      std::string lifts;
      for (const Guard guard : row.lifts) lifts += (lifts.empty() ? "" : ", ") + std::string(to_text(guard));
      const bool open = moment < row.until;
      const std::string state = open ? "lifts " + lifts + " until " + format_time(row.until)
                                     : "over since " + format_time(row.until) + ", and waits for its review";
      holds.push_back({"break-glass", to_text(scope), row.said.by, "for " + row.incident, state, row.said.seq,
                       row.said.recorded, std::nullopt, row.incident});
    }
  }
  return holds;
}

}  // namespace

Result<Status> status_of(World& world, const StatusFilter& filter, Millis moment) {
  Status status;
  std::set<std::string> under_way;
  for (const auto& [key, slot] : world.slots.rows()) {
    if (!filter.wants(key.second, key.first)) continue;
    add_slot(world, key, slot, status);
    if (slot.active) under_way.insert(*slot.active);
  }
  std::stable_sort(status.slots.begin(), status.slots.end(), [](const RunningVersion& a, const RunningVersion& b) {
    return std::tie(a.environment, a.name) < std::tie(b.environment, b.name);
  });
  for (const std::string& id : under_way) {
    const Rollout* rollout = world.rollouts.find(id);
    const bool wanted = rollout != nullptr && rollout->state == RolloutState::active &&
                        filter.wants(rollout->environment, rollout->name);
    if (!wanted) continue;
    TRY_LET(standing, standing_of(world, id, *rollout, moment));
    status.rollouts.push_back(std::move(standing));
  }
  status.holds = holds_of(world, filter, moment);
  for (const auto& [id, incident] : world.incidents.rows()) {
    if (incident.closed || !filter.wants(incident.environment, incident.name)) continue;
    status.incidents.push_back({id, incident, deadlines_of(world.policy(), incident, moment)});
  }
  std::sort(status.incidents.begin(), status.incidents.end(),
            [](const IncidentStanding& a, const IncidentStanding& b) { return a.incident.opened > b.incident.opened; });
  return status;
}

}  // namespace cairn
