// Several processes at one ledger: a second writer waits, and readers beside a writer see no hole and nothing older
// than before.
#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>

#include "ledger/base/text.h"
#include "tests/catch.h"
#include "tests/commands/writer.h"

namespace cairn::test {
namespace {

using Json = nlohmann::json;
using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

void make_ledger(const Workplace& place) {
  place.init(Workplace::Policy::easy);
  place.expect(0, "dana", {"register", "--model-path", ModelFiles().write_to(place.directory() / "models").string()});
}

Size size_in(const std::string& note) {
  const std::size_t line = note.find('\n') + 1;
  return std::stoull(note.substr(line, note.find('\n', line) - line));
}

TEST_CASE("a second writing process waits for the first, and says whose pid it waits for when its patience ends") {
  const Workplace place;
  make_ledger(place);
  Writer writer(place, 1, Writer::Voice::telling);
  REQUIRE(writer.listen().has_value());
  const auto before = Clock::now();
  const Ran ran = place.cairn("dana", {"--lock-timeout", "400ms", "actor", "role", "ben", "--grant", "deployer"});
  INFO(ran.out << ran.err);
  CHECK(Clock::now() - before >= milliseconds(400));
  CHECK(ran.code == 1);
  CHECK(ran.out.empty());
  CHECK(count_lines(ran.err) == 1);
  CHECK(contains(ran.err, str("pid ", writer.pid())));

  // Reading waits for nobody.
  place.expect(0, "dana", {"--lock-timeout", "0s", "status"});

  Started patient = place.start("dana", {"actor", "role", "ben", "--grant", "deployer", "--json"});
  writer.kill();
  const Ran after = patient.wait();
  INFO(after.out << after.err);
  CHECK(after.code == 0);
  CHECK(Json::parse(after.out)["outcome"] == "admitted");
}

// A writer with tiny tables may be too fast for a slow reader, which is then told to try again, and does.
std::string read_in_the_end(const Workplace& place, const Words& words) {
  for (int attempt = 0; attempt < 50; ++attempt) {
    const Ran ran = place.cairn("dana", words);
    if (ran.code == 0) return ran.out;
    INFO(ran.out << ran.err);
    REQUIRE(ran.code == 1);
    REQUIRE(contains(ran.out + ran.err, "written faster than it can be opened: try again"));
  }
  FAIL("no reader came to its end");
  return "";
}

TEST_CASE("status, log and checkpoint beside a writer at full speed see no hole and never less than before", "[long]") {
  const Workplace place;
  make_ledger(place);
  const Writer writer(place, 2, Writer::Voice::silent);
  Size seen = 0;
  const auto at_least = [&](Size size) {
    CHECK(size >= seen);
    seen = size;
  };
  // As many rounds as it takes for the writer to have written meanwhile.
  for (int round = 0; round < 18 || (seen <= 20 && round < 1000); ++round) {
    INFO("round " << round << ", seen " << seen);
    at_least(size_in(read_in_the_end(place, {"checkpoint"})));
    const Json status = Json::parse(read_in_the_end(place, {"status", "--json"}));
    CHECK(size_in(status["checkpoint"]) == status["size"].get<Size>());
    at_least(status["size"]);
    if (round % 6 != 0) continue;
    const Json log = Json::parse(read_in_the_end(place, {"log", "--json"}));
    Size next = 0;
    for (const Json& entry : log["entries"]) {
      if (entry["seq"] != next) FAIL("entry " << entry["seq"] << " where " << next << " was due");
      ++next;
    }
    at_least(next);
  }
  REQUIRE(writer.alive());
  CHECK(seen > 20);
}

TEST_CASE("many processes that write at once are all answered, each with a place of its own") {
  const Workplace place;
  place.init(Workplace::Policy::easy);
  std::vector<Started> started;
  for (int i = 0; i < 6; ++i) {
    started.push_back(
        place.start("dana", {"actor", "role", "ben", i % 2 == 0 ? "--grant" : "--revoke", "deployer", "--json"}));
  }
  std::vector<Size> seqs;
  for (Started& one : started) {
    const Ran ran = one.wait();
    INFO(ran.out << ran.err);
    REQUIRE((ran.code == 0 || ran.code == 3));
    seqs.push_back(Json::parse(ran.out)["seq"]);
  }
  std::sort(seqs.begin(), seqs.end());
  CHECK(seqs == std::vector<Size>{1, 2, 3, 4, 5, 6});
  place.expect(0, "dana", {"verify"});
}

}  // namespace
}  // namespace cairn::test
