#include "projections/delivery.h"

#include <algorithm>

#include "projections/admit.h"

namespace cairn {

namespace {

std::vector<Seq> ascending(std::vector<Seq> seqs) {
  std::sort(seqs.begin(), seqs.end());
  seqs.erase(std::unique(seqs.begin(), seqs.end()), seqs.end());
  return seqs;
}

// The slot of a statement about a rollout; none: the event is about something else.
struct SlotOfRollout {
  std::optional<SlotKey> operator()(const RolloutProposed& e) const { return SlotKey{e.name, e.environment}; }
  std::optional<SlotKey> operator()(const RollbackBegun& e) const { return SlotKey{e.name, e.environment}; }
  std::optional<SlotKey> operator()(const RollbackExecuted& e) const { return SlotKey{e.name, e.environment}; }
  std::optional<SlotKey> operator()(const SlotEmptied& e) const { return SlotKey{e.name, e.environment}; }
  std::optional<SlotKey> operator()(const RolloutAdvanced& e) const { return by_id(e.rollout); }
  std::optional<SlotKey> operator()(const RolloutPaused& e) const { return by_id(e.rollout); }
  std::optional<SlotKey> operator()(const RolloutResumed& e) const { return by_id(e.rollout); }
  std::optional<SlotKey> operator()(const RolloutAborted& e) const { return by_id(e.rollout); }
  std::optional<SlotKey> operator()(const StakeholdersNotified& e) const { return by_id(e.rollout); }
  std::optional<SlotKey> operator()(const ApprovalGranted& e) const { return by_id(e.rollout); }
  std::optional<SlotKey> operator()(const ApprovalDenied& e) const { return by_id(e.rollout); }
  std::optional<SlotKey> operator()(const ApprovalWithdrawn& e) const { return by_id(e.rollout); }
  std::optional<SlotKey> operator()(const ApprovalRequested& e) const { return by_id(e.rollout); }
  template <class Other>
  std::optional<SlotKey> operator()(const Other&) const {
    return std::nullopt;
  }

  static std::optional<SlotKey> by_id(const std::string& rollout) {
    const auto id = parse_rollout_id(rollout);
    if (!id) return std::nullopt;
    return SlotKey{id->name, id->environment};
  }
};

// A stage of a rollout whose places are not all filled yet, and since when that is waited for.
struct Awaited {
  std::string rollout;
  Stage stage = Stage::full;
  Moment since;
};

bool is_filled(const World& world, const Rollout& rollout, Stage stage, Millis recorded) {
  const StageRules* rules = world.rules_of(rollout, stage);
  return rules != nullptr && filled_places(world, rollout, stage, recorded) == rules->approvals;
}

std::vector<Awaited> awaited_by(const World& world, const Recorded& entry) {
  std::vector<Awaited> awaited;
  for (const Event& event : entry.statement.events) {
    const auto* grant = std::get_if<ApprovalGranted>(&event);
    const Rollout* rollout = grant == nullptr ? nullptr : world.rollouts.find(grant->rollout);
    if (rollout == nullptr || is_filled(world, *rollout, grant->stage, entry.entry.recorded)) continue;
    const auto& request = rollout->request;
    const bool asked = request && request->stage == grant->stage;
    const Moment since =
        asked ? Moment{request->seq, request->recorded} : Moment{rollout->stage_entry, rollout->stage_since};
    awaited.push_back({grant->rollout, grant->stage, since});
  }
  return awaited;
}

}  // namespace

// What an admitted event changes; the World has taken in the whole entry already.
struct Delivery::Fold {
  Delivery& delivery;
  const Moment at;
  std::set<std::string> answered;  // incidents that a rollback of this entry opens

  const World& world() const { return delivery.world_; }
  bool counts() const { return delivery.period_.holds(at); }
  Lane& lane(const std::string& name, const std::string& environment) const {
    return delivery.lanes_[{name, environment}];
  }
  // The lane in which this rollout is under way; null: in none.
  Lane* lane_of(const std::string& rollout) const {
    const auto slot = SlotOfRollout::by_id(rollout);
    const auto found = slot ? delivery.lanes_.find(*slot) : delivery.lanes_.end();
    const bool its = found != delivery.lanes_.end() && found->second.active && found->second.active->id == rollout;
    return its ? &found->second : nullptr;
  }

  template <class Other>
  void operator()(const Other&) {}

  void operator()(const RolloutProposed& e) {
    Change change{e.rollout, e.model, false, at, std::nullopt, {}, {}, {}, {}, {}};
    change.because_of = incident_of({e.name, e.environment});
    lane(e.name, e.environment).active = std::move(change);
  }

  void operator()(const RolloutAdvanced& e) {
    Lane* way = lane_of(e.rollout);
    if (way == nullptr) return;
    Change& change = *way->active;
    if (e.stage == Stage::canary) {
      if (!change.canary) change.canary = at;
      if (counts()) way->figures.canary_steps.push_back({e.rollout, {at.seq}});
    }
    if (e.stage != Stage::full) return;
    if (counts()) deployed(change, way->figures);
    Change arrived = std::move(change);
    way->active.reset();
    occupy(*way, std::move(arrived));
  }

