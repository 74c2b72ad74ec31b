// The example policies as the tests of this folder read them, and what a change of one does.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "ledger/events/policy.h"

namespace cairn::policy_text {

using nlohmann::json;

std::string default_text();
std::string fast_text();
std::string tiers_text();

Policy parsed(const std::string& text);
std::string refusal(const std::string& text);  // empty: none

// Member paths at which two documents differ.
std::vector<std::string> differences(const json& a, const json& b);

}  // namespace cairn::policy_text
