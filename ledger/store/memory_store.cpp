#include <algorithm>
#include <map>
#include <mutex>

#include "ledger/base/text.h"
#include "ledger/store/batch_check.h"
#include "ledger/store/store.h"

namespace cairn {
namespace {

// As plain as can be: other engines are tested against it, so what it does must be seen at a glance.
class MemoryStore final : public Store {
 public:
  Result<void> commit(Size expected, const Batch& batch) override {
    assert_batch(expected, batch);
    const std::lock_guard lock(mutex_);
    if (expected != entries_.size()) {
      return conflict(str("the ledger has ", entries_.size(), " entries, not ", expected, ": read it again and retry"));
    }
    TRY_LET(head, batch.sign());
    entries_.insert(entries_.end(), batch.entries.begin(), batch.entries.end());
    for (const Hash& leaf : batch.leaf_hashes) push_leaf(leaf);
    for (const auto& [tag, seqs] : batch.postings) {
      std::vector<Seq>& all = postings_[tag];
      all.insert(all.end(), seqs.begin(), seqs.end());
    }
    checkpoints_[entries_.size()] = std::move(head.checkpoint);
    if (!head.snapshot.empty()) snapshots_[entries_.size()] = std::move(head.snapshot);
    return {};
  }

  Result<Tip> tip() const override {
    const std::lock_guard lock(mutex_);
    if (entries_.empty()) return Tip{};
    return Tip{entries_.size(), checkpoints_.rbegin()->second};
  }

  Result<std::vector<Bytes>> read(Seq from, ReadLimit limit) const override {
    const std::lock_guard lock(mutex_);
    std::vector<Bytes> found;
    std::size_t gathered = 0;
    for (Seq seq = from; seq < entries_.size() && found.size() < limit.count; ++seq) {
      if (!found.empty() && gathered >= limit.bytes) break;
      gathered += entries_[seq].size();
      found.push_back(entries_[seq]);
    }
    return found;
  }

  Result<std::vector<Hash>> nodes(std::span<const NodeId> ids) const override {
    const std::lock_guard lock(mutex_);
    std::vector<Hash> hashes;
    hashes.reserve(ids.size());
    for (const NodeId& id : ids) {
      if (id.level >= levels_.size() || id.index >= levels_[id.level].size()) {
        return fault(str("the subtree of level ", unsigned{id.level}, " and index ", id.index,
                         " is not complete in a tree of ", entries_.size(), " entries"));
      }
      hashes.push_back(levels_[id.level][id.index]);
    }
    return hashes;
  }

  Result<std::vector<Seq>> find(std::string_view tag, Seq from, std::size_t limit) const override {
    const std::lock_guard lock(mutex_);
    std::vector<Seq> found;
    const auto posted = postings_.find(tag);
    if (posted == postings_.end()) return found;
    const std::vector<Seq>& seqs = posted->second;
    for (auto at = std::lower_bound(seqs.begin(), seqs.end(), from); at != seqs.end() && found.size() < limit; ++at) {
      found.push_back(*at);
    }
    return found;
  }

  Result<std::vector<std::string>> tags(std::string_view after, std::size_t limit) const override {
    const std::lock_guard lock(mutex_);
    std::vector<std::string> found;
    for (auto at = postings_.upper_bound(after); at != postings_.end() && found.size() < limit; ++at) {
      found.push_back(at->first);
    }
    return found;
  }

  Result<std::vector<AtSize>> checkpoints(Size from, std::size_t limit) const override {
    const std::lock_guard lock(mutex_);
    std::vector<AtSize> found;
    for (auto at = checkpoints_.lower_bound(from); at != checkpoints_.end() && found.size() < limit; ++at) {
      found.push_back({at->first, at->second});
    }
    return found;
  }

  Result<std::optional<AtSize>> snapshot(Size at_most) const override {
    const std::lock_guard lock(mutex_);
    auto above = snapshots_.upper_bound(at_most);
    if (above == snapshots_.begin()) return std::optional<AtSize>{};
    --above;
    return std::optional<AtSize>{{above->first, above->second}};
  }

 private:
  void push_leaf(const Hash& leaf) {
    Hash hash = leaf;
    for (std::size_t level = 0;; ++level) {
      if (level == levels_.size()) levels_.emplace_back();
      std::vector<Hash>& row = levels_[level];
      row.push_back(hash);
      if (row.size() % 2 != 0) return;
      hash = node_hash(row[row.size() - 2], row[row.size() - 1]);
    }
  }

  mutable std::mutex mutex_;
  std::vector<Bytes> entries_;
  std::vector<std::vector<Hash>> levels_;  // [level][index]: every complete subtree
  std::map<std::string, std::vector<Seq>, std::less<>> postings_;
  std::map<Size, Bytes> checkpoints_;
  std::map<Size, Bytes> snapshots_;
};

}  // namespace

std::unique_ptr<Store> open_memory_store() {
  return std::make_unique<MemoryStore>();
}

}  // namespace cairn
