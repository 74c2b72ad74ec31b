// What each event stands on. One overload an event, in the order of event.h; what several ask is in grounds.cpp.
#include "projections/causes.h"

#include <algorithm>

#include "ledger/base/text.h"
#include "projections/due.h"
#include "projections/grounds.h"

namespace cairn {

namespace {

using K = CauseKind;
using R = Refusal;

class EventGrounds : public Grounds {
 public:
  using Grounds::Grounds;

  // ---- the ledger and who may speak in it

  void operator()(const LedgerCreated&) { refused_by(R::misplaced_genesis, K::earlier, 0, "the ledger is there"); }
  void operator()(const ActorEnrolled& event) {
    asked_by_another_admin();
    actor(event.owner);
    actor(event.handle);  // the handle is taken
    key_known(event.key);
  }
  void operator()(const RoleGranted& event) {
    asked_by_another_admin();
    actor(event.handle);
  }
  void operator()(const RoleRevoked& event) {
    asked_by_another_admin();
    actor(event.handle);
    refused_by(R::quorum_unreachable, K::policy, world_.force->adopted, "its quorums");
  }
  void operator()(const KeyAdded& event) {
    asked_by_another_admin();
    actor(event.handle);
    key_known(event.key);
  }
  void operator()(const KeyRevoked& event) {
    const Key* key = world_.keys.find(event.key);
    if (key == nullptr) return;
    add(K::earlier, key->added, "added the key of " + key->handle);
    if (key->revoked) refused_by(R::unknown_key, K::earlier, *key->revoked, "revoked it");
  }
  void operator()(const AdministrationRequested&) {}

  void operator()(const LogKeyAdded&) { asked_by_another_admin(); }
  void operator()(const LogKeyRetired& event) { log_key(event.log_key); }
  void operator()(const LogKeyCompromised& event) { log_key(event.log_key); }
  void operator()(const ClockCorrected&) {
    asked_by_another_admin();
    if (seq_ > 0) add(K::earlier, seq_ - 1, "was recorded later than it was");
  }
  void operator()(const LedgerForked& event) {
    if (event.size > 0) add(K::earlier, event.size - 1, "the last that it shares with " + event.origin);
  }

  void operator()(const PolicyProposed&) { policy(); }
  void operator()(const PolicyApproved& event) {
    policy();
    const OpenProposal* open = proposal(event.policy);
    if (open == nullptr) return;
    const auto before = open->approvals.find(statement_.author);
    if (before == open->approvals.end()) return;
    refused_by(R::policy_approval_own, K::approval, before->second.said.seq, "approved before");
  }
  void operator()(const PolicyAdopted& event) {
    policy("the policy in force until then");
    const OpenProposal* open = proposal(event.policy);
    if (open == nullptr) return;
    for (const auto& [admin, consent] : open->approvals) {
      const bool bound = consent.replaces == world_.policy().digest;
      add(K::approval, consent.said.seq, "approved by " + admin + (bound ? "" : ", of what was in force then"));
    }
  }

  // ---- models and what is known of them

  void operator()(const ModelRegistered& event) {
    if (said_no(R::model_known)) model(event.model);
    const Hash* taken = world_.versions.find({event.name, event.version});
    if (taken != nullptr && said_no(R::version_taken)) model(*taken);
    if (!said_no(R::differs_by_case)) return;
    for (const auto& [digest, row] : world_.models.rows()) {
      if (fold_case(row.name) == fold_case(event.name)) model(digest);
    }
  }
  void operator()(const EvidenceRecorded& event) {
    model(event.model);
    erased_before(event.digest);
    if (!event.environment.empty()) stands(slot_of(event.model, event.environment), event.model);
  }
  void operator()(const AlertAcknowledged& event) {
    bool open = false;
    for (const auto& [key, alert] : world_.alerts.rows()) {
      if (key.entry != event.alert) continue;
      open = true;
      alerts(key.model, key.environment);
      if (alert.acknowledged) refused_by(R::alert_not_open, K::earlier, *alert.acknowledged, "acknowledged it");
    }
    if (!open) add(K::alert, event.alert, "no alert any more");
  }
  void operator()(const RetrainingRequested& event) {
    model(event.model);
    stands_somewhere(event.model);
    alerts(event.model, "");
  }
  void operator()(const DueRecorded& event) {
    for (const Due& one : due_at(world_, recorded_)) {
      const bool its = one.kind == event.kind && one.subject == event.subject && one.due == event.due;
      if (its && one.seq) add(K::earlier, *one.seq, one.what);
    }
  }
  void operator()(const ArtefactChecked& event) { model(event.model); }
  void operator()(const ModelArchived&) {}  // the step to full in the same statement names what gave way

