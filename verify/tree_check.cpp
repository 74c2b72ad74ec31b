#include "verify/tree_check.h"

#include <optional>
#include <utility>

#include "ledger/base/assert.h"
#include "ledger/base/text.h"

namespace cairn {
namespace {

constexpr std::size_t run_length = 256;
constexpr std::size_t recent_tiles = 256;
constexpr std::size_t max_old_roots = 4096;
constexpr std::size_t most_wrong_in_a_run = 8;  // named one by one; where more are wrong, one finding counts the rest

std::string describe(const NodeId& id, const Hash& stored, const Hash& computed) {
  const std::string hashes =
      str("is ", stored.hex().substr(0, 16), "..., computed ", computed.hex().substr(0, 16), "...");
  if (id.level == 0) return str("the stored hash of entry ", id.index, ' ', hashes);
  const Size begin = id.index << id.level;
  return str("the stored hash of entries ", begin, " to ", begin + (Size{1} << id.level) - 1, ' ', hashes);
}

}  // namespace

Result<void> TreeCheck::push(const Hash& leaf, Findings& findings) {
  const std::size_t place = size_++ % tile_width;
  if (place == 0) filling_ = std::make_shared<LeafTile>();
  filling_->set(place, leaf);
  if (place + 1 < tile_width) return {};
  TRY(compare_tile(tile_width, 0, findings));
  const Hash root = filling_->root();
  recent_.push_back(std::exchange(filling_, nullptr));
  return complete_tile(root, findings);
}

Result<void> TreeCheck::push(std::shared_ptr<const LeafTile> tile, bool leaves_compared, Findings& findings) {
  ASSERT(size_ % tile_width == 0);
  size_ += tile_width;
  recent_.push_back(std::move(tile));
  if (leaves_compared) nodes_compared_ += tile_width;
  TRY(compare_tile(tile_width, leaves_compared ? 1 : 0, findings));
  return complete_tile(recent_.back()->root(), findings);
}

// The nodes that this tile's root completes, each from its left sibling and what lies to the right of it.
Result<void> TreeCheck::complete_tile(const Hash& root, Findings& findings) {
  if (recent_.size() > recent_tiles) recent_.pop_front();
  Hash hash = root;
  std::uint8_t level = tile_height;
  for (std::uint64_t index = size_ / tile_width - 1;; index >>= 1, ++level) {
    TRY(grow(level, index, hash, findings));
    if ((index & 1) == 0) return {};
    hash = node_hash(complete_[level][index - 1], hash);
  }
}

Result<void> TreeCheck::grow(std::uint8_t level, std::uint64_t index, const Hash& hash, Findings& findings) {
  complete_[level].push_back(hash);
  Run& run = uncompared_[level];
  if (run.hashes.empty()) run.first = index;
  run.hashes.push_back(hash);
  if ((index + 1) % run_length != 0) return {};
  const Run full = std::exchange(run, {});
  return compare(level, full.first, full.hashes, findings);
}

// The root of the first `size` leaves, of which those behind the last complete tile are these.
Hash TreeCheck::root_over(Size size, std::span<const Hash> below) const {
  std::vector<Hash> peaks;
  for (const NodeId& id : subtrees({0, size / tile_width * tile_width})) peaks.push_back(complete_[id.level][id.index]);
  peaks.insert(peaks.end(), below.begin(), below.end());
  return Frontier(size, std::move(peaks)).root();
}

Result<Hash> TreeCheck::root_at(Size size) {
  ASSERT(size <= size_);
  if (size == 0) return empty_root();
  if (size == asked_.size) return asked_.root;
  const std::size_t leaves = size % tile_width;
  const Size back = size_ / tile_width - size / tile_width;  // complete tiles from this one on
  const LeafTile* tile = back == 0                ? filling_.get()
                         : back <= recent_.size() ? recent_[recent_.size() - back].get()
                                                  : nullptr;
  if (leaves > 0 && tile == nullptr) return old_root(size);
  std::vector<Hash> peaks;
  for (unsigned level = tile_height; level-- > 0;) {
    if ((leaves >> level & 1) != 0) peaks.push_back(tile->level(level)[(leaves >> level) - 1]);
  }
  asked_ = {size, root_over(size, peaks)};
  return asked_.root;
}

Result<Hash> TreeCheck::old_root(Size size) {
  if (const auto known = old_roots_.find(size); known != old_roots_.end()) return known->second;
  Frontier below;
  for (const Size begin = size / tile_width * tile_width; begin + below.size() < size;) {
    const Seq next = begin + below.size();
    TRY_LET(page, source_->entries(next, static_cast<std::size_t>(size - next)));
    if (page.empty()) return fault(str("entry ", next, " was there before and is not any more"));
    for (const Bytes& entry : page) below.push(leaf_hash(entry));
  }
  const Hash root = root_over(size, below.peaks());
  if (old_roots_.size() == max_old_roots) old_roots_.clear();
  old_roots_[size] = root;
  return root;
}

// One altered leaf makes every stored hash above it differ as well; the lowest is the place.
bool TreeCheck::is_known_wrong(Size begin, Size end) const {
  const auto found = wrong_.lower_bound(begin);
  return found != wrong_.end() && *found < end;
}

// What the source holds of the newest tile, of which so many leaves are there, from this level on.
Result<void> TreeCheck::compare_tile(std::size_t leaves, unsigned from_level, Findings& findings) {
  const LeafTile& tile = filling_ ? *filling_ : *recent_.back();
  const std::uint64_t index = (size_ - 1) / tile_width;
  for (unsigned level = from_level; level < tile_height; ++level) {
    const std::uint64_t first = index * (tile_width >> level);
    TRY(compare(static_cast<std::uint8_t>(level), first, tile.level(level).first(leaves >> level), findings));
  }
  return {};
}

Result<void> TreeCheck::compare(std::uint8_t level, std::uint64_t first, std::span<const Hash> computed,
                                Findings& findings) {
  if (computed.empty() || not_kept_.contains(level)) return {};
  std::vector<NodeId> ids;
  for (std::size_t i = 0; i < computed.size(); ++i) ids.push_back({level, first + i});
  const Result<std::optional<std::vector<Hash>>> stored = source_->stored_nodes(ids);
  if (!stored.ok()) {
    if (stored.error().kind == ErrorKind::unavailable) return stored.error();
    findings.push_back({FindingKind::node_wrong, std::nullopt, stored.error().message});
    return {};
  }
  if (!stored->has_value()) {
    not_kept_.insert(level);
    return {};
  }
  const std::vector<Hash>& hashes = **stored;
  if (hashes.size() != ids.size()) {
    findings.push_back({FindingKind::node_wrong, std::nullopt,
                        str("of ", ids.size(), " stored hashes of level ", unsigned{level}, " from index ", first,
                            " on, ", hashes.size(), " are there")});
    return {};
  }
  nodes_compared_ += hashes.size();
  std::size_t wrong = 0;
  for (std::size_t i = 0; i < hashes.size(); ++i) {
    const Size begin = ids[i].index << level;
    if (hashes[i] == computed[i] || is_known_wrong(begin, begin + (Size{1} << level))) continue;
    wrong_.insert(begin);
    if (++wrong > most_wrong_in_a_run) continue;
    const std::optional<Seq> seq = level == 0 ? std::optional<Seq>(begin) : std::nullopt;
    findings.push_back({FindingKind::node_wrong, seq, describe(ids[i], hashes[i], computed[i])});
  }
  if (wrong > most_wrong_in_a_run) {
    findings.push_back({FindingKind::node_wrong, std::nullopt,
                        str("and ", wrong - most_wrong_in_a_run, " more stored hashes of level ", unsigned{level},
                            " between index ", first, " and ", first + computed.size() - 1)});
  }
  return {};
}

Result<void> TreeCheck::finish(Findings& findings) {
  if (filling_) TRY(compare_tile(size_ % tile_width, 0, findings));
  constexpr auto levels = static_cast<std::uint8_t>(std::tuple_size_v<decltype(uncompared_)>);
  for (std::uint8_t level = tile_height; level < levels; ++level) {
    const Run rest = std::exchange(uncompared_[level], {});
    TRY(compare(level, rest.first, rest.hashes, findings));
  }
  return {};
}

}  // namespace cairn
