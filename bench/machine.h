// What a table was measured with.
#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace cairn::bench {

// Name and value: processor, memory, system, file system of this directory, compiler, libraries.
std::vector<std::pair<std::string, std::string>> machine_facts(const std::filesystem::path& directory);

}  // namespace cairn::bench
