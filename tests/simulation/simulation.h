// A seeded simulation of one ledger: the real rules, sequencers, stores, snapshots, reads and audit, in one process and
// one thread, with a clock, people, faults and crashes that all follow from one number. After every step the ledger is
// held against a ModelLedger. The same seed gives the same run, byte for byte, whatever the machine's own clock says.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "ledger/base/types.h"
#include "ledger/crypto/sha256.h"
#include "tests/simulation/promises.h"

namespace cairn::simulation {

using Tally = std::map<std::string, std::map<std::string, std::size_t>>;

struct Run {
  std::uint64_t seed = 0;
  std::size_t steps = 0;  // that were taken
  std::string swarm;      // in words
  Size entries = 0;
  Hash root;
  Hash trace;                     // over everything that happened, in order
  std::vector<std::string> last;  // what happened last, in words
  Tally tally;                    // statements by kind and answer, and what else happened, by kind
  std::optional<Broken> broken;   // in the last of the steps
};

// `show` prints each step as it happens.
enum class Show { nothing, steps };
Run simulate(std::uint64_t seed, std::size_t steps, Show show = Show::nothing);

void add(Tally& all, const Tally& more);
std::string tally_words(const Tally& tally);

// The broken promise, the run so far, and how to have it again.
std::string report_on(const Run& run, std::size_t steps);

}  // namespace cairn::simulation
