// How a sequencer finds its place: at the start, and after somebody else was first.
#include <algorithm>

#include "ledger/base/text.h"
#include "ledger/sequencer.h"

namespace cairn {
namespace {

constexpr std::size_t heads_a_step = 16;  // that are followed before they are kept

}  // namespace

Result<std::unique_ptr<Sequencer>> Sequencer::open(Store& store, Rules& rules, const Clock& clock, PrivateKey log_key,
                                                   SequencerOptions options) {
  std::vector<PrivateKey> log_keys;
  log_keys.push_back(std::move(log_key));
  return open(store, rules, clock, std::move(log_keys), std::move(options));
}

Result<std::unique_ptr<Sequencer>> Sequencer::open(Store& store, Rules& rules, const Clock& clock,
                                                   std::vector<PrivateKey> log_keys, SequencerOptions options) {
  for (const PrivateKey& key : log_keys) {
    if (key.public_key().type() == KeyType::ed25519) continue;
    return usage("a log signs its checkpoints with an Ed25519 key, and this one is not; give the log's own key");
  }
  std::unique_ptr<Sequencer> sequencer(new Sequencer(store, rules, clock, std::move(log_keys), std::move(options)));
  TRY_LET(tip, store.tip());
  if (tip.size > 0) TRY(sequencer->resume());
  return sequencer;
}

// Begins where the rules stand, and goes on to the tip as after a conflict.
Result<void> Sequencer::resume() {
  TRY_LET(ledger, Ledger::open(store_));
  if (!options_.brings_keys) TRY(signers_of(ledger.log_keys(), ledger.size()));
  signing_ = ledger.log_keys();
  const Size begin = rules_.size();
  ASSERT(begin <= ledger.size());
  TRY_LET(peaks, store_.nodes(Frontier::peak_ids(begin)));
  tree_ = Frontier(begin, std::move(peaks));
  if (begin < ledger.size()) {
    unsure_ = true;
    return catch_up();
  }
  // Writing on from other hashes than the signed ones would be a fork under our own signature.
  const Head& head = ledger.checkpoint().head;
  if (tree_.root() != head.root) {
    return not_verified(str("the tree in the store has root ", tree_.root().hex(), " at size ", head.size,
                            " where its checkpoint has ", head.root.hex(), "; restore it from a copy"));
  }
  checkpoint_ = ledger.checkpoint_note();
  recent_.push_back(head);
  return {};
}

// After a commit that failed, or that was called lost, the store may hold its batch, or another writer's, or neither.
// Going on blindly could sign a second head of a size that it has.
Result<void> Sequencer::catch_up() {
  if (!unsure_) return {};
  TRY_LET(tip, store_.tip());
  while (tree_.size() < tip.size) {
    TRY(follow_some());
    // Others go on meanwhile, and what they append may have been followed past the tip that was seen.
    TRY_LET(now, store_.tip());
    tip = std::move(now);
  }
  if (tree_.size() == tip.size && tip.checkpoint == checkpoint_) {
    unsure_ = false;
    return {};
  }
  return not_verified(str("the store is at size ", tip.size, " where this writer has seen size ", tree_.size(),
                          "; its newest head now:\n", tip.checkpoint, "seen before:\n", checkpoint_,
                          "keep both, and compare the store with a copy before anyone writes on"));
}

// Only a commit learns by itself that others were first. Who is not to get as far as one would hear of a world that was
// overtaken before this call, so the tip is read first.
Result<bool> Sequencer::was_overtaken() {
  TRY_LET(tip, store_.tip());
  unsure_ = tip.size != tree_.size();
  return unsure_;
}

// The next heads, each with the entries that it adds: as others appended them, and signed by this very log.
Result<void> Sequencer::follow_some() {
  TRY_LET(rows, store_.checkpoints(tree_.size() + 1, heads_a_step));
  if (rows.empty()) {
    return fault(
        str("the store has entries past ", tree_.size(), " and no checkpoint of them; restore it from a copy"));
  }
  if (tree_.size() == 0) return conflict("another process made this ledger meanwhile; open it");
  LogKeys keys = *signing_;
  Frontier tree = tree_;
  std::vector<Head> heads;
  for (const AtSize& row : rows) {
    if (const Result<void> followed = follow_to(row, keys, tree); !followed.ok()) {
      rules_.undo();
      return followed;
    }
    heads.push_back({tree.size(), tree.root()});
  }
  rules_.keep();
  recent_.insert(recent_.end(), heads.begin(), heads.end());
  while (recent_.size() > max_recent_heads) recent_.pop_front();
  tree_ = std::move(tree);
  signing_ = std::move(keys);
  checkpoint_ = std::move(rows.back().bytes);
  return {};
}

// The entries are folded in before the head over them is verified, since they may say who signs it; what does not hold
// is undone by the caller.
Result<void> Sequencer::follow_to(const AtSize& row, LogKeys& keys, Frontier& tree) {
  while (tree.size() < row.size) {
    ReadLimit limit;
    limit.count = static_cast<std::size_t>(std::min<Size>(limit.count, row.size - tree.size()));
    TRY_LET(page, store_.read(tree.size(), limit));
    if (page.empty())
      return fault(str("the store has no entry ", tree.size(), " below its tip; restore it from a copy"));
    for (const Bytes& bytes : page) {
      TRY_LET(entry, decode_recorded(tree.size(), bytes));
      TRY(rules_.follow(entry));
      keys.apply(entry);
      tree.push(entry.leaf);
    }
  }
  TRY_LET(checkpoint, keys.open(row.bytes));
  if (checkpoint.head == Head{tree.size(), tree.root()}) return {};
  return not_verified(str("the first ", tree.size(), " entries of the store are not those that its log signed; ",
                          "cairn verify names what differs"));
}

}  // namespace cairn
