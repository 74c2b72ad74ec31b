#include "projections/traffic.h"

#include <algorithm>

namespace cairn {

namespace {

std::vector<HoldInterval> holds_over(const World& world, const SlotKey& slot, Millis at) {
  std::vector<HoldInterval> holds;
  const auto covers = [&](const Scope& scope) { return scope.covers(slot.second, slot.first); };
  const auto end = [](Millis until) { return until == 0 ? std::nullopt : std::optional<Millis>(until); };
  for (const auto& [scope, row] : world.lockdowns.rows()) {
    if (covers(scope)) holds.push_back({"lockdown", scope, row.recorded, std::nullopt, row.engaged});
  }
  for (const auto& [scope, row] : world.freezes.rows()) {
    if (covers(scope)) holds.push_back({"freeze", scope, row.recorded, end(row.until), row.declared});
  }
  for (const FreezeWindow& window : world.policy().freezes) {
    if (!covers(window.scope) || window.until <= at) continue;
    holds.push_back({"freeze", window.scope, window.from, window.until, world.force->adopted, true});
  }
  if (const auto* glasses = world.glass.find(slot)) {
    for (const BrokenGlass& row : *glasses) {
      holds.push_back({"break-glass", Scope{slot.second, slot.first}, row.said.recorded, row.until, row.said.seq});
    }
  }
  return holds;
}

}  // namespace

void Traffic::look(const World& world, const Moment& at) {
  const Rollout* active = world.under_way(slot_);
  const Tenure* tenure = world.at_full(slot_);
  std::optional<Share> full;
  if (tenure != nullptr) {
    const std::uint64_t elsewhere = active == nullptr ? 0 : std::min<std::uint64_t>(active->percent, 100);
    full = Share{tenure->model, Stage::full, 100 - elsewhere, at.recorded, std::nullopt, at.seq};
    if (!looked_ && (elsewhere == 0 || active->stage_entry < tenure->seq)) {
      full->seq = tenure->seq;
      full->from = tenure->since;
    } else if (!looked_) {
      full->seq = active->stage_entry;
      full->from = active->stage_since;
    }
  }
  std::optional<Share> way;
  if (active != nullptr) {
    way = Share{active->model, active->stage, active->percent, at.recorded, std::nullopt, at.seq};
    if (!looked_) {
      way->seq = active->stage_entry;
      way->from = active->stage_since;
    }
  }
  looked_ = true;
  share(full, at.recorded, full_);
  share(way, at.recorded, way_);
  hold(holds_over(world, slot_, at.recorded), at.recorded);
}

std::vector<HoldInterval> Traffic::holds() const {
  std::vector<HoldInterval> begun = holds_;
  std::erase_if(begun, [](const HoldInterval& one) { return one.until && *one.until <= one.from; });
  return begun;
}

void Traffic::share(std::optional<Share> now, Millis at, std::optional<std::size_t>& open) {
  if (open && now && shares_[*open].same_as(*now)) return;
  if (open) shares_[*open].until = at;
  open.reset();
  if (!now) return;
  open = shares_.size();
  shares_.push_back(*now);
}

void Traffic::hold(const std::vector<HoldInterval>& now, Millis at) {
  std::vector<std::size_t> still;
  for (const HoldInterval& one : now) {
    const auto known = std::find_if(held_.begin(), held_.end(), [&](std::size_t i) { return holds_[i].same_as(one); });
    if (known != held_.end()) {
      still.push_back(*known);
      continue;
    }
    still.push_back(holds_.size());
    holds_.push_back(one);
    if (one.by_calendar) holds_.back().from = std::max(one.from, at);
  }
  for (const std::size_t i : held_) {
    if (std::find(still.begin(), still.end(), i) != still.end()) continue;
    holds_[i].until = holds_[i].until ? std::min(*holds_[i].until, at) : at;
  }
  held_ = std::move(still);
}

}  // namespace cairn
