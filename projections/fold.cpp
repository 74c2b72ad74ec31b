// What each event changes in the World, and what an entry leaves. Nothing is judged here but monitoring records, whose
// verdict is a fact that later rules ask for.
#include <algorithm>

#include "ledger/base/text.h"
#include "projections/admit.h"
#include "projections/gates.h"
#include "projections/world.h"

namespace cairn {

namespace {

// One overload an event: what it changes.
struct Fold {
  World& world;
  const Statement& statement;
  const KeyId& key;
  const Seq seq;
  const Millis recorded;

  void operator()(const LedgerCreated& event) {
    if (seq != 0) return;
    Genesis& genesis = world.genesis.edit();
    genesis.origin = event.origin;
    genesis.log_keys = {{event.log_key, {}}};
    genesis.recovery_key = event.recovery_key;
    genesis.recovery_id = sha256(event.recovery_key);
  }

  void operator()(const ActorEnrolled& event) {
    Actor& actor = world.actors.edit(event.handle);
    actor.kind = event.kind;
    actor.owner = event.owner;
    actor.enrolled_by = statement.author;
    actor.roles = {event.roles.begin(), event.roles.end()};
    actor.enrolled = seq;
    world.spellings.edit("actor:" + fold_case(event.handle)) = event.handle;
    add_key(event.handle, event.key, "");
  }

  void operator()(const RoleGranted& event) {
    if (world.actors.has(event.handle)) world.actors.edit(event.handle).roles.insert(event.grant);
  }
  void operator()(const RoleRevoked& event) {
    if (world.actors.has(event.handle)) world.actors.edit(event.handle).roles.erase(event.grant);
  }

  void operator()(const KeyAdded& event) {
    const Key* by = world.keys.find(key);
    const bool own = statement.author == event.handle;
    add_key(event.handle, event.key, !own ? statement.author : by == nullptr ? "" : by->vouched_by);
  }
  void operator()(const KeyRevoked& event) {
    if (!world.keys.has(event.key)) return;
    Key& row = world.keys.edit(event.key);
    if (!row.revoked) row.revoked = seq;
    row.compromised_since = event.compromised_since;
  }

  void operator()(const AdministrationRequested& event) {
    std::size_t own = 0;
    const Hash* oldest = nullptr;
    Seq oldest_seq = seq;
    for (const auto& [events, request] : world.requests.rows()) {
      if (request.said.by != statement.author) continue;
      ++own;
      if (request.said.seq < oldest_seq) {
        oldest = &events;
        oldest_seq = request.said.seq;
      }
    }
    if (own >= max_open_requests && oldest != nullptr) world.requests.erase(Hash(*oldest));
    world.requests.edit(sha256(event.events)) = {spoken(), event.events};
  }

  void operator()(const PolicyProposed& event) {
    // Said again it is the same proposal, with the approvals that it has.
    if (world.proposals.has(sha256(event.document))) return;
    const auto& open = world.proposals.rows();
    const auto before = std::find_if(open.begin(), open.end(),
                                     [this](const auto& row) { return row.second.said.by == statement.author; });
    if (before != open.end()) world.proposals.erase(Hash(before->first));
    world.proposals.edit(sha256(event.document)) = {spoken(), event.document, {}};
  }
  void operator()(const PolicyApproved& event) {
    if (world.proposals.has(event.policy)) {
      world.proposals.edit(event.policy).approvals[statement.author] = {event.replaces, spoken()};
    }
  }
  void operator()(const PolicyAdopted& event) {
    const OpenProposal* proposal = world.proposals.find(event.policy);
    if (proposal == nullptr) return;
    auto policy = parse_policy(proposal->document);
    if (!policy) return;
    PolicyInForce& force = world.force.edit();
    force.policy = std::make_shared<const Policy>(std::move(policy).value());
    force.document = proposal->document;
    force.adopted = seq;
    world.proposals.erase(event.policy);
    for (const auto& [environment, rules] : world.policy().environments) {
      world.spellings.edit("environment:" + fold_case(environment)) = environment;
    }
    // A model that is registered later, spelled otherwise, would be of no tier.
    for (const Tier& tier : world.policy().tiers) {
      for (const std::string& model : tier.models) world.spellings.edit("model:" + fold_case(model)) = model;
    }
    void_unbound_grants();
  }

