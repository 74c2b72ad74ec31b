#include "ledger/copy.h"

#include <algorithm>
#include <vector>

#include "ledger/base/text.h"
#include "ledger/events/entry.h"
#include "ledger/signed_batch.h"
#include "ledger/tlog/snapshot.h"

namespace cairn {
namespace {

constexpr std::size_t checkpoints_a_page = 256;

Error two_histories(const std::string& what, const Bytes& source, const Bytes& target) {
  return not_verified(what + "; nothing was copied behind it.\nThe source's:\n" + source + "\nThe target's:\n" +
                      target + "\nKeep both: together they are the evidence.");
}

class LedgerCopy {
 public:
  LedgerCopy(const Ledger& from, Store& to, const std::function<void(Size, Size)>& progress)
      : from_(from), to_(to), progress_(progress) {}

  Result<Copied> run() {
    TRY_LET(beginning, copied_so_far(from_, to_));
    tree_ = std::move(beginning);
    done_.before = tree_.size();
    TRY(list_snapshots());
    while (tree_.size() < from_.size()) {
      TRY_LET(page, from_.store().checkpoints(tree_.size() + 1, checkpoints_a_page));
      if (page.empty()) {
        return not_verified(str("the source has no checkpoint behind ", tree_.size(), " entries, and its newest is of ",
                                from_.size(), "; run cairn verify on it"));
      }
      for (const AtSize& row : page) {
        if (row.size <= from_.size()) TRY(copy_to(row));
      }
    }
    TRY(check_target());
    done_.head = from_.checkpoint().head;
    return done_;
  }

 private:
  // One that cannot be read, or all of them, are left behind.
  Result<void> list_snapshots() {
    const Result<void> listed = from_.store().snapshots(from_.size(), [&](const AtSize& row) -> Result<void> {
      if (row.size > done_.before) snapshots_.push_back(row.size);
      return {};
    });
    if (!listed.ok()) ++done_.snapshots_left;
    return {};
  }

  Result<void> copy_to(const AtSize& row) {
    const Size first = tree_.size();
    SignedBatch signed_batch;
    signed_batch.checkpoint = row.bytes;
    Frontier tree = tree_;
    while (tree.size() < row.size) {
      TRY_LET(page, from_.store().read(tree.size(), {.count = static_cast<std::size_t>(row.size - tree.size())}));
      if (page.empty()) return not_verified(str("entry ", tree.size(), " is missing in the source"));
      for (Bytes& entry : page) {
        TRY(add(tree.size(), std::move(entry), tree, signed_batch.batch));
      }
    }
    const auto opened = from_.log_keys().open(row.bytes);
    if (!opened) {
      return not_verified(str("the checkpoint of ", row.size, " entries in the source: ", opened.error().message,
                              "; run cairn verify on the source"));
    }
    const Checkpoint& checkpoint = *opened;
    if (checkpoint.head != Head{tree.size(), tree.root()}) {
      return not_verified(str("the entries up to ", row.size, " have root ", tree.root().hex(),
                              ", and the checkpoint that the log signed ", checkpoint.head.root.hex(),
                              "; run cairn verify on the source"));
    }
    TRY_LET(snapshot, snapshot_at(checkpoint.head));
    signed_batch.snapshot = std::move(snapshot);
    TRY(append_signed(to_, first, std::move(signed_batch)));
    tree_ = std::move(tree);
    ++done_.checkpoints;
    progress_(tree_.size(), from_.size());
    return {};
  }

  static Result<void> add(Seq seq, Bytes bytes, Frontier& tree, Batch& batch) {
    const Hash leaf = leaf_hash(bytes);
    auto entry = decode_entry(bytes);
    auto statement = entry ? decode_statement(entry->payload) : Result<Statement>(entry.error());
    if (!statement)
      return not_verified(str("entry ", seq, " of the source does not parse: ", statement.error().message));
    for (std::string& tag : index_tags(*statement, entry->outcome)) batch.postings[std::move(tag)].push_back(seq);
    batch.entries.push_back(std::move(bytes));
    batch.leaf_hashes.push_back(leaf);
    tree.push(leaf);
    return {};
  }

  // Empty: none is of this head.
  Result<Bytes> snapshot_at(const Head& head) {
    if (!std::binary_search(snapshots_.begin(), snapshots_.end(), head.size)) return Bytes();
    auto row = from_.store().snapshot(head.size);
    if (row && *row && (*row)->size == head.size) {
      const auto opened = from_.log_keys().open_sealed(head.size, (*row)->bytes);
      if (opened && opened->head == head) {
        ++done_.snapshots;
        return std::move((*row)->bytes);
      }
    }
    ++done_.snapshots_left;
    return Bytes();
  }

  // By the nodes that the target made of what it was given.
  Result<void> check_target() const {
    TRY_LET(tip, to_.tip());
    if (tip.checkpoint != from_.checkpoint_note()) {
      return two_histories("the target's head is another than was copied", from_.checkpoint_note(), tip.checkpoint);
    }
    TRY_LET(peaks, to_.nodes(Frontier::peak_ids(tip.size)));
    const Frontier target(tip.size, std::move(peaks));
    if (target.root() == from_.checkpoint().head.root) return {};
    return not_verified("the target's tree has another root than was copied; run cairn verify on it");
  }

  const Ledger& from_;
  Store& to_;
  const std::function<void(Size, Size)>& progress_;
  Frontier tree_;
  std::vector<Size> snapshots_;
  Copied done_;
};

}  // namespace

// By the target's newest signed head, which has to be one of the source's, and by the target's own nodes.
Result<Frontier> copied_so_far(const Ledger& from, const Store& to) {
  TRY_LET(tip, to.tip());
  if (tip.size == 0) return Frontier();
  if (tip.size > from.size()) {
    return not_verified(str("the target has ", tip.size, " entries, and the source ", from.size(),
                            ": it is no copy of it that was cut short"));
  }
  TRY_LET(rows, from.store().checkpoints(tip.size, 1));
  if (rows.empty() || rows.front().size != tip.size || rows.front().bytes != tip.checkpoint) {
    return two_histories(str("the target's head at size ", tip.size, " is not the source's"),
                         rows.empty() ? Bytes() : rows.front().bytes, tip.checkpoint);
  }
  TRY_LET(checkpoint, from.log_keys().open(tip.checkpoint));
  TRY_LET(peaks, to.nodes(Frontier::peak_ids(tip.size)));
  Frontier tree(tip.size, std::move(peaks));
  if (checkpoint.head.root == tree.root()) return tree;
  return not_verified(str("the target's tree of ", tip.size,
                          " entries has another root than its checkpoint; begin again ", "in an empty place"));
}

Result<Copied> copy_ledger(const Ledger& from, Store& to, const std::function<void(Size done, Size total)>& progress) {
  return LedgerCopy(from, to, progress).run();
}

}  // namespace cairn
