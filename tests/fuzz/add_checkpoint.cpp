#include "ledger/tlog/add_checkpoint.h"

#include "tests/fuzz/fuzz.h"

using namespace cairn;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto body = fuzz::view(data, size);
  const auto request = parse_add_checkpoint(body);
  if (!request) return 0;
  ASSERT(request->proof.size() <= max_add_checkpoint_hashes && body.ends_with(request->note));
  ASSERT(format_add_checkpoint(*request) == body);
  return 0;
}