  void operator()(const LogKeyAdded& event) {
    world.genesis.edit().log_keys.emplace(event.log_key, LogKeySpan{seq, {}, {}});
  }
  void operator()(const LogKeyRetired& event) { end_log_key(event.log_key); }
  void operator()(const LogKeyCompromised& event) {
    LogKeySpan* span = end_log_key(event.log_key);
    if (span != nullptr && (!span->compromised || event.from < *span->compromised)) span->compromised = event.from;
  }
  void operator()(const ClockCorrected&) { world.set_clock_back(recorded); }
  // Under its own id once it has its place; see World::apply.
  void operator()(const LedgerForked& event) {
    Genesis& genesis = world.genesis.edit();
    for (auto& [vkey, span] : genesis.log_keys) {
      if (!span.ended) span.ended = seq;
    }
    genesis.origin = event.log_key.substr(0, event.log_key.find('+'));
    genesis.log_keys.emplace(event.log_key, LogKeySpan{seq, {}, {}});
  }

  void operator()(const ModelRegistered& event) {
    Model& model = world.models.edit(event.model);
    model = {};
    model.name = event.name;
    model.version = event.version;
    model.files = event.files;
    model.bytes = event.bytes;
    model.registered = seq;
    model.recorded = recorded;
    world.versions.edit({event.name, event.version}) = event.model;
    world.spellings.edit("model:" + fold_case(event.name)) = event.name;
    world.spellings.edit("version:" + event.name + ":" + fold_case(event.version)) = event.version;
  }

  void operator()(const EvidenceRecorded& event) {
    const EvidenceKey place{event.model, event.environment, event.kind};
    const bool watches = event.kind == EvidenceKind::monitoring && !event.environment.empty();
    // The same file again is no new look at the model: a monitor that died would soak for ever.
    const EvidenceRow* before = world.evidence.find(place);
    if (watches && before != nullptr && before->digest == event.digest) return;
    EvidenceRow& row = world.evidence.edit(place);
    row.seq = seq;
    row.recorded = recorded;
    row.author = statement.author;
    row.digest = event.digest;
    row.values = event.values;  // in the place of those of the look before
    // Grants first: a FAIL ends the shadow that may have counted, and with it the question that it fails.
    void_grants(event.model);
    if (!watches || !is_live(event.model, event.environment)) return;
    const GateResult result = judge_monitoring(world.policy(), event.values, recorded);
    alarm(event, result);
    soak(event, result);
  }

  void operator()(const AlertAcknowledged& event) {
    for (const AlertKey& alert : alerts_of(event.alert)) world.alerts.edit(alert).acknowledged = seq;
  }
  void operator()(const RetrainingRequested&) {}
  void operator()(const DueRecorded&) {}

  void operator()(const ArtefactChecked&) {}

  void operator()(const ModelArchived&) {}

  void operator()(const ModelQuarantined& event) {
    if (world.models.has(event.model)) world.models.edit(event.model).quarantined = seq;
  }
  void operator()(const ModelReleased& event) {
    if (world.models.has(event.model)) world.models.edit(event.model).quarantined.reset();
  }
  void operator()(const ModelRetired& event) {
    if (world.models.has(event.model)) world.models.edit(event.model).retired = Moment{seq, recorded};
  }
  void operator()(const RetentionSet& event) {
    if (world.models.has(event.model)) world.models.edit(event.model).classes = event.classes;
  }
  void operator()(const HoldPlaced& event) {
    world.holds.edit({event.case_id, event.name}) = {statement.author, event.reason, seq, recorded};
  }
  void operator()(const HoldReleased& event) { world.holds.erase({event.case_id, event.name}); }
  void operator()(const ArtefactDeleted& event) {
    if (world.models.has(event.model)) world.models.edit(event.model).deleted = seq;
  }
  void operator()(const AttachmentErased& event) { world.erased.edit(event.digest) = seq; }

