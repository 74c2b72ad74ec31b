// Histories that nobody wrote: people who try whatever comes to mind, drawn from a seed.
#pragma once

#include <cstdint>

#include "tests/projections/scenario.h"

namespace cairn {

enum class Adopts { never, at_times };

// So many attempts, admitted, refused and turned away, one after the other. The same seed gives the same history.
void live_at_random(Scenario& s, std::uint64_t seed, int attempts, Adopts adopts);

}  // namespace cairn
