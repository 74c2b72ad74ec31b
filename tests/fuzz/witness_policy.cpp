#include "ledger/tlog/witness_policy.h"

#include "tests/fuzz/fuzz.h"

using namespace cairn;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto policy = parse_witness_policy(fuzz::view(data, size));
  if (!policy) return 0;
  const std::string written = format_witness_policy(*policy);
  const auto again = parse_witness_policy(written);
  ASSERT(again.ok() && format_witness_policy(*again) == written);
  ASSERT(policy->quorum == no_quorum || policy->witness(policy->quorum) != nullptr ||
         policy->group(policy->quorum) != nullptr);
  for (const WitnessGroup& group : policy->groups) {
    ASSERT(group.needed >= 1 && group.needed <= group.members.size());
  }
  for (const PolicyWitness& witness : policy->witnesses) {
    if (role_of(*policy, witness.name) == WitnessRole::required) ASSERT(policy->quorum != no_quorum);
  }
  return 0;
}
