// The guide's policy, as init adopts it: examples/policy-default.json, byte for byte. CMake makes the definition.
#pragma once

#include <string_view>

namespace cairn {

extern const std::string_view default_policy;

}  // namespace cairn
