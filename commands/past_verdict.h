// What the rules said of an entry when it was recorded, derived again from the entries before it.
#pragma once

#include "commands/render_entry.h"
#include "ledger/ledger.h"
#include "projections/admit.h"
#include "projections/world.h"

namespace cairn {

// Whether the statement's basis is a head of the history in front of it.
Result<bool> basis_holds(const Ledger& ledger, const Recorded& recorded);

// `world` is the one in front of the entry.
Verdict past_verdict(World& world, const Recorded& recorded, bool basis_holds);

// With whose key signed it, for people.
Result<ExplainedEntry> explain_entry(const Ledger& ledger, World& world, Recorded recorded);

// The verdict from the ledger alone.
Result<Verdict> past_verdict(const Ledger& ledger, Seq seq);

}  // namespace cairn