  void operator()(const RolloutProposed& event) {
    enter_shadow(event.rollout, event.model, {event.name, event.environment});
  }

  void operator()(const RolloutAdvanced& event) {
    if (!world.rollouts.has(event.rollout)) return;
    Rollout& rollout = world.rollouts.edit(event.rollout);
    begin_stage(rollout, event.stage, event.percent);
    if (event.stage != Stage::full) return;
    rollout.state = RolloutState::full;
    Slot& slot = world.slots.edit({rollout.name, rollout.environment});
    slot.active.reset();
    slot.rolled_back.erase(rollout.model);
    if (slot.occupied) leave(slot.history.back().model, rollout.environment);
    occupy(slot, rollout.model);
  }

  void operator()(const RolloutPaused& event) {
    if (world.rollouts.has(event.rollout)) world.rollouts.edit(event.rollout).paused = seq;
  }
  void operator()(const RolloutResumed& event) {
    if (world.rollouts.has(event.rollout)) world.rollouts.edit(event.rollout).paused.reset();
  }

  void operator()(const RolloutAborted& event) {
    if (!world.rollouts.has(event.rollout)) return;
    Rollout& rollout = world.rollouts.edit(event.rollout);
    rollout.state = RolloutState::aborted;
    Slot& slot = world.slots.edit({rollout.name, rollout.environment});
    if (slot.active == event.rollout) slot.active.reset();
    leave(rollout.model, rollout.environment);
  }

  void operator()(const StakeholdersNotified& event) {
    if (world.rollouts.has(event.rollout)) world.rollouts.edit(event.rollout).notified = seq;
  }

  void operator()(const RollbackBegun& event) {
    enter_shadow(event.rollout, event.to, {event.name, event.environment}).rollback_incident = event.incident;
  }
  void operator()(const RollbackExecuted& event) {
    Slot& slot = world.slots.edit({event.name, event.environment});
    if (slot.active && world.rollouts.has(*slot.active)) {  // the way back that it ends
      world.rollouts.edit(*slot.active).state = RolloutState::full;
      slot.active.reset();
    }
    leave(event.from, event.environment);
    if (slot.occupied) leave(slot.history.back().model, event.environment);
    slot.rolled_back.insert(event.from);
    slot.rolled_back.erase(event.to);
    occupy(slot, event.to);
    forget_shadows(event.from);
  }
  void operator()(const SlotEmptied& event) {
    Slot& slot = world.slots.edit({event.name, event.environment});
    leave(event.from, event.environment);
    if (slot.occupied) leave(slot.history.back().model, event.environment);
    slot.rolled_back.insert(event.from);
    slot.occupied = false;
    forget_shadows(event.from);
  }

  void operator()(const DrillRecorded&) {}

  void operator()(const ApprovalGranted& event) {
    answer(event.rollout, event.stage, event.rules, ApprovalState::granted, event.reason);
  }
  void operator()(const ApprovalDenied& event) {
    answer(event.rollout, event.stage, Hash{}, ApprovalState::denied, event.reason);
  }
  void operator()(const ApprovalWithdrawn& event) {
    answer(event.rollout, event.stage, Hash{}, ApprovalState::withdrawn, event.reason);
  }
  void operator()(const ApprovalRequested& event) {
    if (!world.rollouts.has(event.rollout)) return;
    world.rollouts.edit(event.rollout).request =
        ApprovalRequest{event.stage, statement.author, event.of, seq, recorded};
  }

  void operator()(const LockdownEngaged& event) {
    world.lockdowns.edit(event.scope) = {statement.author, event.reason, seq, recorded, std::nullopt};
  }
  void operator()(const LockdownLiftRequested& event) {
    if (world.lockdowns.has(event.scope)) world.lockdowns.edit(event.scope).lift = spoken();
  }
  void operator()(const LockdownLifted& event) { world.lockdowns.erase(event.scope); }

  void operator()(const FreezeDeclared& event) {
    world.freezes.edit(event.scope) = {statement.author, event.reason, event.until, seq, recorded};
  }
  void operator()(const FreezeEnded& event) { world.freezes.erase(event.scope); }

