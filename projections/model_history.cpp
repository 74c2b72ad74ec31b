#include "projections/model_history.h"

#include <algorithm>

#include "ledger/base/text.h"

namespace cairn {

struct ModelHistory::Fold {
  ModelHistory& history;
  const Mention at;

  // What says nothing about versions, tenures or rollouts.
  template <class Other>
  void operator()(const Other&) {}

  void operator()(const ModelRegistered& e) {
    if (e.name == history.name_) history.versions_.push_back({e.model, e.version, e.files, e.bytes, at});
  }

  void operator()(const RolloutProposed& e) {
    if (e.name != history.name_) return;
    for (RolloutRow& other : history.rollouts_) {
      if (other.environment == e.environment && is_under_way(other)) other.state = "superseded";
    }
    history.rollouts_.push_back({e.rollout, e.environment, e.model, "shadow", {}});
    step(e.rollout, e);
  }
  void operator()(const RolloutAdvanced& e) {
    RolloutRow* row = history.rollout(e.rollout);
    if (row == nullptr) return;
    row->state = e.stage == Stage::full ? "full" : str(to_text(e.stage), ", ", e.percent, " %");
    step(e.rollout, e);
    if (e.stage != Stage::full) return;
    history.occupy(row->environment, row->model, at, e.rollout, "replaced by " + history.names_.version_of(row->model));
  }
  void operator()(const RolloutPaused& e) { step(e.rollout, e); }
  void operator()(const RolloutResumed& e) { step(e.rollout, e); }
  void operator()(const RolloutAborted& e) {
    if (RolloutRow* row = history.rollout(e.rollout)) row->state = "aborted";
    step(e.rollout, e);
  }
  void operator()(const StakeholdersNotified& e) { step(e.rollout, e); }
  void operator()(const ApprovalGranted& e) { step(e.rollout, e); }
  void operator()(const ApprovalDenied& e) { step(e.rollout, e); }
  void operator()(const ApprovalWithdrawn& e) { step(e.rollout, e); }
  void operator()(const ApprovalRequested& e) { step(e.rollout, e); }

  void operator()(const RollbackBegun& e) {
    if (e.name != history.name_) return;
    history.rollouts_.push_back({e.rollout, e.environment, e.to, "shadow", {}});
    step(e.rollout, e);
  }
  void operator()(const RollbackExecuted& e) {
    if (e.name != history.name_) return;
    for (RolloutRow& row : history.rollouts_) {
      if (row.environment != e.environment || row.model != e.to || !is_under_way(row)) continue;
      row.state = "full";
      row.steps.push_back({at, describe(e, history.names_)});
    }
    history.occupy(e.environment, e.to, at, e.incident, "rolled back: " + e.reason);
  }
  void operator()(const SlotEmptied& e) {
    TenureRow* tenure = e.name == history.name_ ? history.at_full(e.environment) : nullptr;
    if (tenure == nullptr) return;
    tenure->ended = at;
    tenure->why_ended = "rolled back to none: " + e.reason;
  }

  // These name a version by its digest alone: find_history (commands/moments.cpp) knows them by type.
  void operator()(const ModelQuarantined& e) { act(e.model, e); }
  void operator()(const ModelReleased& e) { act(e.model, e); }
  void operator()(const ModelRetired& e) { act(e.model, e); }
  void operator()(const RetentionSet& e) { act(e.model, e); }
  void operator()(const ArtefactDeleted& e) { act(e.model, e); }
  void operator()(const AttachmentErased& e) { act(e.model, e); }
  void operator()(const HoldPlaced& e) {
    if (e.name == history.name_) history.acts_.push_back({at, describe(e, history.names_)});
  }
  void operator()(const HoldReleased& e) {
    if (e.name == history.name_) history.acts_.push_back({at, describe(e, history.names_)});
  }

  void operator()(const PolicyAdopted& e) {
    if (history.versions_.empty() && history.rollouts_.empty()) history.policies_.clear();
    history.policies_.push_back({e.policy, at});
  }

