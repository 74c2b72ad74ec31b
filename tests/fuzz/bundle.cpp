#include "ledger/tlog/tile.h"
#include "tests/fuzz/fuzz.h"

using namespace cairn;

// The first byte is the number of entries to expect, 0 for 256.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto bytes = fuzz::view(data + 1, size - 1);
  const std::size_t count = data[0] == 0 ? 256 : data[0];
  const auto entries = decode_bundle(bytes, count);
  if (!entries) return 0;
  ASSERT(entries->size() == count);
  const auto written = encode_bundle(*entries);
  ASSERT(written.ok() && *written == bytes);
  return 0;
}
