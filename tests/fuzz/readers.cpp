#include "ledger/evidence/readers.h"
#include "tests/fuzz/evidence.h"
#include "tests/fuzz/fuzz.h"

using namespace cairn;
using fuzz::check;

// The first byte says which of the readers is asked.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const Bytes content(fuzz::view(data + 1, size - 1));
  switch (data[0] % 4) {
    case 0:
      check(read_metrics("logistic_metrics.json", content), content);
      break;
    case 1:
      check(read_card("logistic_card.json", content, {}), content);
      break;
    case 2:
      if (const auto chunk = read_audit_chunk("chunk_1.json", content)) check(chunk->evidence, content);
      break;
    default:
      static_cast<void>(models_in_drift_metrics(content));
      check(read_drift_metrics("drift_metrics.json", content, "logistic_model"), content);
  }
  return 0;
}
