#include "ledger/store/batch_check.h"

#include <algorithm>
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
  for (const Posting& posting : batch.postings) {
    // An empty tag could not come after "" in tags(), and NUL ends a tag in an engine's keys.
    ASSERT(!posting.tag.empty() && posting.tag.size() <= max_tag_bytes);
    ASSERT(posting.tag.find('\0') == std::string::npos);
    ASSERT(posting.seq >= expected && posting.seq - expected < count);
  }
}

std::vector<Posting> sorted_postings(const Batch& batch) {
  std::vector<Posting> postings = batch.postings;
  std::sort(postings.begin(), postings.end());
  ASSERT(std::adjacent_find(postings.begin(), postings.end()) == postings.end());
  return postings;
}

}  // namespace cairn
