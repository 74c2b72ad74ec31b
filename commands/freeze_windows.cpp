#include "commands/freeze_windows.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <optional>

#include "ledger/base/text.h"
#include "ledger/base/time.h"

namespace cairn {

namespace {

namespace fs = std::filesystem;
using std::chrono::days;
using std::chrono::sys_days;
using std::chrono::weekday;

constexpr std::array<std::string_view, 7> weekdays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};

// What a clock on the wall shows, on a day of the week or on one date.
struct WallTime {
  std::optional<weekday> every;
  sys_days date;
  int hour = 0;
  int minute = 0;
};

std::optional<int> two_digits(std::string_view text, int most) {
  if (text.size() != 2 || text.find_first_not_of("0123456789") != std::string_view::npos) return std::nullopt;
  const int value = (text[0] - '0') * 10 + (text[1] - '0');
  return value <= most ? std::optional<int>(value) : std::nullopt;
}

Result<WallTime> parse_wall_time(std::string_view flag, const std::string& text) {
  const auto wrong = [&] {
    return usage(str(flag, ": \"", printable(text), "\" is neither like \"Fri 18:00\" nor like \"2026-12-20 00:00\""));
  };
  const std::size_t space = text.find(' ');
  if (space == std::string::npos || text.size() != space + 6 || text[space + 3] != ':') return wrong();
  const auto hour = two_digits(std::string_view(text).substr(space + 1, 2), 23);
  const auto minute = two_digits(std::string_view(text).substr(space + 4, 2), 59);
  if (!hour || !minute) return wrong();
  WallTime time{std::nullopt, {}, *hour, *minute};
  const std::string_view first = std::string_view(text).substr(0, space);
  if (const auto found = std::find(weekdays.begin(), weekdays.end(), first); found != weekdays.end()) {
    time.every = weekday(static_cast<unsigned>(found - weekdays.begin()));
    return time;
  }
  const auto midnight = parse_time(str(first, "T00:00:00Z"));
  if (first.size() != 10 || !midnight) return wrong();
  time.date = sys_days(days(*midnight / day));
  return time;
}

// While it lives, the process's local time is this zone's.
class LocalZone {
 public:
  explicit LocalZone(const std::string& name) {
    if (const char* before = std::getenv("TZ")) before_ = before;
    ::setenv("TZ", (":" + name).c_str(), 1);
    ::tzset();
  }
  ~LocalZone() {
    before_ ? ::setenv("TZ", before_->c_str(), 1) : ::unsetenv("TZ");
    ::tzset();
  }
  LocalZone(const LocalZone&) = delete;
  LocalZone& operator=(const LocalZone&) = delete;

  // With summer time or without: one answer, two in the hour that comes twice, none in the one that is skipped;
  // ascending.
  static std::vector<Millis> instants(sys_days date, const WallTime& time) {
    const std::chrono::year_month_day parts(date);
    std::vector<Millis> found;
    for (const int summer : {1, 0}) {
      std::tm local{};
      local.tm_year = static_cast<int>(parts.year()) - 1900;
      local.tm_mon = static_cast<int>(static_cast<unsigned>(parts.month())) - 1;
      local.tm_mday = static_cast<int>(static_cast<unsigned>(parts.day()));
      local.tm_hour = time.hour;
      local.tm_min = time.minute;
      local.tm_isdst = summer;
      const std::tm wanted = local;
      const std::time_t at = std::mktime(&local);
      const bool same =
          local.tm_mday == wanted.tm_mday && local.tm_hour == wanted.tm_hour && local.tm_min == wanted.tm_min;
      if (same) found.push_back(static_cast<Millis>(at) * 1000);
    }
    std::sort(found.begin(), found.end());
    return found;
  }

 private:
  std::optional<std::string> before_;
};

// The C library takes an unknown zone for UTC, without a word.
Result<void> check_zone(const std::string& name) {
  const char* elsewhere = std::getenv("TZDIR");
  const fs::path database = elsewhere != nullptr ? elsewhere : "/usr/share/zoneinfo";
  std::error_code code;
  const bool plain = is_name(name) && name.find("..") == std::string::npos;
  if (plain && fs::is_regular_file(database / name, code)) return {};
  return usage(str("--zone: ", printable(name), " is not in ", database.string(),
                   "; a zone is called like Europe/Berlin, and the package tzdata holds them"));
}

std::string date_text(sys_days date) {
  return format_time(date.time_since_epoch().count() * day).substr(0, 10);
}

Result<Millis> skipped(sys_days date, const WallTime& time, const std::string& zone) {
  const auto padded = [](int value) { return (value < 10 ? "0" : "") + std::to_string(value); };
  return usage(str(date_text(date), " ", padded(time.hour), ":", padded(time.minute), " does not exist in ", zone,
                   ": the clocks skip it; name another time"));
}

class Expansion {
 public:
  Expansion(const WindowRule& rule, const WallTime& from, const WallTime& until)
      : rule_(rule), from_(from), until_(until), zone_(rule.zone) {}

  Result<FreezeWindow> window(sys_days first, sys_days last, const std::string& name) const {
    const std::vector<Millis> begins = LocalZone::instants(first, from_);
    const std::vector<Millis> ends = LocalZone::instants(last, until_);
    if (begins.empty()) return skipped(first, from_, rule_.zone).error();
    if (ends.empty()) return skipped(last, until_, rule_.zone).error();
    if (ends.back() <= begins.front()) return usage("--until is not after --from");
    return FreezeWindow{name, rule_.scope, begins.front(), ends.back(),
                        str(rule_.from, " to ", rule_.until, ", ", rule_.zone)};
  }

  // How many days after its first day a week's window ends.
  days length() const {
    const days apart = *until_.every - *from_.every;
    const bool later = std::pair(until_.hour, until_.minute) > std::pair(from_.hour, from_.minute);
    return apart == days(0) && !later ? days(7) : apart;
  }

 private:
  const WindowRule& rule_;
  const WallTime& from_;
  const WallTime& until_;
  LocalZone zone_;
};

}  // namespace

Result<std::vector<FreezeWindow>> freeze_windows(const WindowRule& rule, Millis begin, Millis end) {
  TRY_LET(from, parse_wall_time("--from", rule.from));
  TRY_LET(until, parse_wall_time("--until", rule.until));
  if (from.every.has_value() != until.every.has_value())
    return usage("--from and --until are both on a day of the week, or both on a date");
  TRY(check_zone(rule.zone));
  const Expansion expansion(rule, from, until);
  std::vector<FreezeWindow> windows;
  if (!from.every) {
    TRY_LET(once, expansion.window(from.date, until.date, rule.name));
    windows.push_back(std::move(once));
    return windows;
  }
  // A week and a day before, since one may be under way, and a zone's day begins before UTC's or after it.
  const sys_days last(days(end / day + 1));
  for (sys_days date(days(begin / day - 8)); date <= last; date += days(1)) {
    if (weekday(date) != *from.every) continue;
    TRY_LET(week, expansion.window(date, date + expansion.length(), rule.name + "-" + date_text(date)));
    if (week.until > begin && week.from < end) windows.push_back(std::move(week));
  }
  return windows;
}

}  // namespace cairn
