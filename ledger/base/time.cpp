#include "ledger/base/time.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>

#include "ledger/base/text.h"

namespace cairn {
namespace {

constexpr Millis year_10000 = 253'402'300'800'000;
constexpr Millis longest_duration = 36'525 * day;  // 100 years with their leap days

struct Unit {
  std::string_view name;
  Millis length;
};

constexpr std::array<Unit, 5> units = {{{"d", day}, {"h", hour}, {"m", minute}, {"s", second}, {"ms", 1}}};

std::string padded(std::int64_t value, std::size_t width) {
  const auto digits = std::to_string(value);
  return std::string(width - std::min(width, digits.size()), '0') + digits;
}

std::string padded(unsigned value, std::size_t width) {
  return padded(static_cast<std::int64_t>(value), width);
}

// Reads a time from left to right; every step says whether the text had what was asked for.
class TimeReader {
 public:
  explicit TimeReader(std::string_view text) : rest_(text) {}

  bool done() const { return rest_.empty(); }

  bool take(std::string_view any_of) {
    if (rest_.empty() || any_of.find(rest_[0]) == std::string_view::npos) return false;
    rest_.remove_prefix(1);
    return true;
  }

  std::optional<int> number(std::size_t width, int least, int most) {
    if (rest_.size() < width) return std::nullopt;
    int value = 0;
    for (std::size_t i = 0; i < width; ++i) {
      if (!is_digit(rest_[i])) return std::nullopt;
      value = value * 10 + (rest_[i] - '0');
    }
    if (value < least || value > most) return std::nullopt;
    rest_.remove_prefix(width);
    return value;
  }

  // Digits after the point, cut to milliseconds.
  std::optional<Millis> fraction() {
    std::size_t count = 0;
    Millis value = 0;
    for (; count < rest_.size() && is_digit(rest_[count]); ++count) {
      if (count < 3) value = value * 10 + (rest_[count] - '0');
    }
    if (count == 0) return std::nullopt;
    rest_.remove_prefix(count);
    for (; count < 3; ++count) value *= 10;
    return value;
  }

 private:
  std::string_view rest_;
};

std::optional<Millis> read_date(TimeReader& reader) {
  const auto y = reader.number(4, 0, 9999);
  if (!y || !reader.take("-")) return std::nullopt;
  const auto m = reader.number(2, 1, 12);
  if (!m || !reader.take("-")) return std::nullopt;
  const auto d = reader.number(2, 1, 31);
  if (!d) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year{*y}, std::chrono::month{static_cast<unsigned>(*m)},
                                         std::chrono::day{static_cast<unsigned>(*d)}};
  if (!date.ok()) return std::nullopt;
  return std::chrono::sys_days{date}.time_since_epoch().count() * day;
}

std::optional<Millis> read_clock(TimeReader& reader) {
  const auto h = reader.number(2, 0, 23);
  if (!h || !reader.take(":")) return std::nullopt;
  const auto m = reader.number(2, 0, 59);
  if (!m) return std::nullopt;
  if (!reader.take(":")) return *h * hour + *m * minute;
  const auto s = reader.number(2, 0, 59);
  if (!s) return std::nullopt;
  Millis decimals = 0;
  if (reader.take(".")) {
    const auto read = reader.fraction();
    if (!read) return std::nullopt;
    decimals = *read;
  }
  return *h * hour + *m * minute + *s * second + decimals;
}

// How far the written clock is ahead of UTC.
std::optional<Millis> read_offset(TimeReader& reader) {
  if (reader.done() || reader.take("Zz")) return 0;
  const bool ahead = reader.take("+");
  if (!ahead && !reader.take("-")) return std::nullopt;
  const auto h = reader.number(2, 0, 23);
  if (!h || !reader.take(":")) return std::nullopt;
  const auto m = reader.number(2, 0, 59);
  if (!m) return std::nullopt;
  const Millis offset = *h * hour + *m * minute;
  return ahead ? offset : -offset;
}

std::string two_units(Millis span, Millis large, std::string_view large_name, Millis small,
                      std::string_view small_name) {
  auto text = str(span / large, " ", large_name);
  const auto rest = span % large / small;
  return rest == 0 ? text : str(text, " ", rest, " ", small_name);
}

std::string cut_like(std::string_view pattern, Millis time) {
  std::string text = format_time(time);
  const std::size_t middle = text.find('T');
  if (middle == std::string::npos) return text;
  text[middle] = ' ';
  return text.substr(0, pattern.size());
}

}  // namespace

