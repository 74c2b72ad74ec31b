#include "projections/counterfactual.h"

#include <algorithm>

#include "ledger/base/text.h"
#include "projections/rebinding.h"
#include "projections/what_if.h"

namespace cairn {

namespace {

constexpr const char* moot = "moot";  // in place of an outcome: nothing takes effect

// Refusals that find no ground: what the statement speaks of is not there, is elsewhere, or is so already. All others
// say that it may not be.
bool finds_no_ground(Refusal refusal) {
  using R = Refusal;
  static constexpr R list[] = {
      R::role_missing,
      R::unknown_actor,
      R::handle_taken,
      R::owner_missing,
      R::key_known,
      R::unknown_key,
      R::grant_unchanged,
      R::second_admin_missing,
      R::policy_unknown,
      R::policy_approval_own,
      R::unknown_model,
      R::model_known,
      R::version_taken,
      R::quarantine_unchanged,
      R::retention_unchanged,
      R::hold_unchanged,
      R::attachment_erased,
      R::unknown_rollout,
      R::rollout_over,
      R::unknown_incident,
      R::incident_over,
      R::wrong_number,
      R::slot_busy,
      R::already_at_full,
      R::model_retired,
      R::artefact_deleted,
      R::pause_unchanged,
      R::stage_order,
      R::percent_order,
      R::approval_not_bound,
      R::approval_repeated,
      R::archive_missing,
      R::no_rollback_target,
      R::target_not_eligible,
      R::nothing_to_roll_back,
      R::rollout_still_active,
      R::lockdown_missing,
      R::incident_missing,
      R::lockdown_unchanged,
      R::lift_not_requested,
      R::freeze_unchanged,
      R::glass_not_broken,
      R::alert_not_open,
      R::not_due,
      R::incident_order,
      R::action_unknown,
  };
  return std::find(std::begin(list), std::end(list), refusal) != std::end(list);
}

std::vector<Refusal> refusals_of(const Verdict& verdict) {
  std::vector<Refusal> refusals;
  if (verdict.refused) refusals.push_back(verdict.refused->refusal);
  for (const Refused& refused : verdict.also) refusals.push_back(refused.refusal);
  return refusals;
}

// Every rollout and incident that an event names.
std::vector<std::string*> names_in(Event& event) {
  std::vector<std::string*> names;
  std::visit(
      [&names](auto& e) {
        if constexpr (requires { e.rollout; }) names.push_back(&e.rollout);
        if constexpr (requires { e.incident; }) names.push_back(&e.incident);
      },
      event);
  return names;
}

// Whether another world could take other words for it.
bool could_change(const Event& event) {
  const bool names = std::visit(
      [](const auto& e) {
        return requires {
          e.rollout;
        }
        || requires {
          e.incident;
        };
      },
      event);
  return names || Rebinding::concerns(event);
}

std::uint64_t rollouts_in(const World& world, const SlotKey& slot) {
  const Slot* row = world.slots.find(slot);
  return row == nullptr ? 0 : row->rollouts;
}

const std::string* found_in(const Renamed& renamed, const std::string& name) {
  for (const auto& [then, here] : renamed) {
    if (then == name) return &here;
  }
  return nullptr;
}

}  // namespace

Counterfactual::Judged Counterfactual::apply(World& recorded, const Recorded& entry, Basis basis) {
  if (world_.empty()) return begin(entry);
  Translated as = translated(recorded, entry);
  if (std::holds_alternative<LostGround>(as)) {
    take_effect(entry, nullptr, moot);
    return {"", {}, std::get<LostGround>(std::move(as)), {}};
  }
  if (std::holds_alternative<AsRecorded>(as)) {
    if (!entry.entry.outcome.empty()) {
      take_effect(entry, nullptr, entry.entry.outcome);
      return {entry.entry.outcome, {}, std::nullopt, {}};
    }
    as = Said{};
  }
  Said& said = std::get<Said>(as);
  const Statement* other_words = said.statement ? &*said.statement : nullptr;
  const KeyId key = signed_by(entry.entry);
  Judged judged;
  judged.verdict =
      explain(world_, other_words == nullptr ? entry.statement : *other_words, key, basis, entry.entry.recorded);
  judged.outcome = outcome_of(judged.verdict);
  judged.renamed = std::move(said.renamed);
  if (judged.outcome != entry.entry.outcome && lacks_ground(judged.verdict, recorded, entry, basis)) {
    judged.ground = LostGround{};
  }
  if (judged.verdict.refused) {
    take_effect(entry, other_words, judged.ground ? moot : judged.outcome);
  } else {
    take_effect(entry, other_words, "");
    for (const auto& [then, here] : said.fresh) names_[then] = here;
  }
  return judged;
}

// A no that the other policy would have said in the world as recorded too is the policy's; one that comes of where this
// world stands, and not of what holds it there, is of a statement that nobody would have made.
bool Counterfactual::lacks_ground(const Verdict& verdict, World& recorded, const Recorded& entry, Basis basis) const {
  std::vector<Refusal> here = refusals_of(verdict);
  std::erase_if(here, [](Refusal refusal) { return !finds_no_ground(refusal); });
  if (here.empty()) return false;
  const std::vector<Refusal> alone = refusals_of(verdict_under(recorded, other_, entry, basis));
  return std::any_of(here.begin(), here.end(),
                     [&](Refusal refusal) { return std::find(alone.begin(), alone.end(), refusal) == alone.end(); });
}

// Entry 0, with the other policy in place of its own.
Counterfactual::Judged Counterfactual::begin(const Recorded& entry) {
  Statement statement = entry.statement;
  statement.events.clear();
  for (const Event& event : entry.statement.events) {
    if (!std::holds_alternative<PolicyAdopted>(event)) {
      statement.events.push_back(event);
      continue;
    }
    statement.events.push_back(PolicyProposed{other_.document});
    statement.events.push_back(PolicyAdopted{other_.policy->digest, Hash{}});
  }
  world_.apply({entry.seq,
                entry.leaf,
                {entry.entry.recorded, entry.entry.outcome, entry.entry.signatures, {}},
                std::move(statement)});
  return {entry.entry.outcome, {}, std::nullopt, {}};
}

// ---- from the words of the record to those of this world

std::optional<LostGround> Counterfactual::author_missing(const World& recorded, const Recorded& entry) const {
  const std::string& author = entry.statement.author;
  const KeyId key = signed_by(entry.entry);
  const Key* then = recorded.signing_key(key);
  const Key* here = world_.signing_key(key);
  if (then == nullptr || then->handle != author || (here != nullptr && here->handle == author)) return std::nullopt;
  return LostGround{(world_.actors.has(author) ? "this key of " : "") + author, then->added};
}

// What the statement begins, numbered by this world; none: a number is wrong, and was so when it was said.
std::optional<Renamed> Counterfactual::begun(const World& recorded, const std::vector<Event>& events) const {
  Renamed fresh;
  std::map<SlotKey, std::uint64_t> of_slot;
  std::uint64_t incidents = 0;
  for (const Event& event : events) {
    std::string name;
    std::string right;
    std::string here;
    const auto rollout = [&](const std::string& id, const SlotKey& slot) {
      const std::uint64_t nth = ++of_slot[slot];
      name = id;
      right = to_text(RolloutId{slot.first, slot.second, rollouts_in(recorded, slot) + nth});
      here = to_text(RolloutId{slot.first, slot.second, rollouts_in(world_, slot) + nth});
    };
    if (const auto* proposed = std::get_if<RolloutProposed>(&event)) {
      rollout(proposed->rollout, {proposed->name, proposed->environment});
    } else if (const auto* back = std::get_if<RollbackBegun>(&event)) {
      rollout(back->rollout, {back->name, back->environment});
    } else if (const auto* opened = std::get_if<IncidentOpened>(&event)) {
      ++incidents;
      name = opened->incident;
      right = str("INC-", recorded.incidents.rows().size() + incidents);
      here = str("INC-", world_.incidents.rows().size() + incidents);
    }
    if (name != right) return std::nullopt;
    if (!name.empty()) fresh.emplace_back(std::move(name), std::move(here));
  }
  return fresh;
}

// The same rollout has the same version, the same incident is about the same slot: what was refused on record and
// admitted here may have taken the name first.
std::variant<std::string, LostGround, Counterfactual::AsRecorded> Counterfactual::name_here(
    const World& recorded, const std::string& name) const {
  const auto found = names_.find(name);
  const std::string here = found == names_.end() ? "" : found->second;
  if (const Rollout* then = recorded.rollouts.find(name)) {
    const Rollout* now = world_.rollouts.find(here);
    if (now == nullptr || now->model != then->model) return LostGround{"rollout " + name, then->proposed};
  } else if (const Incident* was = recorded.incidents.find(name)) {
    const Incident* now = world_.incidents.find(here);
    const bool same = now != nullptr && now->name == was->name && now->environment == was->environment;
    if (!same) return LostGround{"incident " + name, was->opened};
  } else if (found == names_.end()) {
    return AsRecorded{};
  }
  return here;
}

// A step to full says which version it replaces: the one that is at full here.
void Counterfactual::archive_what_is_here(const World& recorded, std::vector<Event>& events) const {
  for (std::size_t i = 0; i < events.size(); ++i) {
    const auto* step = std::get_if<RolloutAdvanced>(&events[i]);
    const Rollout* rollout =
        step == nullptr || step->stage != Stage::full ? nullptr : world_.rollouts.find(step->rollout);
    if (rollout == nullptr) continue;
    const SlotKey slot{rollout->name, rollout->environment};
    const Hash model = rollout->model;
    const Tenure* then = recorded.at_full(slot);
    const Tenure* now = world_.at_full(slot);
    const Hash gave_way = then == nullptr ? Hash{} : then->model;
    const Hash gives_way = now == nullptr ? Hash{} : now->model;
    if (gave_way == gives_way) continue;
    const auto told = std::find_if(events.begin(), events.end(), [&](const Event& event) {
      const auto* archived = std::get_if<ModelArchived>(&event);
      return archived != nullptr && archived->model == gave_way && archived->environment == slot.second &&
             archived->replaced_by == model;
    });
    if (told != events.end()) events.erase(told);
    if (now != nullptr) {
      const auto after = events.begin() + static_cast<std::ptrdiff_t>(std::min(i + 1, events.size()));
      events.insert(after, ModelArchived{gives_way, slot.second, model});
    }
  }
}

Counterfactual::Translated Counterfactual::translated(const World& recorded, const Recorded& entry) const {
  if (auto ground = author_missing(recorded, entry)) return std::move(*ground);
  auto fresh = begun(recorded, entry.statement.events);
  if (!fresh) return AsRecorded{};

  Said said;
  const auto& as_said = entry.statement.events;
  if (std::none_of(as_said.begin(), as_said.end(), could_change)) return said;
  said.fresh = std::move(*fresh);
  const Rebinding binding{recorded.policy(), *other_.policy};
  std::vector<Event> events = as_said;
  bool changed = false;
  for (Event& event : events) {
    changed = changed || Rebinding::concerns(event) || std::holds_alternative<RolloutAdvanced>(event);
    binding.rebind(event);
    for (std::string* name : names_in(event)) {
      const std::string* own = found_in(said.fresh, *name);
      auto here = own != nullptr ? *own : name_here(recorded, *name);
      if (std::holds_alternative<LostGround>(here)) return std::get<LostGround>(std::move(here));
      if (std::holds_alternative<AsRecorded>(here)) return AsRecorded{};
      const std::string& renamed = std::get<std::string>(here);
      if (renamed == *name) continue;
      if (found_in(said.renamed, *name) == nullptr) said.renamed.emplace_back(*name, renamed);
      *name = renamed;
      changed = true;
    }
  }
  if (!changed) return said;
  archive_what_is_here(recorded, events);
  said.statement = entry.statement;
  said.statement->events = std::move(events);
  return said;
}

// ----

// An adoption ends its proposal, and changes no rule here.
void Counterfactual::take_effect(const Recorded& entry, const Statement* other_words, const std::string& outcome) {
  const Statement& statement = other_words == nullptr ? entry.statement : *other_words;
  const auto adopts = [](const Event& event) { return std::holds_alternative<PolicyAdopted>(event); };
  const bool adoption = outcome.empty() && std::any_of(statement.events.begin(), statement.events.end(), adopts);
  if (other_words == nullptr && outcome == entry.entry.outcome && !adoption) {
    world_.apply(entry);
  } else {
    Recorded here{entry.seq, entry.leaf, {entry.entry.recorded, outcome, entry.entry.signatures, {}}, statement};
    if (adoption) std::erase_if(here.statement.events, adopts);
    world_.apply(here);
    for (const Event& event : statement.events) {
      if (const auto* adopted = std::get_if<PolicyAdopted>(&event); adoption && adopted != nullptr)
        world_.proposals.erase(adopted->policy);
    }
  }
  world_.keep();
}

}  // namespace cairn
