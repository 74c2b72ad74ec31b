// What a reader made of a file: a value by its name, and whether a finding says so.
#pragma once

#include <string>

#include "ledger/evidence/model_directory.h"

namespace cairn::tests {

inline std::string value(const Evidence& evidence, const std::string& name) {
  const auto found = evidence.event.values.find(name);
  return found == evidence.event.values.end() ? "absent" : found->second.text();
}

inline bool mentions(const Evidence& evidence, const std::string& words) {
  for (const auto& finding : evidence.event.findings) {
    if (finding.find(words) != std::string::npos) return true;
  }
  return false;
}

}  // namespace cairn::tests