  void operator()(const ModelQuarantined& event) {
    model(event.model);
    stands_somewhere(event.model);
    alerts(event.model, "");
    quarantine(event.model, R::quarantine_unchanged);
  }
  void operator()(const ModelReleased& event) {
    model(event.model);
    const Model* known = world_.models.find(event.model);
    if (known == nullptr) return;
    if (known->quarantined) add(K::hold, *known->quarantined, world_.name_of(event.model) + " is in quarantine");
    if (!said_no(R::locked_down)) return;
    for (const auto& [scope, lockdown] : world_.lockdowns.rows()) {
      if (scope.covers("", known->name)) refused_by(R::locked_down, K::hold, lockdown.engaged, to_text(scope));
    }
  }
  void operator()(const ModelRetired& event) {
    model(event.model);
    left(event.model);
    if (said_no(R::model_retired)) out_of_use(event.model);
    if (said_no(R::model_in_use)) stands_somewhere(event.model);
  }
  void operator()(const RetentionSet& event) {
    model(event.model);
    policy("the policy's classes");
  }
  void operator()(const HoldPlaced& event) { hold(event.case_id, event.name); }
  void operator()(const HoldReleased& event) { hold(event.case_id, event.name); }
  void operator()(const ArtefactDeleted& event) { removes(event.model); }
  void operator()(const AttachmentErased& event) {
    add(K::earlier, event.entry, "names it");
    erased_before(event.digest);
    if (event.model != Hash{}) return removes(event.model);
    policy("the policy's retention");
    law_holds("");
  }

  // ---- rollouts

  void operator()(const RolloutProposed& event) {
    const SlotKey slot{event.name, event.environment};
    policy();
    model(event.model);
    may_move(slot, event.model);
    if (const Slot* row = world_.slots.find(slot); row != nullptr && row->active) {
      rollout(*row->active);  // in shadow it gives way, else it is in the way
    }
    if (said_no(R::already_at_full)) stands(slot, event.model);
    unread(event.model, event.environment);
    if (said_no(R::wrong_number)) newest_rollout(slot);
  }

  void operator()(const RolloutAdvanced& event) {
    policy();
    rollout(event.rollout);
    const Rollout* way = world_.rollouts.find(event.rollout);
    if (way == nullptr) return;
    const SlotKey slot{way->name, way->environment};
    may_move(slot, way->model);
    if (way->paused) refused_by(R::rollout_paused, K::hold, *way->paused, "paused");
    soaked(*way);
    if (way->notified) add(K::notice, *way->notified, "stakeholders were notified");
    grants(*way, event.stage);
    unread(way->model, way->environment);
    if (said_no(R::archive_missing) || event.stage == Stage::full) gives_way(slot);
  }

