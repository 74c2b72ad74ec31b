#include "ledger/events/entry.h"
#include "tests/fuzz/fuzz.h"

using namespace cairn;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = fuzz::view(data, size);
  if (const auto entry = decode_entry(bytes)) ASSERT(encode_entry(*entry) == bytes);
  const auto recorded = decode_recorded(7, bytes);
  if (recorded) ASSERT(recorded->seq == 7 && encode_entry(recorded->entry) == bytes);
  return 0;
}