  void operator()(const RolloutAborted& e) {
    Lane* way = lane_of(e.rollout);
    if (way == nullptr) return;
    way->aborted = std::move(way->active);
    way->active.reset();
    Change& change = *way->aborted;
    if (change.canary && change.alarm) fail(change);
    recover(change, way->figures);
  }

  void operator()(const RollbackBegun& e) {
    Lane& way = lane(e.name, e.environment);
    if (Change* from = taking(way, e.from)) fail(*from, e.incident);
    way.active = Change{e.rollout, e.to, true, at, std::nullopt, {}, {}, {}, {}, {}};
  }

  void operator()(const RollbackExecuted& e) {
    Lane& way = lane(e.name, e.environment);
    fail_and_recover(way, e.from);
    way.active.reset();
    if (way.full && way.full->model == e.to) return;  // what ran beside a canary only stays
    const Incident* incident = world().incidents.find(e.incident);
    if (counts()) {
      const Counted back{e.incident, ascending({incident == nullptr ? at.seq : incident->opened, at.seq})};
      way.figures.arrivals.push_back(back);
      way.figures.rework.push_back(back);
    }
    occupy(way, Change{e.incident, e.to, true, at, std::nullopt, {}, {}, {}, {}, {}});
  }

  void operator()(const SlotEmptied& e) {
    Lane& way = lane(e.name, e.environment);
    fail_and_recover(way, e.from);
    if (!way.full) return;
    recover(*way.full, way.figures);
    delivery.settle(*way.full, at, way.figures);
    way.full.reset();
  }

  void operator()(const IncidentOpened& e) {
    if (answered.contains(e.incident)) return;
    Lane& way = lane(e.name, e.environment);
    const bool canary = way.active && way.active->takes_traffic();
    if (canary) {
      fail(*way.active, e.incident);
    } else if (way.full) {
      fail(*way.full, e.incident);
    }
  }
  void operator()(const IncidentMitigated& e) { mitigated(e.incident); }
  void operator()(const IncidentResolved& e) { mitigated(e.incident); }
  void operator()(const IncidentClosed& e) { mitigated(e.incident); }

  void operator()(const EvidenceRecorded& e) {
    const Model* model = world().models.find(e.model);
    if (e.kind != EvidenceKind::monitoring || model == nullptr) return;
    const auto found = delivery.lanes_.find({model->name, e.environment});
    if (found == delivery.lanes_.end()) return;
    for (auto* change : {&found->second.full, &found->second.active}) {
      if (*change && (*change)->model == e.model && (*change)->takes_traffic()) watch(**change, e.environment);
    }
  }

  void operator()(const BreakGlassInvoked& e) {
    if (counts()) lane(e.name, e.environment).figures.broken_glass.push_back({e.incident, {at.seq}});
  }

  void operator()(const LockdownEngaged& e) {
    const auto& all = delivery.lockdowns_;
    const bool held =
        std::any_of(all.begin(), all.end(), [&](const Held& one) { return one.scope == e.scope && !one.lifted; });
    if (!held) delivery.lockdowns_.push_back({e.scope, at, std::nullopt});
  }
  void operator()(const LockdownLifted& e) {
    for (Held& one : delivery.lockdowns_) {
      if (one.scope == e.scope && !one.lifted) one.lifted = at;
    }
  }

  void operator()(const DueRecorded& e) {
    const std::size_t slash = e.subject.rfind('/');
    if (e.kind != DueKind::check || slash == std::string::npos || !counts()) return;
    const SlotKey slot{e.subject.substr(0, slash), e.subject.substr(slash + 1)};
    std::vector<MissedCheck>& missed = delivery.lanes_[slot].figures.missed_checks;
    const bool told =
        std::any_of(missed.begin(), missed.end(), [&](const MissedCheck& one) { return one.due == e.due; });
    if (!told) missed.push_back({slot, e.due, at.seq, true});
  }

  // The opening of an incident of the slot that is not resolved, or not for long; the oldest.
  std::optional<Seq> incident_of(const SlotKey& slot) const {
    std::optional<Seq> oldest;
    for (const auto& row : world().incidents.rows()) {
      const Incident& incident = row.second;
      const bool its = incident.name == slot.first && incident.environment == slot.second && incident.opened < at.seq;
      const bool over = incident.resolved && at.recorded - incident.resolved->recorded > rework_window;
      if (its && !over) oldest = std::min(oldest.value_or(incident.opened), incident.opened);
    }
    return oldest;
  }

  void deployed(const Change& change, DeliveryFigures& figures) const {
    const Counted one{change.id, ascending({change.proposed.seq, at.seq})};
    figures.arrivals.push_back(one);
    if (change.because_of || change.goes_back) {
      figures.rework.push_back(
          {change.id, ascending({change.because_of.value_or(at.seq), change.proposed.seq, at.seq})});
    }
    if (change.goes_back) return;
    figures.deployments.push_back(one);
    figures.from_proposal.push_back({change.id, change.proposed, at});
    const Model* model = world().models.find(change.model);
    if (model != nullptr) figures.lead_times.push_back({change.id, {model->registered, model->recorded}, at});
  }

