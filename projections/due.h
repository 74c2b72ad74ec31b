// What is due, or overdue, at a moment: looks at models, alerts, steps of incidents, action items, reviews, approvals.
// Passing time makes no entry (DESIGN 5): this is derived, and `due.recorded` puts on record what was derived so. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "projections/world.h"

namespace cairn {

struct Due {
  DueKind kind = DueKind::check;
  // A slot "NAME/ENVIRONMENT", an incident's id, "INC-1/2" for its second action, an alert's seq, a scope, a rollout's
  // id.
  std::string subject;
  Millis due = 0;
  std::string what;        // for people
  std::optional<Seq> seq;  // the entry that it follows from

  bool overdue(Millis moment) const { return due < moment; }
};

// Everything that waits for somebody, overdue or to come; ascending by `due`.
std::vector<Due> due_at(const World& world, Millis moment);

// How often a version is to be looked at, so long after it came to its stage.
Millis cadence_at(const Policy& policy, Millis age);

}  // namespace cairn
