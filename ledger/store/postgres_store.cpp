#include <algorithm>
#include <mutex>

#include "ledger/base/text.h"
#include "ledger/store/batch_check.h"
#include "ledger/store/postgres_link.h"
#include "ledger/store/postgres_reads.h"
#include "ledger/store/postgres_schema.h"
#include "ledger/store/posting_row.h"
#include "ledger/store/store.h"
#include "ledger/store/store_format.h"
#include "ledger/store/tile_nodes.h"

namespace cairn {
namespace {

constexpr Size largest_expected = Size{1} << 62;
constexpr Millis longest_silence = 30 * second;  // of a writer in a commit, whom the server then gives up
constexpr Size most_leaves_pushed = 4096;        // by which an edge is grown; beyond that it is loaded

constexpr PostgresStatement insert_note = {"insert_note", "INSERT INTO cairn.note (size, note) VALUES ($1, $2)"};
constexpr PostgresStatement insert_snapshot = {"insert_snapshot",
                                               "INSERT INTO cairn.snapshot (size, snapshot) VALUES ($1, $2)"};
constexpr PostgresStatement insert_entries = {
    "insert_entries", "INSERT INTO cairn.entry (seq, entry) SELECT * FROM unnest($1::bigint[], $2::bytea[])"};
constexpr PostgresStatement insert_leaves = {
    "insert_leaves", "INSERT INTO cairn.leaves (tile, hashes) SELECT * FROM unnest($1::bigint[], $2::bytea[])"};
constexpr PostgresStatement insert_subtrees = {"insert_subtrees",
                                               "INSERT INTO cairn.subtree (level, number, hash)"
                                               " SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bytea[])"};
constexpr PostgresStatement insert_postings = {"insert_postings",
                                               "INSERT INTO cairn.posting (tag, first, others)"
                                               " SELECT * FROM unnest($1::bytea[], $2::bigint[], $3::bytea[])"};
constexpr PostgresStatement commit_all = {nullptr, "COMMIT"};

void add_entries(Seq first, const Batch& batch, std::vector<PostgresCall>& calls) {
  std::vector<Seq> seqs;
  for (std::size_t i = 0; i < batch.entries.size(); ++i) seqs.push_back(first + i);
  calls.push_back({insert_entries, {as_numbers(seqs), as_byte_strings(batch.entries)}});
}

void add_postings(const Postings& postings, std::vector<PostgresCall>& calls) {
  std::vector<BytesView> tags;
  std::vector<Seq> firsts;
  std::vector<Bytes> others;
  for (const auto& [tag, seqs] : postings) {
    tags.push_back(tag);
    firsts.push_back(seqs.front());
    others.push_back(encode_posting(seqs));
  }
  if (tags.empty()) return;
  calls.push_back({insert_postings, {as_byte_strings(tags), as_numbers(firsts), as_byte_strings(others)}});
}

void add_tiles(std::span<const FullTile> filled, std::vector<PostgresCall>& calls) {
  std::vector<std::uint64_t> tiles;
  std::vector<Bytes> leaves;
  std::vector<std::uint64_t> levels;
  std::vector<std::uint64_t> numbers;
  std::vector<BytesView> roots;
  for (const FullTile& tile : filled) {
    if (tile.level == 0) {
      tiles.push_back(tile.index);
      leaves.push_back(leaf_row(tile));
    }
    levels.push_back(tile.level + 1U);
    numbers.push_back(tile.index);
    roots.push_back(tile.root.view());
  }
  if (!tiles.empty()) calls.push_back({insert_leaves, {as_numbers(tiles), as_byte_strings(leaves)}});
  if (!levels.empty()) {
    calls.push_back({insert_subtrees, {as_numbers(levels), as_numbers(numbers), as_byte_strings(roots)}});
  }
}

class PostgresStore final : public Store {
 public:
  // Without a link to append with it is a reader.
  PostgresStore(PostgresLink reading, std::optional<PostgresLink> appending, StoreMode mode,
                const PostgresOptions& options)
      : reads_(std::move(reading)),
        nodes_(reads_),
        appending_(std::move(appending)),
        copies_(mode == StoreMode::copy),
        options_(options) {}

