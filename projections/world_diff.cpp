#include "projections/world_diff.h"

#include <algorithm>
#include <tuple>

namespace cairn {

// What an event touches, each as facts_of spells it. Most touch a thing that they name by its id.
struct WorldDiff::Touch {
  WorldDiff& diff;
  const Mention at;
  const Event& event;

  void note(std::vector<HistoryStep>& steps) const {
    if (!steps.empty() && steps.back().at.seq == at.seq && steps.back().what == what()) return;
    steps.push_back({at, what()});
  }
  std::string what() const { return describe(event, diff.names_); }

  void touch(const FactKey& key) const { note(diff.touched_[key]); }
  void administer(const FactKey& key) const {
    if (diff.wanted_ == Scope{}) touch(key);
  }
  bool wants(const SlotKey& slot) const { return diff.wanted_.covers(slot.second, slot.first); }
  bool wants(const Scope& scope) const {
    const Scope& wanted = diff.wanted_;
    return scope.covers(wanted.environment == "*" ? "" : wanted.environment, wanted.model == "*" ? "" : wanted.model);
  }
  void move(const SlotKey& slot) const {
    if (wants(slot)) note(diff.slots_[slot]);
  }
  void model(const Hash& digest) const {
    const Model* known = diff.after_.world.models.find(digest);
    const bool apart = diff.wanted_.environment != "*" && diff.wanted_.model == "*";
    if (known != nullptr && !apart && diff.wanted_.covers("", known->name)) touch(model_fact(diff.names_, digest));
  }
  void incident(const std::string& id) const {
    const Incident* row = diff.after_.world.incidents.find(id);
    if (row != nullptr && wants(SlotKey{row->name, row->environment})) touch(incident_fact(id));
  }
  void action(const std::string& id, std::uint64_t number) const {
    const Incident* row = diff.after_.world.incidents.find(id);
    if (row != nullptr && wants(SlotKey{row->name, row->environment})) touch(action_fact(id, number));
  }
  std::optional<SlotKey> slot_of(const std::string& rollout) const {
    const auto id = parse_rollout_id(rollout);
    if (!id || !wants(SlotKey{id->name, id->environment})) return std::nullopt;
    return SlotKey{id->name, id->environment};
  }
  void rollout(const std::string& id) const {
    if (slot_of(id)) touch(rollout_fact(id));
  }
  void moved_rollout(const std::string& id) const {
    rollout(id);
    if (const auto slot = slot_of(id)) move(*slot);
  }
  // What was in shadow there gives way.
  void began(const std::string& id) const {
    moved_rollout(id);
    const auto parts = parse_rollout_id(id);
    if (!parts || parts->number < 2) return;
    const std::string before = to_text(RolloutId{parts->name, parts->environment, parts->number - 1});
    const Rollout* row = diff.after_.world.rollouts.find(before);
    if (row != nullptr && row->state == RolloutState::superseded) rollout(before);
  }
  void answered(const std::string& id, Stage stage) const {
    if (slot_of(id)) touch(approval_fact(id, stage, at.author));
  }

  template <class Other>
  void operator()(const Other&) const {}

  void operator()(const ActorEnrolled& e) const {
    administer(actor_fact(e.handle));
    for (const Grant& grant : e.roles) administer(role_fact(e.handle, grant));
    administer(key_fact(e.handle, sha256(e.key)));
  }
  void operator()(const RoleGranted& e) const { administer(role_fact(e.handle, e.grant)); }
  void operator()(const RoleRevoked& e) const { administer(role_fact(e.handle, e.grant)); }
  void operator()(const KeyAdded& e) const { administer(key_fact(e.handle, sha256(e.key))); }
  void operator()(const KeyRevoked& e) const { administer(key_fact(e.handle, e.key)); }
  void operator()(const AdministrationRequested& e) const { administer(request_fact(sha256(e.events))); }
  void operator()(const PolicyProposed& e) const { administer(proposal_fact(sha256(e.document))); }
  void operator()(const PolicyApproved& e) const { administer(proposal_fact(e.policy)); }
  void operator()(const PolicyAdopted& e) const {
    note(diff.adoptions_);
    administer(proposal_fact(e.policy));
  }

