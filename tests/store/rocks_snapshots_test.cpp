// Snapshots in the RocksDB store, which keeps them in parts.
#include <algorithm>

#include "tests/catch.h"
#include "tests/store/contract.h"

namespace cairn::test {
namespace {

TEST_CASE("of many snapshots the newest of a size or below is found, and all come in their order") {
  const TempDirectory directory;
  auto store = must_open(directory.path() / "ledger", StoreMode::create, 64 << 10);
  std::vector<std::size_t> sizes{1, 16384, 16385, 100000, 3};  // parts are of 16,384 bytes
  std::vector<Bytes> snapshots;
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    const Size before = 10 * i;
    snapshots.emplace_back(sizes[i], static_cast<char>('a' + i));
    Batch batch = batch_at(before, 10);
    batch.sign = [&]() -> Result<SignedHead> { return SignedHead{checkpoint_at(before + 10), snapshots.back()}; };
    REQUIRE(store->commit(before, batch).ok());
  }
  CHECK_FALSE(store->snapshot(9).value().has_value());
  for (Size size = 10; size < 70; ++size) {
    const auto found = store->snapshot(size).value();
    const std::size_t which = std::min<Size>(size / 10, sizes.size()) - 1;
    REQUIRE(found.has_value());
    CHECK(found->size == 10 * (which + 1));
    CHECK(found->bytes == snapshots[which]);
  }
  Size seen = 0;
  REQUIRE(store
              ->snapshots(40,
                          [&](const AtSize& one) -> Result<void> {
                            seen += 10;
                            CHECK(one.size == seen);
                            CHECK(one.bytes == snapshots[seen / 10 - 1]);
                            return {};
                          })
              .ok());
  CHECK(seen == 40);
}

}  // namespace
}  // namespace cairn::test
