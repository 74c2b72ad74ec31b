// What a corrected clock does to what was recorded while it ran ahead: an interval that would be negative counts as
// zero (DESIGN 5), so everything counts as recorded at the moment of the correction. Times that people chose, a due
// date or the end of a freeze, stay.
#include <algorithm>

#include "projections/world.h"

namespace cairn {

namespace {

// Each says whether it changed anything.
struct SetBack {
  Millis now;

  bool operator()(Millis& time) const {
    const bool ahead = time > now;
    if (ahead) time = now;
    return ahead;
  }
  bool operator()(std::optional<Millis>& time) const { return time && (*this)(*time); }
  bool operator()(Moment& moment) const { return (*this)(moment.recorded); }
  bool operator()(std::optional<Moment>& moment) const { return moment && (*this)(*moment); }
  bool operator()(Spoken& said) const { return (*this)(said.recorded); }

  template <class... Times>
  bool all(Times&... times) const {
    return (static_cast<unsigned>((*this)(times)) | ...) != 0;
  }
};

template <class K, class V, class Change>
void change_rows(Table<K, V>& table, const Change& change) {
  std::vector<std::pair<K, V>> changed;
  for (const auto& [key, row] : table.rows()) {
    V copy = row;
    if (change(copy)) changed.emplace_back(key, std::move(copy));
  }
  for (auto& [key, row] : changed) table.edit(key) = std::move(row);
}

void set_back_people(World& world, const SetBack& back) {
  change_rows(world.requests, [&](OpenRequest& row) { return back(row.said); });
  change_rows(world.proposals, [&](OpenProposal& row) {
    bool changed = back(row.said);
    for (auto& [who, consent] : row.approvals) changed = back(consent.said) || changed;
    return changed;
  });
  // Those of more than an hour ago are not counted any more, and a snapshot leaves them out: set back, they would count
  // again, and with some only.
  const Millis forgotten = world.position->recorded - hour;
  const auto all_times = [&](std::deque<Millis>& times) {
    bool changed = std::erase_if(times, [&](Millis time) { return time <= forgotten; }) > 0;
    for (Millis& time : times) changed = back(time) || changed;
    return changed;
  };
  change_rows(world.refusals, all_times);
  change_rows(world.forks, all_times);
}

void set_back_rollouts(World& world, const SetBack& back) {
  change_rows(world.models, [&](Model& row) { return back.all(row.recorded, row.left, row.retired); });
  change_rows(world.evidence, [&](EvidenceRow& row) { return back(row.recorded); });
  change_rows(world.shadows, [&](ShadowDone& row) { return back(row.recorded); });
  change_rows(world.alerts, [&](Alert& row) { return back(row.recorded); });
  change_rows(world.slots, [&](Slot& row) {
    bool changed = false;
    for (Tenure& tenure : row.history) changed = back(tenure.since) || changed;
    return changed;
  });
  change_rows(world.rollouts, [&](Rollout& row) {
    bool changed = back.all(row.stage_since, row.soak.last_pass);
    for (Approval& approval : row.approvals) changed = back(approval.recorded) || changed;
    if (row.request) changed = back(row.request->recorded) || changed;
    return changed;
  });
}

void set_back_protection(World& world, const SetBack& back) {
  change_rows(world.lockdowns, [&](Lockdown& row) {
    const bool asked = row.lift && back(*row.lift);
    return back(row.recorded) || asked;
  });
  change_rows(world.freezes, [&](Freeze& row) { return back(row.recorded); });
  change_rows(world.holds, [&](Hold& row) { return back(row.recorded); });
  // For as long as it was to be broken: the rules bound that from when it was said.
  change_rows(world.glass, [&](std::vector<BrokenGlass>& row) {
    bool changed = false;
    for (BrokenGlass& glass : row) {
      const Millis ahead = glass.said.recorded - back.now;
      if (!back(glass.said)) continue;
      glass.until -= ahead;
      changed = true;
    }
    return changed;
  });
  change_rows(world.incidents, [&](Incident& row) {
    return back.all(row.recorded, row.acknowledged, row.escalated, row.mitigated, row.resolved, row.postmortem,
                    row.closed);
  });
}

}  // namespace

void World::set_clock_back(Millis now) {
  ids.forget_before_correction(position->recorded - id_memory);
  const SetBack back{now};
  set_back_people(*this, back);
  set_back_rollouts(*this, back);
  set_back_protection(*this, back);
}

}  // namespace cairn
