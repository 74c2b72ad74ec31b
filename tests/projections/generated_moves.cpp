// The moves around models, rollouts and rollbacks; those of people, policies and protection: generated_people.cpp.
#include "tests/projections/generated_moves.h"

#include <algorithm>

#include "projections/due.h"
#include "tests/projections/scenario.h"

namespace cairn {
namespace {

const std::vector<std::string> names = {"net", "net", "net", "ranker/eu"};
const std::vector<std::string> environments = {"prod", "prod", "prod", "lab2", "lab"};
const std::string reason = "it was time";

}  // namespace

SlotKey Moves::any_slot() {
  const auto* row = dice_.row_of(world_.slots.rows());
  if (row != nullptr && !dice_.chance(5)) return row->first;
  return {dice_.one_of(names), dice_.one_of(environments)};
}

std::string Moves::any_rollout() {
  std::vector<std::string> active;
  for (const auto& [key, slot] : world_.slots.rows()) {
    if (slot.active) active.push_back(*slot.active);
  }
  if (active.empty()) return "";
  return dice_.chance(2) ? dice_.row_of(world_.rollouts.rows())->first : dice_.one_of(active);
}

Hash Moves::any_model() {
  const auto* row = dice_.row_of(world_.models.rows());
  return row == nullptr ? Hash{} : row->first;
}

Hash Moves::file() {
  return sha256(str("file ", ++files_));
}

Move Moves::registers() {
  const std::string& name = dice_.one_of(names);
  std::uint64_t versions = 0;
  for (const auto& [version, digest] : world_.versions.rows()) versions += version.first == name ? 1 : 0;
  const std::string version = str("v", dice_.chance(5) ? versions : versions + 1);
  const Hash model = sha256("files of " + name + " " + version);
  EvidenceRecorded metrics = evidence(EvidenceKind::metrics, "v1", "", {});
  metrics.model = model;
  metrics.digest = file();
  metrics.values["accuracy"] = *Decimal::parse(dice_.chance(10) ? std::string("0.8") : str("0.", 91 + dice_.below(4)));
  return {"ci", {ModelRegistered{name, version, model, 3, 4096}, metrics}};
}

Move Moves::proposes() {
  const Hash model = any_model();
  const Model* row = world_.models.find(model);
  if (row == nullptr) return {};
  const SlotKey slot{row->name, dice_.one_of(environments)};
  const std::string id = dice_.chance(3) ? slot.first + "/" + slot.second + "/77" : world_.next_rollout(slot);
  return {dice_.chance(20) ? "dana" : "ci", {RolloutProposed{id, model, slot.first, slot.second}}};
}

// One look at what runs, and at what is on its way beside it.
Move Moves::looks() {
  Move move{"watch", {}};
  const Rollout* looked_at = dice_.chance(60) ? world_.rollouts.find(any_rollout()) : nullptr;
  const SlotKey slot = looked_at == nullptr ? any_slot() : SlotKey{looked_at->name, looked_at->environment};
  const Tenure* full = world_.at_full(slot);
  const Rollout* active = world_.under_way(slot);
  const Hash digest = file();
  const auto look = [&](const Hash& model) {
    const std::uint64_t fate = dice_.below(100);
    EvidenceRecorded event = evidence(EvidenceKind::metrics, "v1", slot.second, {});
    event.kind = EvidenceKind::monitoring;
    event.model = model;
    event.digest = digest;
    event.values["drift_score"] = *Decimal::parse(fate < 93   ? "0.01"
                                                  : fate < 98 ? str("0.", 15 + 10 * dice_.below(8))
                                                              : std::string("NaN"));
    move.events.emplace_back(event);
  };
  if (active != nullptr) look(active->model);
  if (full != nullptr && (active == nullptr || dice_.chance(50))) look(full->model);
  return move;
}

Move Moves::advances() {
  const std::string id = any_rollout();
  const Rollout* rollout = world_.rollouts.find(id);
  if (rollout == nullptr) return {};
  const SlotKey slot{rollout->name, rollout->environment};
  const bool held =
      rollout->paused || world_.lockdown_over(slot) != nullptr || soak_missing(world_, *rollout, now_) > 0;
  if (held && !rollout->goes_back() && !dice_.chance(12)) return {};
  const auto step = next_step(world_, *rollout);
  if (dice_.chance(8) || !step) {
    const Stage stage = dice_.chance(50) ? Stage::canary : Stage::full;
    return {"ci", {RolloutAdvanced{id, stage, stage == Stage::full ? 100 : 5 + dice_.below(50)}}};
  }
  const Tenure* full = world_.at_full(slot);
  if (rollout->goes_back() && step->stage == Stage::full) {
    return {"ida",
            {RollbackExecuted{rollout->name, rollout->environment, full == nullptr ? Hash{} : full->model,
                              rollout->model, Trigger::regression, reason, rollout->rollback_incident}}};
  }
  Move move{"ci", {}};
  if (step->stage == Stage::full && !rollout->notified) move.events.emplace_back(StakeholdersNotified{id, "all"});
  const bool at_once = step->stage == Stage::canary && dice_.chance(70);
  move.events.emplace_back(RolloutAdvanced{id, step->stage, at_once ? 50 : step->percent});
  if (step->stage == Stage::full && full != nullptr && full->model != rollout->model) {
    move.events.emplace_back(ModelArchived{full->model, rollout->environment, rollout->model});
  }
  return move;
}

Move Moves::answers_approval() {
  const std::string id = any_rollout();
  const Rollout* rollout = world_.rollouts.find(id);
  if (rollout == nullptr) return {};
  const Stage stage = dice_.chance(97) ? Stage::full : Stage::canary;
  const StageRules* rules = world_.rules_of(*rollout, stage);
  if ((rules == nullptr || rules->approvals.empty()) && !dice_.chance(5)) return {};
  const std::uint64_t kind = dice_.below(100);
  if (kind < 12) {
    std::set<std::string> of;
    if (dice_.chance(50)) of.insert(any_person());
    return {"ci", {ApprovalRequested{id, stage, of, reason}}};
  }
  const std::string author = dice_.chance(40) ? "lee" : dice_.chance(60) ? "mia" : any_person();
  if (kind < 16) return {author, {ApprovalDenied{id, stage, reason}}};
  if (kind < 22) return {author, {ApprovalWithdrawn{id, stage, reason}}};
  const auto grants = valid_grants(world_, *rollout, stage, now_);
  const bool again = std::any_of(grants.begin(), grants.end(), [&](const Approval& a) { return a.person == author; });
  if (again && !dice_.chance(10)) return {};
  const Hash bound = rules == nullptr || dice_.chance(3) ? Hash{} : rules->hash;
  return {author,
          {ApprovalGranted{id, rollout->model, rollout->environment, stage, bound, evidence_about(world_, *rollout),
                           reason}}};
}

// As `cairn rollback` would say it, for a trigger that fate chooses.
Move Moves::rolls_back() {
  const SlotKey slot = any_slot();
  const std::optional<Hash> from = world_.rollback_source(slot);
  if (!from) return {};
  const Trigger trigger = dice_.chance(60) ? Trigger::regression : static_cast<Trigger>(dice_.below(3));
  const auto none_passed_over = [](const Hash&) { return false; };
  const auto target = world_.rollback_target(slot, *from, trigger, none_passed_over);
  if (!target && !dice_.chance(8)) return {};
  if (dice_.chance(20)) {
    return {"ida",
            {DrillRecorded{slot.first, slot.second, *from, target ? target->model : Hash{}, trigger,
                           ArtefactMatch::not_reachable, reason}}};
  }
  Move move{"ida", {}};
  const bool safety = trigger == Trigger::safety;
  const std::string incident = world_.next_incident();
  if (safety && world_.lockdown_over(slot) == nullptr) {
    move.events.emplace_back(LockdownEngaged{{slot.second, slot.first}, reason});
  }
  if (const Rollout* active = world_.under_way(slot); active != nullptr && !dice_.chance(3)) {
    move.events.emplace_back(RolloutAborted{*world_.slots.find(slot)->active, reason});
  }
  const Tenure* full = world_.at_full(slot);
  const EnvironmentRules* rules = world_.policy().environment(slot.second);
  if (!target) {
    move.events.emplace_back(SlotEmptied{slot.first, slot.second, *from, trigger, reason, incident});
  } else {
    move.events.emplace_back(ArtefactChecked{target->model, static_cast<ArtefactMatch>(dice_.chance(95) ? 0 : 1)});
    if (trigger == Trigger::regression && rules != nullptr && rules->regression_through_shadow && full != nullptr &&
        full->model != target->model) {
      move.events.emplace_back(
          RollbackBegun{world_.next_rollout(slot), slot.first, slot.second, *from, target->model, reason, incident});
    } else {
      move.events.emplace_back(
          RollbackExecuted{slot.first, slot.second, *from, target->model, trigger, reason, incident});
    }
  }
  const Severity severity = safety ? Severity::critical : Severity::high;
  move.events.emplace_back(IncidentOpened{incident, severity, "Rollback", slot.first, slot.second});
  return move;
}

Move Moves::holds_rollout() {
  const std::string id = any_rollout();
  const Rollout* rollout = world_.rollouts.find(id);
  if (rollout == nullptr) return {};
  if (rollout->paused && dice_.chance(85)) return {"ci", {RolloutResumed{id, reason}}};
  if (dice_.chance(40)) return {"watch", {RolloutPaused{id, reason}}};
  if (dice_.chance(50)) return {};
  return {"ci", {RolloutAborted{id, reason}}};
}

Move Moves::remarks() {
  switch (dice_.below(5)) {
    case 0: {
      Move move{"watch", {}};
      for (const Due& due : due_at(world_, now_)) {
        if (due.overdue(now_) && move.events.size() < 5) {
          move.events.emplace_back(DueRecorded{due.kind, due.subject, due.due});
        }
      }
      return move;
    }
    case 1: {
      const auto* alert = dice_.row_of(world_.alerts.rows());
      if (alert == nullptr) return {};
      return {dice_.chance(50) ? "watch" : "ida", {AlertAcknowledged{alert->first.entry, reason}}};
    }
    case 2:
      return {"ci", {RetrainingRequested{any_model(), reason, "T-1"}}};
    case 3: {
      const auto* rollout = dice_.row_of(world_.rollouts.rows());
      if (rollout == nullptr) return {};
      return {"ci", {StakeholdersNotified{rollout->first, "all"}}};
    }
    default:
      return {"ci", {ArtefactChecked{any_model(), static_cast<ArtefactMatch>(dice_.below(3))}}};
  }
}

Move Moves::takes_out_of_use() {
  for (const auto& [model, row] : world_.models.rows()) {
    if (row.quarantined && !dice_.chance(20)) return {"dana", {ModelReleased{model, reason}}};
  }
  const Hash model = any_model();
  if (model == Hash{}) return {};
  if (dice_.chance(20)) return {"dana", {ModelRetired{model, reason}}};
  return {dice_.chance(50) ? "ida" : "dana", {ModelQuarantined{model, reason}}};
}

Move Moves::keeps_or_deletes() {
  const Hash model = any_model();
  const Model* row = world_.models.find(model);
  if (row == nullptr) return {};
  const DeletionGround ground = dice_.chance(70) ? DeletionGround::legal : DeletionGround::retention;
  switch (dice_.below(5)) {
    case 0:
      return {"dana", {RetentionSet{model, {dice_.chance(50) ? "audited" : "records"}}}};
    case 1:
      return {"dana", {HoldPlaced{str("LEX-", dice_.below(3)), dice_.chance(80) ? row->name : "", reason}}};
    case 2: {
      const auto* hold = dice_.row_of(world_.holds.rows());
      if (hold == nullptr) return {};
      return {"dana", {HoldReleased{hold->first.first, hold->first.second, reason}}};
    }
    case 3:
      return {"dana", {ArtefactDeleted{model, ground, reason}}};
    default: {
      const auto* evidence = dice_.row_of(world_.evidence.rows());
      if (evidence == nullptr) return {};
      return {"dana",
              {AttachmentErased{evidence->second.digest, evidence->second.seq, evidence->first.model, ground, reason}}};
    }
  }
}

}  // namespace cairn
