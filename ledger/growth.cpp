#include "ledger/growth.h"

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

std::vector<Hash> Growth::hashes_of(std::span<const Range> ranges) const {
  const NodeSource nodes = [this](std::span<const NodeId> ids) -> Result<std::vector<Hash>> {
    std::vector<Hash> hashes;
    hashes.reserve(ids.size());
    for (const NodeId& id : ids) hashes.push_back(node(id));
    return hashes;
  };
  Result<std::vector<Hash>> hashes = hash_ranges(ranges, nodes);
  ASSERT(hashes.ok());
  return std::move(*hashes);
}

Hash Growth::root_at(Size size) const {
  ASSERT(base_size_ <= size && size <= size_);
  const Range whole{0, size};
  return hashes_of({&whole, 1}).front();
}

std::vector<Hash> Growth::prove_inclusion(Seq seq) const {
  ASSERT(base_size_ <= seq && seq < size_);
  return hashes_of(inclusion_ranges(seq, size_));
}

Frontier Growth::frontier() const {
  std::vector<Hash> peaks;
  for (const NodeId& id : Frontier::peak_ids(size_)) peaks.push_back(node(id));
  return {size_, std::move(peaks)};
}

}  // namespace cairn