  Result<void> open();

  Result<void> commit(Size expected, const Batch& batch) override;
  Result<void> mark(Copying copying) override;
  Result<Tip> tip() const override;
  Result<std::vector<Bytes>> read(Seq from, ReadLimit limit) const override { return reads_.entries(from, limit); }
  Result<std::vector<Bytes>> gather(std::span<const Seq> seqs) const override { return reads_.gather(seqs); }
  Result<std::vector<Hash>> nodes(std::span<const NodeId> ids) const override;
  Result<std::vector<Seq>> find(std::string_view tag, Seq from, std::size_t limit) const override {
    return reads_.find(tag, from, limit);
  }
  Result<std::vector<std::string>> tags(std::string_view after, std::size_t limit) const override {
    return reads_.tags(after, limit);
  }
  Result<std::vector<AtSize>> checkpoints(Size from, std::size_t limit) const override;
  Result<std::optional<AtSize>> snapshot(Size at_most) const override { return reads_.snapshot(at_most); }
  Result<void> snapshots(Size at_most, const std::function<Result<void>(const AtSize&)>& each) const override;
  Result<std::vector<std::string>> wrong_rows(std::size_t limit) const override { return reads_.wrong_rows(limit); }

 private:
  using Edge = std::shared_ptr<const RightEdge>;

  Result<void> take_place(Size expected, Size size);
  void see(Size size, const Bytes& note) const;
  Result<Edge> write_batch(Size expected, const Batch& batch);
  Error refused(Size expected, const Error& error);
  Error given_up(const Error& error);
  Edge known_edge() const;
  Result<Edge> edge_at(Size size) const;
  void keep_edge(Edge edge) const;

  PostgresReads reads_;
  mutable TileNodes nodes_;

  std::mutex commit_mutex_;
  std::optional<PostgresLink> appending_;  // guarded by commit_mutex_
  std::optional<std::string> failure_;     // of a commit; guarded by commit_mutex_
  const bool copies_;
  PostgresOptions options_;

  // The edge of some size that the ledger has or had. What is complete in it never changes, unless a server is lost
  // that had not passed it on: then it is read anew.
  mutable std::mutex edge_mutex_;
  mutable Edge edge_;
  mutable std::uint64_t edge_generation_ = 0;