  void operator()(const BreakGlassInvoked& event) {
    world.glass.edit({event.name, event.environment})
        .push_back({spoken(), event.incident, {event.lifts.begin(), event.lifts.end()}, event.until});
  }
  void operator()(const BreakGlassReviewed& event) { world.glass.erase({event.name, event.environment}); }

  void operator()(const IncidentOpened& event) {
    Incident& incident = world.incidents.edit(event.incident);
    incident = {};
    incident.severity = event.severity;
    incident.title = event.title;
    incident.name = event.name;
    incident.environment = event.environment;
    incident.opened = seq;
    incident.recorded = recorded;
  }
  void operator()(const IncidentAcknowledged& event) { reach(event.incident, IncidentState::acknowledged); }
  void operator()(const IncidentNoted&) {}
  void operator()(const IncidentEscalated& event) {
    if (!world.incidents.has(event.incident)) return;
    Incident& incident = world.incidents.edit(event.incident);
    incident.severity = event.severity;
    incident.escalated = Moment{seq, recorded};
  }
  void operator()(const IncidentMitigated& event) { reach(event.incident, IncidentState::mitigated); }
  void operator()(const IncidentResolved& event) { reach(event.incident, IncidentState::resolved); }
  void operator()(const PostmortemPublished& event) {
    if (world.incidents.has(event.incident)) world.incidents.edit(event.incident).postmortem = Moment{seq, recorded};
  }
  void operator()(const ActionOpened& event) {
    if (!world.incidents.has(event.incident)) return;
    world.incidents.edit(event.incident).actions.push_back({event.owner, event.due, event.task, seq, std::nullopt});
  }
  void operator()(const ActionClosed& event) {
    const Incident* incident = world.incidents.find(event.incident);
    if (incident == nullptr || event.action == 0 || event.action > incident->actions.size()) return;
    world.incidents.edit(event.incident).actions[event.action - 1].closed = seq;
  }
  void operator()(const IncidentClosed& event) { reach(event.incident, IncidentState::closed); }

  void operator()(const ReportRecorded&) {}

  // Whoever mitigates has acknowledged, whoever resolves has mitigated: what was not said apart was reached now.
  void reach(const std::string& id, IncidentState state) {
    if (!world.incidents.has(id)) return;
    Incident& incident = world.incidents.edit(id);
    const auto reached = [&](IncidentState step, std::optional<Moment>& moment) {
      if (state >= step && !moment) moment = Moment{seq, recorded};
    };
    reached(IncidentState::acknowledged, incident.acknowledged);
    reached(IncidentState::mitigated, incident.mitigated);
    reached(IncidentState::resolved, incident.resolved);
    reached(IncidentState::closed, incident.closed);
    incident.state = std::max(incident.state, state);
  }

  LogKeySpan* end_log_key(const std::string& vkey) {
    if (!world.genesis->log_keys.contains(vkey)) return nullptr;
    LogKeySpan& span = world.genesis.edit().log_keys.at(vkey);
    if (!span.ended) span.ended = seq;
    return &span;
  }

  Spoken spoken() const {
    const Key* by = world.keys.find(key);
    return {statement.author, by == nullptr ? "" : by->vouched_by, key, seq, recorded};
  }

  void add_key(const std::string& handle, const Bytes& spki, const std::string& vouched_by) {
    world.keys.edit(sha256(spki)) = {handle, spki, vouched_by, seq, std::nullopt, 0};
  }

  // What was in shadow there gives way.
  Rollout& enter_shadow(const std::string& id, const Hash& model, const SlotKey& where) {
    Slot& slot = world.slots.edit(where);
    if (slot.active && world.rollouts.has(*slot.active)) {
      Rollout& before = world.rollouts.edit(*slot.active);
      before.state = RolloutState::superseded;
      leave(before.model, before.environment);
    }
    slot.active = id;
    ++slot.rollouts;
    Rollout& rollout = world.rollouts.edit(id);
    rollout = {};
    rollout.model = model;
    rollout.name = where.first;
    rollout.environment = where.second;
    rollout.proposer = statement.author;
    rollout.proposed = seq;
    begin_stage(rollout, Stage::shadow, 0);
    return rollout;
  }

