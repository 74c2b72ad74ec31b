#include "tests/events/policy_text.h"

#include <nlohmann/json.hpp>

#include "ledger/base/text.h"
#include "tests/catch.h"
#include "tests/events/examples.h"

namespace cairn::policy_text {

std::string default_text() {
  return examples::read_file_of_tests(CAIRN_SOURCE "/examples/policy-default.json");
}

std::string fast_text() {
  return examples::read_file_of_tests(CAIRN_SOURCE "/examples/policy-fast.json");
}

std::string tiers_text() {
  return examples::read_file_of_tests(CAIRN_SOURCE "/examples/policy-tiers.json");
}

Policy parsed(const std::string& text) {
  const auto policy = parse_policy(text);
  if (!policy.ok()) FAIL(policy.error().message);
  return *policy;
}

std::string refusal(const std::string& text) {
  const auto policy = parse_policy(text);
  if (policy.ok()) return "";
  const bool newer = policy.error().message.find("needs a newer cairn") != std::string::npos;
  CHECK(policy.error().kind == (newer ? ErrorKind::needs_newer : ErrorKind::fault));
  return policy.error().message;
}

std::vector<std::string> differences(const json& a, const json& b) {
  std::vector<std::string> paths;
  for (const auto& step : json::diff(a, b))
    paths.push_back(str(step["op"].get<std::string>(), ' ', step["path"].get<std::string>()));
  return paths;
}

}  // namespace cairn::policy_text
