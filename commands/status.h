// Status: what runs where, what is on its way and what holds it back, derived for one moment from one World.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "projections/admit.h"
#include "projections/deadlines.h"
#include "projections/world.h"

namespace cairn {

// Empty: all.
struct StatusFilter {
  std::optional<std::string> environment;
  std::optional<std::string> model;
  bool wants(const std::string& in_environment, const std::string& of_model) const {
    return (!environment || *environment == in_environment) && (!model || *model == of_model);
  }
};

// A version that is in a slot, with the entry that brought it to where it is.
struct RunningVersion {
  std::string environment;
  std::string name;
  std::string version;
  Hash model;
  Stage stage = Stage::full;
  std::uint64_t percent = 0;  // of traffic
  Millis since = 0;
  Seq seq = 0;
  std::string rollout;              // that brought it; empty: a rollback did
  std::vector<Approval> approvals;  // of that step
  bool asks_approval = false;       // by the policy in force now
  bool quarantined = false;
};

// What the next step of a rollout asks of persons. Who has asked for it stands in the rollout.
struct ApprovalStanding {
  Quorum asked;  // empty: nothing
  Quorum filled;
  std::vector<Approval> held;
  std::vector<Approval> expired;     // grants that are too old now
  std::vector<std::string> awaited;  // whose grant would fill an open place
  std::vector<Approval> ahead;       // grants for a later stage
};

// A rollout under way, and what its next step would meet.
struct RolloutStanding {
  std::string id;
  Rollout rollout;
  std::string version;
  Millis soak_needed = 0;
  Millis soak_missing = 0;
  NextStep next;
  std::optional<Refused> refused;  // none: the next step would be admitted
  std::vector<Refused> also;
  std::vector<GateOutcome> gates;
  ApprovalStanding approvals;
};

struct IncidentStanding {
  std::string id;
  Incident incident;
  std::vector<Deadline> deadlines;
};

// What holds slots still: a lockdown, a freeze, or a broken glass that waits for its review.
struct HoldStanding {
  std::string kind;   // "lockdown", "freeze", "break-glass"
  std::string scope;  // as --scope takes it
  std::string by;
  std::string reason;
  std::string state;  // what it waits for, or until when it lasts
  Seq seq = 0;
  Millis since = 0;
  std::optional<Seq> lift = std::nullopt;  // where somebody asked for a lockdown's lift
  std::string incident = {};               // that a glass was broken for
};

// A slot that had a version at full and has none now.
struct EmptySlot {
  std::string environment;
  std::string name;
  std::string last;  // the version that was there last
  Hash model;        // its digest
  Seq seq = 0;       // the entry that had brought it there
};

struct Status {
  std::vector<RunningVersion> slots;  // by environment, model, then full before canary before shadow
  std::vector<EmptySlot> empty_slots;
  std::vector<RolloutStanding> rollouts;
  std::vector<HoldStanding> holds;          // lockdowns, freezes, broken glasses
  std::vector<IncidentStanding> incidents;  // that are not closed, newest first
};

// `world` is asked what it would say and left as it was.
Result<Status> status_of(World& world, const StatusFilter& filter, Millis moment);

}  // namespace cairn
