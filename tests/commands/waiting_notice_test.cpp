#include "commands/waiting_notice.h"

#include <chrono>
#include <nlohmann/json.hpp>

#include "ledger/store/store.h"
#include "tests/catch.h"
#include "tests/commands/shell.h"

namespace cairn::test {
namespace {

TEST_CASE("who waits for an answer that comes at once waits no longer for the notice") {
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < 100; ++i) const WaitingNotice notice;
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(WaitingNotice::silent_seconds));
}

TEST_CASE("a command that waits long for another writer says so before it gives up", "[long]") {
  const Workplace place;
  place.init(Workplace::Policy::easy);
  const auto store = open_rocks_store(place.ledger(), StoreMode::write, {});
  REQUIRE(store.ok());
  const Ran ran = place.cairn("dana", {"--lock-timeout", "7s", "actor", "role", "ben", "--grant", "deployer"});
  CHECK(ran.code != 0);
  CHECK(contains(ran.err, "still waiting for the ledger: another process writes to it"));
  const Ran soon = place.cairn("dana", {"--lock-timeout", "1s", "actor", "role", "ben", "--grant", "deployer"});
  CHECK_FALSE(contains(soon.err, "still waiting"));
}

}  // namespace
}  // namespace cairn::test
