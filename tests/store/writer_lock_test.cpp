#include "ledger/store/writer_lock.h"

#include <chrono>
#include <future>
#include <optional>
#include <thread>

#include "tests/catch.h"
#include "tests/temp_directory.h"

namespace cairn::test {

namespace fs = std::filesystem;

TEST_CASE("Who waits for the lock of a directory that is replaced meanwhile holds that of the one that lies there") {
  const TempDirectory temp;
  const fs::path directory = temp.path() / "ledger";
  fs::create_directory(directory);
  auto first = WriterLock::take(directory, 0);
  REQUIRE(first.ok());
  std::optional<WriterLock> before(std::move(*first));
  auto waiting = std::async(std::launch::async, [&] { return WriterLock::take(directory, 10 * second); });
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  fs::rename(directory, temp.path() / "moved");
  fs::create_directory(directory);
  before.reset();
  const auto after = waiting.get();
  REQUIRE(after.ok());
  CHECK(!WriterLock::take(directory, 0).ok());
  CHECK(WriterLock::take(temp.path() / "moved", 0).ok());
}

}  // namespace cairn::test
