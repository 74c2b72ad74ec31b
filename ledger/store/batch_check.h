// What every engine asks of a batch before it writes: the Sequencer's promises, each an ASSERT.
#pragma once

#include "ledger/store/store.h"

namespace cairn {

inline constexpr std::size_t max_tag_bytes = 200;

// Stops the process if `batch` could not be a batch at `expected`.
void assert_batch(Size expected, const Batch& batch);

// The postings of a batch tag by tag, each tag's seqs ascending; none twice is asserted.
std::vector<Posting> sorted_postings(const Batch& batch);

}  // namespace cairn
