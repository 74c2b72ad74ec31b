#include "tests/store/child.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <thread>

#include "ledger/base/text.h"
#include "tests/catch.h"
#include "tests/store/contract.h"

namespace cairn::test {

SharedNumber::SharedNumber(const std::filesystem::path& path) {
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  REQUIRE(file >= 0);
  REQUIRE(::ftruncate(file, sizeof(*number_)) == 0);
  void* mapped = ::mmap(nullptr, sizeof(*number_), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  ::close(file);
  REQUIRE(mapped != MAP_FAILED);
  static_assert(std::atomic<std::uint64_t>::is_always_lock_free);
  number_ = static_cast<std::atomic<std::uint64_t>*>(mapped);
}

SharedNumber::~SharedNumber() {
  ::munmap(number_, sizeof(*number_));
}

Child::Child(const std::filesystem::path& ledger, const std::filesystem::path& acknowledged, std::size_t largest) {
  const std::string size = std::to_string(largest);
  pid_ = ::fork();
  REQUIRE(pid_ >= 0);
  if (pid_ > 0) return;
  ::setenv("CAIRN_CHILD_LEDGER", ledger.c_str(), 1);
  ::setenv("CAIRN_CHILD_ACKNOWLEDGED", acknowledged.c_str(), 1);
  ::setenv("CAIRN_CHILD_LARGEST", size.c_str(), 1);
  ::execl("/proc/self/exe", "test_store", "[child-writer]", static_cast<char*>(nullptr));
  ::_exit(127);
}

Child::~Child() {
  kill();
}

bool Child::alive() const {
  if (pid_ < 0) return false;
  if (::waitpid(pid_, nullptr, WNOHANG) == 0) return true;
  pid_ = -1;
  return false;
}

void Child::kill() {
  if (!alive()) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

bool wait_for_change(const SharedNumber& number, std::uint64_t value) {
  for (int i = 0; i < 20000 && number.get() == value; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  return number.get() != value;
}

namespace {

TEST_CASE("a child process appends until it is killed", "[.][child-writer]") {
  const char* ledger = ::getenv("CAIRN_CHILD_LEDGER");
  const char* acknowledged = ::getenv("CAIRN_CHILD_ACKNOWLEDGED");
  const char* largest = ::getenv("CAIRN_CHILD_LARGEST");
  if (ledger == nullptr || acknowledged == nullptr || largest == nullptr) return;  // nobody's child
  SharedNumber size(acknowledged);
  RocksOptions options;
  options.memtable_bytes = 64 << 10;
  const auto store = open_rocks_store(ledger, StoreMode::write, options);
  INFO((store.ok() ? "" : store.error().message));
  REQUIRE(store.ok());
  Size at = store.value()->tip().value().size;
  size.set(at);
  const std::size_t most = std::stoul(largest);
  while (most == 0) std::this_thread::sleep_for(std::chrono::seconds(1));
  for (;;) {
    const std::size_t count = 1 + at * 37 % most;
    const auto committed = store.value()->commit(at, batch_at(at, count));
    INFO((committed.ok() ? "" : committed.error().message));
    REQUIRE(committed.ok());
    at += count;
    size.set(at);
  }
}

}  // namespace
}  // namespace cairn::test
