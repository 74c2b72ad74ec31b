#include "ledger/store/batch_check.h"

#include <algorithm>
#include <functional>
#include <limits>

#include "ledger/tlog/tile.h"

namespace cairn {

void assert_batch(Size expected, const Batch& batch) {
  const std::size_t count = batch.entries.size();
  ASSERT(count > 0);
  ASSERT(batch.leaf_hashes.size() == count);
  ASSERT(expected <= std::numeric_limits<Size>::max() - count);
  ASSERT(batch.sign != nullptr);
  for (const Bytes& entry : batch.entries) ASSERT(entry.size() <= max_entry_bytes);
  for (const auto& [tag, seqs] : batch.postings) {
    // An empty tag could not come after "" in tags(), and NUL ends a tag in an engine's keys.
    ASSERT(!tag.empty() && tag.size() <= max_tag_bytes);
    ASSERT(tag.find('\0') == std::string::npos);
    ASSERT(!seqs.empty() && seqs.front() >= expected && seqs.back() - expected < count);
    ASSERT(std::adjacent_find(seqs.begin(), seqs.end(), std::greater_equal<>()) == seqs.end());
  }
}

}  // namespace cairn
