// Whether the simulation would find a bug: test_canary has a sequencer with some planted (ledger/sequencer.cpp), one at
// a time, and a case passes if a run breaks the promise that its bug must break.
#include <iostream>

#include "ledger/base/text.h"
#include "tests/catch.h"
#include "tests/simulation/simulation.h"

namespace cairn {

int canary = 0;

namespace simulation {
namespace {

constexpr std::uint64_t most_seeds = 12;
constexpr std::size_t steps_each = 200;

// From a seed on at which the bug stops the program at no ASSERT before the promise is looked at.
void require_found(int planted, Promise promise, std::uint64_t first_seed = 1) {
  canary = planted;
  for (std::uint64_t seed = first_seed; seed < first_seed + most_seeds; ++seed) {
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

TEST_CASE("with no bug planted, the program that has them keeps every promise") {
  canary = 0;
  const Run run = simulate(1, steps_each);
  if (run.broken) FAIL(report_on(run, steps_each));
}

TEST_CASE("canary 1: what is in doubt is acknowledged, and found out") {
  require_found(1, Promise::acknowledged_stays);
}

TEST_CASE("canary 2: what a commit may have left is forgotten, and that is found out") {
  require_found(2, Promise::goes_on);
}

TEST_CASE("canary 3: the views keep what was not committed, and are found out") {
  require_found(3, Promise::views_agree, 2);
}

}  // namespace simulation
}  // namespace cairn
