// Time as text, and where time comes from.
#pragma once

#include <string>
#include <string_view>

#include "ledger/base/result.h"
#include "ledger/base/types.h"

namespace cairn {

inline constexpr Millis second = 1000;
inline constexpr Millis minute = 60 * second;
inline constexpr Millis hour = 60 * minute;
inline constexpr Millis day = 24 * hour;

// RFC 3339 in UTC with milliseconds: 2026-11-23T02:33:16.917Z. Years 1970 to 9999.
std::string format_time(Millis time);

// The same for tables and sentences: 2026-11-23 02:33, 2026-11-23 02:33:16 and 2026-11-23 02:33:16.917. What
// format_time shows as a number stays whole.
std::string short_time(Millis time);
std::string time_to_the_second(Millis time);
std::string time_to_the_millisecond(Millis time);

// What people and files write: RFC 3339 with any offset and any number of decimals, a space for the T, no seconds, or a
// date alone (midnight UTC), so that whatever we show can be given back. Without an offset it is read as UTC. Extra
// decimals are cut.
Result<Millis> parse_time(std::string_view text);

// "24h", "30d", "7h", "90s", "15m", "250ms": a whole number and one unit; at most 100 years.
Result<Millis> parse_duration(std::string_view text);

// The largest unit that divides it: 86400000 -> "1d", 5400000 -> "90m", 0 -> "0s".
std::string format_duration(Millis span);

// About how long, for people: "2 d 3 h", "14 min", "3.2 s".
std::string describe_duration(Millis span);

// Where the log and the authors read the time. The rules never do (DESIGN 5, Time).
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Millis now() const = 0;
};

class SystemClock final : public Clock {
 public:
  Millis now() const override;
};

}  // namespace cairn
