// One scenario or more for every refusal: what somebody tried, told as given, when, then.
#pragma once

#include <string>
#include <vector>

#include "tests/projections/scenario.h"

namespace cairn {

struct RefusalCase {
  Refusal refusal;
  std::string what;  // a sentence
  void (*play)();
};

extern const std::vector<RefusalCase> actor_cases;
extern const std::vector<RefusalCase> rollout_cases;
extern const std::vector<RefusalCase> protection_cases;
extern const std::vector<RefusalCase> incident_cases;
extern const std::vector<RefusalCase> retention_cases;
extern const std::vector<RefusalCase> ledger_cases;

}  // namespace cairn
