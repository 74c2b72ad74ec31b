// What the rules said of an entry when it was recorded, derived again from the entries before it.
#pragma once

#include "ledger/ledger.h"
#include "projections/admit.h"
#include "projections/world.h"

namespace cairn {

// Whether the statement's basis is a head of the history in front of it.
Result<bool> basis_holds(const Ledger& ledger, const Recorded& recorded);

// `world` is the one in front of the entry.
Verdict past_verdict(World& world, const Recorded& recorded, bool basis_holds);

// The same from the ledger alone.
Result<Verdict> past_verdict(const Ledger& ledger, Seq seq);

}  // namespace cairn
