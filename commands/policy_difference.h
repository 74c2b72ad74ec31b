// What another policy document says differently, value by value. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cairn {

struct PolicyValue {
  std::string path;                   // "gates.accuracy.threshold": lists whose rows have names go by them
  std::optional<std::string> before;  // as JSON; none: it was not there
  std::optional<std::string> after;
};

// What went or changed, then what is new, each by path. Empty: nothing but white space and order.
std::vector<PolicyValue> differing_values(std::string_view before, std::string_view after);

// A line for each, for people.
std::string difference_text(const std::vector<PolicyValue>& values, std::size_t indent);

}  // namespace cairn
