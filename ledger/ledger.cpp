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

Result<LedgerCreated> read_genesis(const Recorded& entry_zero) {
  if (entry_zero.seq != 0) return no_ledger(str("entry ", entry_zero.seq, " was taken for entry 0"));
  if (!entry_zero.entry.outcome.empty()) return no_ledger(str("entry 0 was refused: ", entry_zero.entry.outcome));
  const std::vector<Event>& events = entry_zero.statement.events;
  const auto is_created = [](const Event& event) { return std::holds_alternative<LedgerCreated>(event); };
  if (events.empty() || !is_created(events.front()) || std::count_if(events.begin(), events.end(), is_created) != 1) {
    return no_ledger("entry 0 does not begin with the one ledger.created");
  }
  return std::get<LedgerCreated>(events.front());
}

Result<Ledger> Ledger::open(const Store& store) {
  TRY_LET(tip, store.tip());
  if (tip.size == 0) return fault("the store is empty: there is no ledger in it yet; create one with `cairn init`");
  TRY_LET(bytes, read_one(store, 0));
  const Result<Recorded> first = decode_recorded(0, bytes);
  if (!first.ok()) return no_ledger(str("entry 0 does not parse: ", first.error().message));
  TRY_LET(created, read_genesis(*first));

  Ledger ledger(store);
  ledger.id_ = first->leaf;
  ledger.origin_ = created.origin;
  Result<NoteVerifier> log_key = NoteVerifier::from_log_vkey(created.log_key);
  if (!log_key.ok()) return no_ledger(str("the log key in entry 0 does not parse: ", log_key.error().message));
  if (log_key->name() != created.origin) return no_ledger("the log key in entry 0 is of another name than the origin");
  ledger.log_key_ = std::move(*log_key);

  Result<Checkpoint> checkpoint = open_checkpoint(tip.checkpoint, ledger.log_key_);
  if (!checkpoint.ok()) return no_ledger(str("its newest checkpoint does not open: ", checkpoint.error().message));
  if (checkpoint->head.size != tip.size) {
    return no_ledger(str("its newest checkpoint is of size ", checkpoint->head.size, ", its tip of ", tip.size));
  }
  ledger.checkpoint_ = std::move(*checkpoint);
  ledger.note_ = std::move(tip.checkpoint);

  // Entry 0 names the key that signed the head; only its place in the tree under that head makes the two one ledger.
  TRY_LET(proof, ledger.prove_inclusion(0, tip.size));
  const Result<void> included = check_inclusion(ledger.id_, 0, tip.size, proof, ledger.checkpoint_.head.root);
  if (!included.ok()) return no_ledger(str("entry 0 is not in its tree: ", included.error().message));
  return ledger;
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
  TRY_LET(cosigned, open_checkpoint(note, log_key_));
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
