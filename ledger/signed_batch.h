// Appending what the log has signed already, as a copy of a ledger does (copy.h). The other way into a store is the
// Sequencer; both end in sequencer.cpp, the one place where a store is written.
#pragma once

#include "ledger/base/result.h"
#include "ledger/store/store.h"

namespace cairn {

// Whoever calls has held entries and head against each other. `batch.sign` is not theirs to set.
struct SignedBatch {
  Batch batch;
  Bytes checkpoint;  // the signed note of the tree after it
  Bytes snapshot;    // empty: none
};

// As Store::commit.
Result<void> append_signed(Store& store, Size expected, SignedBatch batch);

}  // namespace cairn
