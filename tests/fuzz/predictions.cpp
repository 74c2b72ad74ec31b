#include "ledger/evidence/predictions.h"

#include "ledger/evidence/drift.h"
#include "tests/fuzz/fuzz.h"

using namespace cairn;

// What is read has columns of one length, and drift from itself is none.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto all = parse_predictions("predictions.csv", fuzz::view(data, size));
  if (!all) return 0;
  for (const auto* column : {&all->scores, &all->decisions, &all->labels}) {
    ASSERT(column->empty() || column->size() == all->size());
  }
  const auto values = measure_drift(*all, *all);
  const auto& distance = values.at("ks_statistic");
  ASSERT(all->size() == 0 ? distance.is_nan() : distance == Decimal());
  return 0;
}
