#include "projections/questions.h"

namespace cairn {

namespace {

// Changes who may do what, or what is allowed.
bool is_administration(const Event& event) {
  return std::visit(
      []<class E>(const E&) {
        return std::is_same_v<E, ActorEnrolled> || std::is_same_v<E, RoleGranted> || std::is_same_v<E, RoleRevoked> ||
               std::is_same_v<E, KeyAdded> || std::is_same_v<E, KeyRevoked> || std::is_same_v<E, PolicyProposed> ||
               std::is_same_v<E, PolicyAdopted>;
      },
      event);
}

}  // namespace

Refused refused(Refusal refusal, Reasons reasons, std::optional<Millis> due) {
  return {refusal, std::string(rule_of(refusal)), std::move(reasons), std::string(remedy_of(refusal)), due};
}

void Questions::needs_one_of(std::initializer_list<Role> roles, const std::string& environment,
                             const std::string& model) {
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

void Questions::by_person() {
  const Actor* author = world_.actors.find(statement_.author);
  if (author != nullptr && author->kind == ActorKind::service) {
    no(Refusal::service_not_allowed, {statement_.author + " is a service of " + author->owner});
  }
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

bool Questions::governed(const std::string& environment) {
  const bool known = world_.policy().environment(environment) != nullptr;
  if (!known) no(Refusal::unknown_environment, {"the policy has no ladder for " + environment});
  return known;
}

void Questions::spelled_as_before(const std::string& kind, const std::string& name) {
  const std::string* before = world_.spellings.find(kind + fold_case(name));
  if (before != nullptr && *before != name) no(Refusal::differs_by_case, {name + " is already spelled " + *before});
}

std::vector<ShortQuorum> Questions::quorums_missing(const Policy& policy) const {
  std::vector<ShortQuorum> missing;
  if (world_.persons_with(Role::admin, "*", "*").empty()) missing.push_back({});
  for (const auto& [environment, rules] : policy.environments) {
    for (const StageRules& stage : rules.ladder) {
      // Who begins alone enrols the others afterwards, and could not if the beginning were refused.
      const std::size_t able = genesis_ ? world_.persons_with(stage.approver, environment, "*").size()
                                        : world_.most_approvals(stage.approver, environment);
      if (able < stage.approvals) missing.push_back({environment, stage.stage, stage.approver, stage.approvals, able});
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
    reasons.push_back(quorum.environment.empty() ? "nobody could change the policy"
                                                 : str(quorum.environment, " ", to_text(quorum.stage), " asks for ",
                                                       quorum.asked, " approvals by ", to_text(quorum.approver),
                                                       ", and ", quorum.able, " could give one who did not propose"));
  }
  return reasons;
}

void Questions::gates_pass(WhichGates which, const GateQuestion& question) {
  auto outcomes = evaluate_all(world_, which, question);
  if (!all_pass(outcomes)) {
    Reasons reasons;
    for (const GateOutcome& outcome : outcomes) {
      if (outcome.result == GateResult::pass || outcome.result == GateResult::not_applicable) continue;
      reasons.push_back(describe(outcome));
    }
    no(Refusal::gates_not_passed, std::move(reasons));
  }
  gates_.insert(gates_.end(), outcomes.begin(), outcomes.end());
}

bool Questions::mixes_administration() const {
  const auto& events = statement_.events;
  const auto count = std::count_if(events.begin(), events.end(), is_administration);
  return count > 0 && static_cast<std::size_t>(count) < events.size();
}

bool Questions::step_in_order(const Rollout& rollout, const RolloutAdvanced& event) {
  const StageRules* rules = world_.policy().stage(rollout.environment, event.stage);
  const bool has_canary = world_.policy().stage(rollout.environment, Stage::canary) != nullptr;
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

const StageRules* Questions::approvable(const Rollout& rollout, Stage stage) {
  const StageRules* rules = world_.policy().stage(rollout.environment, stage);
  if (rules == nullptr || rules->approvals == 0 || stage == Stage::shadow) {
    no(Refusal::approval_not_asked,
       {std::string(to_text(stage)) + " in " + rollout.environment + " asks for none now"});
    return nullptr;
  }
  by_person();
  needs(rules->approver, rollout.environment, rollout.name);
  return rules;
}

}  // namespace cairn
