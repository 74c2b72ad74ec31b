#include "ledger/tlog/tree.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>

#include "ledger/base/assert.h"
#include "ledger/base/text.h"

namespace cairn {
namespace {

// RFC 6962: the largest power of two smaller than n.
Size split_point(Size n) {
  ASSERT(n > 1);
  return std::bit_floor(n - 1);
}

// How many hashes lead from the node `place` up to the root, where `last` is the last node of its level.
std::size_t path_length(std::uint64_t place, std::uint64_t last) {
  const auto inner = static_cast<int>(std::bit_width(place ^ last));  // below here a sibling always exists
  const int border = inner == 64 ? 0 : std::popcount(place >> inner);
  return static_cast<std::size_t>(inner) + static_cast<std::size_t>(border);
}

void shift_while_even(std::uint64_t& fn, std::uint64_t& sn) {
  while ((fn & 1) == 0 && fn != 0) {
    fn >>= 1;
    sn >>= 1;
  }
}

Hash join_peaks(std::span<const Hash> peaks) {
  if (peaks.empty()) return empty_root();
  Hash hash = peaks.back();
  for (std::size_t i = peaks.size() - 1; i-- > 0;) hash = node_hash(peaks[i], hash);
  return hash;
}

Error wrong_length(const std::string& what, std::size_t has, std::size_t needs) {
  return not_verified(str("proof for ", what, " has ", has, " hashes where ", needs, " are needed; ask for it again"));
}

Result<void> check_from_empty(const Hash& old_root, Size new_size, const Hash& new_root, std::span<const Hash> proof) {
  if (!proof.empty()) return wrong_length("growth from size 0", proof.size(), 0);
  if (old_root != empty_root()) {
    return not_verified(str("root ", old_root.hex(), " at size 0 is not the root of the empty tree"));
  }
  if (new_size == 0 && new_root != old_root) {
    return not_verified(str("root ", new_root.hex(), " at size 0 is not the root of the empty tree"));
  }
  return {};
}

}  // namespace

Hash leaf_hash(BytesView entry) {
  static constexpr char prefix[] = {0x00};
  thread_local Sha256 hasher;  // a context costs more than a short leaf
  return hasher.update({prefix, 1}).update(entry).finish();
}

Hash node_hash(const Hash& left, const Hash& right) {
  std::array<char, 65> data;
  data[0] = 0x01;
  std::memcpy(data.data() + 1, left.bytes.data(), 32);
  std::memcpy(data.data() + 33, right.bytes.data(), 32);
  return sha256({data.data(), data.size()});
}

Hash empty_root() {
  return sha256({});
}

std::vector<Range> inclusion_ranges(Seq index, Size size) {
  ASSERT(index < size);
  std::vector<Range> ranges;
  Range at{0, size};
  while (at.end - at.begin > 1) {
    const Size middle = at.begin + split_point(at.end - at.begin);
    if (index < middle) {
      ranges.push_back({middle, at.end});
      at.end = middle;
    } else {
      ranges.push_back({at.begin, middle});
      at.begin = middle;
    }
  }
  std::reverse(ranges.begin(), ranges.end());
  return ranges;
}

std::vector<Range> consistency_ranges(Size old_size, Size new_size) {
  ASSERT(old_size <= new_size);
  std::vector<Range> ranges;
  if (old_size == 0 || old_size == new_size) return ranges;
  Range at{0, new_size};
  while (at.end != old_size) {
    const Size middle = at.begin + split_point(at.end - at.begin);
    if (old_size <= middle) {
      ranges.push_back({middle, at.end});
      at.end = middle;
    } else {
      ranges.push_back({at.begin, middle});
      at.begin = middle;
    }
  }
  // A left edge still at 0 means that the old tree is a subtree of the new one: its root is known already.
  if (at.begin != 0) ranges.push_back(at);
  std::reverse(ranges.begin(), ranges.end());
  return ranges;
}

std::vector<NodeId> subtrees(Range range) {
  ASSERT(range.begin <= range.end);
  const Size width = range.end - range.begin;
  const Size mask = width <= 1 ? 0 : std::numeric_limits<Size>::max() >> std::countl_zero(width - 1);
  // Only then is the range a node of some RFC 6962 tree, and made of complete subtrees that fall in size.
  ASSERT((range.begin & mask) == 0);
  std::vector<NodeId> ids;
  for (Size at = range.begin; at != range.end;) {
    const auto level = static_cast<std::uint8_t>(std::bit_width(range.end - at) - 1);
    ids.push_back({level, at >> level});
    at += Size{1} << level;
  }
  return ids;
}

Result<std::vector<Hash>> hash_ranges(std::span<const Range> ranges, const NodeSource& source) {
  std::vector<NodeId> ids;
  for (const Range& range : ranges) {
    const std::vector<NodeId> parts = subtrees(range);
    ids.insert(ids.end(), parts.begin(), parts.end());
  }
  TRY_LET(nodes, source(ids));
  if (nodes.size() != ids.size()) {
    return fault(str("asked for ", ids.size(), " tree nodes and got ", nodes.size(), "; check the store"));
  }
  std::vector<Hash> hashes;
  hashes.reserve(ranges.size());
  std::span<const Hash> rest = nodes;
  for (const Range& range : ranges) {
    const auto count = static_cast<std::size_t>(std::popcount(range.end - range.begin));
    hashes.push_back(join_peaks(rest.first(count)));
    rest = rest.subspan(count);
  }
  return hashes;
}

Result<void> check_inclusion(const Hash& leaf, Seq index, Size size, std::span<const Hash> proof, const Hash& root) {
  if (index >= size) return not_verified(str("entry ", index, " is not in a tree of size ", size));
  std::uint64_t fn = index;
  std::uint64_t sn = size - 1;
  const std::size_t needs = path_length(fn, sn);
  if (proof.size() != needs) {
    return wrong_length(str("entry ", index, " in a tree of size ", size), proof.size(), needs);
  }
  Hash hash = leaf;
  for (const Hash& sibling : proof) {
    ASSERT(sn != 0);
    if ((fn & 1) != 0 || fn == sn) {
      hash = node_hash(sibling, hash);
      shift_while_even(fn, sn);
    } else {
      hash = node_hash(hash, sibling);
    }
    fn >>= 1;
    sn >>= 1;
  }
  ASSERT(sn == 0);
  if (hash != root) {
    return not_verified(str("entry ", index, " with leaf hash ", leaf.hex(), " leads to root ", hash.hex(),
                            " where the head of size ", size, " has ", root.hex()));
  }
  return {};
}

Result<void> check_consistency(Size old_size, const Hash& old_root, Size new_size, const Hash& new_root,
                               std::span<const Hash> proof) {
  if (old_size > new_size) {
    return not_verified(str("a tree of size ", old_size, " cannot have grown to size ", new_size));
  }
  if (old_size == 0) return check_from_empty(old_root, new_size, new_root, proof);
  const std::string what = str("growth from size ", old_size, " to ", new_size);
  if (old_size == new_size) {
    if (!proof.empty()) return wrong_length(what, proof.size(), 0);
    if (old_root == new_root) return {};
    return not_verified(str("two roots at size ", old_size, ": ", old_root.hex(), " and ", new_root.hex()));
  }

  std::uint64_t fn = old_size - 1;
  std::uint64_t sn = new_size - 1;
  const int ones = std::countr_one(fn);
  fn >>= ones;
  sn >>= ones;
  const bool starts_at_old_root = fn == 0;
  const std::size_t needs = path_length(fn, sn) + (starts_at_old_root ? 0 : 1);
  if (proof.size() != needs) return wrong_length(what, proof.size(), needs);

  Hash old_hash = starts_at_old_root ? old_root : proof.front();
  Hash new_hash = old_hash;
  for (const Hash& sibling : proof.subspan(starts_at_old_root ? 0 : 1)) {
    ASSERT(sn != 0);
    if ((fn & 1) != 0 || fn == sn) {
      old_hash = node_hash(sibling, old_hash);
      new_hash = node_hash(sibling, new_hash);
      shift_while_even(fn, sn);
    } else {
      new_hash = node_hash(new_hash, sibling);
    }
    fn >>= 1;
    sn >>= 1;
  }
  ASSERT(sn == 0);
  if (old_hash != old_root) {
    return not_verified(
        str("proof for ", what, " leads to old root ", old_hash.hex(), " where the head has ", old_root.hex()));
  }
  if (new_hash != new_root) {
    return not_verified(
        str("proof for ", what, " leads to new root ", new_hash.hex(), " where the head has ", new_root.hex()));
  }
  return {};
}

Frontier::Frontier(Size size, std::vector<Hash> peaks) : size_(size), peaks_(std::move(peaks)) {
  ASSERT(peaks_.size() == static_cast<std::size_t>(std::popcount(size_)));
}

void Frontier::push(const Hash& leaf) {
  ASSERT(size_ != std::numeric_limits<Size>::max());
  Hash hash = leaf;
  for (Size carry = size_; (carry & 1) != 0; carry >>= 1) {
    hash = node_hash(peaks_.back(), hash);
    peaks_.pop_back();
  }
  peaks_.push_back(hash);
  ++size_;
}

Hash Frontier::root() const {
  return join_peaks(peaks_);
}

}  // namespace cairn
