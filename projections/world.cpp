#include "projections/world.h"

#include <algorithm>

#include "ledger/base/text.h"
#include "projections/gates.h"

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

const Tenure* World::at_full(const SlotKey& slot) const {
  const Slot* row = slots.find(slot);
  return row == nullptr || !row->occupied ? nullptr : &row->history.back();
}

std::optional<Hash> World::rollback_source(const SlotKey& slot) const {
  const Slot* row = slots.find(slot);
  if (row == nullptr) return std::nullopt;
  if (row->active) {
    const Rollout* rollout = rollouts.find(*row->active);
    // A shadow takes no traffic: there is nothing to take back from it.
    if (rollout != nullptr && rollout->stage == Stage::canary) return rollout->model;
  }
  if (row->occupied) return row->history.back().model;
  return std::nullopt;
}

std::optional<Tenure> World::rollback_target(const SlotKey& slot, const Hash& from,
                                             const std::function<bool(const Hash&)>& passed_over) const {
  const Slot* row = slots.find(slot);
  if (row == nullptr) return std::nullopt;
  for (auto tenure = row->history.rbegin(); tenure != row->history.rend(); ++tenure) {
    const bool left = tenure->model == from || row->rolled_back.contains(tenure->model);
    if (!left && !(passed_over && passed_over(tenure->model))) return *tenure;
  }
  return std::nullopt;
}

