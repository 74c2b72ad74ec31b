// What every engine asks of a batch before it writes: the Sequencer's promises, each an ASSERT.
#pragma once

#include "ledger/store/store.h"

namespace cairn {

inline constexpr std::size_t max_tag_bytes = 200;

// Stops the process if `batch` could not be a batch at `expected`.
void assert_batch(Size expected, const Batch& batch);

}  // namespace cairn
