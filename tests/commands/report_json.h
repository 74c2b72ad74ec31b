// What tests ask of a report's JSON.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "tests/catch.h"

namespace cairn::test {

// The first with this name, which must be there.
inline nlohmann::json fact(const nlohmann::json& facts, const std::string& name) {
  for (const nlohmann::json& one : facts) {
    if (one["name"] == name) return one;
  }
  FAIL("there is no " << name << " in " << facts.dump(2));
  return {};
}

}  // namespace cairn::test