std::size_t World::persons_with(Role role, std::string_view environment, std::string_view model) const {
  std::set<std::string> able;
  for (const auto& [id, key] : keys.rows()) {
    if (!key.revoked) able.insert(key.handle);
  }
  std::size_t count = 0;
  for (const auto& [handle, actor] : actors.rows()) {
    if (actor.kind == ActorKind::person && able.contains(handle) && has_role(handle, role, environment, model)) ++count;
  }
  return count;
}

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
    genesis.log_key = event.log_key;
    genesis.recovery_key = event.recovery_key;
    genesis.recovery_id = sha256(event.recovery_key);
  }

  void operator()(const ActorEnrolled& event) {
    Actor& actor = world.actors.edit(event.handle);
    actor.kind = event.kind;
    actor.owner = event.owner;
    actor.roles = {event.roles.begin(), event.roles.end()};
    actor.enrolled = seq;
    world.spellings.edit("actor:" + fold_case(event.handle)) = event.handle;
    add_key(event.handle, event.key);
  }

  void operator()(const RoleGranted& event) {
    if (world.actors.has(event.handle)) world.actors.edit(event.handle).roles.insert(event.grant);
  }
  void operator()(const RoleRevoked& event) {
    if (world.actors.has(event.handle)) world.actors.edit(event.handle).roles.erase(event.grant);
  }

  void operator()(const KeyAdded& event) { add_key(event.handle, event.key); }
  void operator()(const KeyRevoked& event) {
    if (!world.keys.has(event.key)) return;
    Key& row = world.keys.edit(event.key);
    row.revoked = seq;
    row.compromised_since = event.compromised_since;
  }

  void operator()(const PolicyProposed& event) { world.proposals.edit(sha256(event.document)) = event.document; }
  void operator()(const PolicyAdopted& event) {
    const std::string* document = world.proposals.find(event.policy);
    if (document == nullptr) return;
    auto policy = parse_policy(*document);
    if (!policy) return;
    PolicyInForce& force = world.force.edit();
    force.policy = std::make_shared<const Policy>(std::move(policy).value());
    force.document = *document;
    force.adopted = seq;
    world.proposals.erase(event.policy);
    void_unbound_grants();
  }

  void operator()(const ModelRegistered& event) {
    Model& model = world.models.edit(event.model);
    model = {event.name, event.version, event.files, event.bytes, seq, recorded};
    world.versions.edit({event.name, event.version}) = event.model;
    world.spellings.edit("model:" + fold_case(event.name)) = event.name;
    world.spellings.edit("version:" + event.name + ":" + fold_case(event.version)) = event.version;
  }

  void operator()(const EvidenceRecorded& event) {
    EvidenceRow& row = world.evidence.edit({event.model, event.environment, event.kind});
    row = {seq, recorded, statement.author, event.digest, event.values};
    if (event.kind == EvidenceKind::monitoring && !event.environment.empty()) soak(event);
    void_grants(event.model);
  }

  void operator()(const ArtefactChecked&) {}

  void operator()(const ModelArchived&) {}

  void operator()(const RolloutProposed& event) {
    Slot& slot = world.slots.edit({event.name, event.environment});
    if (slot.active && world.rollouts.has(*slot.active)) {
      world.rollouts.edit(*slot.active).state = RolloutState::superseded;
    }
    slot.active = event.rollout;
    ++slot.rollouts;
    Rollout& rollout = world.rollouts.edit(event.rollout);
    rollout = {};
    rollout.model = event.model;
    rollout.name = event.name;
    rollout.environment = event.environment;
    rollout.proposer = statement.author;
    rollout.proposed = seq;
    begin_stage(rollout, Stage::shadow, 0);
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
    occupy(slot, rollout.model);
  }

  void operator()(const RolloutAborted& event) {
    if (!world.rollouts.has(event.rollout)) return;
    Rollout& rollout = world.rollouts.edit(event.rollout);
    rollout.state = RolloutState::aborted;
    Slot& slot = world.slots.edit({rollout.name, rollout.environment});
    if (slot.active == event.rollout) slot.active.reset();
  }

  void operator()(const StakeholdersNotified& event) {
    if (world.rollouts.has(event.rollout)) world.rollouts.edit(event.rollout).notified = seq;
  }

  void operator()(const RollbackExecuted& event) {
    Slot& slot = world.slots.edit({event.name, event.environment});
    slot.rolled_back.insert(event.from);
    slot.rolled_back.erase(event.to);
    occupy(slot, event.to);
  }
  void operator()(const SlotEmptied& event) {
    Slot& slot = world.slots.edit({event.name, event.environment});
    slot.rolled_back.insert(event.from);
    slot.occupied = false;
  }

  void operator()(const ApprovalGranted& event) {
    if (!world.rollouts.has(event.rollout)) return;
    Approval approval{statement.author, event.stage, event.rules, ApprovalState::granted, key, seq,
                      recorded,         event.reason};
    world.rollouts.edit(event.rollout).approvals.push_back(std::move(approval));
  }
  void operator()(const ApprovalDenied& event) {
    if (!world.rollouts.has(event.rollout)) return;
    Rollout& rollout = world.rollouts.edit(event.rollout);
    withdraw_grants(rollout, event.stage);
    rollout.approvals.push_back(
        {statement.author, event.stage, Hash{}, ApprovalState::denied, key, seq, recorded, event.reason});
  }
  void operator()(const ApprovalWithdrawn& event) {
    if (!world.rollouts.has(event.rollout)) return;
    withdraw_grants(world.rollouts.edit(event.rollout), event.stage);
  }

  void operator()(const IncidentOpened& event) {
    world.incidents.edit(event.incident) = {event.severity, event.title, event.name, event.environment, seq, recorded};
  }

  void add_key(const std::string& handle, const Bytes& spki) {
    Key& row = world.keys.edit(sha256(spki));
    row = {handle, spki, seq, std::nullopt, 0};
  }

  void begin_stage(Rollout& rollout, Stage stage, std::uint64_t percent) const {
    rollout.stage = stage;
    rollout.percent = percent;
    rollout.stage_entry = seq;
    rollout.stage_since = recorded;
    rollout.soak = {0, recorded};
  }

  // A version that is at full already stays there; its tenure does not begin again.
  void occupy(Slot& slot, const Hash& model) const {
    if (!slot.occupied || slot.history.back().model != model) slot.history.push_back({model, seq, recorded});
    slot.occupied = true;
  }

  void withdraw_grants(Rollout& rollout, Stage stage) const {
    for (Approval& approval : rollout.approvals) {
      const bool own =
          approval.state == ApprovalState::granted && approval.stage == stage && approval.person == statement.author;
      if (own) approval.state = ApprovalState::withdrawn;
    }
  }

  // The rollout under way of this digest in this environment; null if none.
  Rollout* active_rollout(const Hash& model, const std::string& environment) {
    const Model* known = world.models.find(model);
    if (known == nullptr) return nullptr;
    const Slot* slot = world.slots.find({known->name, environment});
    if (slot == nullptr || !slot->active) return nullptr;
    const Rollout* rollout = world.rollouts.find(*slot->active);
    return rollout != nullptr && rollout->model == model ? &world.rollouts.edit(*slot->active) : nullptr;
  }

  // DESIGN 6: intervals between consecutive passing records count, each up to max_gap; a FAIL starts over; a record
  // that cannot be judged only interrupts.
  void soak(const EvidenceRecorded& event) {
    Rollout* rollout = active_rollout(event.model, event.environment);
    if (rollout == nullptr) return;
    const Policy& policy = world.policy();
    const GateResult result = judge_monitoring(policy, event.values);
    if (result == GateResult::pass) {
      if (rollout->soak.last_pass) {
        const Millis interval = std::max<Millis>(0, recorded - *rollout->soak.last_pass);
        rollout->soak.total += std::min(interval, policy.max_gap);
      }
      rollout->soak.last_pass = recorded;
    } else {
      rollout->soak.last_pass.reset();
      if (result == GateResult::fail) rollout->soak.total = 0;
    }
    if (rollout->stage != Stage::shadow) return;
    const StageRules* rules = policy.stage(event.environment, Stage::shadow);
    if (rules == nullptr) return;
    if (result == GateResult::pass && rollout->soak.total >= rules->soak) {
      world.shadows.edit({event.model, event.environment}) = {recorded, seq, rollout->stage_entry};
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
        const StageRules* rules = world.policy().stage(rollout->environment, approval.stage);
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
  std::visit(Fold{*this, statement, key, position->size, recorded}, event);
}

void World::apply(const Recorded& entry) {
  ASSERT(entry.seq == position->size);
  const Statement& statement = entry.statement;
  const Millis recorded = entry.entry.recorded;
  const KeyId key = entry.entry.signatures.empty() ? KeyId{} : entry.entry.signatures.front().key;

  if (entry.entry.outcome.empty()) {
    for (const Event& event : statement.events) apply_event(event, statement, key, recorded);
    if (entry.seq == 0) genesis.edit().ledger = entry.leaf;
    for (const std::string& tag : tags_of(statement)) {
      const bool subject = tag.starts_with("rollout:") || tag.starts_with("incident:") || tag.starts_with("model:");
      if (subject) subjects.edit(tag) = entry.seq;
    }
  } else {
    std::deque<Millis>& times = refusals.edit(statement.author);
    while (!times.empty() && times.front() <= recorded - hour) times.pop_front();
    times.push_back(recorded);
  }
  const RecentIds::Row row{RecentIds::key_of(statement.author, statement.id), RecentIds::shorten(statement.events_hash),
                           entry.seq, recorded};
  // Never back, though a log that lies may say so: then what a snapshot left out is not asked for again.
  const Millis latest = std::max(position->recorded, recorded);
  ids.push(row, latest - id_memory);
  position.edit() = {entry.seq + 1, latest};
}

}  // namespace cairn
