// Runs of the simulation: some seeds that stay, one that the commit gives, and, hidden, many. A failure prints its
// seed; CAIRN_TEST_SEED=N CAIRN_TEST_STEPS=M runs that one alone and shows every step.
#include <cstdlib>
#include <iostream>

#include "ledger/base/text.h"
#include "tests/catch.h"
#include "tests/simulation/simulation.h"

namespace cairn::simulation {
namespace {

constexpr std::size_t steps_a_run = 400;
constexpr std::uint64_t fixed_seeds = 12;
// Refusals that a snapshot left out counted again in other Worlds once the clock was set back.
constexpr std::uint64_t refusals_set_back = 3662370712;

std::optional<std::string> given(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr || *value == '\0' ? std::nullopt : std::optional<std::string>(value);
}

// The first bytes of what the check script says is the commit; without it another one that stays.
std::uint64_t seed_of_commit() {
  const std::string commit = given("CAIRN_COMMIT").value_or("no commit");
  const Hash hash = sha256(commit);
  std::uint64_t seed = 0;
  for (std::size_t i = 0; i < 4; ++i) seed = seed << 8 | hash.bytes[i];
  std::cout << "the seed of \"" << commit << "\" is " << seed << std::endl;
  return seed;
}

std::size_t steps_of_a_run() {
  return std::stoull(given("CAIRN_TEST_STEPS").value_or(std::to_string(steps_a_run)));
}

void run_all(const std::vector<std::uint64_t>& seeds, Show show) {
  const std::size_t steps = steps_of_a_run();
  Tally total;
  std::size_t taken = 0;
  Size entries = 0;
  for (const std::uint64_t seed : seeds) {
    std::cout << "CAIRN_TEST_SEED=" << seed << std::flush;  // also where the process is stopped
    const Run run = simulate(seed, steps, show);
    std::cout << ": " << run.steps << " steps, " << run.entries << " entries, trace " << run.trace.hex().substr(0, 16)
              << std::endl;
    if (show == Show::steps) std::cout << run.swarm << std::endl;
    add(total, run.tally);
    taken += run.steps;
    entries += run.entries;
    if (run.broken) FAIL(report_on(run, steps));
  }
  std::cout << seeds.size() << " seeds, " << taken << " steps, " << entries << " entries\n" << tally_words(total);
}

}  // namespace

TEST_CASE("a seeded simulation of writers, faults and crashes keeps every promise") {
  if (const auto seed = given("CAIRN_TEST_SEED")) return run_all({std::stoull(*seed)}, Show::steps);
  std::vector<std::uint64_t> seeds;
  for (std::uint64_t seed = 1; seed <= fixed_seeds; ++seed) seeds.push_back(seed);
  seeds.push_back(refusals_set_back);
  seeds.push_back(seed_of_commit());
  run_all(seeds, Show::nothing);
}

TEST_CASE("the same seed gives the same run, byte for byte") {
  for (const std::uint64_t seed : std::vector<std::uint64_t>{1, 2}) {
    const Run once = simulate(seed, 100);
    const Run again = simulate(seed, 100);
    CHECK(once.root == again.root);
    CHECK(once.trace == again.trace);
    CHECK(once.trace != simulate(seed + 100, 100).trace);
  }
}

TEST_CASE("many seeds of the simulation keep every promise", "[.soak]") {
  const std::uint64_t first = seed_of_commit();
  std::vector<std::uint64_t> seeds;
  for (std::uint64_t i = 0; i < 150; ++i) seeds.push_back(first + 1 + i);
  run_all(seeds, Show::nothing);
}

}  // namespace cairn::simulation
