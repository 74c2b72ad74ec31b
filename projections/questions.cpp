#include "projections/questions.h"

namespace cairn {

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

bool Questions::answers_for(const std::string& handle) const {
  const Actor* actor = world_.actors.find(handle);
  const bool service = actor != nullptr && actor->kind == ActorKind::service;
  return statement_.author == (service ? actor->owner : handle);
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

void Questions::quorums_reachable(const Policy& policy) {
  if (world_.persons_with(Role::admin, "*", "*") == 0) {
    no(Refusal::quorum_unreachable, {"nobody could change the policy"});
  }
  for (const auto& [environment, rules] : policy.environments) {
    for (const StageRules& stage : rules.ladder) {
      const std::size_t able = world_.persons_with(stage.approver, environment, "");
      if (able >= stage.approvals) continue;
      no(Refusal::quorum_unreachable,
         {str(environment, " ", to_text(stage.stage), " asks for ", stage.approvals, " approvals by ",
              to_text(stage.approver), ", and ", able, " could give one")});
    }
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
    no(Refusal::gates_not_passed, std::move(reasons));
  }
  gates_.insert(gates_.end(), outcomes.begin(), outcomes.end());
}

}  // namespace cairn