  void operator()(const LogKeyAdded& e) const { administer(log_key_fact(e.log_key)); }
  void operator()(const LogKeyRetired& e) const { administer(log_key_fact(e.log_key)); }
  void operator()(const LogKeyCompromised& e) const { administer(log_key_fact(e.log_key)); }
  // It ends every other.
  void operator()(const LedgerForked& e) const {
    administer(log_key_fact(e.log_key));
    for (const auto& [vkey, key] : diff.after_.world.genesis->log_keys) {
      if (key.ended == at.seq) administer(log_key_fact(vkey));
    }
  }

  void operator()(const ModelRegistered& e) const { model(e.model); }
  void operator()(const ModelArchived& e) const { model(e.model); }
  void operator()(const ModelQuarantined& e) const { model(e.model); }
  void operator()(const ModelReleased& e) const { model(e.model); }
  void operator()(const ModelRetired& e) const { model(e.model); }
  void operator()(const RetentionSet& e) const { model(e.model); }
  void operator()(const ArtefactDeleted& e) const { model(e.model); }
  void operator()(const AttachmentErased& e) const { administer(attachment_fact(e.digest)); }
  void operator()(const HoldPlaced& e) const { hold(e.case_id, e.name); }
  void operator()(const HoldReleased& e) const { hold(e.case_id, e.name); }
  void hold(const std::string& case_id, const std::string& name) const {
    if (wants(Scope{"*", name.empty() ? "*" : name})) touch(hold_fact(case_id, name));
  }

  void operator()(const RolloutProposed& e) const { began(e.rollout); }
  void operator()(const RolloutAdvanced& e) const { moved_rollout(e.rollout); }
  void operator()(const RolloutPaused& e) const { rollout(e.rollout); }
  void operator()(const RolloutResumed& e) const { rollout(e.rollout); }
  void operator()(const RolloutAborted& e) const { moved_rollout(e.rollout); }
  void operator()(const StakeholdersNotified& e) const { rollout(e.rollout); }
  void operator()(const RollbackBegun& e) const { began(e.rollout); }
  void operator()(const RollbackExecuted& e) const {
    move({e.name, e.environment});
    for (const auto& [id, row] : diff.after_.world.rollouts.rows()) {
      if (row.goes_back() && row.rollback_incident == e.incident && row.model == e.to) rollout(id);
    }
  }
  void operator()(const SlotEmptied& e) const { move({e.name, e.environment}); }

  void operator()(const ApprovalGranted& e) const { answered(e.rollout, e.stage); }
  void operator()(const ApprovalDenied& e) const { answered(e.rollout, e.stage); }
  void operator()(const ApprovalWithdrawn& e) const { answered(e.rollout, e.stage); }
  void operator()(const ApprovalRequested& e) const { rollout(e.rollout); }

  void operator()(const LockdownEngaged& e) const { locked(e.scope); }
  void operator()(const LockdownLiftRequested& e) const { locked(e.scope); }
  void operator()(const LockdownLifted& e) const { locked(e.scope); }
  void locked(const Scope& scope) const {
    if (wants(scope)) touch(lockdown_fact(scope));
  }
  void operator()(const FreezeDeclared& e) const { frozen(e.scope); }
  void operator()(const FreezeEnded& e) const { frozen(e.scope); }
  void frozen(const Scope& scope) const {
    if (wants(scope)) touch(freeze_fact(scope));
  }
  void operator()(const BreakGlassInvoked& e) const { glass({e.name, e.environment}); }
  void operator()(const BreakGlassReviewed& e) const { glass({e.name, e.environment}); }
  void glass(const SlotKey& slot) const {
    if (wants(slot)) touch(glass_fact(slot));
  }

