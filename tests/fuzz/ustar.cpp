#include "ledger/base/ustar.h"

#include "tests/fuzz/fuzz.h"

using namespace cairn;

// What is accepted is what writing its files again gives, byte for byte.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto archive = fuzz::view(data, size);
  const auto index = index_ustar(size, [&](std::uint64_t at, std::size_t count) -> Result<Bytes> {
    ASSERT(at + count <= size && count <= 2 * ustar_block);
    return Bytes(archive.substr(at, count));
  });
  if (!index) return 0;
  Bytes written;
  for (const auto& file : *index) {
    ASSERT(find_file(*index, file.name) == &file);
    written += ustar_header(file.name, file.size);
    ASSERT(written.size() == file.begin);
    written += archive.substr(file.begin, file.size);
    written += ustar_padding(file.size);
  }
  ASSERT(written + ustar_end() == archive);
  return 0;
}
