#include "projections/world.h"

#include <algorithm>

#include "ledger/base/text.h"

namespace cairn {

std::string_view to_text(RolloutState state) {
  switch (state) {
    case RolloutState::active:
      return "active";
    case RolloutState::full:
      return "full";
    case RolloutState::superseded:
      return "superseded";
    case RolloutState::aborted:
      return "aborted";
  }
  return "";
}

std::string_view to_text(ApprovalState state) {
  switch (state) {
    case ApprovalState::granted:
      return "granted";
    case ApprovalState::denied:
      return "denied";
    case ApprovalState::withdrawn:
      return "withdrawn";
    case ApprovalState::voided:
      return "void";
  }
  return "";
}

std::string_view to_text(IncidentState state) {
  switch (state) {
    case IncidentState::open:
      return "open";
    case IncidentState::acknowledged:
      return "acknowledged";
    case IncidentState::mitigated:
      return "mitigated";
    case IncidentState::resolved:
      return "resolved";
    case IncidentState::closed:
      return "closed";
  }
  return "";
}

World::World() = default;

const Policy& World::policy() const {
  static const Policy allows_nothing;
  return force->policy ? *force->policy : allows_nothing;
}

bool World::has_role(std::string_view handle, Role role, std::string_view environment, std::string_view model) const {
  const Actor* actor = actors.find(std::string(handle));
  if (actor == nullptr) return false;
  return std::any_of(actor->roles.begin(), actor->roles.end(),
                     [&](const Grant& grant) { return grant.role == role && grant.scope.covers(environment, model); });
}

const Key* World::signing_key(const KeyId& key) const {
  const Key* row = keys.find(key);
  return row == nullptr || row->revoked ? nullptr : row;
}

bool World::answers_for(std::string_view person, const std::string& handle) const {
  if (person == handle) return true;
  const Actor* actor = actors.find(handle);
  if (actor == nullptr || actor->kind != ActorKind::service) return false;
  if (person == actor->owner || person == actor->enrolled_by) return true;
  return std::any_of(keys.rows().begin(), keys.rows().end(),
                     [&](const auto& row) { return row.second.handle == handle && row.second.vouched_by == person; });
}

const Tenure* World::at_full(const SlotKey& slot) const {
  const Slot* row = slots.find(slot);
  return row == nullptr || !row->occupied ? nullptr : &row->history.back();
}

const Rollout* World::under_way(const SlotKey& slot) const {
  const Slot* row = slots.find(slot);
  return row == nullptr || !row->active ? nullptr : rollouts.find(*row->active);
}

bool World::stands_in(const SlotKey& slot, const Hash& model) const {
  const Tenure* full = at_full(slot);
  const Rollout* rollout = under_way(slot);
  return (full != nullptr && full->model == model) || (rollout != nullptr && rollout->model == model);
}

bool Slot::had_at_full(const Hash& model) const {
  return std::any_of(history.begin(), history.end(), [&](const Tenure& tenure) { return tenure.model == model; });
}

const StageRules* World::rules_of(const Rollout& rollout, Stage stage) const {
  return policy().stage(rollout.environment, stage, rollout.name);
}

std::string World::name_of(const Hash& model) const {
  const Model* known = models.find(model);
  return known == nullptr ? model.hex().substr(0, 12) : known->name + " " + known->version;
}

bool World::has_model(const std::string& name) const {
  bool registered = false;
  versions.each_from({name, ""}, [&](const std::pair<std::string, std::string>& version, const Hash&) {
    registered = version.first == name;
    return false;
  });
  return registered;
}

std::string World::next_rollout(const SlotKey& slot) const {
  const Slot* row = slots.find(slot);
  return str(slot.first, "/", slot.second, "/", (row == nullptr ? 0 : row->rollouts) + 1);
}

std::string World::next_incident() const {
  return str("INC-", incidents.rows().size() + 1);
}

std::vector<std::string> Model::out_of_use() const {
  std::vector<std::string> why;
  if (quarantined) why.push_back(str("entry ", *quarantined, " put it in quarantine"));
  if (retired) why.push_back(str("entry ", retired->seq, " retired it"));
  if (deleted) why.push_back(str("entry ", *deleted, " deleted its files"));
  return why;
}

std::optional<Hash> World::rollback_source(const SlotKey& slot) const {
  // A shadow takes no traffic: there is nothing to take back from it.
  const Rollout* rollout = under_way(slot);
  if (rollout != nullptr && rollout->stage == Stage::canary) return rollout->model;
  const Tenure* full = at_full(slot);
  return full == nullptr ? std::nullopt : std::optional<Hash>(full->model);
}

std::optional<Tenure> World::rollback_target(const SlotKey& slot, const Hash& from, Trigger trigger,
                                             const std::function<bool(const Hash&)>& passed_over) const {
  const Slot* row = slots.find(slot);
  if (row == nullptr) return std::nullopt;
  for (auto tenure = row->history.rbegin(); tenure != row->history.rend(); ++tenure) {
    const bool left = tenure->model == from || row->rolled_back.contains(tenure->model);
    const Model* model = models.find(tenure->model);
    const bool barred = model != nullptr && !model->out_of_use().empty();
    const bool unsafe = trigger == Trigger::safety && violations_recorded(tenure->model);
    if (!left && !barred && !unsafe && !passed_over(tenure->model)) return *tenure;
  }
  return std::nullopt;
}

std::optional<Seq> World::violations_recorded(const Hash& model) const {
  const EvidenceRow* card = evidence.find({model, "", EvidenceKind::card});
  if (card == nullptr) return std::nullopt;
  for (const std::string_view name : {"data_violations", "prediction_violations"}) {
    const auto value = card->values.find(std::string(name));
    if (value != card->values.end() && value->second != Decimal()) return card->seq;
  }
  return std::nullopt;
}

const Lockdown* World::lockdown_over(const SlotKey& slot) const {
  for (const auto& [scope, lockdown] : lockdowns.rows()) {
    if (scope.covers(slot.second, slot.first)) return &lockdown;
  }
  return nullptr;
}

const Freeze* World::freeze_over(const SlotKey& slot, Millis moment) const {
  for (const auto& [scope, freeze] : freezes.rows()) {
    if (scope.covers(slot.second, slot.first) && (freeze.until == 0 || moment < freeze.until)) return &freeze;
  }
  return nullptr;
}

const BrokenGlass* World::glass_broken(const SlotKey& slot, Guard guard, Millis moment) const {
  const std::vector<BrokenGlass>* broken = glass.find(slot);
  if (broken == nullptr) return nullptr;
  for (const BrokenGlass& one : *broken) {
    if (moment < one.until && one.lifts.contains(guard)) return &one;
  }
  return nullptr;
}

bool World::still_counts(const Spoken& said, const std::set<Role>& roles, const Scope& scope, Millis moment) const {
  const Key* key = keys.find(said.key);
  const bool stolen = key != nullptr && key->compromised_since > 0 && key->compromised_since <= said.recorded;
  const bool has_one = std::any_of(roles.begin(), roles.end(), [&](const Role role) {
    return has_role(said.by, role, scope.environment, scope.model);
  });
  return has_one && !stolen && moment - said.recorded <= request_validity;
}

bool World::takes_second_admin() const {
  if (!policy().administration.second_admin) return false;
  const auto admins = std::count_if(actors.rows().begin(), actors.rows().end(), [this](const auto& row) {
    return row.second.kind == ActorKind::person && has_role(row.first, Role::admin, "*", "*");
  });
  return admins >= 2;
}

std::set<std::string> World::persons_with(Role role, std::string_view environment, std::string_view model) const {
  std::set<std::string> able;
  for (const auto& [id, key] : keys.rows()) {
    if (key.revoked) continue;
    const Actor* actor = actors.find(key.handle);
    const bool person = actor != nullptr && actor->kind == ActorKind::person;
    if (person && has_role(key.handle, role, environment, model)) able.insert(key.handle);
  }
  return able;
}

Approvers World::approvers(const Quorum& quorum, std::string_view environment, std::string_view model) const {
  Approvers able;
  for (const Role role : roles_of(quorum)) {
    for (const std::string& handle : persons_with(role, environment, model)) able[handle].insert(role);
  }
  return able;
}

Quorum World::most_approvals(const Quorum& quorum, std::string_view environment, std::string_view model) const {
  const Approvers able = approvers(quorum, environment, model);
  std::optional<Quorum> most;
  for (const auto& row : actors.rows()) {
    const std::string& deployer = row.first;
    if (!has_role(deployer, Role::deployer, environment, model == "*" ? "" : model)) continue;
    Approvers others = able;
    std::erase_if(others, [&](const auto& person) { return answers_for(person.first, deployer); });
    const Quorum filled = filled_by(others, quorum);
    if (!most || places_of(*most) < places_of(filled)) most = filled;
  }
  return most ? *most : filled_by(able, quorum);
}

void World::keep() {
  journal.keep();
  ids.forget(position->recorded - id_memory);
}

}  // namespace cairn
