// Damage in the write-ahead log: what was acknowledged is there or the ledger is refused, by writer and reader alike;
// what a kill or a power cut leaves opens.
#include <algorithm>
#include <fstream>
#include <iterator>

#include "ledger/base/text.h"
#include "tests/catch.h"
#include "tests/store/contract.h"

namespace cairn::test {
namespace {

namespace fs = std::filesystem;

Result<std::unique_ptr<Store>> open(const fs::path& path, StoreMode mode) {
  return open_rocks_store(path, mode, {});
}

std::vector<fs::path> logs_of(const fs::path& ledger) {
  std::vector<fs::path> logs;
  for (const auto& file : fs::directory_iterator(ledger)) {
    if (file.path().extension() == ".log") logs.push_back(file.path());
  }
  std::sort(logs.begin(), logs.end());
  return logs;
}

// A ledger whose writer was killed behind its last commit. All commits are in one log, or `logs` of them.
class Killed {
 public:
  Killed(int commits, std::size_t entries_each) {
    const fs::path living = directory_.path() / "living";
    must_open(living, StoreMode::create).reset();
    const auto store = must_open(living, StoreMode::write);
    const fs::path log = logs_of(living).at(0);
    ends_.push_back(fs::file_size(log));
    for (int i = 0; i < commits; ++i) {
      REQUIRE(store->commit(size_, batch_at(size_, entries_each)).ok());
      size_ += entries_each;
      ends_.push_back(fs::file_size(log));
    }
    fs::copy(living, image_, fs::copy_options::recursive);
    log_ = log.filename();
    whole_ = file_bytes(image_ / log_);
  }

  // The same, with another log in the place of its own.
  fs::path with(const Bytes& log) const {
    const fs::path ledger = directory_.path() / "ledger";
    fs::remove_all(ledger);
    fs::copy(image_, ledger, fs::copy_options::recursive);
    write_file(ledger / log_, log);
    return ledger;
  }

  const Bytes& whole() const { return whole_; }
  const fs::path& log() const { return log_; }
  Size size() const { return size_; }
  std::size_t end_of(std::size_t commits) const { return ends_.at(commits); }

