#include "ledger/events/statement.h"
#include "tests/fuzz/fuzz.h"

using namespace cairn;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto envelope = parse_dsse(fuzz::view(data, size));
  if (!envelope) return 0;
  const auto again = parse_dsse(format_dsse(*envelope));
  ASSERT(again.ok() && again->payload == envelope->payload && again->signatures.size() == envelope->signatures.size());
  ASSERT(format_dsse(*again) == format_dsse(*envelope));
  return 0;
}
