#include "ledger/tlog/checkpoint.h"
#include "tests/fuzz/fuzz.h"

using namespace cairn;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = fuzz::view(data, size);
  const auto checkpoint = parse_checkpoint(text);
  if (!checkpoint) return 0;
  std::string written = format_checkpoint(checkpoint->origin, checkpoint->head);
  for (const std::string& extension : checkpoint->extensions) written += extension + "\n";
  ASSERT(written == text);
  return 0;
}