  void begin_stage(Rollout& rollout, Stage stage, std::uint64_t percent) const {
    rollout.stage = stage;
    rollout.percent = percent;
    rollout.stage_entry = seq;
    rollout.stage_since = recorded;
    rollout.soak = {0, recorded, false};
    if (rollout.request && rollout.request->stage <= stage) rollout.request.reset();
  }

  // A version that is at full already stays there; its tenure does not begin again.
  void occupy(Slot& slot, const Hash& model) const {
    if (!slot.occupied || slot.history.back().model != model) slot.history.push_back({model, seq, recorded});
    slot.occupied = true;
  }

  // What failed at work is not vouched for by a shadow from before.
  void forget_shadows(const Hash& model) const {
    for (const auto& [environment, rules] : world.policy().environments) world.shadows.erase({model, environment});
  }

  // A person has one answer to a stage, the newest.
  void answer(const std::string& id, Stage stage, const Hash& rules, ApprovalState state, const std::string& reason) {
    if (!world.rollouts.has(id)) return;
    std::vector<Approval>& approvals = world.rollouts.edit(id).approvals;
    std::erase_if(approvals, [&](const Approval& approval) {
      return approval.stage == stage && approval.person == statement.author;
    });
    approvals.push_back({statement.author, stage, rules, state, key, seq, recorded, reason});
  }

  // The rollout under way of this digest in this environment; null if none.
  Rollout* active_rollout(const Hash& model, const std::string& environment) {
    const Model* known = world.models.find(model);
    if (known == nullptr) return nullptr;
    const SlotKey slot{known->name, environment};
    const Rollout* rollout = world.under_way(slot);
    const bool its = rollout != nullptr && rollout->model == model;
    return its ? &world.rollouts.edit(*world.slots.find(slot)->active) : nullptr;
  }

  bool is_live(const Hash& model, const std::string& environment) const {
    const Model* known = world.models.find(model);
    return known != nullptr && world.stands_in({known->name, environment}, model);
  }

  // One entry may report on several models.
  std::vector<AlertKey> alerts_of(Seq entry) const {
    std::vector<AlertKey> found;
    for (const auto& row : world.alerts.rows()) {
      if (row.first.entry == entry) found.push_back(row.first);
    }
    return found;
  }

  // What a version had alarmed about there is over, and its retention begins.
  void leave(const Hash& model, const std::string& environment) {
    silence(model, environment);
    if (world.models.has(model)) world.models.edit(model).left = Moment{seq, recorded};
  }

  void silence(const Hash& model, const std::string& environment) {
    std::vector<AlertKey> over;
    for (const auto& row : world.alerts.rows()) {
      if (row.first.model == model && row.first.environment == environment) over.push_back(row.first);
    }
    for (const AlertKey& one : over) world.alerts.erase(one);
  }

  // A record that fails alarms until somebody says that they saw it, or a newer one passes.
  void alarm(const EvidenceRecorded& event, GateResult result) {
    if (result == GateResult::pass) silence(event.model, event.environment);
    if (result == GateResult::fail) world.alerts.edit({seq, event.model, event.environment}) = {recorded, std::nullopt};
  }

  // DESIGN 6: intervals between consecutive passing records count, each up to max_gap; a FAIL starts over; a record
  // that cannot be judged only interrupts.
  void soak(const EvidenceRecorded& event, GateResult result) {
    Rollout* rollout = active_rollout(event.model, event.environment);
    if (rollout == nullptr) return;
    const Policy& policy = world.policy();
    if (result == GateResult::pass) {
      if (rollout->soak.last_pass) {
        const Millis interval = std::max<Millis>(0, recorded - *rollout->soak.last_pass);
        rollout->soak.total += std::min(interval, policy.max_gap);
      }
      rollout->soak.last_pass = recorded;
    } else {
      rollout->soak.last_pass.reset();
      rollout->soak.doubted = true;
      if (result == GateResult::fail) rollout->soak.total = 0;
    }
    if (rollout->stage != Stage::shadow) return;
    const StageRules* rules = policy.stage(event.environment, Stage::shadow, rollout->name);
    if (rules == nullptr) return;
    if (result == GateResult::pass && rollout->soak.total >= rules->soak) {
      world.shadows.edit({event.model, event.environment}) = {rollout->soak.total, recorded, seq, rollout->stage_entry};
    } else if (result != GateResult::pass) {
      world.shadows.erase({event.model, event.environment});
    }
  }

