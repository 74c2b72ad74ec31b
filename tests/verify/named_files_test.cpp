#include "verify/named_files.h"

#include <random>
#include <set>

#include "tests/catch.h"

namespace cairn {
namespace {

NamedFiles::Row row_of(std::uint64_t file, Seq seq) {
  NamedFiles::Row row{{}, seq, {}};
  row.digest.bytes[31] = static_cast<std::uint8_t>(file);
  row.model.bytes[0] = static_cast<std::uint8_t>(file % 3);
  return row;
}

}  // namespace

TEST_CASE("files that are named come back each once and in order, be they held or not") {
  std::mt19937_64 random(5);
  for (const std::size_t count : {0U, 1U, 6U, 7U, 8U, 63U, 5000U}) {
    for (const std::size_t held : {7U, 1000U}) {
      NamedFiles files(held);
      std::set<NamedFiles::Row> added;
      for (std::size_t i = 0; i < count; ++i) {
        const NamedFiles::Row row = row_of(random() % 200, random() % 20);
        REQUIRE(files.add(row).ok());
        added.insert(row);
      }
      std::vector<NamedFiles::Row> seen;
      REQUIRE(files
                  .each([&](const NamedFiles::Row& row) -> Result<void> {
                    seen.push_back(row);
                    return {};
                  })
                  .ok());
      CHECK(seen == std::vector<NamedFiles::Row>(added.begin(), added.end()));
    }
  }
}

TEST_CASE("who looks at named files and meets an error gets it, and sees no more of them") {
  NamedFiles files(2);
  for (Seq seq = 0; seq < 9; ++seq) REQUIRE(files.add(row_of(1, seq)).ok());
  int seen = 0;
  const Result<void> visited =
      files.each([&](const NamedFiles::Row&) { return ++seen == 3 ? Result<void>(fault("enough")) : Result<void>(); });
  REQUIRE_FALSE(visited.ok());
  CHECK(visited.error().message == "enough");
  CHECK(seen == 3);
}

}  // namespace cairn
