#include "projections/retention.h"

#include <algorithm>
#include <array>

#include "ledger/base/text.h"

namespace cairn {

namespace {

constexpr std::array<std::string_view, 6> states{"candidate",   "current", "archived",
                                                 "quarantined", "retired", "deleted"};

bool was_at_full(const World& world, const Hash& digest) {
  const auto& slots = world.slots.rows();
  return std::any_of(slots.begin(), slots.end(), [&](const auto& row) { return row.second.had_at_full(digest); });
}

// What is kept longer is kept; for good is longest.
void prolong(Kept& kept, std::optional<Millis> until, const std::string& by) {
  if (!kept.until || (until && *until <= *kept.until)) return;
  kept = {until, by};
}

}  // namespace

std::string_view to_text(VersionState state) {
  return states.at(static_cast<std::size_t>(state));
}

VersionStanding standing_of(const World& world, const Hash& digest, const Model& model) {
  VersionStanding standing{VersionState::candidate, {}, model.registered};
  std::vector<std::string> before;
  for (const auto& [slot, row] : world.slots.rows()) {
    if (slot.first != model.name) continue;
    if (world.stands_in(slot, digest)) {
      const Tenure* full = world.at_full(slot);
      standing.environments.push_back(slot.second);
      standing.state = VersionState::current;
      standing.seq = full != nullptr && full->model == digest ? full->seq : world.under_way(slot)->stage_entry;
    } else if (row.had_at_full(digest)) {
      before.push_back(slot.second);
    }
  }
  if (standing.environments.empty() && !before.empty()) {
    standing = {VersionState::archived, std::move(before), model.left ? model.left->seq : model.registered};
  }
  const auto became = [&](VersionState state, Seq seq) {
    standing.state = state;
    standing.seq = seq;
  };
  if (model.quarantined) became(VersionState::quarantined, *model.quarantined);
  if (model.retired) became(VersionState::retired, model.retired->seq);
  if (model.deleted) became(VersionState::deleted, *model.deleted);
  return standing;
}

bool taken_somewhere(const World& world, const Hash& model) {
  const auto& slots = world.slots.rows();
  return std::any_of(slots.begin(), slots.end(), [&](const auto& row) { return world.stands_in(row.first, model); });
}

Kept kept_until(const World& world, const Hash& digest, const Model& model) {
  if (taken_somewhere(world, digest)) return {std::nullopt, "in use"};
  const RetentionRules& rules = world.policy().retention;
  const Millis left = std::max(model.recorded, model.left ? model.left->recorded : 0);
  Kept kept{left + rules.candidate, "candidate"};
  if (was_at_full(world, digest)) kept = {left + rules.archived, "archived"};
  if (model.retired) prolong(kept, model.retired->recorded + rules.retired, "retired");
  for (const std::string& name : model.classes) {
    const auto found = rules.classes.find(name);
    // What a later policy does not know any more was promised by an earlier one.
    const bool for_good = found == rules.classes.end() || !found->second;
    prolong(kept, for_good ? std::nullopt : std::optional<Millis>(model.recorded + *found->second), name);
  }
  return kept;
}

std::vector<std::string> holds_over(const World& world, const std::string& name) {
  std::vector<std::string> over;
  for (const auto& [key, hold] : world.holds.rows()) {
    const auto& [case_id, held] = key;
    if (!held.empty() && held != name) continue;
    over.push_back(str("case ", case_id, ", entry ", hold.placed, " by ", hold.by, ": ", hold.reason));
  }
  return over;
}

}  // namespace cairn
