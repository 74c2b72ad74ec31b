// What Delivery answers: the figures of a slot and of all, at the period's end.
#include <algorithm>

#include "projections/delivery.h"
#include "projections/due.h"

namespace cairn {

namespace {

std::vector<Millis> lengths_of(const std::vector<Elapsed>& spans) {
  std::vector<Millis> lengths;
  for (const Elapsed& span : spans) lengths.push_back(span.length());
  std::sort(lengths.begin(), lengths.end());
  return lengths;
}

Seq seq_of(const Counted& one) {
  return one.seqs.back();
}
Seq seq_of(const Elapsed& one) {
  return one.to.seq;
}
Seq seq_of(const MissedCheck& one) {
  return one.seq;
}

template <class Row>
void add(std::vector<Row>& all, const std::vector<Row>& more) {
  all.insert(all.end(), more.begin(), more.end());
  std::stable_sort(all.begin(), all.end(), [](const Row& a, const Row& b) { return seq_of(a) < seq_of(b); });
}

void add(DeliveryFigures& total, const DeliveryFigures& more) {
  add(total.deployments, more.deployments);
  add(total.canary_steps, more.canary_steps);
  add(total.lead_times, more.lead_times);
  add(total.from_proposal, more.from_proposal);
  add(total.changes, more.changes);
  add(total.failed, more.failed);
  add(total.failed_older, more.failed_older);
  add(total.recoveries, more.recoveries);
  add(total.unmeasured, more.unmeasured);
  add(total.unrecovered, more.unrecovered);
  add(total.arrivals, more.arrivals);
  add(total.rework, more.rework);
  add(total.approvals, more.approvals);
  total.statements.insert(more.statements.begin(), more.statements.end());
  for (const auto& [refusal, seqs] : more.refused) total.refused[refusal].insert(seqs.begin(), seqs.end());
  add(total.broken_glass, more.broken_glass);
  add(total.unreviewed, more.unreviewed);
  add(total.missed_checks, more.missed_checks);
}

std::vector<Held> within(const std::vector<Held>& holds, const Period& period, std::string_view environment,
                         std::string_view model) {
  std::vector<Held> kept;
  for (const Held& one : holds) {
    const bool lasted = one.engaged.recorded <= period.until && (!one.lifted || one.lifted->recorded >= period.since);
    if (lasted && one.scope.covers(environment, model)) kept.push_back(one);
  }
  return kept;
}

}  // namespace

std::optional<Millis> median_of(const std::vector<Elapsed>& spans) {
  const std::vector<Millis> lengths = lengths_of(spans);
  if (lengths.empty()) return std::nullopt;
  const std::size_t middle = lengths.size() / 2;
  if (lengths.size() % 2 == 1) return lengths[middle];
  return lengths[middle - 1] + (lengths[middle] - lengths[middle - 1]) / 2;
}

std::optional<Millis> p90_of(const std::vector<Elapsed>& spans) {
  const std::vector<Millis> lengths = lengths_of(spans);
  if (lengths.empty()) return std::nullopt;
  return lengths[(lengths.size() * 9 + 9) / 10 - 1];
}

Millis time_held(const std::vector<Held>& holds, const Period& period) {
  std::vector<std::pair<Millis, Millis>> spans;
  for (const Held& one : holds) {
    const Millis from = std::max(one.engaged.recorded, period.since);
    const Millis to = std::min(one.lifted ? one.lifted->recorded : period.until, period.until);
    if (from < to) spans.emplace_back(from, to);
  }
  std::sort(spans.begin(), spans.end());
  Millis held = 0;
  Millis reached = period.since;
  for (const auto& [from, to] : spans) {
    held += std::max<Millis>(0, to - std::max(from, reached));
    reached = std::max(reached, to);
  }
  return held;
}

// What only shows when the period has ended.
void Delivery::finish(DeliveryFigures& figures, const SlotKey& slot, const Lane& lane) const {
  for (const auto* change : {&lane.full, &lane.active}) {
    if (!*change) continue;
    settle(**change, std::nullopt, figures);
    if ((*change)->failure) figures.unrecovered.push_back({(*change)->id, {(*change)->failure->detected.seq}});
  }
  if (const auto* broken = world_.glass.find(slot)) {
    for (const BrokenGlass& one : *broken) figures.unreviewed.push_back({one.incident, {one.said.seq}});
  }
  figures.lockdowns = within(lockdowns_, period_, slot.second, slot.first);
  figures.locked_down = time_held(figures.lockdowns, period_);
  for (const Due& due : due_at(world_, period_.until)) {
    if (due.kind != DueKind::check || due.subject != slot.first + "/" + slot.second) continue;
    const bool told = std::any_of(figures.missed_checks.begin(), figures.missed_checks.end(),
                                  [&](const MissedCheck& one) { return one.due == due.due; });
    if (due.overdue(period_.until) && !told) {
      figures.missed_checks.push_back({slot, due.due, due.seq.value_or(0), false});
    }
  }
}

DeliveryFigures Delivery::of(const SlotKey& slot) const {
  const auto found = lanes_.find(slot);
  const Lane lane = found == lanes_.end() ? Lane{} : found->second;
  DeliveryFigures figures = lane.figures;
  finish(figures, slot, lane);
  return figures;
}

std::vector<SlotKey> Delivery::slots(const DeliveryFilter& filter) const {
  std::vector<SlotKey> kept;
  for (const auto& [slot, lane] : lanes_) {
    const DeliveryFigures& figures = lane.figures;
    const bool ran = lane.full || lane.active || !figures.statements.empty() || !figures.recoveries.empty() ||
                     !figures.failed_older.empty() || !figures.broken_glass.empty() || !figures.missed_checks.empty();
    if (ran && filter.holds(slot)) kept.push_back(slot);
  }
  return kept;
}

// A lockdown of everything counts once, and one that covers no slot of these counts too: nothing could begin there.
DeliveryFigures Delivery::total(const DeliveryFilter& filter) const {
  DeliveryFigures total;
  for (const SlotKey& slot : slots(filter)) add(total, of(slot));
  total.lockdowns = within(lockdowns_, period_, filter.environment, filter.model);
  total.locked_down = time_held(total.lockdowns, period_);
  return total;
}

}  // namespace cairn