  void occupy(Lane& way, Change change) const {
    if (way.full) {
      recover(*way.full, way.figures);
      delivery.settle(*way.full, at, way.figures);
    }
    change.full = at;
    way.full = std::move(change);
  }

  // Of this version, what takes traffic, or did until this entry aborted it.
  static Change* taking(Lane& way, const Hash& model) {
    for (auto* change : {&way.aborted, &way.active, &way.full}) {
      if (*change && (*change)->model == model && (*change)->takes_traffic()) return &**change;
    }
    return nullptr;
  }

  void fail_and_recover(Lane& way, const Hash& model) const {
    Change* from = taking(way, model);
    if (from == nullptr) return;
    fail(*from);
    recover(*from, way.figures);
  }

  void fail(Change& change, const std::string& incident = "") const {
    if (!change.failed) change.failed = at;
    if (!change.failure) change.failure = Failure{change.alarm.value_or(at), {}};
    if (!incident.empty()) change.failure->incidents.insert(incident);
  }

  void recover(Change& change, DeliveryFigures& figures) const {
    if (!change.failure) return;
    const Moment detected = change.failure->detected;
    change.failure.reset();
    if (!counts()) return;
    if (detected.seq == at.seq) {
      figures.unmeasured.push_back({change.id, {at.seq}});
    } else {
      figures.recoveries.push_back({change.id, detected, at});
    }
  }

  void mitigated(const std::string& id) const {
    const Incident* incident = world().incidents.find(id);
    if (incident == nullptr) return;
    Lane& way = lane(incident->name, incident->environment);
    for (auto* change : {&way.full, &way.active}) {
      if (!*change || !(*change)->failure || (*change)->failure->incidents.erase(id) == 0) continue;
      if ((*change)->failure->incidents.empty()) recover(**change, way.figures);
    }
  }

  // The World says which of its records failed with none that passed since; those from before it took traffic were not
  // about its traffic.
  void watch(Change& change, const std::string& environment) const {
    const Seq live = change.canary ? change.canary->seq : change.full->seq;
    change.alarm.reset();
    for (const auto& row : world().alerts.rows()) {
      const AlertKey& key = row.first;
      if (key.model != change.model || key.environment != environment || key.entry < live) continue;
      if (!change.alarm) change.alarm = Moment{key.entry, row.second.recorded};
    }
  }
};

void Delivery::note_statement(const Recorded& entry) {
  for (const Event& event : entry.statement.events) {
    const auto slot = std::visit(SlotOfRollout{}, event);
    if (!slot) continue;
    DeliveryFigures& figures = lanes_[*slot].figures;
    figures.statements.insert(entry.seq);
    if (!entry.entry.outcome.empty()) figures.refused[entry.entry.outcome].insert(entry.seq);
  }
}

// What a change comes to, once it has ended or the period has.
void Delivery::settle(const Change& change, const std::optional<Moment>& ended, DeliveryFigures& figures) const {
  if (change.goes_back) return;
  const bool deployed = change.full && period_.holds(*change.full);
  const bool ended_in_canary = !change.full && change.failed && ended && period_.holds(*ended);
  if (deployed || ended_in_canary) {
    const Seq began = deployed ? change.full->seq : change.canary->seq;
    figures.changes.push_back({change.id, {began}});
    if (change.failed) figures.failed.push_back({change.id, ascending({began, change.failed->seq})});
  } else if (change.full && change.failed && period_.holds(*change.failed)) {
    figures.failed_older.push_back({change.id, ascending({change.full->seq, change.failed->seq})});
  }
}

void Delivery::apply(const Recorded& entry) {
  const Moment at{entry.seq, entry.entry.recorded};
  const bool admitted = entry.entry.outcome.empty();
  const std::vector<Awaited> awaited = admitted ? awaited_by(world_, entry) : std::vector<Awaited>{};
  world_.apply(entry);
  if (period_.holds(at)) note_statement(entry);
  if (!admitted) return;

  Fold fold{*this, at, {}};
  for (const Event& event : entry.statement.events) {
    if (const auto* back = std::get_if<RollbackExecuted>(&event)) fold.answered.insert(back->incident);
    if (const auto* begun = std::get_if<RollbackBegun>(&event)) fold.answered.insert(begun->incident);
    if (const auto* emptied = std::get_if<SlotEmptied>(&event)) fold.answered.insert(emptied->incident);
  }
  for (const Event& event : entry.statement.events) std::visit(fold, event);
  for (auto& row : lanes_) {
    Lane& lane = row.second;
    if (!lane.aborted) continue;
    settle(*lane.aborted, at, lane.figures);
    lane.aborted.reset();
  }

  for (const Awaited& one : awaited) {
    const Rollout* rollout = world_.rollouts.find(one.rollout);
    if (rollout == nullptr || !period_.holds(at) || !is_filled(world_, *rollout, one.stage, at.recorded)) continue;
    lanes_[{rollout->name, rollout->environment}].figures.approvals.push_back({one.rollout, one.since, at});
  }
}

}  // namespace cairn
