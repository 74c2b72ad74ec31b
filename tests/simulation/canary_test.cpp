// Whether the simulation would find a bug: test_canary_N is it over a sequencer with bug N planted
// (ledger/sequencer.cpp), and passes if a run breaks the promise that this bug must break.
#include <iostream>

#include "ledger/base/text.h"
#include "tests/catch.h"
#include "tests/simulation/simulation.h"

namespace cairn::simulation {
namespace {

constexpr std::uint64_t most_seeds = 12;
constexpr std::size_t steps_each = 200;

void require_found(Promise promise) {
  for (std::uint64_t seed = 1; seed <= most_seeds; ++seed) {
    const Run run = simulate(seed, steps_each);
    if (!run.broken) continue;
    INFO(report_on(run, steps_each));
    std::cout << "found by seed " << seed << " in step " << run.steps << ": " << name_of(run.broken->promise) << ": "
              << run.broken->what << std::endl;
    REQUIRE(name_of(run.broken->promise) == name_of(promise));
    return;
  }
  FAIL("not found by " << most_seeds << " seeds of " << steps_each << " steps");
}

}  // namespace

TEST_CASE("canary 1: what is in doubt is acknowledged") {
  require_found(Promise::acknowledged_stays);
}

TEST_CASE("canary 2: what a commit may have left is forgotten") {
  require_found(Promise::goes_on);
}

TEST_CASE("canary 3: the views keep what was not committed") {
  require_found(Promise::views_agree);
}

}  // namespace cairn::simulation