  void operator()(const RolloutPaused& event) {
    rollout(event.rollout);
    const Rollout* way = world_.rollouts.find(event.rollout);
    if (way == nullptr) return;
    alerts(way->model, way->environment);
    if (way->paused) refused_by(R::pause_unchanged, K::hold, *way->paused, "paused already");
  }
  void operator()(const RolloutResumed& event) {
    rollout(event.rollout);
    const Rollout* way = world_.rollouts.find(event.rollout);
    if (way == nullptr) return;
    if (way->paused) add(K::hold, *way->paused, "paused");
    may_move({way->name, way->environment}, way->model);
  }
  void operator()(const RolloutAborted& event) {
    rollout(event.rollout);
    const Rollout* way = world_.rollouts.find(event.rollout);
    if (way == nullptr) return;
    if (way->paused) add(K::hold, *way->paused, "paused");
    alerts(way->model, way->environment);
    watched(way->model, way->environment, way->stage_entry);
  }
  void operator()(const StakeholdersNotified& event) { rollout(event.rollout); }

  void operator()(const RollbackBegun& event) { goes_back({event.name, event.environment}, event.from, event.to); }
  void operator()(const RollbackExecuted& event) {
    const SlotKey slot{event.name, event.environment};
    goes_back(slot, event.from, event.to);
    const Rollout* way = world_.under_way(slot);
    if (way == nullptr || !way->goes_back() || way->model != event.to) return;
    watched(way->model, event.environment, way->stage_entry);
    refused_by(R::incident_missing, K::incident, way->stage_entry, "it was begun for " + way->rollback_incident);
  }
  void operator()(const SlotEmptied& event) {
    goes_back({event.name, event.environment}, event.from, {});
    if (!said_no(R::no_rollback_target)) return;
    const SlotKey slot{event.name, event.environment};
    const auto target = world_.rollback_target(slot, event.from, event.trigger, [](const Hash&) { return false; });
    if (target) refused_by(R::no_rollback_target, K::step, target->seq, world_.name_of(target->model) + " was at full");
  }
  void operator()(const DrillRecorded& event) {
    const SlotKey slot{event.name, event.environment};
    stands(slot, event.from);
    returns_to(slot, event.to);
  }

  // ---- approvals

  void operator()(const ApprovalGranted& event) {
    answers(event.rollout, event.stage);
    const Rollout* way = world_.rollouts.find(event.rollout);
    if (way == nullptr) return;
    for (const Seq seq : event.seen) add(K::evidence, seq, "seen");
    for (const GateOutcome& gate : evaluate_all(world_, WhichGates::all, question_for(world_, *way, recorded_))) {
      const bool seen =
          gate.evidence_seq && std::binary_search(event.seen.begin(), event.seen.end(), *gate.evidence_seq);
      const bool missed = gate.evidence_seq && said_no(R::approval_not_bound);
      if (seen) add(K::evidence, *gate.evidence_seq, measured(gate));
      if (missed && !seen) add(K::evidence, *gate.evidence_seq, "not seen: " + measured(gate));
    }
  }
  void operator()(const ApprovalDenied& event) { answers(event.rollout, event.stage); }
  void operator()(const ApprovalWithdrawn& event) { answers(event.rollout, event.stage); }
  void operator()(const ApprovalRequested& event) {
    policy("the policy asks for it");
    rollout(event.rollout);
  }

  // ---- protection

  void operator()(const LockdownEngaged& event) {
    alerts_in(event.scope);
    for (const auto& [id, row] : world_.incidents.rows()) {
      const bool about = event.scope.covers(row.environment, row.name);
      if (about && row.state < IncidentState::resolved) incident(id);
    }
    if (said_no(R::lockdown_unchanged)) lockdown(event.scope);
  }
  void operator()(const LockdownLiftRequested& event) { lockdown(event.scope); }
  void operator()(const LockdownLifted& event) { lockdown(event.scope); }
  void operator()(const FreezeDeclared& event) {
    if (said_no(R::freeze_unchanged)) freeze(event.scope);
  }
  void operator()(const FreezeEnded& event) { freeze(event.scope); }
  void operator()(const BreakGlassInvoked& event) {
    policy("the policy says what may be lifted, and for how long");
    incident(event.incident);
    broken({event.name, event.environment});
  }
  void operator()(const BreakGlassReviewed& event) { broken({event.name, event.environment}); }

  // ---- incidents

