#include "commands/policy_difference.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "commands/output.h"
#include "ledger/base/text.h"

namespace cairn {

namespace {

using Json = nlohmann::ordered_json;

// A list whose rows have names is compared by them, not by their place.
Json by_name(const Json& json) {
  if (json.is_object()) {
    Json named = Json::object();
    for (const auto& [key, value] : json.items()) named[key] = by_name(value);
    return named;
  }
  const auto name_of = [](const Json& row) -> std::string {
    for (const char* key : {"name", "stage", "role"}) {
      if (row.is_object() && row.contains(key) && row[key].is_string()) return row[key];
    }
    return "";
  };
  const bool named = json.is_array() && !json.empty() &&
                     std::all_of(json.begin(), json.end(), [&](const Json& row) { return !name_of(row).empty(); });
  if (!named) return json;
  Json object = Json::object();
  for (const Json& row : json) object[name_of(row)] = by_name(row);
  return object;
}

void add_leaves(const Json& json, const std::string& path, std::map<std::string, std::string>& leaves) {
  if (!json.is_object() || json.empty()) {
    leaves[path] = json.dump(-1, ' ', false, Json::error_handler_t::replace);
    return;
  }
  for (const auto& [key, value] : json.items()) add_leaves(value, path.empty() ? key : path + "." + key, leaves);
}

}  // namespace

std::vector<PolicyValue> differing_values(std::string_view before, std::string_view after) {
  std::map<std::string, std::string> old_leaves;
  std::map<std::string, std::string> new_leaves;
  add_leaves(by_name(Json::parse(before, nullptr, false)), "", old_leaves);
  add_leaves(by_name(Json::parse(after, nullptr, false)), "", new_leaves);
  std::vector<PolicyValue> values;
  for (const auto& [path, value] : old_leaves) {
    const auto now = new_leaves.find(path);
    if (now == new_leaves.end()) {
      values.push_back({path, value, std::nullopt});
    } else if (now->second != value) {
      values.push_back({path, value, now->second});
    }
  }
  for (const auto& [path, value] : new_leaves) {
    if (!old_leaves.contains(path)) values.push_back({path, std::nullopt, value});
  }
  return values;
}

std::string difference_text(const std::vector<PolicyValue>& values, std::size_t indent) {
  const std::string margin(indent, ' ');
  if (values.empty()) return margin + "Nothing but white space and order.\n";
  std::string text;
  for (const PolicyValue& value : values) {
    const std::string sign = !value.after    ? toned("-", Tone::bad)
                             : !value.before ? toned("+", Tone::good)
                                             : toned("~", Tone::warn);
    const std::string change = value.before && value.after ? *value.before + " -> " + *value.after
                                                           : value.before.value_or(value.after.value_or(""));
    text += margin + sign + " " + printable(value.path + ": " + change) + "\n";
  }
  return text;
}

}  // namespace cairn
