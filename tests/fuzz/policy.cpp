#include "ledger/events/policy.h"
#include "tests/fuzz/fuzz.h"

using namespace cairn;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto document = fuzz::view(data, size);
  const auto policy = parse_policy(document);
  if (!policy) return 0;
  ASSERT(policy->digest == sha256(document) && policy->rules <= newest_rules);
  for (const auto& [name, environment] : policy->environments) {
    ASSERT(!environment.ladder.empty() && environment.ladder.back().stage == Stage::full);
    ASSERT(policy->stage(name, Stage::full, "") == &environment.ladder.back());
  }
  return 0;
}
