#include "projections/due.h"

#include <algorithm>

#include "ledger/base/text.h"
#include "projections/admit.h"
#include "projections/deadlines.h"

namespace cairn {

namespace {

class Search {
 public:
  Search(const World& world, Millis moment) : world_(world), moment_(moment) {}

  // What takes traffic, or is watched before it does, is looked at in the policy's rhythm.
  void checks() {
    for (const auto& row : world_.slots.rows()) {
      const SlotKey& slot = row.first;
      if (const Tenure* full = world_.at_full(slot)) check(slot, full->model, full->since, full->seq);
      const Rollout* active = world_.under_way(slot);
      if (active != nullptr) check(slot, active->model, active->stage_since, active->stage_entry);
    }
  }

  void alerts() {
    for (const auto& [key, alert] : world_.alerts.rows()) {
      if (alert.acknowledged) continue;
      const Millis due = alert.recorded + world_.policy().incidents.escalate_after;
      const std::string asks = due < moment_ ? ": nobody has acknowledged it, escalate" : ": to be acknowledged";
      add(DueKind::alert, str(key.entry), due, world_.name_of(key.model) + " in " + key.environment + asks, key.entry);
    }
  }

  void incidents() {
    for (const auto& [id, incident] : world_.incidents.rows()) {
      if (incident.closed) continue;
      for (const Deadline& one : deadlines_of(world_.policy(), incident, moment_)) {
        if (!one.done) add(DueKind::incident, id, one.due, one.name + ": " + incident.title, incident.opened);
      }
      for (std::size_t i = 0; i < incident.actions.size(); ++i) {
        const ActionItem& item = incident.actions[i];
        if (!item.closed)
          add(DueKind::action, str(id, "/", i + 1), item.due, item.owner + ": " + item.task, item.opened);
      }
    }
  }

  // Another person is waited for from the moment that the first has spoken.
  void second_persons() {
    for (const auto& [scope, lockdown] : world_.lockdowns.rows()) {
      if (!lockdown.lift) continue;
      add(DueKind::lift, to_text(scope), lockdown.lift->recorded,
          lockdown.lift->by + " asked for its lift; another person confirms it", lockdown.lift->seq);
    }
    for (const auto& [slot, broken] : world_.glass.rows()) {
      for (const BrokenGlass& one : broken) {
        add(DueKind::review, slot.first + "/" + slot.second, one.until,
            one.said.by + " broke the glass for " + one.incident, one.said.seq);
      }
    }
  }

  // As soon as the model's tier says; where it says nothing there is no clock.
  void approvals() {
    for (const auto& [id, rollout] : world_.rollouts.rows()) {
      if (!request_waits(world_, rollout, moment_)) continue;
      const Tier* tier = world_.policy().tier_of(rollout.name);
      if (tier == nullptr || tier->answer_within == 0) continue;
      const std::string whom = rollout.request->of.empty() ? "" : " of " + joined(rollout.request->of, ", ");
      add(DueKind::approval, id, rollout.request->recorded + tier->answer_within,
          rollout.request->by + " asked for approval of " + std::string(to_text(rollout.request->stage)) + whom,
          rollout.request->seq);
    }
  }

  std::vector<Due> take() {
    std::stable_sort(found_.begin(), found_.end(), [](const Due& a, const Due& b) { return a.due < b.due; });
    return std::move(found_);
  }

 private:
  void add(DueKind kind, std::string subject, Millis due, std::string what, Seq seq) {
    found_.push_back({kind, std::move(subject), due, std::move(what), seq});
  }

  // A look from before the stage began was a look at something else.
  void check(const SlotKey& slot, const Hash& model, Millis since, Seq seq) {
    const EvidenceRow* row = world_.evidence.find({model, slot.second, EvidenceKind::monitoring});
    const Millis last = row == nullptr ? since : std::max(since, row->recorded);
    const Millis due = last + cadence_at(world_.policy(), last - since);
    add(DueKind::check, slot.first + "/" + slot.second, due, "look at " + world_.name_of(model),
        row != nullptr && row->recorded > since ? row->seq : seq);
  }

  const World& world_;
  const Millis moment_;
  std::vector<Due> found_;
};

}  // namespace

Millis cadence_at(const Policy& policy, Millis age) {
  for (const Cadence& cadence : policy.cadence) {
    if (cadence.first == 0 || age < cadence.first) return cadence.every;
  }
  return policy.max_gap;
}

std::vector<Due> due_at(const World& world, Millis moment) {
  Search search(world, moment);
  search.checks();
  search.alerts();
  search.incidents();
  search.second_persons();
  search.approvals();
  return search.take();
}

}  // namespace cairn