  void operator()(const IncidentOpened& e) {
    if (e.name != history.name_) return;
    history.incidents_.push_back({e.incident, e.environment, e.severity, e.title, IncidentState::open, {}});
    incident(e.incident, e, IncidentState::open);
  }
  void operator()(const IncidentAcknowledged& e) { incident(e.incident, e, IncidentState::acknowledged); }
  void operator()(const IncidentNoted& e) { incident(e.incident, e, IncidentState::open); }
  void operator()(const IncidentEscalated& e) {
    if (IncidentRow* row = history.incident(e.incident)) row->severity = e.severity;
    incident(e.incident, e, IncidentState::open);
  }
  void operator()(const IncidentMitigated& e) { incident(e.incident, e, IncidentState::mitigated); }
  void operator()(const IncidentResolved& e) { incident(e.incident, e, IncidentState::resolved); }
  void operator()(const PostmortemPublished& e) { incident(e.incident, e, IncidentState::open); }
  void operator()(const ActionOpened& e) { incident(e.incident, e, IncidentState::open); }
  void operator()(const ActionClosed& e) { incident(e.incident, e, IncidentState::open); }
  void operator()(const IncidentClosed& e) { incident(e.incident, e, IncidentState::closed); }

  // It never goes back: what reaches no new state leaves the one that it has.
  void incident(const std::string& id, const Event& event, IncidentState reached) {
    IncidentRow* row = history.incident(id);
    if (row == nullptr) return;
    row->state = std::max(row->state, reached);
    row->steps.push_back({at, describe(event, history.names_)});
  }

  // An entry may name versions of other models too.
  void act(const Hash& model, const Event& event) {
    const auto& versions = history.versions_;
    const bool its =
        std::any_of(versions.begin(), versions.end(), [&](const VersionRow& row) { return row.model == model; });
    if (its) history.acts_.push_back({at, describe(event, history.names_)});
  }

  static bool is_under_way(const RolloutRow& row) { return row.state == "shadow" || row.state.starts_with("canary"); }

  void step(const std::string& id, const Event& event) {
    if (RolloutRow* row = history.rollout(id)) row->steps.push_back({at, describe(event, history.names_)});
  }
};

namespace {

// Nothing in it is about a model.
bool is_of_policies(const std::vector<Event>& events) {
  return std::all_of(events.begin(), events.end(), [](const Event& event) {
    return std::holds_alternative<PolicyProposed>(event) || std::holds_alternative<PolicyAdopted>(event);
  });
}

}  // namespace

TenureRow* ModelHistory::at_full(const std::string& environment) {
  const auto found = std::find_if(tenures_.rbegin(), tenures_.rend(),
                                  [&](const TenureRow& row) { return row.environment == environment && !row.ended; });
  return found == tenures_.rend() ? nullptr : &*found;
}

RolloutRow* ModelHistory::rollout(const std::string& id) {
  const auto found =
      std::find_if(rollouts_.begin(), rollouts_.end(), [&](const RolloutRow& row) { return row.rollout == id; });
  return found == rollouts_.end() ? nullptr : &*found;
}

IncidentRow* ModelHistory::incident(const std::string& id) {
  const auto found =
      std::find_if(incidents_.begin(), incidents_.end(), [&](const IncidentRow& row) { return row.incident == id; });
  return found == incidents_.end() ? nullptr : &*found;
}

const PolicyRow* ModelHistory::policy_at(Seq seq) const {
  const PolicyRow* in_force = nullptr;
  for (const PolicyRow& row : policies_) {
    if (row.adopted.seq < seq) in_force = &row;
  }
  return in_force;
}

// A version that is at full already stays there; its tenure does not begin again.
void ModelHistory::occupy(const std::string& environment, const Hash& model, const Mention& at, std::string by,
                          std::string why) {
  TenureRow* before = at_full(environment);
  if (before != nullptr && before->model == model) return;
  if (before != nullptr) {
    before->ended = at;
    before->why_ended = std::move(why);
  }
  tenures_.push_back({environment, model, at, std::move(by), std::nullopt, ""});
}

void ModelHistory::apply(const Recorded& entry) {
  names_.learn(entry);
  if (!entry.entry.outcome.empty()) {
    if (is_of_policies(entry.statement.events)) return;
    refused_.push_back(row_of(entry, names_));
    return;
  }
  const Mention at{entry.seq, entry.entry.recorded, entry.statement.author};
  for (const Event& event : entry.statement.events) std::visit(Fold{*this, at}, event);
}

}  // namespace cairn
