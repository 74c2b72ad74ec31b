#include "projections/grounds.h"

#include <algorithm>

#include "ledger/base/text.h"
#include "projections/gates.h"

namespace cairn {

namespace {

std::string by(const std::string& who, const std::string& reason) {
  return "by " + who + (reason.empty() ? "" : ": " + reason);
}

std::string staged(Stage stage, std::uint64_t percent) {
  return std::string(to_text(stage)) + (stage == Stage::canary ? str(", ", percent, " %") : "");
}

}  // namespace

void Grounds::add(CauseKind kind, Seq seq, const std::string& note) {
  if (seq >= seq_) return;
  std::vector<std::string>& notes = found_[{kind, seq}];
  if (!note.empty() && std::find(notes.begin(), notes.end(), note) == notes.end()) notes.push_back(note);
}

bool Grounds::said_no(Refusal refusal) const {
  const auto is = [&](const Refused& one) { return one.refusal == refusal; };
  return (verdict_.refused && is(*verdict_.refused)) || std::any_of(verdict_.also.begin(), verdict_.also.end(), is);
}

void Grounds::refused_by(Refusal refusal, CauseKind kind, Seq seq, const std::string& note) {
  if (said_no(refusal)) add(kind, seq, std::string(wire_name(refusal)) + (note.empty() ? "" : ": " + note));
}

std::vector<Cause> Grounds::take() {
  std::vector<Cause> causes;
  for (const auto& [place, notes] : found_) causes.push_back({place.first, place.second, joined(notes, "; ")});
  return causes;
}

// ---- who and by what rules

void Grounds::author() {
  const Actor* actor = world_.actors.find(statement_.author);
  if (actor != nullptr) {
    std::vector<std::string> roles;
    for (const Grant& grant : actor->roles) roles.push_back(to_text(grant));
    const std::string had = roles.empty() ? "no role" : joined(roles, ", ");
    add(CauseKind::authority, actor->enrolled, statement_.author + ", who had " + had);
  }
  const Key* key = world_.keys.find(key_);
  if (key != nullptr && (actor == nullptr || key->added != actor->enrolled)) {
    add(CauseKind::authority, key->added, "the key of " + key->handle);
  } else if (key == nullptr && key_ == world_.genesis->recovery_id) {
    add(CauseKind::authority, 0, "the recovery key");
  }
}

void Grounds::gates() {
  for (const GateOutcome& gate : verdict_.gates) {
    if (gate.evidence_seq) add(CauseKind::evidence, *gate.evidence_seq, measured(gate));
    if (gate.baseline_seq) add(CauseKind::evidence, *gate.baseline_seq, "the baseline of " + gate.gate.name);
  }
}

void Grounds::lifted() {
  for (const Lifted& one : verdict_.lifted) {
    const std::string reasons = joined(one.refused.reasons, ", ");
    add(CauseKind::hold, one.invoked,
        "lifted " + std::string(to_text(one.guard)) + (reasons.empty() ? "" : ": " + reasons));
  }
}

void Grounds::policy(const std::string& note) {
  add(CauseKind::policy, world_.force->adopted, note);
}

void Grounds::actor(const std::string& handle) {
  const Actor* actor = world_.actors.find(handle);
  if (actor != nullptr) add(CauseKind::earlier, actor->enrolled, "enrolled " + handle);
}

void Grounds::asked_by_another_admin() {
  const OpenRequest* request = world_.requests.find(statement_.events_hash);
  if (request != nullptr) add(CauseKind::approval, request->said.seq, "asked for by " + request->said.by);
}

// ---- of what

void Grounds::model(const Hash& digest) {
  const Model* model = world_.models.find(digest);
  if (model != nullptr) add(CauseKind::earlier, model->registered, "registered " + world_.name_of(digest));
}

void Grounds::stands(const SlotKey& slot, const Hash& digest) {
  const Tenure* full = world_.at_full(slot);
  if (full != nullptr && full->model == digest) {
    add(CauseKind::step, full->seq, world_.name_of(digest) + " at full in " + slot.second);
  }
  const Rollout* active = world_.under_way(slot);
  if (active != nullptr && active->model == digest) {
    add(CauseKind::step, active->stage_entry,
        world_.name_of(digest) + " in " + staged(active->stage, active->percent) + " in " + slot.second);
  }
}

void Grounds::stands_somewhere(const Hash& digest) {
  for (const auto& [slot, row] : world_.slots.rows()) stands(slot, digest);
}

void Grounds::rollout(const std::string& id) {
  const Rollout* rollout = world_.rollouts.find(id);
  if (rollout == nullptr) return;
  add(CauseKind::proposal, rollout->proposed, id + " by " + rollout->proposer);
  if (rollout->state == RolloutState::active) {
    add(CauseKind::step, rollout->stage_entry, "began " + staged(rollout->stage, rollout->percent));
  }
  if (rollout->goes_back()) incident(rollout->rollback_incident);
  const Seq* last = world_.subjects.find("rollout:" + id);
  if (last != nullptr) {
    refused_by(Refusal::rollout_over, CauseKind::step, *last, id + " is " + std::string(to_text(rollout->state)));
  }
}

void Grounds::incident(const std::string& id) {
  const Incident* incident = world_.incidents.find(id);
  if (incident == nullptr) return;
  add(CauseKind::incident, incident->opened, id + ", " + std::string(to_text(incident->severity)));
  if (incident->closed) {
    refused_by(Refusal::incident_over, CauseKind::incident, incident->closed->seq, id + " is closed");
  } else if (incident->resolved) {
    refused_by(Refusal::incident_over, CauseKind::incident, incident->resolved->seq, id + " is resolved");
  }
}

// ---- what was known

void Grounds::alerts(const Hash& digest, const std::string& environment) {
  for (const auto& [key, alert] : world_.alerts.rows()) {
    if (key.model != digest || (!environment.empty() && key.environment != environment)) continue;
    std::string note = world_.name_of(key.model) + " in " + key.environment;
    const EvidenceRow* row = world_.evidence.find({digest, key.environment, EvidenceKind::monitoring});
    if (row != nullptr && row->seq == key.entry) {
      const Model* known = world_.models.find(digest);
      const GateQuestion question{
          digest, {known == nullptr ? "" : known->name, key.environment}, 0, key.environment, row->recorded};
      for (const Gate& gate : world_.policy().gates) {
        if (gate.evidence_class != EvidenceClass::stage || gate.evidence != EvidenceKind::monitoring) continue;
        const GateOutcome outcome = evaluate(world_, gate, question);
        if (outcome.result == GateResult::fail) note += ", " + measured(outcome);
      }
    }
    add(CauseKind::alert, key.entry, note);
  }
}

void Grounds::alerts_in(const Scope& scope) {
  for (const auto& row : world_.alerts.rows()) {
    const Model* known = world_.models.find(row.first.model);
    const bool covered = scope.covers(row.first.environment, known == nullptr ? "" : known->name);
    if (covered) alerts(row.first.model, row.first.environment);
  }
}

void Grounds::watched(const Hash& digest, const std::string& environment, Seq since) {
  const EvidenceRow* row = world_.evidence.find({digest, environment, EvidenceKind::monitoring});
  if (row == nullptr || row->seq < since) return;
  const GateResult result = judge_monitoring(world_.policy(), row->values, row->recorded);
  add(CauseKind::evidence, row->seq, "the newest look at it: " + std::string(to_text(result)));
}

void Grounds::soaked(const Rollout& rollout) {
  if (const auto shadow = counted_shadow(world_, rollout, recorded_)) {
    add(CauseKind::evidence, shadow->done.entry,
        "the shadow in " + shadow->environment + " counts: it soaked " + describe_duration(shadow->done.soaked));
    return;
  }
  const Millis needed = soak_needed(world_, rollout);
  const EvidenceRow* row = world_.evidence.find({rollout.model, rollout.environment, EvidenceKind::monitoring});
  if (needed == 0 || row == nullptr || row->seq < rollout.stage_entry) return;
  add(CauseKind::evidence, row->seq,
      std::string(to_text(rollout.stage)) + " soaked " + describe_duration(rollout.soak.total) + " of " +
          describe_duration(needed));
}

// What a gate could not tell from, because it was too old or of another stage, or said by somebody else.
void Grounds::unread(const Hash& digest, const std::string& environment) {
  for (const GateOutcome& gate : verdict_.gates) {
    if (gate.result != GateResult::unknown || gate.evidence_seq) continue;
    const bool of_stage = gate.gate.evidence_class == EvidenceClass::stage;
    const EvidenceRow* row = world_.evidence.find({digest, of_stage ? environment : std::string(), gate.gate.evidence});
    if (row != nullptr) add(CauseKind::evidence, row->seq, measured(gate));
  }
}

void Grounds::grants(const Rollout& rollout, Stage stage) {
  const auto note = [&](const Approval& approval, const std::string& how) {
    add(CauseKind::approval, approval.seq, how + " " + by(approval.person, approval.reason));
  };
  for (const Approval& grant : valid_grants(world_, rollout, stage, recorded_)) note(grant, "granted");
  for (const Approval& denial : standing_denials(world_, rollout, stage)) note(denial, "denied");
  if (!said_no(Refusal::approval_missing)) return;
  for (const Approval& grant : expired_grants(world_, rollout, stage, recorded_)) note(grant, "too old now: granted");
  for (const Approval& approval : rollout.approvals) {
    if (approval.stage != stage) continue;
    if (approval.state == ApprovalState::voided) note(approval, "void now: granted");
    if (approval.state == ApprovalState::withdrawn) note(approval, "taken back");
  }
}

// ---- what held it back

void Grounds::may_move(const SlotKey& slot, const Hash& digest) {
  for (const auto& [scope, lockdown] : world_.lockdowns.rows()) {
    if (!scope.covers(slot.second, slot.first)) continue;
    refused_by(Refusal::locked_down, CauseKind::hold, lockdown.engaged, by(lockdown.by, lockdown.reason));
  }
  if (const Freeze* freeze = world_.freeze_over(slot, recorded_)) {
    refused_by(Refusal::frozen, CauseKind::hold, freeze->declared, by(freeze->by, freeze->reason));
  }
  for (const FreezeWindow& window : world_.policy().freezes) {
    const bool now = window.from <= recorded_ && recorded_ < window.until;
    if (!now || !window.scope.covers(slot.second, slot.first)) continue;
    refused_by(Refusal::frozen, CauseKind::policy, world_.force->adopted, "the window " + window.name);
  }
  if (const auto* glass = world_.glass.find(slot)) {
    for (const BrokenGlass& broken : *glass) {
      refused_by(Refusal::review_missing, CauseKind::hold, broken.said.seq,
                 "broken by " + broken.said.by + " for " + broken.incident);
    }
  }
  out_of_use(digest);
}

void Grounds::out_of_use(const Hash& digest) {
  const Model* model = world_.models.find(digest);
  if (model == nullptr) return;
  const std::string name = world_.name_of(digest);
  const auto bars = [&](Refusal refusal, CauseKind kind, std::optional<Seq> seq, const std::string& how) {
    if (!seq) return;
    refused_by(refusal, kind, *seq, name + how);
    refused_by(Refusal::target_not_eligible, kind, *seq, name + how);
  };
  bars(Refusal::model_quarantined, CauseKind::hold, model->quarantined, " is in quarantine");
  bars(Refusal::model_retired, CauseKind::earlier,
       model->retired ? std::optional<Seq>(model->retired->seq) : std::nullopt, " is retired");
  bars(Refusal::artefact_deleted, CauseKind::earlier, model->deleted, ": its files are deleted");
}

void Grounds::law_holds(const std::string& name) {
  for (const auto& [key, hold] : world_.holds.rows()) {
    const bool covers = key.second.empty() || name.empty() || key.second == name;
    if (covers)
      refused_by(Refusal::on_hold, CauseKind::hold, hold.placed, "case " + key.first + " " + by(hold.by, hold.reason));
  }
}

void Grounds::leaves(const SlotKey& slot, const Hash& from) {
  stands(slot, from);
  alerts(from, slot.second);
  watched(from, slot.second, 0);
  if (const auto card = world_.violations_recorded(from)) {
    add(CauseKind::evidence, *card, "records violations of " + world_.name_of(from));
  }
}

void Grounds::returns_to(const SlotKey& slot, const Hash& to) {
  const Slot* row = world_.slots.find(slot);
  if (row == nullptr) return;
  const auto tenure =
      std::find_if(row->history.rbegin(), row->history.rend(), [&](const Tenure& one) { return one.model == to; });
  if (tenure != row->history.rend()) {
    add(CauseKind::step, tenure->seq, world_.name_of(to) + " was at full there");
  }
  if (const auto card = world_.violations_recorded(to)) {
    refused_by(Refusal::target_not_eligible, CauseKind::evidence, *card, "records violations of " + world_.name_of(to));
  }
  out_of_use(to);
}

// ---- what begins, goes on and ends

void Grounds::erased_before(const Hash& digest) {
  const Seq* erased = world_.erased.find(digest);
  if (erased != nullptr) refused_by(Refusal::attachment_erased, CauseKind::earlier, *erased, "erased it");
}

void Grounds::quarantine(const Hash& digest, Refusal refusal) {
  const Model* known = world_.models.find(digest);
  if (known == nullptr || !known->quarantined) return;
  refused_by(refusal, CauseKind::hold, *known->quarantined, world_.name_of(digest) + " is in quarantine");
}

void Grounds::left(const Hash& digest) {
  const Model* known = world_.models.find(digest);
  if (known != nullptr && known->left)
    add(CauseKind::step, known->left->seq, world_.name_of(digest) + " left its slot");
}

void Grounds::hold(const std::string& case_id, const std::string& name) {
  for (const auto& [key, row] : world_.holds.rows()) {
    if (key.first != case_id || (key.second != name && !said_no(Refusal::hold_unchanged))) continue;
    add(CauseKind::hold, row.placed,
        (key.second.empty() ? "every model" : key.second) + " by " + row.by + ": " + row.reason);
  }
}

void Grounds::removes(const Hash& digest) {
  policy("the policy's retention");
  model(digest);
  left(digest);
  const Model* known = world_.models.find(digest);
  if (known == nullptr) return;
  if (known->retired) add(CauseKind::earlier, known->retired->seq, "retired it");
  if (known->deleted) refused_by(Refusal::artefact_deleted, CauseKind::earlier, *known->deleted, "deleted its files");
  quarantine(digest, Refusal::model_quarantined);
  law_holds(known->name);
  if (said_no(Refusal::model_in_use)) stands_somewhere(digest);
}

void Grounds::gives_way(const SlotKey& slot) {
  const Tenure* full = world_.at_full(slot);
  if (full != nullptr) add(CauseKind::step, full->seq, world_.name_of(full->model) + " at full until then");
}

void Grounds::goes_back(const SlotKey& slot, const Hash& from, const Hash& to) {
  leaves(slot, from);
  returns_to(slot, to);
  const Slot* row = world_.slots.find(slot);
  if (row != nullptr && row->active) rollout(*row->active);
  if (said_no(Refusal::already_at_full)) stands(slot, to);
  if (said_no(Refusal::target_not_watched)) policy("a regression goes back through shadow");
  const auto runs = world_.rollback_source(slot);
  if (runs && said_no(Refusal::nothing_to_roll_back)) stands(slot, *runs);
}

void Grounds::answers(const std::string& id, Stage stage) {
  policy("the policy asks for it");
  rollout(id);
  const Rollout* way = world_.rollouts.find(id);
  if (way == nullptr) return;
  if (way->request && way->request->stage == stage) {
    add(CauseKind::approval, way->request->seq, "asked for by " + way->request->by);
  }
  for (const Approval& approval : way->approvals) {
    const bool own = approval.person == statement_.author && approval.stage == stage;
    if (own) add(CauseKind::approval, approval.seq, "their answer before");
  }
}

void Grounds::lockdown(const Scope& scope) {
  const Lockdown* row = world_.lockdowns.find(scope);
  if (row == nullptr) return;
  add(CauseKind::hold, row->engaged, "by " + row->by + ": " + row->reason);
  if (row->lift) add(CauseKind::approval, row->lift->seq, "its lift was asked for by " + row->lift->by);
}

void Grounds::freeze(const Scope& scope) {
  const Freeze* row = world_.freezes.find(scope);
  if (row != nullptr) add(CauseKind::hold, row->declared, "by " + row->by + ": " + row->reason);
}

void Grounds::broken(const SlotKey& slot) {
  const auto* glass = world_.glass.find(slot);
  if (glass == nullptr) return;
  for (const BrokenGlass& one : *glass) {
    add(CauseKind::hold, one.said.seq, "broken by " + one.said.by);
    incident(one.incident);
  }
}

void Grounds::goes_on(const std::string& id) {
  incident(id);
  const Incident* about = world_.incidents.find(id);
  if (about == nullptr) return;
  const auto step = [&](const std::optional<Moment>& moment, const char* what) {
    if (moment) add(CauseKind::earlier, moment->seq, what);
  };
  step(about->acknowledged, "acknowledged it");
  step(about->escalated, "escalated it");
  step(about->mitigated, "mitigated it");
  step(about->resolved, "resolved it");
  step(about->postmortem, "its post-mortem");
}

}  // namespace cairn
