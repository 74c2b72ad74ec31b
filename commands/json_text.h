// How every document of --json is written.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace cairn {

// Two spaces an indent and a line break at the end. Bytes that are no UTF-8, as in the name of a file, are replaced.
std::string json_text(const nlohmann::ordered_json& json);

}  // namespace cairn