  mutable std::mutex seen_mutex_;
  mutable AtSize seen_;  // the newest head that this store showed or wrote
};

Result<void> PostgresStore::open() {
  TRY(reads_.open());
  // What the newest checkpoint speaks of must be there.
  TRY_LET(now, reads_.tip());
  if (now.size == 0) return {};
  TRY_LET(last, reads_.gather(std::vector<Seq>{now.size - 1}));
  return {};
}

Result<Tip> PostgresStore::tip() const {
  TRY_LET(now, reads_.tip());
  see(now.size, now.checkpoint);
  return now;
}

Result<std::vector<AtSize>> PostgresStore::checkpoints(Size from, std::size_t limit) const {
  TRY_LET(rows, reads_.checkpoints(from, limit));
  if (!rows.empty()) see(rows.back().size, rows.back().bytes);
  return rows;
}

void PostgresStore::see(Size size, const Bytes& note) const {
  const std::lock_guard lock(seen_mutex_);
  if (size >= seen_.size) seen_ = {size, note};
}

// 1. The row of `checkpoint`. If another writer has put one in this place in a transaction that is still open, the
// server waits for its end. A crash here, or an error, leaves nothing: the transaction was not committed. A connection
// that turns out to be lost is made anew, for nothing can have come of this either.
Result<void> PostgresStore::take_place(Size expected, Size size) {
  const Millis wait = std::max<Millis>(1, options_.lock_timeout);  // 0 would be for ever
  const std::string text =
      str("BEGIN;SET LOCAL synchronous_commit TO ", appending_->synchronous_commit(), ";SET LOCAL lock_timeout TO ",
          wait, ";SET LOCAL idle_in_transaction_session_timeout TO ", longest_silence,
          ";INSERT INTO cairn.checkpoint (size, prev) VALUES (", size, ",", expected,
          ");SELECT concat((SELECT version FROM cairn.format), ': ',"
          " (SELECT encode(note, 'hex') FROM cairn.note WHERE size = ",
          expected, "))");
  TRY_LET(found, appending_->ask([&](PostgresConnection& connection) { return connection.script_for_text(text); }));
  const std::size_t colon = found.find(": ");
  if (colon == std::string::npos) return fault("the server did not say which format the ledger has");
  const std::string_view version = std::string_view(found).substr(0, colon);
  const std::string_view note = std::string_view(found).substr(colon + 2);
  // A copy may have begun since this connection was made.
  if (version == unfinished_version && !copies_) return unfinished_copy(appending_->place());
  // A failover may have taken back what was never acknowledged but seen, and others may have come as far again.
  const std::lock_guard lock(seen_mutex_);
  if (seen_.size != expected || to_hex(seen_.bytes) == note) return {};
  return conflict("the head of this size is another than was seen before");
}

// 2. The head is signed: nobody can take the place any more. 3. Everything else, and the commit, in one round trip. A
// crash, or a connection that is lost, leaves all of it or nothing.
Result<PostgresStore::Edge> PostgresStore::write_batch(Size expected, const Batch& batch) {
  TRY_LET(before, edge_at(expected));
  auto edge = std::make_shared<RightEdge>(*before);
  std::vector<FullTile> filled;
  for (const Hash& leaf : batch.leaf_hashes) edge->push(leaf, filled);
  std::vector<PostgresCall> calls;
  add_entries(expected, batch, calls);
  add_postings(batch.postings, calls);
  add_tiles(filled, calls);
  TRY_LET(head, batch.sign());
  calls.push_back({insert_note, {as_number(edge->size()), as_bytes(head.checkpoint)}});
  if (!head.snapshot.empty()) {
    calls.push_back({insert_snapshot, {as_number(edge->size()), as_bytes(head.snapshot)}});
  }
  calls.push_back({commit_all, {}});
  PostgresConnection& connection = appending_->connection();
  connection.take_warning();
  const Result<PostgresRows> done = connection.run_all(calls);
  if (!done.ok() && done.error().kind == ErrorKind::fault) failure_ = done.error().message;
  if (!done.ok()) return at_place(appending_->place(), done.error());
  if (connection.take_warning()) {
    return unavailable(str("the ledger at ", appending_->place(),
                           ": the server ended the commit with a warning, so it ", "may not have reached the standby"));
  }
  see(edge->size(), head.checkpoint);
  return Edge(std::move(edge));
}

// The answer to a commit whose place is taken. What is said of the size comes after the end of the transaction.
Error PostgresStore::refused(Size expected, const Error& error) {
  if (!appending_->connection().script("ROLLBACK").ok()) appending_->drop();
  const Result<Size> now = reads_.size();
  if (!now.ok()) return now.error();
  if (*now == expected) {
    return conflict(str("another writer was at work at size ", expected, ": try again (", error.message, ")"));
  }
  return conflict(str("the ledger has ", *now, " entries, not ", expected, ": read it again and retry"));
}

// What is left of a commit that failed behind its place. The transaction goes with its connection, if not before.
Error PostgresStore::given_up(const Error& error) {
  const bool unknown = error.kind == ErrorKind::unavailable;
  PostgresConnection& connection = appending_->connection();
  if (unknown || connection.lost() || !connection.script("ROLLBACK").ok()) {
    appending_->drop();
    // What this writer sees next has to be behind whatever became of the commit; see PostgresLink::opened.
    reads_.reconnect();
  }
  return error;
}

Result<void> PostgresStore::commit(Size expected, const Batch& batch) {
  assert_batch(expected, batch);
  const std::lock_guard lock(commit_mutex_);
  if (!appending_) return fault("the ledger was opened for reading only");
  if (failure_) return fault(str("an earlier commit failed, open the ledger again before the next one: ", *failure_));
  if (expected > largest_expected) return conflict(str("no ledger has ", expected, " entries"));
  TRY(appending_->open());
  const Result<void> placed = take_place(expected, expected + batch.entries.size());
  if (!placed.ok()) {
    if (placed.error().kind == ErrorKind::conflict) return refused(expected, placed.error());
    if (placed.error().kind == ErrorKind::fault) failure_ = placed.error().message;
    appending_->drop();
    return placed.error();
  }
  const Result<Edge> written = write_batch(expected, batch);
  if (!written.ok()) return given_up(written.error());
  keep_edge(*written);
  return {};
}

Result<void> PostgresStore::mark(Copying copying) {
  const std::lock_guard lock(commit_mutex_);
  ASSERT(appending_);
  return appending_->ask([&](PostgresConnection& connection) {
    return mark_postgres_schema(connection, appending_->place(), copying, appending_->synchronous_commit());
  });
}

PostgresStore::Edge PostgresStore::known_edge() const {
  const std::uint64_t generation = reads_.generation();
  const std::lock_guard lock(edge_mutex_);
  if (edge_generation_ != generation) {
    edge_.reset();
    nodes_.forget();
    edge_generation_ = generation;
  }
  return edge_;
}

void PostgresStore::keep_edge(Edge edge) const {
  const std::lock_guard lock(edge_mutex_);
  edge_ = std::move(edge);
}

Result<PostgresStore::Edge> PostgresStore::edge_at(Size size) const {
  const Edge known = known_edge();
  if (known && known->size() == size) return known;
  std::shared_ptr<RightEdge> edge;
  if (known && known->size() < size && size - known->size() <= most_leaves_pushed) {
    TRY_LET(leaves, reads_.entry_hashes(known->size(), size));
    edge = std::make_shared<RightEdge>(*known);
    std::vector<FullTile> filled;
    for (const Hash& leaf : leaves) edge->push(leaf, filled);
  } else {
    TRY_LET(loaded, nodes_.load_edge(size));
    edge = std::make_shared<RightEdge>(std::move(loaded));
  }
  keep_edge(edge);
  return Edge(std::move(edge));
}

Result<std::vector<Hash>> PostgresStore::nodes(std::span<const NodeId> ids) const {
  Edge edge = known_edge();
  const auto covers = [&](const NodeId& id) { return id.level < 64 && id.index < edge->size() >> id.level; };
  if (!edge || !std::all_of(ids.begin(), ids.end(), covers)) {
    TRY_LET(size, reads_.size());
    TRY_LET(newest, edge_at(size));
    edge = std::move(newest);
  }
  return nodes_.nodes(ids, *edge);
}

Result<void> PostgresStore::snapshots(Size at_most, const std::function<Result<void>(const AtSize&)>& each) const {
  TRY_LET(sizes, reads_.snapshot_sizes(at_most));
  for (const Size size : sizes) {
    TRY_LET(row, reads_.snapshot(size));
    if (row && row->size == size) TRY(each(*row));
  }
  return {};
}

}  // namespace

Result<bool> holds_postgres_ledger(const std::string& url) {
  TRY_LET(connection, PostgresConnection::connect(url, PostgresTarget::any));
  return holds_postgres_schema(*connection);
}

Result<std::unique_ptr<Store>> open_postgres_store(const std::string& url, StoreMode mode,
                                                   const PostgresOptions& options) {
  TRY_LET(place, postgres_place(url));
  if (mode == StoreMode::backup || mode == StoreMode::fork)
    return usage("a backup is a directory, and " + place + " is a database");
  if (mode == StoreMode::create || mode == StoreMode::copy) {
    TRY_LET(connection, PostgresConnection::connect(url, PostgresTarget::read_write));
    TRY(create_postgres_schema(*connection, place, options.grant_to));
  }
  std::optional<PostgresLink> appending;
  if (mode != StoreMode::read) appending.emplace(url, place, LinkUse::append, mode, options.patience);
  const LinkUse use = mode == StoreMode::read ? LinkUse::read : LinkUse::follow;
  auto store = std::make_unique<PostgresStore>(PostgresLink(url, place, use, mode, options.patience),
                                               std::move(appending), mode, options);
  TRY(store->open());
  TRY_LET(tip, store->tip());
  if (mode == StoreMode::create && tip.size > 0) {
    return fault(str("there is a ledger at ", place, " already: choose another database"));
  }
  return std::unique_ptr<Store>(std::move(store));
}

}  // namespace cairn
