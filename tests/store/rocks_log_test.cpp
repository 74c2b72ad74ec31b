// The reading of a write-ahead log: every bit and every cut, without opening a database.
#include "ledger/store/rocks_log.h"

#include <fstream>
#include <iterator>

#include "ledger/base/text.h"
#include "tests/catch.h"
#include "tests/store/contract.h"

namespace cairn::test {
namespace {

namespace fs = std::filesystem;
using End = LogReading::End;

struct WrittenLog {
  Bytes bytes;
  std::vector<std::size_t> ends;  // of the commits; before the first, where what every open writes ends
};

WrittenLog written_log(const std::vector<std::size_t>& commits) {
  const TempDirectory directory;
  auto store = open_rocks_store(directory.path(), StoreMode::create, {});
  REQUIRE(store.ok());
  fs::path log;
  for (const auto& file : fs::directory_iterator(directory.path())) {
    if (file.path().extension() == ".log") log = file.path();
  }
  WrittenLog written;
  written.ends.push_back(fs::file_size(log));
  Size at = 0;
  for (const std::size_t count : commits) {
    REQUIRE((*store)->commit(at, batch_at(at, count)).ok());
    at += count;
    written.ends.push_back(fs::file_size(log));
  }
  std::ifstream file(log, std::ios::binary);
  written.bytes = {std::istreambuf_iterator<char>(file), {}};
  return written;
}

TEST_CASE("a whole log reads as whole, and knows which sequence numbers it holds") {
  const WrittenLog log = written_log({1, 5, 300, 1});
  const LogReading reading = read_log(log.bytes);
  CHECK(reading.end == End::whole);
  CHECK(reading.whole_until == log.bytes.size());
  CHECK(!reading.commit_behind);
  CHECK(reading.first_sequence == 1);
  const LogReading shorter = read_log(BytesView(log.bytes).substr(0, log.ends[3]));
  CHECK(shorter.end == End::whole);
  CHECK(shorter.next_sequence < reading.next_sequence);
  CHECK(read_log("").end == End::whole);
  CHECK(!read_log("").first_sequence);
}

TEST_CASE("every bit that flips, anywhere in a log, reads as damage") {
  const WrittenLog log = written_log({2, 1, 2, 1});
  std::size_t commit = 0;
  for (std::size_t bit = 0; bit < log.bytes.size() * 8; ++bit) {
    if (bit / 8 >= log.ends[commit]) ++commit;
    Bytes damaged = log.bytes;
    damaged[bit / 8] = static_cast<char>(static_cast<unsigned char>(damaged[bit / 8]) ^ 1U << bit % 8);
    const LogReading reading = read_log(damaged);
    const bool right = reading.end == End::damaged && reading.commit_behind == (commit + 1 < log.ends.size());
    if (!right) FAIL("bit " << bit % 8 << " of byte " << bit / 8 << " in commit " << commit);
    if (commit > 0 && reading.whole_until != log.ends[commit - 1]) FAIL("whole until " << reading.whole_until);
  }
}

TEST_CASE("every bit that flips in the last commit reads as damage, also when that spans blocks") {
  const WrittenLog log = written_log({20, 200, 300});
  REQUIRE(log.ends[3] - log.ends[2] > 2 * (32 << 10));
  for (std::size_t bit = log.ends[2] * 8; bit < log.bytes.size() * 8; bit += 2999) {
    Bytes damaged = log.bytes;
    damaged[bit / 8] = static_cast<char>(static_cast<unsigned char>(damaged[bit / 8]) ^ 1U << bit % 8);
    const LogReading reading = read_log(damaged);
    if (reading.end != End::damaged) FAIL("bit " << bit % 8 << " of byte " << bit / 8);
    REQUIRE(reading.whole_until == log.ends[2]);
    REQUIRE(!reading.commit_behind);
  }
}

TEST_CASE("a log cut off at any byte is torn, or whole between two commits") {
  const WrittenLog log = written_log({3, 1, 4, 2});
  std::size_t commits = 0;
  for (std::size_t cut = log.ends[0]; cut < log.bytes.size(); ++cut) {
    if (cut == log.ends[commits + 1]) ++commits;
    const LogReading reading = read_log(BytesView(log.bytes).substr(0, cut));
    const bool right = reading.end == (cut == log.ends[commits] ? End::whole : End::torn) &&
                       reading.whole_until == log.ends[commits] && !reading.commit_behind;
    if (!right) FAIL("cut at " << cut << " behind " << commits << " commits");
  }
}

TEST_CASE("a last commit of several blocks that is cut off anywhere is torn") {
  const WrittenLog log = written_log({3, 400});
  REQUIRE(log.ends[2] > 2 * (32 << 10));
  for (std::size_t cut = log.ends[1] + 1; cut < log.bytes.size(); cut += 499) {
    const LogReading reading = read_log(BytesView(log.bytes).substr(0, cut));
    const bool right = reading.end == End::torn && reading.whole_until == log.ends[1] && !reading.commit_behind;
    if (!right) FAIL("cut at " << cut << " of " << log.bytes.size());
  }
}

TEST_CASE("any sector of the last commit that is zero reads as torn, any of an earlier one as damage") {
  const WrittenLog log = written_log({3, 200, 300});
  for (std::size_t sector = log.ends[1] / 512 * 512; sector < log.bytes.size(); sector += 512) {
    // A sector that both have a part in is written by the earlier one already: the later one can lose its own part.
    const bool shared = sector < log.ends[2] && log.ends[2] < sector + 512;
    const std::size_t begin = shared ? log.ends[2] : std::max(sector, log.ends[1]);
    Bytes holed = log.bytes;
    for (std::size_t at = begin; at < std::min(sector + 512, holed.size()); ++at) holed[at] = '\0';
    const LogReading reading = read_log(holed);
    const bool earlier = begin < log.ends[2];
    const bool right = reading.end == (earlier ? End::damaged : End::torn) && reading.commit_behind == earlier;
    if (!right) FAIL("sector at " << sector << ", last commit at " << log.ends[2]);
  }
  const LogReading zeros = read_log(log.bytes + Bytes(5000, '\0'));
  CHECK(zeros.end == End::torn);
  CHECK(zeros.whole_until == log.bytes.size());
}

TEST_CASE("bytes that are no log are damage from the start") {
  const LogReading reading = read_log(Bytes(100000, 'x'));
  CHECK(reading.end == End::damaged);
  CHECK(reading.whole_until == 0);
  CHECK(!reading.first_sequence);
}

}  // namespace
}  // namespace cairn::test
