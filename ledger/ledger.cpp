#include "ledger/ledger.h"

#include <algorithm>
#include <future>

#include "ledger/base/text.h"

namespace cairn {
namespace {

NodeSource nodes_of(const Store& store) {
  return [&store](std::span<const NodeId> ids) { return store.nodes(ids); };
}

Result<Bytes> read_one(const Store& store, Seq seq) {
  TRY_LET(page, store.read(seq, {.count = 1}));
  if (page.size() != 1) return fault(str("the store has no entry ", seq, " below its tip; restore it from a copy"));
  return std::move(page.front());
}

constexpr std::size_t walk_page = 1024;           // entries: enough that a thread for each is nothing beside it
constexpr std::size_t walk_page_bytes = 8 << 20;  // fewer, where they are large
constexpr std::size_t worth_a_thread = 128;       // entries
constexpr std::size_t visit_page = 128;

// A page from here on: at least one entry, if any is wanted.
Result<std::vector<Bytes>> read_page(const Store& store, Seq from, std::size_t wanted) {
  std::vector<Bytes> page;
  std::size_t bytes = 0;
  while (page.size() < wanted && bytes < walk_page_bytes) {
    TRY_LET(more, store.read(from + page.size(), {.count = std::min(ReadLimit{}.count, wanted - page.size())}));
    if (more.empty()) {
      return fault(str("the store has no entry ", from + page.size(), " below its tip; restore it from a copy"));
    }
    for (Bytes& entry : more) {
      bytes += entry.size();
      page.push_back(std::move(entry));
    }
  }
  return page;
}

Error no_ledger(const std::string& why) {
  return not_verified(str("this store does not open as a ledger: ", why, "; compare it with a copy before you use it"));
}

struct Page {
  std::vector<Recorded> entries;
  std::optional<Error> broken;  // what comes after them cannot be read
};

Page decode_some(std::span<const Bytes> bytes, const std::function<Seq(std::size_t)>& seq_at) {
  Page page;
  page.entries.reserve(bytes.size());
  for (std::size_t i = 0; i < bytes.size() && !page.broken; ++i) {
    Result<Recorded> recorded = decode_recorded(seq_at(i), bytes[i]);
    if (recorded) {
      page.entries.push_back(std::move(*recorded));
    } else {
      page.broken = recorded.error();
    }
  }
  return page;
}

// The second half in another thread, since to decode an entry takes longer than all else that is done with it.
Page decode_page(const Result<std::vector<Bytes>>& bytes, const std::function<Seq(std::size_t)>& seq_at) {
  if (!bytes) return {{}, bytes.error()};
  const std::span<const Bytes> all(*bytes);
  if (all.size() < worth_a_thread) return decode_some(all, seq_at);
  const std::size_t half = all.size() / 2;
  std::future<Page> others = std::async(std::launch::async | std::launch::deferred, [&] {
    return decode_some(all.subspan(half), [&](std::size_t i) { return seq_at(half + i); });
  });
  Page page = decode_some(all.first(half), seq_at);
  Page rest = others.get();
  if (page.broken) return page;
  std::move(rest.entries.begin(), rest.entries.end(), std::back_inserter(page.entries));
  page.broken = std::move(rest.broken);
  return page;
}

Result<void> look_at(const Page& page, const std::function<Result<void>(const Recorded&)>& each) {
  for (const Recorded& entry : page.entries) TRY(each(entry));
  if (page.broken) return *page.broken;
  return {};
}

}  // namespace

namespace {

// Entry 0, then those that tell of other keys.
Result<LogKeys> read_log_keys(const Store& store, Size size, std::vector<Recorded>& telling) {
  TRY_LET(bytes, read_one(store, 0));
  Result<Recorded> first = decode_recorded(0, bytes);
  if (!first.ok()) return no_ledger(str("entry 0 does not parse: ", first.error().message));
  TRY_LET(keys, LogKeys::of_genesis(*first));
  telling.push_back(std::move(*first));
  constexpr std::size_t page = 64;
  for (Seq from = 1;;) {
    TRY_LET(seqs, store.find(log_keys_tag, from, page));
    for (const Seq seq : seqs) {
      if (seq >= size) return keys;  // appended since
      TRY_LET(one, read_one(store, seq));
      TRY_LET(recorded, decode_recorded(seq, one));
      keys.apply(recorded);
      telling.push_back(std::move(recorded));
    }
    if (seqs.size() < page) return keys;
    from = seqs.back() + 1;
  }
}

}  // namespace

Result<Ledger> Ledger::open(const Store& store) {
  TRY_LET(tip, store.tip());
  if (tip.size == 0) return fault("the store is empty: there is no ledger in it yet; create one with `cairn init`");
  Ledger ledger(store);
  std::vector<Recorded> telling;
  TRY_LET(keys, read_log_keys(store, tip.size, telling));
  ledger.log_keys_ = std::move(keys);

  Result<Checkpoint> checkpoint = ledger.log_keys_->open(tip.checkpoint);
  if (!checkpoint.ok()) return no_ledger(str("its newest checkpoint does not open: ", checkpoint.error().message));
  if (checkpoint->head.size != tip.size) {
    return no_ledger(str("its newest checkpoint is of size ", checkpoint->head.size, ", its tip of ", tip.size));
  }
  ledger.checkpoint_ = std::move(*checkpoint);
  ledger.note_ = std::move(tip.checkpoint);

  // They name the keys that signed the head; only their places in the tree under that head make all of it one ledger.
  for (const Recorded& entry : telling) {
    TRY_LET(proof, ledger.prove_inclusion(entry.seq, tip.size));
    const Result<void> included = check_inclusion(entry.leaf, entry.seq, tip.size, proof, ledger.checkpoint_.head.root);
    if (!included.ok()) return no_ledger(str("entry ", entry.seq, " is not in its tree: ", included.error().message));
  }
  return ledger;
}

NoteVerifier Ledger::newest_key() const {
  return log_keys_->at(size()).back();
}

Result<Bytes> Ledger::entry_bytes(Seq seq) const {
  if (seq >= size()) return usage(str("there is no entry ", seq, ": this ledger holds entries 0 to ", size() - 1));
  return read_one(*store_, seq);
}

Result<Recorded> Ledger::entry(Seq seq) const {
  TRY_LET(bytes, entry_bytes(seq));
  return decode_recorded(seq, bytes);
}

// To read and decode an entry takes longer than to fold it, so it is done a page ahead, on the other cores. Where the
// system has no thread to give, it is done when its turn comes.
Result<void> Ledger::walk(Seq from, Size end, const std::function<Result<void>(const Recorded&)>& each) const {
  if (end > size()) return usage(str("there is no entry ", end - 1, ": this ledger holds ", size(), " entries"));
  const auto read = [this, end](Seq first) {
    const auto wanted = static_cast<std::size_t>(std::min<Size>(walk_page, end - first));
    return decode_page(read_page(*store_, first, wanted), [first](std::size_t i) { return first + i; });
  };
  std::future<Page> next;
  while (from < end) {
    const Page page = next.valid() ? next.get() : read(from);
    from += page.entries.size();
    if (from < end && !page.broken) next = std::async(std::launch::async | std::launch::deferred, read, from);
    TRY(look_at(page, each));
  }
  return {};
}

Result<void> Ledger::visit(std::span<const Seq> seqs, const std::function<Result<void>(const Recorded&)>& each) const {
  if (!seqs.empty() && seqs.back() >= size()) return usage(str("there is no entry ", seqs.back()));
  while (!seqs.empty()) {
    const auto some = seqs.first(std::min(visit_page, seqs.size()));
    TRY(look_at(decode_page(store_->gather(some), [some](std::size_t i) { return some[i]; }), each));
    seqs = seqs.subspan(some.size());
  }
  return {};
}

Result<std::vector<Seq>> Ledger::find(std::string_view tag, Seq from, std::size_t limit) const {
  TRY_LET(seqs, store_->find(tag, from, limit));
  // The store may have grown since the checkpoint was opened.
  seqs.erase(std::lower_bound(seqs.begin(), seqs.end(), size()), seqs.end());
  return seqs;
}

Result<Hash> Ledger::root_at(Size size) const {
  if (size > this->size()) return usage(str("there is no head of size ", size, ": this ledger's is ", this->size()));
  const Range whole{0, size};
  TRY_LET(hashes, hash_ranges({&whole, 1}, nodes_of(*store_)));
  return hashes.front();
}

Result<std::vector<Hash>> Ledger::prove_inclusion(Seq seq, Size size) const {
  if (seq >= size || size > this->size()) {
    return usage(str("entry ", seq, " cannot be proved in a tree of size ", size, ": this ledger's is ", this->size()));
  }
  return hash_ranges(inclusion_ranges(seq, size), nodes_of(*store_));
}

Result<std::vector<Hash>> Ledger::prove_consistency(Size old_size, Size new_size) const {
  if (old_size > new_size || new_size > size()) {
    return usage(str("growth from size ", old_size, " to ", new_size, " cannot be proved: this ledger's is ", size()));
  }
  return hash_ranges(consistency_ranges(old_size, new_size), nodes_of(*store_));
}

Result<void> Ledger::show_cosigned(std::string note) {
  TRY_LET(cosigned, log_keys_->open(note));
  if (cosigned.head != checkpoint_.head || !cosigned.extensions.empty()) {
    return not_verified(
        str("the cosigned head of size ", cosigned.head.size, " is not this ledger's of size ", size()));
  }
  note_ = std::move(note);
  return {};
}

Result<ProofFile> Ledger::proof_file(Seq seq) const {
  ProofFile proof;
  proof.index = seq;
  TRY_LET(hashes, prove_inclusion(seq, size()));
  proof.hashes = std::move(hashes);
  proof.checkpoint = note_;
  return proof;
}

}  // namespace cairn
