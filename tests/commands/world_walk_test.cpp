// A World taken along a ledger, forward and back: wherever it came from, it is the one that the entries give.
#include "commands/world_walk.h"

#include "tests/catch.h"
#include "tests/commands/read_case.h"

namespace cairn::test {
namespace {

// What the entries give, size by size.
std::vector<Hash> states_of(const Ledger& ledger) {
  World world;
  std::vector<Hash> states = {sha256(world.encode())};
  const auto step = [&](const Recorded& entry) -> Result<void> {
    world.apply(entry);
    states.push_back(sha256(world.encode()));
    return {};
  };
  REQUIRE(ledger.walk(0, ledger.size(), step).ok());
  return states;
}

TEST_CASE("a World that is walked forward, back and across is the one that the entries give") {
  ReadCase lived;
  lived.register_model("logistic", "v1", "0.9");
  lived.roll_out("logistic", "v1");
  lived.grow(700);
  lived.register_model("logistic", "v2", "0.92");
  lived.roll_out("logistic", "v2");
  lived.with_session([](Session& session) {
    const Ledger& ledger = session.ledger();
    const std::vector<Hash> states = states_of(ledger);
    WorldWalk walk(ledger);
    const auto check_at = [&](Size size) {
      const auto world = walk.at(size);
      REQUIRE(world.ok());
      INFO("size " << size);
      REQUIRE((*world)->position->size == size);
      REQUIRE(sha256((*world)->encode()) == states[size]);
    };
    for (Size size = 0; size <= ledger.size(); size += 7) check_at(size);
    for (Size size = ledger.size(); size > 0; size -= std::min<Size>(size, 5)) check_at(size);
    for (const Size size : std::vector<Size>{0, 700, 1, 699, 300, 556, 44, 301, 44, 557, 2, 258, 257, 0})
      check_at(size);
  });
}

TEST_CASE("a World that was asked for beyond the end is there again for the next question") {
  ReadCase lived;
  lived.register_model("logistic", "v1", "0.9");
  lived.with_session([](Session& session) {
    const Ledger& ledger = session.ledger();
    WorldWalk walk(ledger);
    CHECK_FALSE(walk.at(ledger.size() + 1).ok());
    REQUIRE(walk.at(ledger.size()).ok());
    CHECK_FALSE(walk.at(ledger.size() + 1).ok());
    REQUIRE(walk.at(1).ok());
    CHECK(walk.at(1).value()->position->size == 1);
  });
}

}  // namespace
}  // namespace cairn::test