  void operator()(const IncidentOpened& e) const { incident(e.incident); }
  void operator()(const IncidentAcknowledged& e) const { incident(e.incident); }
  void operator()(const IncidentNoted& e) const { incident(e.incident); }
  void operator()(const IncidentEscalated& e) const { incident(e.incident); }
  void operator()(const IncidentMitigated& e) const { incident(e.incident); }
  void operator()(const IncidentResolved& e) const { incident(e.incident); }
  void operator()(const PostmortemPublished& e) const { incident(e.incident); }
  void operator()(const IncidentClosed& e) const { incident(e.incident); }
  void operator()(const ActionOpened& e) const { action(e.incident, e.action); }
  void operator()(const ActionClosed& e) const { action(e.incident, e.action); }
};

namespace {

// A version is in a slot once: at full, or on its way.
std::map<Hash, Place> places_in(const World& world, const SlotKey& key) {
  std::map<Hash, Place> places;
  const Rollout* active = world.under_way(key);
  if (const Tenure* full = world.at_full(key)) {
    const std::uint64_t elsewhere = active == nullptr ? 0 : std::min<std::uint64_t>(active->percent, 100);
    places[full->model] = {Stage::full, 100 - elsewhere, full->seq};
  }
  if (active != nullptr) places[active->model] = {active->stage, active->percent, active->stage_entry};
  return places;
}

}  // namespace

WorldDiff::WorldDiff(Side before, Side after, Scope wanted)
    : before_(before), after_(after), wanted_(std::move(wanted)) {
  names_.learn(after_.world);
}

void WorldDiff::apply(const Recorded& entry) {
  const Mention at{entry.seq, entry.entry.recorded, entry.statement.author};
  for (const Event& event : entry.statement.events) std::visit(Touch{*this, at, event}, event);
  // Whoever says what another admin asked for answers the request.
  const FactKey request = request_fact(entry.statement.events_hash);
  const bool open = touched_.contains(request) || before_.world.requests.has(entry.statement.events_hash);
  if (open && wanted_ == Scope{}) touched_[request].push_back({at, "confirmed it"});
}

std::vector<PlaceChange> WorldDiff::places() const {
  std::vector<PlaceChange> changes;
  for (const auto& row : after_.world.slots.rows()) {  // a slot that was there still is
    const SlotKey& slot = row.first;
    if (!wanted_.covers(slot.second, slot.first)) continue;
    const auto before = places_in(before_.world, slot);
    const auto after = places_in(after_.world, slot);
    const auto steps = slots_.find(slot);
    const auto add = [&](const Hash& model, const std::optional<Place>& was, const std::optional<Place>& is) {
      if (was == is) return;
      changes.push_back({slot.second, slot.first, model, names_.version_of(model), was, is,
                         steps == slots_.end() ? std::vector<HistoryStep>() : steps->second});
    };
    for (const auto& [model, was] : before) {
      const auto now = after.find(model);
      add(model, was, now == after.end() ? std::nullopt : std::optional<Place>(now->second));
    }
    for (const auto& [model, is] : after) {
      if (!before.contains(model)) add(model, std::nullopt, is);
    }
  }
  std::stable_sort(changes.begin(), changes.end(), [](const PlaceChange& a, const PlaceChange& b) {
    return std::tie(a.environment, a.name, a.version) < std::tie(b.environment, b.name, b.version);
  });
  return changes;
}

std::vector<FactChange> WorldDiff::facts() const {
  const Facts before = facts_of(before_.world, wanted_, before_.moment);
  const Facts after = facts_of(after_.world, wanted_, after_.moment);
  std::map<FactKey, FactChange> changes;
  const auto change = [&changes](const FactKey& key) -> FactChange& {
    FactChange& row = changes[key];
    row.key = key;
    return row;
  };
  for (const auto& [key, fact] : before) {
    const auto now = after.find(key);
    if (now == after.end() || now->second != fact) change(key).before = fact;
  }
  for (const auto& [key, fact] : after) {
    const auto then = before.find(key);
    if (then == before.end() || then->second != fact) change(key).after = fact;
  }
  for (const auto& [key, steps] : touched_) {
    FactChange& row = change(key);
    row.steps = steps;
    // What was touched and stands as before has not been put in yet.
    if (!row.before && !row.after && before.contains(key)) row.before = row.after = before.at(key);
  }
  std::vector<FactChange> rows;
  for (auto& [key, row] : changes) rows.push_back(std::move(row));
  return rows;
}

}  // namespace cairn
