// Delivery: how fast and how safely versions of models reach full, and what governing that took, over a period.
//
// The five metrics are DORA's. What each means here, and why, is decision 0026; in short:
//   deployment     a rollout brought a version to full in its slot. A step to canary is counted beside it. Going back
//   to
//                  a version is no deployment of a change but a recovery.
//   lead time      from the version's registration to full; and from the rollout's proposal to full.
//   change         a rollout that reached full, or that ended in canary after it had failed.
//   failed         while it took traffic it was rolled back from, its slot was emptied, or an incident of its slot was
//                  opened; or it was aborted in canary while its newest monitoring record failed. An incident is held
//                  against the canary, if there is one, else against what is at full, as a rollback would be.
//   recovery time  from the first failing record or incident, while it took traffic, to what ended the harm: the
//                  rollback, the emptied slot, the abort, the mitigation of every incident, or the next version at
//                  full.
//   rework         of all that reached full, gone back to or new: what was gone back to, and what was proposed while an
//                  incident of its slot was not resolved, or at most rework_window after.
//   approval       from the newest request, or, where nobody asked, from the beginning of the stage that the rollout
//   was
//                  in, to the grant that filled the last place.
//   missed checks  looks at what runs that somebody put on record as overdue, and those overdue when the period ends.
//
// A period is judged by what was on record when it ended: what is appended later changes nothing. Times are the
// recorded ones. Every figure holds the entries behind it. Pure. Folded from entry 0, because what was live when the
// period began decides what failed in it; costs a World::apply and a look at each event, and holds what is live and the
// period's own figures.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "ledger/base/time.h"
#include "projections/world.h"

namespace cairn {

inline constexpr Millis rework_window = day;

// Both ends belong to it.
struct Period {
  Millis since = 0;
  Millis until = 0;

  bool holds(const Moment& at) const { return at.recorded >= since && at.recorded <= until; }
  Millis length() const { return until > since ? until - since : 0; }
};

// One thing that was counted, and the entries that show it, ascending.
struct Counted {
  std::string what;  // a rollout's id, or an incident's
  std::vector<Seq> seqs;
};

struct Elapsed {
  std::string what;
  Moment from;
  Moment to;

  Millis length() const { return to.recorded > from.recorded ? to.recorded - from.recorded : 0; }
};

struct Held {
  Scope scope;
  Moment engaged;
  std::optional<Moment> lifted;
};

struct MissedCheck {
  SlotKey slot;
  Millis due = 0;
  Seq seq = 0;            // where it is on record, or what it follows from
  bool recorded = false;  // else derived for the period's end
};

struct DeliveryFigures {
  std::vector<Counted> deployments;
  std::vector<Counted> canary_steps;
  std::vector<Elapsed> lead_times;
  std::vector<Elapsed> from_proposal;
  std::vector<Counted> changes;
  std::vector<Counted> failed;        // of these changes
  std::vector<Counted> failed_older;  // at full since before the period, and failed in it
  std::vector<Elapsed> recoveries;
  std::vector<Counted> unmeasured;   // recovered by the entry that was the first to speak of the failure
  std::vector<Counted> unrecovered;  // when the period ended
  std::vector<Counted> arrivals;     // all that reached full
  std::vector<Counted> rework;       // of these

  std::vector<Elapsed> approvals;
  std::set<Seq> statements;                      // about rollouts, admitted and refused
  std::map<std::string, std::set<Seq>> refused;  // of these, by refusal
  std::vector<Counted> broken_glass;
  std::vector<Counted> unreviewed;  // when the period ended
  std::vector<Held> lockdowns;      // that lasted into the period
  Millis locked_down = 0;           // how long at least one of them held, within the period
  std::vector<MissedCheck> missed_checks;
};

// None: there are none. Of an even number the mean of the middle two, rounded down; of p90 the nearest rank.
std::optional<Millis> median_of(const std::vector<Elapsed>& spans);
std::optional<Millis> p90_of(const std::vector<Elapsed>& spans);

// How long at least one of them held within the period.
Millis time_held(const std::vector<Held>& holds, const Period& period);

// Empty: every one.
struct DeliveryFilter {
  std::string model;
  std::string environment;

  bool holds(const SlotKey& slot) const {
    return (model.empty() || model == slot.first) && (environment.empty() || environment == slot.second);
  }
};

class Delivery {
 public:
  explicit Delivery(const Period& period) : period_(period) {}

  // In order, from entry 0 to the last of the period.
  void apply(const Recorded& entry);

  const Period& period() const { return period_; }
  const World& world() const { return world_; }  // at the period's end, once all is applied

  // Those in which something ran or happened in the period.
  std::vector<SlotKey> slots(const DeliveryFilter& filter) const;
  DeliveryFigures of(const SlotKey& slot) const;
  DeliveryFigures total(const DeliveryFilter& filter) const;

 private:
  struct Failure {  // going on
    Moment detected;
    std::set<std::string> incidents;  // not mitigated
  };
  struct Change {
    std::string id;
    Hash model;
    bool goes_back = false;
    Moment proposed;
    std::optional<Seq> because_of;  // the opening of the incident that it answers
    std::optional<Moment> canary;
    std::optional<Moment> full;
    std::optional<Moment> failed;  // first
    std::optional<Moment> alarm;   // the first failing record while it takes traffic, until one passes
    std::optional<Failure> failure;

    bool takes_traffic() const { return canary || full; }
  };
  struct Lane {  // a slot's
    std::optional<Change> full;
    std::optional<Change> active;
    std::optional<Change> aborted;  // by the entry that is being applied
    DeliveryFigures figures;
  };
  struct Fold;

  void note_statement(const Recorded& entry);
  void settle(const Change& change, const std::optional<Moment>& ended, DeliveryFigures& figures) const;
  void finish(DeliveryFigures& figures, const SlotKey& slot, const Lane& lane) const;

  Period period_;
  World world_;
  std::map<SlotKey, Lane> lanes_;
  std::vector<Held> lockdowns_;
};

}  // namespace cairn
