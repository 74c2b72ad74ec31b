// The example policies as the tests of this folder read them, and what a change of one does.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "ledger/base/text.h"
#include "ledger/events/policy.h"
#include "tests/catch.h"
#include "tests/events/examples.h"

namespace cairn::policy_text {

using nlohmann::json;

inline std::string default_text() {
  return examples::read_file_of_tests(CAIRN_SOURCE "/examples/policy-default.json");
}
inline std::string fast_text() {
  return examples::read_file_of_tests(CAIRN_SOURCE "/examples/policy-fast.json");
}

inline std::string tiers_text() {
  return examples::read_file_of_tests(CAIRN_SOURCE "/examples/policy-tiers.json");
}

inline Policy parsed(const std::string& text) {
  const auto policy = parse_policy(text);
  if (!policy.ok()) FAIL(policy.error().message);
  return *policy;
}

inline std::string refusal(const std::string& text) {
  const auto policy = parse_policy(text);
  if (policy.ok()) return "";
  const bool newer = policy.error().message.find("needs a newer cairn") != std::string::npos;
  CHECK(policy.error().kind == (newer ? ErrorKind::needs_newer : ErrorKind::fault));
  return policy.error().message;
}

// Member paths at which two documents differ.
inline std::vector<std::string> differences(const json& a, const json& b) {
  std::vector<std::string> paths;
  for (const auto& step : json::diff(a, b))
    paths.push_back(str(step["op"].get<std::string>(), ' ', step["path"].get<std::string>()));
  return paths;
}

}  // namespace cairn::policy_text
