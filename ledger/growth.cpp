#include "ledger/growth.h"

#include <algorithm>
#include <bit>

#include "ledger/base/assert.h"

namespace cairn {

Growth::Growth(const Frontier& base) : base_size_(base.size()), size_(base.size()) {
  std::size_t peak = base.peaks().size();
  for (std::size_t level = 0; level < levels_.size(); ++level) {
    const Size complete = base_size_ >> level;
    levels_[level].first = complete;
    if ((complete & 1) == 0) continue;
    // A peak is a left child whose parent is not complete yet: the one old node of its level that new entries lie
    // beside.
    ASSERT(peak > 0);
    levels_[level].first = complete - 1;
    levels_[level].hashes.push_back(base.peaks()[--peak]);
  }
  ASSERT(peak == 0);
}

void Growth::push(const Hash& leaf) {
  ragged_.clear();
  levels_[0].hashes.push_back(leaf);
  std::uint64_t index = size_++;
  for (std::uint8_t level = 0; (index & 1) != 0; ++level, index >>= 1) {
    ASSERT(level + std::size_t{1} < levels_.size());
    Level& above = levels_[level + std::size_t{1}];
    ASSERT(above.first + above.hashes.size() == index >> 1);
    above.hashes.push_back(node_hash(node({level, index - 1}), node({level, index})));
  }
}

Hash Growth::node(const NodeId& id) const {
  const Level& level = levels_[id.level];
  ASSERT(id.index >= level.first && id.index - level.first < level.hashes.size());
  return level.hashes[id.index - level.first];
}

Hash Growth::hash_of(Range range) const {
  const NodeSource nodes = [this](std::span<const NodeId> ids) -> Result<std::vector<Hash>> {
    std::vector<Hash> hashes;
    hashes.reserve(ids.size());
    for (const NodeId& id : ids) hashes.push_back(node(id));
    return hashes;
  };
  Result<std::vector<Hash>> hashes = hash_ranges({&range, 1}, nodes);
  ASSERT(hashes.ok());
  return hashes->front();
}

Hash Growth::root_at(Size size) const {
  ASSERT(base_size_ <= size && size <= size_);
  return hash_of({0, size});
}

std::vector<Hash> Growth::prove_inclusion(Seq seq) {
  ASSERT(base_size_ <= seq && seq < size_);
  std::vector<Hash> proof;
  for (const Range& range : inclusion_ranges(seq, size_)) {
    const Size width = range.end - range.begin;
    if (std::has_single_bit(width)) {
      const auto level = static_cast<std::uint8_t>(std::countr_zero(width));
      proof.push_back(node({level, range.begin >> level}));
      continue;
    }
    auto known =
        std::find_if(ragged_.begin(), ragged_.end(), [&](const auto& one) { return one.first == range.begin; });
    if (known == ragged_.end()) known = ragged_.insert(known, {range.begin, hash_of(range)});
    proof.push_back(known->second);
  }
  return proof;
}

Frontier Growth::frontier() const {
  std::vector<Hash> peaks;
  for (const NodeId& id : Frontier::peak_ids(size_)) peaks.push_back(node(id));
  return {size_, std::move(peaks)};
}

}  // namespace cairn
