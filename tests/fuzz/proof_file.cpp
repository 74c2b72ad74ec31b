#include "ledger/tlog/proof_file.h"
#include "tests/fuzz/fuzz.h"

using namespace cairn;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = fuzz::view(data, size);
  if (const auto proof = parse_proof_file(text)) ASSERT(format_proof_file(*proof) == text);
  if (const auto proof = parse_consistency_file(text)) ASSERT(format_consistency_file(*proof) == text);
  return 0;
}
