#include "commands/html_axis.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "ledger/base/assert.h"
#include "ledger/base/text.h"
#include "ledger/base/time.h"

namespace cairn {

namespace {

constexpr Millis most_ticks = 8;
constexpr std::array<Millis, 21> tick_steps = {second,      5 * second,  15 * second, 30 * second, minute,   5 * minute,
                                               15 * minute, 30 * minute, hour,        2 * hour,    3 * hour, 6 * hour,
                                               12 * hour,   day,         2 * day,     7 * day,     14 * day, 30 * day,
                                               90 * day,    180 * day,   365 * day};

Millis step_for(Millis span) {
  for (const Millis step : tick_steps) {
    if (span / step < most_ticks) return step;
  }
  return (span / most_ticks / (365 * day) + 1) * 365 * day;
}

double as_double(const Decimal& value) {
  const std::string text = value.text();
  double number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

std::string fixed(double value, int decimals) {
  std::array<char, 64> buffer{};
  const auto end =
      std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, std::chars_format::fixed, decimals);
  std::string text(buffer.data(), end.ptr);
  return text.find_first_not_of("-0.") == std::string::npos && text.starts_with('-') ? text.substr(1) : text;
}

}  // namespace

std::string pixels(Tenths tenths) {
  const Tenths whole = tenths < 0 ? -tenths : tenths;
  std::string text = str(tenths < 0 ? "-" : "", whole / 10);
  if (whole % 10 != 0) text += str(".", whole % 10);
  return text;
}

Tenths TimeAxis::at(Millis time) const {
  return left + (std::clamp(time, from, until) - from) * width / (until - from);
}

std::vector<Tick> ticks_of(const TimeAxis& axis) {
  const Millis step = step_for(axis.until - axis.from);
  const std::size_t clock = step < minute ? 8 : 5;  // of "02:33:16"
  std::vector<Tick> ticks;
  std::string shown;
  for (Millis time = (axis.from + step - 1) / step * step; time <= axis.until; time += step) {
    const std::string text = format_time(time);  // 2026-11-23T02:33:16.917Z
    const std::string date = text.substr(0, 10);
    Tick tick = {axis.at(time), step < day ? text.substr(11, clock) : date, ""};
    if (step < day && date != shown) tick.below = date;
    shown = date;
    ticks.push_back(std::move(tick));
  }
  return ticks;
}

ValueAxis::ValueAxis(const std::vector<Decimal>& values, Tenths bottom, Tenths height)
    : bottom_(bottom), height_(height) {
  ASSERT(!values.empty());
  low_ = high_ = as_double(values.front());
  for (const Decimal& value : values) {
    low_ = std::min(low_, as_double(value));
    high_ = std::max(high_, as_double(value));
  }
  const double spread = high_ > low_ ? high_ - low_ : high_ == 0 ? 1 : std::abs(high_) / 10;
  low_ -= spread / 8;
  high_ += spread / 8;
  // The smallest of 1, 2, 5, 10, 20 ... that leaves five ticks or fewer.
  const double least = (high_ - low_) / 5;
  double power = 1;
  while (power > least) {
    power /= 10;
    ++decimals_;
  }
  while (power * 10 <= least) {
    power *= 10;
    decimals_ = std::max(decimals_ - 1, 0);
  }
  step_ = power * 10;
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (power * factor >= least) {
      step_ = power * factor;
      break;
    }
  }
  if (step_ >= power * 10) decimals_ = std::max(decimals_ - 1, 0);
}

// No product is added to anything, which a compiler might fuse and another not.
Tenths ValueAxis::place(double value) const {
  const double share = (value - low_) / (high_ - low_);
  return bottom_ - std::llround(share * static_cast<double>(height_));
}

Tenths ValueAxis::at(const Decimal& value) const {
  return std::clamp(place(as_double(value)), bottom_ - height_, bottom_);
}

std::vector<Tick> ValueAxis::ticks() const {
  std::vector<Tick> ticks;
  const auto first = static_cast<std::int64_t>(std::ceil(low_ / step_));
  const auto last = static_cast<std::int64_t>(std::floor(high_ / step_));
  for (std::int64_t i = first; i <= last && i - first < 12; ++i) {
    const double value = static_cast<double>(i) * step_;
    ticks.push_back({std::clamp(place(value), bottom_ - height_, bottom_), fixed(value, decimals_), ""});
  }
  return ticks;
}

}  // namespace cairn
