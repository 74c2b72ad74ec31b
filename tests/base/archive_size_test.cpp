// How many files an archive may have: more than a test would hold.
#include "ledger/base/text.h"
#include "ledger/base/ustar.h"
#include "tests/catch.h"

namespace cairn {
namespace {

// Of an archive of so many empty files, whose headers are made as they are asked for.
Result<std::vector<UstarFile>> index_of_many(std::size_t count) {
  const std::uint64_t end = count * ustar_block;
  return index_ustar(end + 2 * ustar_block, [end](std::uint64_t at, std::size_t) -> Result<Bytes> {
    if (at >= end) return Bytes(ustar_block, '\0');
    return ustar_header(str("f", 10'000'000 + at / ustar_block), 0);
  });
}

}  // namespace

TEST_CASE("an archive has at most 1,048,576 files") {
  const auto most = index_of_many(1 << 20);
  INFO((most.ok() ? "" : most.error().message));
  REQUIRE(most.ok());
  CHECK(most->size() == 1 << 20);
  const auto more = index_of_many((1 << 20) + 1);
  REQUIRE_FALSE(more.ok());
  CHECK(more.error().message.find("malformed at byte 536870912: it has more than 1048576 files") != std::string::npos);
}

}  // namespace cairn
