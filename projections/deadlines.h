// Deadlines: by when the policy asks for each step of an incident, and whether it was so. Derived for a moment, never
// stored (DESIGN 5, "Passing time makes no entry"). Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "projections/world.h"

namespace cairn {

enum class DeadlineState : std::uint8_t { running, met, missed, overdue, passed };
std::string_view to_text(DeadlineState state);

struct Deadline {
  std::string name;  // "acknowledge", "mitigate", "resolve", "escalate", or a regulatory one's
  Millis due = 0;
  std::optional<Moment> done;
  DeadlineState state = DeadlineState::running;
};

// Those of the incident's severity by the policy in force, in the order above. "escalate" is there only while nobody
// has acknowledged or escalated. A regulatory one stands for a duty that people decide about: whether it was done is
// not on record, so it is running or has passed, and ends when the incident is closed.
std::vector<Deadline> deadlines_of(const Policy& policy, const Incident& incident, Millis moment);

// What an incident still needs before it is closed, in words for people; empty: nothing, or it is closed.
std::vector<std::string> missing_of(const Policy& policy, const Incident& incident);

}  // namespace cairn
