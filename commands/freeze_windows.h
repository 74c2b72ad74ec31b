// Freeze windows of a time zone's rule, worked out as the UTC instants that a policy holds (DESIGN 4): a rule of ours
// reads no zone, since what a zone means changes with its database.
#pragma once

#include <string>
#include <vector>

#include "ledger/base/result.h"
#include "ledger/events/policy.h"

namespace cairn {

inline constexpr Millis longest_horizon = 730 * day;

// Every week ("Fri 18:00" to "Mon 07:00") or once ("2026-12-20 00:00" to "2027-01-04 00:00"), in local time.
struct WindowRule {
  std::string name;  // of the window; each week's has its first day behind it: "weekend-2026-11-27"
  Scope scope;
  std::string zone;  // of the system's database: "Europe/Berlin"
  std::string from;
  std::string until;
};

// Those that are not over at `begin` and begin before `end`, ascending. An hour that the clocks go through twice is
// frozen both times. A usage error for an unknown zone, for a local time that the clocks skip, and for words that are
// no time. Reads the zone's file, and sets the process's TZ while it does.
Result<std::vector<FreezeWindow>> freeze_windows(const WindowRule& rule, Millis begin, Millis end);

}  // namespace cairn