  void operator()(const IncidentOpened& event) {
    const SlotKey slot{event.name, event.environment};
    if (const auto runs = world_.rollback_source(slot)) {
      stands(slot, *runs);
      watched(*runs, event.environment, 0);
    }
    alerts_in({event.environment, event.name});
    const auto& rows = world_.incidents.rows();
    const auto newest = std::max_element(
        rows.begin(), rows.end(), [](const auto& a, const auto& b) { return a.second.opened < b.second.opened; });
    if (newest != rows.end()) refused_by(R::wrong_number, K::incident, newest->second.opened, newest->first);
  }
  void operator()(const IncidentAcknowledged& event) { goes_on(event.incident); }
  void operator()(const IncidentNoted& event) {
    incident(event.incident);
    for (const Seq seq : event.about) add(K::earlier, seq, "it speaks of this");
  }
  void operator()(const IncidentEscalated& event) { goes_on(event.incident); }
  void operator()(const IncidentMitigated& event) { goes_on(event.incident); }
  void operator()(const IncidentResolved& event) { goes_on(event.incident); }
  void operator()(const PostmortemPublished& event) {
    goes_on(event.incident);
    erased_before(event.digest);
  }
  void operator()(const ActionOpened& event) { goes_on(event.incident); }
  void operator()(const ActionClosed& event) {
    incident(event.incident);
    const Incident* about = world_.incidents.find(event.incident);
    if (about == nullptr || event.action == 0 || event.action > about->actions.size()) return;
    const ActionItem& item = about->actions[event.action - 1];
    add(K::earlier, item.opened, "gave it to " + item.owner + ": " + item.task);
    if (item.closed) refused_by(R::action_unknown, K::earlier, *item.closed, "closed it");
  }
  void operator()(const IncidentClosed& event) {
    policy("the policy says what an incident of its severity asks for");
    goes_on(event.incident);
    const Incident* about = world_.incidents.find(event.incident);
    if (about == nullptr) return;
    for (const ActionItem& item : about->actions) {
      if (item.closed) add(K::earlier, *item.closed, "closed an action of it");
      if (!item.closed) refused_by(R::actions_open, K::earlier, item.opened, item.owner + ": " + item.task);
    }
  }
  void operator()(const ReportRecorded& event) {
    if (event.kind == ReportKind::incident) incident(event.subject);
    if (event.kind == ReportKind::rollout) rollout(event.subject);
  }

 private:
  void newest_rollout(const SlotKey& slot) {
    const Slot* row = world_.slots.find(slot);
    if (row != nullptr) rollout(to_text(RolloutId{slot.first, slot.second, row->rollouts}));
  }

  SlotKey slot_of(const Hash& digest, const std::string& environment) const {
    const Model* known = world_.models.find(digest);
    return {known == nullptr ? std::string() : known->name, environment};
  }

  void log_key(const std::string& vkey) {
    const auto& keys = world_.genesis->log_keys;
    const auto key = keys.find(vkey);
    if (key == keys.end()) return;
    add(K::earlier, key->second.added, "had the log sign with it");
    if (key->second.ended) refused_by(R::log_key_invalid, K::earlier, *key->second.ended, "ended it");
  }

  void key_known(const Bytes& spki) {
    if (const Key* key = world_.keys.find(sha256(spki))) {
      refused_by(R::key_known, K::authority, key->added, "it is the key of " + key->handle);
    }
  }

  const OpenProposal* proposal(const Hash& digest) {
    const OpenProposal* open = world_.proposals.find(digest);
    if (open != nullptr) add(K::proposal, open->said.seq, "proposed by " + open->said.by);
    return open;
  }
};

}  // namespace

std::vector<Cause> causes_of(const World& world, const Recorded& entry, const Verdict& verdict) {
  EventGrounds grounds(world, entry, verdict);
  for (const Event& event : entry.statement.events) std::visit(grounds, event);
  grounds.gates();
  grounds.lifted();
  grounds.author();
  return grounds.take();
}

}  // namespace cairn
