// What `cairn due` and `cairn advise` print: for people and as JSON. Pure.
#pragma once

#include <string>
#include <vector>

#include "projections/advice.h"
#include "projections/due.h"

namespace cairn {

std::string due_text(const std::vector<Due>& due, Millis moment);
std::string due_json(const std::vector<Due>& due, Millis moment);

std::string advice_text(const World& world, const SlotKey& slot, const Advice& advice);
std::string advice_json(const World& world, const SlotKey& slot, const Advice& advice);

}  // namespace cairn
