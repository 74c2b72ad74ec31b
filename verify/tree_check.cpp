#include "verify/tree_check.h"

#include <optional>
#include <utility>

#include "ledger/base/assert.h"
#include "ledger/base/text.h"

namespace cairn {
namespace {

constexpr std::uint8_t kept_level = 8;
constexpr Size kept_leaves = Size{1} << kept_level;
constexpr std::size_t run_length = 256;
constexpr std::size_t recent_roots = 65536;
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
  Hash hash = leaf;
  std::uint64_t index = size_++;
  std::uint8_t level = 0;
  // Left siblings wait in edge_ until their right one comes and completes the parent.
  for (;;) {
    TRY(grow(level, index, hash, findings));
    if ((index & 1) == 0) break;
    hash = node_hash(edge_[level], hash);
    index >>= 1;
    ++level;
  }
  edge_[level] = hash;
  if (any_root_) {
    if (recent_.size() < recent_roots) recent_.resize(recent_roots);
    recent_[size_ % recent_roots] = root();
  }
  return {};
}

Result<void> TreeCheck::grow(std::uint8_t level, std::uint64_t index, const Hash& hash, Findings& findings) {
  if (any_root_ && level >= kept_level) complete_[level].push_back(hash);
  Run& run = uncompared_[level];
  if (run.hashes.empty()) run.first = index;
  run.hashes.push_back(hash);
  if ((index + 1) % run_length == 0) return compare(level, findings);
  return {};
}

Hash TreeCheck::root() const {
  if (size_ == 0) return empty_root();
  std::optional<Hash> right;
  for (std::size_t level = 0; level < edge_.size(); ++level) {
    if ((size_ >> level & 1) == 0) continue;
    right = right ? node_hash(edge_[level], *right) : edge_[level];
  }
  return *right;
}

Result<Hash> TreeCheck::root_at(Size size) {
  ASSERT(any_root_ && size <= size_);
  if (size == 0) return empty_root();
  if (size_ - size < recent_roots) return recent_[size % recent_roots];
  if (const auto known = old_roots_.find(size); known != old_roots_.end()) return known->second;
  TRY_LET(root, old_root(size));
  if (old_roots_.size() == max_old_roots) old_roots_.clear();
  old_roots_[size] = root;
  return root;
}

Result<Hash> TreeCheck::old_root(Size size) const {
  const Size kept = size / kept_leaves * kept_leaves;
  std::vector<Hash> peaks;
  for (const NodeId& id : subtrees({0, kept})) peaks.push_back(complete_[id.level][id.index]);
  Frontier tree(kept, std::move(peaks));
  while (tree.size() < size) {
    TRY_LET(page, source_->entries(tree.size(), static_cast<std::size_t>(size - tree.size())));
    if (page.empty()) return fault(str("entry ", tree.size(), " was there before and is not any more"));
    for (const Bytes& entry : page) tree.push(leaf_hash(entry));
  }
  return tree.root();
}

// One altered leaf makes every stored hash above it differ as well; the lowest is the place.
bool TreeCheck::is_known_wrong(Size begin, Size end) const {
  const auto found = wrong_.lower_bound(begin);
  return found != wrong_.end() && *found < end;
}

Result<void> TreeCheck::compare(std::uint8_t level, Findings& findings) {
  Run run = std::exchange(uncompared_[level], {});
  if (run.hashes.empty()) return {};
  std::vector<NodeId> ids;
  for (std::size_t i = 0; i < run.hashes.size(); ++i) ids.push_back({level, run.first + i});
  const Result<std::optional<std::vector<Hash>>> stored = source_->stored_nodes(ids);
  if (!stored.ok()) {
    if (stored.error().kind == ErrorKind::unavailable) return stored.error();
    findings.push_back({FindingKind::node_wrong, std::nullopt, stored.error().message});
    return {};
  }
  if (!stored->has_value()) return {};
  const std::vector<Hash>& hashes = **stored;
  if (hashes.size() != ids.size()) {
    findings.push_back({FindingKind::node_wrong, std::nullopt,
                        str("of ", ids.size(), " stored hashes of level ", unsigned{level}, " from index ", run.first,
                            " on, ", hashes.size(), " are there")});
    return {};
  }
  nodes_compared_ += hashes.size();
  std::size_t wrong = 0;
  for (std::size_t i = 0; i < hashes.size(); ++i) {
    const Size begin = ids[i].index << level;
    if (hashes[i] == run.hashes[i] || is_known_wrong(begin, begin + (Size{1} << level))) continue;
    wrong_.insert(begin);
    if (++wrong > most_wrong_in_a_run) continue;
    const std::optional<Seq> seq = level == 0 ? std::optional<Seq>(begin) : std::nullopt;
    findings.push_back({FindingKind::node_wrong, seq, describe(ids[i], hashes[i], run.hashes[i])});
  }
  if (wrong > most_wrong_in_a_run) {
    findings.push_back({FindingKind::node_wrong, std::nullopt,
                        str("and ", wrong - most_wrong_in_a_run, " more stored hashes of level ", unsigned{level},
                            " between index ", run.first, " and ", run.first + run.hashes.size() - 1)});
  }
  return {};
}

Result<void> TreeCheck::finish(Findings& findings) {
  for (std::uint8_t level = 0; level < uncompared_.size(); ++level) TRY(compare(level, findings));
  return {};
}

}  // namespace cairn
