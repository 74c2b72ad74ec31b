// Axes of the report's drawings: where a moment or a value lies, and which ticks a reader can do with. Pure.
//
// Places are whole tenths of a pixel, worked out so that every machine rounds alike: the same report gives the same
// bytes.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "ledger/base/decimal.h"
#include "ledger/base/types.h"

namespace cairn {

using Tenths = std::int64_t;  // of a pixel

// "123", "123.4"
std::string pixels(Tenths tenths);

// From the left edge to the right one.
struct TimeAxis {
  Millis from = 0;
  Millis until = 1;  // after `from`
  Tenths left = 0;
  Tenths width = 0;

  Tenths at(Millis time) const;  // a moment outside lies on the nearer edge
};

struct Tick {
  Tenths at = 0;
  std::string label;
  std::string below;  // a second line, where it says something new; may be empty
};

// At most eight or so, on full seconds, minutes, hours or days of UTC: "02:30" with its date where that changes, or
// dates.
std::vector<Tick> ticks_of(const TimeAxis& axis);

// From the lower edge upwards. Never empty: of equal values one with room around it.
class ValueAxis {
 public:
  // `values` are finite and at least one; all of them lie within, and a little room around them.
  ValueAxis(const std::vector<Decimal>& values, Tenths bottom, Tenths height);

  Tenths at(const Decimal& value) const;
  std::vector<Tick> ticks() const;

 private:
  Tenths place(double value) const;

  double low_ = 0;
  double high_ = 1;
  double step_ = 1;   // between ticks
  int decimals_ = 0;  // of their labels
  Tenths bottom_ = 0;
  Tenths height_ = 0;
};

}  // namespace cairn