 private:
  TempDirectory directory_;
  fs::path image_ = directory_.path() / "image";
  fs::path log_;
  Bytes whole_;
  Size size_ = 0;
  std::vector<std::size_t> ends_;
};

Bytes flipped(Bytes bytes, std::size_t bit) {
  bytes.at(bit / 8) = static_cast<char>(static_cast<unsigned char>(bytes.at(bit / 8)) ^ 1U << bit % 8);
  return bytes;
}

// Whether it opened. If so it is whole; if not, the fault names the log, a writer has changed nothing in it.
bool opens_whole_or_not_at_all(const Killed& killed, const Bytes& log, StoreMode mode) {
  const fs::path ledger = killed.with(log);
  const auto store = open(ledger, mode);
  if (store.ok()) {
    CHECK((*store)->tip().value().size == killed.size());
    require_intact(**store);
    return true;
  }
  CHECK(store.error().kind == ErrorKind::fault);
  CHECK(store.error().message.find((ledger / killed.log()).string()) != std::string::npos);
  CHECK(store.error().message.find("is damaged at byte ") != std::string::npos);
  CHECK(file_bytes(ledger / killed.log()) == log);
  return false;
}

void check_flips(const Killed& killed, int flips) {
  const std::size_t bits = killed.whole().size() * 8;
  const std::size_t step = bits / static_cast<std::size_t>(flips) / 97 * 97 + 97;
  int refused = 0;
  for (std::size_t bit = 5; bit < bits; bit += step) {
    INFO("bit " << bit % 8 << " of byte " << bit / 8 << " of " << killed.whole().size());
    const Bytes log = flipped(killed.whole(), bit);
    const bool reads = opens_whole_or_not_at_all(killed, log, StoreMode::read);
    CHECK(opens_whole_or_not_at_all(killed, log, StoreMode::write) == reads);
    refused += reads ? 0 : 1;
  }
  CHECK(refused > 0);
}

TEST_CASE("a flipped bit in a log of few commits loses none, or writer and reader refuse the ledger") {
  check_flips(Killed(20, 3), 40);
}

TEST_CASE("a flipped bit in a log of many commits loses none, or writer and reader refuse the ledger") {
  check_flips(Killed(200, 2), 40);
}

TEST_CASE("a flipped bit in the head of a last commit loses nothing: the ledger is refused") {
  const Killed killed(3, 3);
  for (std::size_t bit = killed.end_of(2) * 8; bit < (killed.end_of(2) + 7) * 8; bit += 3) {
    INFO("bit " << bit % 8 << " of byte " << bit / 8 - killed.end_of(2));
    const Bytes log = flipped(killed.whole(), bit);
    CHECK(!opens_whole_or_not_at_all(killed, log, StoreMode::read));
    CHECK(!opens_whole_or_not_at_all(killed, log, StoreMode::write));
  }
}

TEST_CASE("a log cut off at any byte of its last commit opens with all commits before it, and the piece is kept") {
  const Killed killed(3, 1);
  const std::size_t begin = killed.end_of(2);
  for (std::size_t cut = begin; cut < killed.end_of(3); cut += 1 + (cut - begin > 12 ? 6U : 0U)) {
    INFO("cut at " << cut - begin << " of " << killed.end_of(3) - begin);
    const Bytes log = killed.whole().substr(0, cut);
    const fs::path ledger = killed.with(log);
    REQUIRE(must_open(ledger, StoreMode::read)->tip().value().size == 2);
    auto store = must_open(ledger, StoreMode::write);
    REQUIRE(store->tip().value().size == 2);
    REQUIRE(file_bytes(ledger / (killed.log().string() + ".damaged")) == killed.whole().substr(begin, cut - begin));
    grow(*store, 5);
    store.reset();
    require_intact(*must_open(ledger, StoreMode::read));
    require_intact(*must_open(ledger, StoreMode::write));
  }
}

TEST_CASE("a sector that a power cut kept from the last commit costs only that one; from an earlier one, the ledger") {
  const Killed killed(3, 200);  // each over 32 KiB: records of the last commit are whole behind the hole
  for (const std::size_t commit : {1U, 2U}) {
    const std::size_t begin = killed.end_of(commit);
    const std::size_t first_sector = begin / 512 * 512 + 512;
    for (const std::size_t sector : {first_sector - 512, first_sector, first_sector + 20 * 512}) {
      INFO("commit " << commit << ", sector at " << sector);
      Bytes log = killed.whole();
      for (std::size_t at = std::max(sector, begin); at < sector + 512; ++at) log[at] = '\0';
      for (const StoreMode mode : {StoreMode::read, StoreMode::write}) {
        if (commit == 1) {
          REQUIRE(!opens_whole_or_not_at_all(killed, log, mode));
        } else {
          const auto store = must_open(killed.with(log), mode);
          REQUIRE(store->tip().value().size == 400);
          require_intact(*store);
        }
      }
    }
  }
}

TEST_CASE("a damaged log cut off where the fault says opens with what is whole") {
  const Killed killed(20, 3);
  const fs::path ledger = killed.with(flipped(killed.whole(), killed.end_of(7) * 8 + 400));
  const auto refused = open(ledger, StoreMode::write);
  REQUIRE(!refused.ok());
  INFO(refused.error().message);
  REQUIRE(refused.error().message.find(str("byte ", killed.end_of(7),
                                           ", where entry 21 should begin, and what is lost "
                                           "there was acknowledged")) != std::string::npos);
  fs::resize_file(ledger / killed.log(), killed.end_of(7));
  grow(*must_open(ledger, StoreMode::write), 100);
  require_intact(*must_open(ledger, StoreMode::read));
}

// What a crash between recovery and the end of opening leaves: the manifest still asks for the older log, and the newer
// one goes on where recovery ended.
struct TwoLogs {
  explicit TwoLogs(const Killed& killed, const Bytes& log) {
    const fs::path ledger = killed.with(log);
    grow(*must_open(ledger, StoreMode::write), killed.size() + 5, 2);
    newer_name = logs_of(ledger).back().filename();
    newer = file_bytes(logs_of(ledger).back());
  }
  // With the older log so.
  fs::path beside(const Killed& killed, const Bytes& older) const {
    fs::path ledger = killed.with(older);
    write_file(ledger / newer_name, newer);
    return ledger;
  }
  fs::path newer_name;
  Bytes newer;
};

TEST_CASE("an older log that lost something is told by the newer one behind it, however it lost it") {
  const Killed killed(4, 3);
  const TwoLogs two(killed, killed.whole());
  for (const StoreMode mode : {StoreMode::read, StoreMode::write}) {
    const auto store = must_open(two.beside(killed, killed.whole()), mode);
    REQUIRE(store->tip().value().size == 17);
    require_intact(*store);
  }
  Bytes holed = killed.whole();
  std::fill(holed.begin() + static_cast<std::ptrdiff_t>(killed.end_of(3)), holed.end(), '\0');
  const Bytes between_commits = killed.whole().substr(0, killed.end_of(3));
  const Bytes inside_one = killed.whole().substr(0, killed.end_of(3) + 40);
  for (const Bytes& older : {between_commits, inside_one, holed, flipped(killed.whole(), killed.end_of(3) * 8 + 500)}) {
    for (const StoreMode mode : {StoreMode::read, StoreMode::write}) {
      const auto refused = open(two.beside(killed, older), mode);
      REQUIRE(!refused.ok());
      INFO(refused.error().message);
      REQUIRE(refused.error().message.find(str(killed.log().string(), " is damaged at byte ", killed.end_of(3))) !=
              std::string::npos);
      REQUIRE(refused.error().message.find("was acknowledged") != std::string::npos);
    }
  }
}

TEST_CASE("an older log with a torn end opens when the newer one goes on where it is whole") {
  const Killed killed(4, 3);
  const Bytes torn = killed.whole().substr(0, killed.end_of(3) + 40);
  const TwoLogs two(killed, torn);
  for (const StoreMode mode : {StoreMode::read, StoreMode::write}) {
    const auto store = must_open(two.beside(killed, torn), mode);
    REQUIRE(store->tip().value().size == 17);
    require_intact(*store);
  }
}

}  // namespace
}  // namespace cairn::test
