#include "projections/questions.h"

namespace cairn {

bool Questions::is_administration(const Event& event) {
  return std::visit(
      []<class E>(const E&) {
        return std::is_same_v<E, ActorEnrolled> || std::is_same_v<E, RoleGranted> || std::is_same_v<E, RoleRevoked> ||
               std::is_same_v<E, KeyAdded> || std::is_same_v<E, KeyRevoked> ||
               std::is_same_v<E, AdministrationRequested> || std::is_same_v<E, PolicyProposed> ||
               std::is_same_v<E, PolicyApproved> || std::is_same_v<E, PolicyAdopted> ||
               std::is_same_v<E, LogKeyAdded> || std::is_same_v<E, LogKeyRetired> ||
               std::is_same_v<E, LogKeyCompromised> || std::is_same_v<E, ClockCorrected> ||
               std::is_same_v<E, LedgerForked>;
      },
      event);
}

Refused refused(Refusal refusal, Reasons reasons, std::optional<Millis> due) {
  return {refusal, std::string(rule_of(refusal)), std::move(reasons), std::string(remedy_of(refusal)), due};
}

void Questions::needs_one_of(const std::set<Role>& roles, const std::string& environment, const std::string& model) {
  if (genesis_) return;
  std::string wanted;
  for (const Role role : roles) {
    if (world_.has_role(statement_.author, role, environment, model)) return;
    wanted += (wanted.empty() ? "" : " or ") + std::string(to_text(role));
  }
  const std::string place = (environment.empty() ? "" : " in " + environment) + (model.empty() ? "" : " for " + model);
  no(Refusal::role_missing, {statement_.author + " lacks " + wanted + place});
}

void Questions::administers() {
  if (genesis_ || statement_.author == recovery_author) return;
  needs(Role::admin, "*", "*");
  by_person();
}

void Questions::asked_by_another_admin() {
  if (genesis_ || statement_.author == recovery_author || !world_.takes_second_admin()) return;
  const OpenRequest* request = world_.requests.find(statement_.events_hash);
  if (request == nullptr || !world_.still_counts(request->said, {Role::admin}, {}, recorded_)) {
    no(Refusal::second_admin_missing, {"no other admin has asked for this of late"});
  } else if (same_hand(request->said)) {
    no(Refusal::second_admin_missing,
       {str("it is ", request->said.by, " who asked for it, in entry ", request->said.seq)});
  }
}

void Questions::by_person() {
  const Actor* author = world_.actors.find(statement_.author);
  if (author != nullptr && author->kind == ActorKind::service) {
    no(Refusal::service_not_allowed, {statement_.author + " is a service of " + author->owner});
  }
}

bool Questions::same_hand(const Spoken& said) const {
  const Key* key = world_.keys.find(key_);
  const auto mine = [&](const std::string& person) {
    return !person.empty() &&
           (world_.answers_for(statement_.author, person) || (key != nullptr && key->vouched_by == person));
  };
  return mine(said.by) || mine(said.voucher);
}

void Questions::fits_kind(const std::string& handle, ActorKind kind, const Grant& grant) {
  const bool of_persons =
      grant.role == Role::admin || grant.role == Role::approver || grant.role == Role::incident_commander;
  if (kind == ActorKind::service && of_persons) {
    no(Refusal::service_not_allowed, {handle + " is a service and cannot be " + std::string(to_text(grant.role))});
  }
}

void Questions::holds_key(const std::string& handle, const Bytes& spki, const Bytes& possession) {
  if (const auto proved = verify_possession(handle, spki, possession); !proved) {
    no(Refusal::possession_not_proved, {proved.error().message});
  }
  const KeyId id = sha256(spki);
  if (world_.keys.has(id) || id == world_.genesis->recovery_id) {
    no(Refusal::key_known, {"key " + id.hex().substr(0, 16)});
  }
}

const Actor* Questions::enrolled(const std::string& handle) {
  const Actor* actor = world_.actors.find(handle);
  if (actor == nullptr) no(Refusal::unknown_actor, {handle + " is not enrolled"});
  return actor;
}

const Model* Questions::registered(const Hash& digest) {
  const Model* model = world_.models.find(digest);
  if (model == nullptr) no(Refusal::unknown_model, {"no model has the digest " + digest.hex()});
  return model;
}

const Rollout* Questions::under_way(const std::string& id) {
  const Rollout* rollout = world_.rollouts.find(id);
  if (rollout == nullptr) {
    no(Refusal::unknown_rollout, {"there is no rollout " + id});
  } else if (rollout->state != RolloutState::active) {
    no(Refusal::rollout_over, {id + " ended: " + std::string(to_text(rollout->state))});
    rollout = nullptr;
  }
  return rollout;
}

const Incident* Questions::incident(const std::string& id) {
  const Incident* incident = world_.incidents.find(id);
  if (incident == nullptr) {
    no(Refusal::unknown_incident, {"there is no incident " + id});
  } else if (incident->closed) {
    no(Refusal::incident_over, {str(id, " was closed in entry ", incident->closed->seq)});
    incident = nullptr;
  }
  return incident;
}

bool Questions::governed(const std::string& environment) {
  const bool known = world_.policy().environment(environment) != nullptr;
  if (!known) no(Refusal::unknown_environment, {"the policy has no ladder for " + environment});
  return known;
}

void Questions::spelled_as_before(const std::string& kind, const std::string& name) {
  const std::string* before = world_.spellings.find(kind + fold_case(name));
  if (before != nullptr && *before != name) no(Refusal::differs_by_case, {name + " is already spelled " + *before});
}

std::optional<ShortQuorum> Questions::short_of(const std::string& environment, const StageRules& stage,
                                               const std::string& model) const {
  // Who begins alone enrols the others afterwards, and could not if the beginning were refused.
  const Quorum able = genesis_ ? filled_by(world_.approvers(stage.approvals, environment, model), stage.approvals)
                               : world_.most_approvals(stage.approvals, environment, model);
  if (able == stage.approvals) return std::nullopt;
  return ShortQuorum{ShortQuorum::For::stage, environment, stage.stage, model, stage.approvals, able};
}

std::vector<ShortQuorum> Questions::quorums_missing(const Policy& policy) const {
  std::vector<ShortQuorum> missing;
  const std::size_t admins = world_.persons_with(Role::admin, "*", "*").size();
  const std::uint64_t asked = 1 + (genesis_ ? 0 : policy.administration.policy_approvals);
  const auto admins_only = [](std::uint64_t persons) { return Quorum{{Role::admin, persons}}; };
  if (admins < asked)
    missing.push_back({ShortQuorum::For::policy, "", Stage::full, "", admins_only(asked), admins_only(admins)});
  std::set<std::string> lifters;
  for (const Role role : policy.protection.lift) lifters.merge(world_.persons_with(role, "*", "*"));
  if (!genesis_ && lifters.size() < 2)
    missing.push_back({ShortQuorum::For::lift, "", Stage::full, "", admins_only(2), admins_only(lifters.size())});
  const auto note = [&](std::optional<ShortQuorum> quorum) {
    if (quorum) missing.push_back(std::move(*quorum));
  };
  for (const auto& [environment, rules] : policy.environments) {
    for (const StageRules& stage : rules.ladder) note(short_of(environment, stage, "*"));
    for (const Tier& tier : policy.tiers) {
      for (const StageRules& stage : rules.ladder_of_tier.at(tier.name)) {
        // Also where those who may for every model suffice: who proposes this one may be another.
        for (const std::string& model : tier.models) note(short_of(environment, stage, model));
      }
    }
  }
  return missing;
}

void Questions::no_quorum_is_lost(const std::vector<ShortQuorum>& before, std::vector<ShortQuorum> after) {
  std::erase_if(after, [&](const ShortQuorum& quorum) {
    return std::find(before.begin(), before.end(), quorum) != before.end();
  });
  if (!after.empty()) no(Refusal::quorum_unreachable, describe(after));
}

Reasons describe(const std::vector<ShortQuorum>& missing) {
  Reasons reasons;
  for (const ShortQuorum& quorum : missing) {
    switch (quorum.what) {
      case ShortQuorum::For::policy:
        reasons.push_back(places_of(quorum.able) == 0 ? "nobody could change the policy"
                                                      : str(places_of(quorum.asked), " admins change the policy, and ",
                                                            "there are ", places_of(quorum.able)));
        break;
      case ShortQuorum::For::lift:
        reasons.push_back(str("two persons lift a lockdown, and ", places_of(quorum.able), " could"));
        break;
      case ShortQuorum::For::stage:
        reasons.push_back(str(quorum.environment, " ", to_text(quorum.stage),
                              quorum.model == "*" ? "" : " of " + quorum.model,
                              ": those who did not propose could give ", describe(quorum.able, quorum.asked)));
        break;
    }
  }
  return reasons;
}

void Questions::guarded(Guard guard, const SlotKey& slot, Refusal refusal, Reasons reasons, std::optional<Millis> due) {
  const BrokenGlass* broken = world_.glass_broken(slot, guard, recorded_);
  if (broken == nullptr) return no(refusal, std::move(reasons), due);
  lifted_.push_back({refused(refusal, std::move(reasons), due), guard, broken->said.seq});
}

void Questions::may_move(const SlotKey& slot, const Hash& model) {
  if (const Lockdown* lockdown = world_.lockdown_over(slot)) {
    no(Refusal::locked_down, {str("entry ", lockdown->engaged, " by ", lockdown->by, ": ", lockdown->reason)});
  }
  if (const Model* row = world_.models.find(model)) {
    if (row->quarantined) no(Refusal::model_quarantined, {str("since entry ", *row->quarantined)});
    if (row->retired) no(Refusal::model_retired, {str("in entry ", row->retired->seq)});
    if (row->deleted) no(Refusal::artefact_deleted, {str("in entry ", *row->deleted)});
  }
  if (const Freeze* freeze = world_.freeze_over(slot, recorded_)) {
    const auto due = freeze->until == 0 ? std::nullopt : std::optional<Millis>(freeze->until);
    guarded(Guard::freeze, slot, Refusal::frozen,
            {str("entry ", freeze->declared, " by ", freeze->by, ": ", freeze->reason)}, due);
  }
  for (const FreezeWindow& window : world_.policy().freezes) {
    const bool now = window.from <= recorded_ && recorded_ < window.until;
    if (!now || !window.scope.covers(slot.second, slot.first)) continue;
    guarded(Guard::freeze, slot, Refusal::frozen,
            {"the policy's window " + window.name + " lasts until " + format_time(window.until)}, window.until);
  }
  const std::vector<BrokenGlass>* glass = world_.glass.find(slot);
  if (glass == nullptr) return;
  const auto over = [this](const BrokenGlass& one) { return one.until <= recorded_; };
  if (!std::all_of(glass->begin(), glass->end(), over)) return;  // while it is broken, what it lifts may be done
  no(Refusal::review_missing,
     {str("broken by ", glass->back().said.by, " in entry ", glass->back().said.seq, " for ", glass->back().incident)});
}

void Questions::not_locked_down(const Model& model) {
  for (const auto& [scope, lockdown] : world_.lockdowns.rows()) {
    if (scope.covers("", model.name))
      no(Refusal::locked_down, {str(to_text(scope), " since entry ", lockdown.engaged)});
  }
}

void Questions::gates_pass(WhichGates which, const GateQuestion& question) {
  auto outcomes = evaluate_all(world_, which, question);
  if (!all_pass(outcomes)) {
    Reasons reasons;
    for (const GateOutcome& outcome : outcomes) {
      if (outcome.result == GateResult::pass || outcome.result == GateResult::not_applicable) continue;
      reasons.push_back(describe(outcome));
    }
    guarded(Guard::gates, question.slot, Refusal::gates_not_passed, std::move(reasons));
  }
  gates_.insert(gates_.end(), outcomes.begin(), outcomes.end());
}

bool Questions::mixes_administration() const {
  const auto& events = statement_.events;
  const auto count = std::count_if(events.begin(), events.end(), is_administration);
  return count > 0 && static_cast<std::size_t>(count) < events.size();
}

bool Questions::step_in_order(const Rollout& rollout, const RolloutAdvanced& event) {
  const StageRules* rules = world_.rules_of(rollout, event.stage);
  const bool has_canary = world_.rules_of(rollout, Stage::canary) != nullptr;
  const bool next =
      event.stage == Stage::canary ? rollout.stage != Stage::full : rollout.stage == Stage::canary || !has_canary;
  const std::string from(to_text(rollout.stage));
  if (rules == nullptr || event.stage == Stage::shadow || !next) {
    no(Refusal::stage_order,
       {from + " is the present stage, and " + std::string(to_text(event.stage)) + " does not follow it"});
    return false;
  }
  const std::uint64_t least = event.stage == Stage::full ? 100 : std::max(rules->min_percent, rollout.percent + 1);
  const std::uint64_t most = event.stage == Stage::full ? 100 : rules->max_percent;
  if (event.percent < least || event.percent > most) {
    no(Refusal::percent_order, {str(event.percent, " % was asked for at ", rollout.percent, " %; ",
                                    to_text(event.stage), " allows ", least, " to ", most, " % now")});
  }
  return true;
}

bool Questions::found_mismatched(const Hash& model) const {
  return any_event<ArtefactChecked>(
      [&](const ArtefactChecked& check) { return check.model == model && check.result == ArtefactMatch::mismatch; });
}

void Questions::predecessor_archived(const SlotKey& key, const Hash& model) {
  const Tenure* before = world_.at_full(key);
  if (before == nullptr) return;
  const bool archived = any_event<ModelArchived>([&](const ModelArchived& event) {
    return event.model == before->model && event.environment == key.second && event.replaced_by == model;
  });
  if (!archived) no(Refusal::archive_missing, {before->model.hex() + " gives way and is not archived"});
}

const Rollout* Questions::way_back(const SlotKey& key, const Hash& to) const {
  const Rollout* rollout = world_.under_way(key);
  return rollout != nullptr && rollout->goes_back() && rollout->model == to ? rollout : nullptr;
}

bool Questions::watched_and_found_good(const Rollout& rollout) const {
  const EvidenceRow* row = world_.evidence.find({rollout.model, rollout.environment, EvidenceKind::monitoring});
  return row != nullptr && row->seq > rollout.stage_entry &&
         judge_monitoring(world_.policy(), row->values, row->recorded) == GateResult::pass;
}

void Questions::target_in_order(const SlotKey& key, const Hash& from, const Hash& to, Trigger trigger) {
  const Slot& slot = *world_.slots.find(key);
  if (!slot.had_at_full(to) || to == from) no(Refusal::target_not_eligible, {"target " + to.hex()});
  const Model* model = world_.models.find(to);
  if (model != nullptr && !model->out_of_use().empty()) no(Refusal::target_not_eligible, model->out_of_use());
  if (const auto seq = world_.violations_recorded(to); trigger == Trigger::safety && seq) {
    no(Refusal::target_not_eligible, {"entry " + str(*seq) + " records violations of " + to.hex()});
  }
  // Who goes forward again to what was left should be able to say why (decision 0009).
  if (slot.rolled_back.contains(to)) by_person();
  const bool in_order = any_event<ArtefactChecked>(
      [&](const ArtefactChecked& check) { return check.model == to && check.result != ArtefactMatch::mismatch; });
  if (!in_order || found_mismatched(to)) {
    no(Refusal::artefact_mismatch, {"no check in this statement finds the target's files in order"});
  }
}

void Questions::locked_down_for(Trigger trigger, const SlotKey& key) {
  if (trigger != Trigger::safety || world_.lockdown_over(key) != nullptr) return;
  no(Refusal::lockdown_missing, {"nothing locks " + key.first + " in " + key.second + " down"});
}

bool Questions::rollback_in_order(const SlotKey& key, const Hash& from, const std::string& incident) {
  needs_one_of({Role::deployer, Role::incident_commander}, key.second, key.first);
  // The abort comes first in the statement, so what it left is looked for among its own events.
  const Slot* slot = world_.slots.find(key);
  const bool aborted_here = any_event<RolloutAborted>([&](const RolloutAborted& event) {
    const Rollout* rollout = world_.rollouts.find(event.rollout);
    return rollout != nullptr && SlotKey{rollout->name, rollout->environment} == key && rollout->model == from &&
           rollout->stage == Stage::canary && rollout->state == RolloutState::aborted;
  });
  const Tenure* full = world_.at_full(key);
  if (slot == nullptr || !(aborted_here || (full != nullptr && full->model == from))) {
    no(Refusal::nothing_to_roll_back, {from.hex() + " takes no traffic in " + key.first + "/" + key.second});
    return false;
  }
  if (slot->active) no(Refusal::rollout_still_active, {*slot->active + " is under way"});
  const bool opened = any_event<IncidentOpened>([&](const IncidentOpened& event) {
    return event.incident == incident && event.name == key.first && event.environment == key.second;
  });
  if (!opened) no(Refusal::incident_missing, {"incident " + incident});
  return true;
}

void Questions::saw_the_evidence(const Rollout& rollout, const std::vector<Seq>& seen) {
  if (!seen.empty() && seen.back() >= seq()) {
    no(Refusal::approval_not_bound, {"entry " + str(seen.back()) + " does not exist yet"});
  }
  for (const GateOutcome& gate : evaluate_all(world_, WhichGates::all, question_for(world_, rollout, recorded_))) {
    const bool could_see = gate.evidence_seq && *gate.evidence_seq < statement_.basis.size;
    if (!could_see || std::binary_search(seen.begin(), seen.end(), *gate.evidence_seq)) continue;
    no(Refusal::approval_not_bound,
       {gate.gate.name + " is of entry " + str(*gate.evidence_seq) + ", which is not among those that were seen"});
    return;
  }
}

const StageRules* Questions::asks_approval(const Rollout& rollout, Stage stage) {
  const StageRules* rules = world_.rules_of(rollout, stage);
  if (rollout.goes_back()) {
    no(Refusal::approval_not_asked, {"a way back needs no approval"});
    return nullptr;
  }
  if (rules != nullptr && !rules->approvals.empty() && stage != Stage::shadow) return rules;
  no(Refusal::approval_not_asked, {std::string(to_text(stage)) + " in " + rollout.environment + " asks for none now"});
  return nullptr;
}

const StageRules* Questions::approvable(const Rollout& rollout, Stage stage) {
  const StageRules* rules = asks_approval(rollout, stage);
  if (rules == nullptr) return nullptr;
  by_person();
  needs_one_of(roles_of(rules->approvals), rollout.environment, rollout.name);
  return rules;
}

}  // namespace cairn