  // DESIGN 6: a grant is void once the rules of its stage change, and stays so should they change back.
  void void_unbound_grants() {
    for (const auto& [where, slot] : world.slots.rows()) {
      const Rollout* rollout = slot.active ? world.rollouts.find(*slot.active) : nullptr;
      if (rollout == nullptr) continue;
      for (std::size_t i = 0; i < rollout->approvals.size(); ++i) {
        const Approval& approval = rollout->approvals[i];
        const StageRules* rules = world.rules_of(*rollout, approval.stage);
        const bool bound = rules != nullptr && approval.rules == rules->hash;
        if (bound || approval.state != ApprovalState::granted) continue;
        world.rollouts.edit(*slot.active).approvals[i].state = ApprovalState::voided;
      }
    }
  }

  // DESIGN 6: a grant is void once evidence recorded after it makes a gate FAIL; passing evidence does not void it.
  void void_grants(const Hash& model) {
    const Model* known = world.models.find(model);
    if (known == nullptr) return;
    for (const auto& [environment, rules] : world.policy().environments) {
      const Slot* slot = world.slots.find({known->name, environment});
      if (slot == nullptr || !slot->active) continue;
      const Rollout* rollout = world.rollouts.find(*slot->active);
      if (rollout == nullptr || rollout->approvals.empty()) continue;
      const auto outcomes = evaluate_all(world, WhichGates::all, question_for(world, *rollout, recorded));
      const bool failed_now = std::any_of(outcomes.begin(), outcomes.end(), [this](const GateOutcome& outcome) {
        return outcome.result == GateResult::fail && (outcome.evidence_seq == seq || outcome.baseline_seq == seq);
      });
      if (!failed_now) continue;
      for (Approval& approval : world.rollouts.edit(*slot->active).approvals) {
        if (approval.state == ApprovalState::granted) approval.state = ApprovalState::voided;
      }
    }
  }
};

}  // namespace

void World::apply_event(const Event& event, const Statement& statement, const KeyId& key, Millis recorded) {
  journal.at_entry(position->size);
  std::visit(Fold{*this, statement, key, position->size, recorded}, event);
}

void World::apply(const Recorded& entry) {
  ASSERT(entry.seq == position->size);
  journal.at_entry(entry.seq);
  const Statement& statement = entry.statement;
  const Millis recorded = entry.entry.recorded;
  const KeyId key = signed_by(entry.entry);

  if (entry.entry.outcome.empty()) {
    for (const Event& event : statement.events) apply_event(event, statement, key, recorded);
    if (requests.has(statement.events_hash)) requests.erase(statement.events_hash);
    const bool forked = std::holds_alternative<LedgerForked>(statement.events.front());
    if (entry.seq == 0 || forked) genesis.edit().ledger = entry.leaf;
    for (const std::string& subject : subjects_of(statement)) subjects.edit(subject) = entry.seq;
  } else {
    const bool fork = entry.entry.outcome == wire_name(Refusal::basis_not_on_history);
    std::deque<Millis>& times = (fork ? forks : refusals).edit(statement.author);
    while (!times.empty() && times.front() <= recorded - hour) times.pop_front();
    times.push_back(recorded);
  }
  const RecentIds::Row row{RecentIds::key_of(statement.author, statement.id), RecentIds::shorten(statement.events_hash),
                           entry.seq, recorded};
  // Never back by mere word of the log: then what a snapshot left out is not asked for again.
  const bool corrected = entry.entry.outcome.empty() && corrects_clock(statement);
  const Millis latest = corrected ? recorded : std::max(position->recorded, recorded);
  ids.push(row);
  position.edit() = {entry.seq + 1, latest, corrected ? entry.seq : position->corrected};
  ids.forget(latest - id_memory);
}

}  // namespace cairn