std::string format_time(Millis time) {
  // Statements of others may hold any number here, and showing it must not stop us.
  if (time < 0 || time >= year_10000) return str(time, "ms");

  const auto days = std::chrono::sys_days{std::chrono::days{time / day}};
  const std::chrono::year_month_day date{days};
  const Millis clock = time % day;
  return str(padded(std::int64_t{static_cast<int>(date.year())}, 4), '-',
             padded(static_cast<unsigned>(date.month()), 2), '-', padded(static_cast<unsigned>(date.day()), 2), 'T',
             padded(clock / hour, 2), ':', padded(clock % hour / minute, 2), ':', padded(clock % minute / second, 2),
             '.', padded(clock % second, 3), 'Z');
}

std::string short_time(Millis time) {
  return cut_like("2026-11-23 02:33", time);
}

std::string time_to_the_second(Millis time) {
  return cut_like("2026-11-23 02:33:16", time);
}

std::string time_to_the_millisecond(Millis time) {
  return cut_like("2026-11-23 02:33:16.917", time);
}

Result<Millis> parse_time(std::string_view text) {
  const auto wrong = [&](std::string_view why) {
    return fault(str("not a time: \"", printable(text.substr(0, 60)), "\" ", why,
                     "; write it like 2026-11-23T02:33:16.917Z, 2026-11-23 02:33 or 2026-11-23"));
  };
  constexpr std::string_view unreadable = "is not RFC 3339";
  TimeReader reader(text);
  const auto date = read_date(reader);
  if (!date) return wrong(unreadable);
  Millis time = *date;
  if (!reader.done()) {
    if (!reader.take("Tt ")) return wrong(unreadable);
    const auto clock = read_clock(reader);
    if (!clock) return wrong(unreadable);
    const auto offset = read_offset(reader);
    if (!offset || !reader.done()) return wrong(unreadable);
    time += *clock - *offset;
  }
  if (time < 0 || time >= year_10000) return wrong("is outside the years 1970 to 9999 in UTC");
  return time;
}

Result<Millis> parse_duration(std::string_view text) {
  const auto wrong = [&](std::string_view why) {
    return fault(str("not a duration: \"", printable(text.substr(0, 40)), "\" ", why,
                     "; write a whole number and one unit, like 24h, 30d, 15m, 90s or 250ms"));
  };
  const auto unit_at = std::min(text.find_first_not_of("0123456789"), text.size());
  const auto name = text.substr(unit_at);
  for (const auto& unit : units) {
    if (unit.name != name) continue;
    const auto count = parse_uint(text.substr(0, unit_at));
    if (!count) return wrong("has no such number");
    if (*count > static_cast<std::uint64_t>(longest_duration / unit.length)) return wrong("is above 100 years");
    return static_cast<Millis>(*count) * unit.length;
  }
  return wrong("has no unit that we know");
}

std::string format_duration(Millis span) {
  if (span == 0) return "0s";
  for (const auto& unit : units) {
    if (span % unit.length == 0) return str(span / unit.length, unit.name);
  }
  ASSERT(false && "every span is a whole number of milliseconds");
  return {};
}

std::string describe_duration(Millis span) {
  if (span < 0) return "-" + describe_duration(span == INT64_MIN ? INT64_MAX : -span);
  if (span >= day) return two_units(span, day, "d", hour, "h");
  if (span >= hour) return two_units(span, hour, "h", minute, "min");
  if (span >= minute) return two_units(span, minute, "min", second, "s");
  if (span < second) return span == 0 ? "0 s" : str(span, " ms");
  const auto tenths = span / 100;
  return tenths % 10 == 0 ? str(tenths / 10, " s") : str(tenths / 10, ".", tenths % 10, " s");
}

Millis SystemClock::now() const {
  const auto since_1970 = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(since_1970).count();
}

}  // namespace cairn
