// A scenario told by the hour, and what Delivery makes of it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "projections/delivery.h"
#include "tests/projections/scenario.h"

namespace cairn {

constexpr Millis at_hour(std::int64_t hours, std::int64_t minutes = 0) {
  return start_of_scenario + hours * hour + minutes * minute;
}

inline const SlotKey net_prod = {"net", "prod"};
inline const SlotKey tree_lab = {"tree", "lab"};

struct Told : Scenario {
  using Scenario::Scenario;

  Told& at(std::int64_t hours, std::int64_t minutes = 0) {
    now = at_hour(hours, minutes);
    return *this;
  }
  Seq last() const { return entries.back().seq; }

  std::unique_ptr<Delivery> delivery(Millis since, Millis until) const {
    auto made = std::make_unique<Delivery>(Period{since, until});
    for (const Recorded& entry : entries) {
      if (entry.entry.recorded <= until) made->apply(entry);
    }
    return made;
  }
  DeliveryFigures figures(const SlotKey& slot, Millis since = start_of_scenario) const {
    return delivery(since, now)->of(slot);
  }
};

inline std::vector<std::string> whats(const std::vector<Counted>& all) {
  std::vector<std::string> names;
  for (const Counted& one : all) names.push_back(one.what);
  return names;
}

using Names = std::vector<std::string>;

}  // namespace cairn
