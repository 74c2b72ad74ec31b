#include "ledger/store/rocks_store.h"

#include <algorithm>
#include <deque>
#include <limits>
#include <mutex>

#include "ledger/base/file.h"
#include "ledger/base/text.h"
#include "ledger/store/batch_check.h"
#include "ledger/store/posting_row.h"
#include "ledger/store/rocks_keys.h"
#include "ledger/store/rocks_rest.h"
#include "ledger/store/rocks_tiles.h"
#include "ledger/store/store_directory.h"
#include "ledger/store/store_format.h"
#include "ledger/store/writer_lock.h"

namespace cairn {
namespace {

namespace fs = std::filesystem;

// The newest commit that was acknowledged. Reads are bounded by it, so rows of a commit under way or of one that failed
// are never shown.
struct Acknowledged {
  Size size = 0;
  Bytes checkpoint;
  std::shared_ptr<const RightEdge> edge;  // a reader's is loaded when it is first asked for a node
};

// A row of megabytes would be read and unpacked whole by whoever only looks for a place near it.
constexpr std::size_t snapshot_part_bytes = 16 << 10;

void append_snapshot_rows(Size size, BytesView snapshot, std::vector<Row>& rows) {
  for (std::uint32_t part = 0; !snapshot.empty(); ++part) {
    rows.push_back({snapshot_key(size, part), snapshot.substr(0, snapshot_part_bytes)});
    snapshot.remove_prefix(rows.back().value.size());
  }
}

// The whole one of this size, whose first part is here; what lies beyond it is next. So many bytes are
// set aside at once, so that none are copied while it grows; within reason, since nobody signed the rows' keys.
Result<AtSize> take_snapshot(RowCursor& rows, Size size, std::size_t expected = 0) {
  AtSize snapshot{size, {}};
  snapshot.bytes.reserve(std::min<std::size_t>(expected, 64 << 20));
  for (std::uint32_t part = 0; rows.at(); rows.next(), ++part) {
    TRY_LET(key, parse_snapshot_key(rows.key()));
    if (key.size != size) break;
    if (key.part != part) return fault(str("part ", part, " of the snapshot of size ", size, " is missing"));
    snapshot.bytes += rows.value();
  }
  TRY(rows.status());
  return snapshot;
}

class RocksStore final : public Store {
 public:
  // Without a lock it is a reader.
  RocksStore(std::optional<WriterLock> lock, std::unique_ptr<RocksRows> rows, fs::path directory)
      : lock_(std::move(lock)),
        rows_(std::move(rows)),
        tiles_(*rows_),
        nodes_(tiles_),
        directory_(std::move(directory)) {}

  Result<void> load(StoreMode mode);
  Result<void> mark_new(StoreMode mode);
  Result<void> mark(Copying copying) override;
  bool is_backup() const override { return is_backup_; }
  bool is_older_copy() const override { return is_older_copy_; }

  Result<void> commit(Size expected, const Batch& batch) override;
  Result<Tip> tip() const override;
  Result<std::vector<Bytes>> read(Seq from, ReadLimit limit) const override;
  Result<std::vector<Bytes>> gather(std::span<const Seq> seqs) const override;
  Result<std::vector<Hash>> nodes(std::span<const NodeId> ids) const override;
  Result<std::vector<Seq>> find(std::string_view tag, Seq from, std::size_t limit) const override;
  Result<std::vector<std::string>> tags(std::string_view after, std::size_t limit) const override;
  Result<std::vector<AtSize>> checkpoints(Size from, std::size_t limit) const override;
  Result<std::optional<AtSize>> snapshot(Size at_most) const override;
  Result<void> snapshots(Size at_most, const std::function<Result<void>(const AtSize&)>& each) const override;
  Result<std::vector<std::string>> wrong_rows(std::size_t limit) const override;
  Result<std::vector<std::string>> damaged_files() const override { return rows_->damaged_files(); }

 private:
  std::shared_ptr<const Acknowledged> acknowledged() const {
    const std::lock_guard lock(acknowledged_mutex_);
    return acknowledged_;
  }
  void acknowledge(Acknowledged now) {
    const std::lock_guard lock(acknowledged_mutex_);
    acknowledged_ = std::make_shared<const Acknowledged>(std::move(now));
  }
  Result<std::shared_ptr<const RightEdge>> edge() const;
  Error at_ledger(std::string_view what, std::string_view reason) const {
    return fault(str(what, " of the ledger at ", directory_.string(), " ", reason));
  }
  Error missing(Seq seq) const {
    return at_ledger(str("entry ", seq), "is missing: the ledger is damaged, restore it from a copy");
  }
  Error unreadable(Seq seq, const RowCursor& rows) const {
    if (const Result<void> status = rows.status(); !status.ok()) {
      return at_ledger(str("entry ", seq), str("was not read: ", status.error().message));
    }
    return missing(seq);
  }

  // In this order: the database is closed before the lock is given back.
  std::optional<WriterLock> lock_;
  std::unique_ptr<RocksRows> rows_;
  RocksTiles tiles_;
  TileNodes nodes_;
  fs::path directory_;
  bool is_backup_ = false;
  bool is_older_copy_ = false;

  mutable std::mutex commit_mutex_;
  std::optional<std::string> failure_;  // of a commit; guarded by commit_mutex_
  mutable std::mutex acknowledged_mutex_;
  mutable std::shared_ptr<const Acknowledged> acknowledged_ = std::make_shared<const Acknowledged>();
};

Result<void> RocksStore::mark_new(StoreMode mode) {
  const auto any = rows_->cursor(Bytes(), Bytes(1, '\x7f'));
  any->seek("");
  TRY(any->status());
  if (any->at())
    return fault(str("the database at ", directory_.string(), " is not a ledger: choose another directory"));
  const Row version{version_key(), version_of_new(mode)};
  return rows_->write({&version, 1});
}

// The one row that is written again.
Result<void> RocksStore::mark(Copying copying) {
  const std::string_view wanted = version_for(copying);
  TRY_LET(version, rows_->get(version_key()));
  if (version == wanted) return {};
  const Row row{version_key(), wanted};
  return rows_->write({&row, 1});
}

Result<void> RocksStore::load(StoreMode mode) {
  TRY_LET(version, rows_->get(version_key()));
  if (!version) return fault(str("the database at ", directory_.string(), " is not a ledger of cairn"));
  TRY(check_version(*version, mode, directory_.string()));
  is_older_copy_ = *version == older_version;
  is_backup_ = is_older_copy_ || *version == backup_version;
  Acknowledged now;
  const auto notes = rows_->cursor("c", "d");
  notes->seek_back("d");
  TRY(notes->status());
  if (notes->at()) {
    TRY_LET(size, number_of_key(notes->key(), 'c'));
    now.size = size;
    now.checkpoint = Bytes(notes->value());
  }
  const auto entries = rows_->cursor("e", "f");
  entries->seek_back("f");
  TRY(entries->status());
  Size entry_count = 0;
  if (entries->at()) {
    TRY_LET(last, number_of_key(entries->key(), 'e'));
    entry_count = last + 1;
  }
  if (entry_count != now.size) {
    return at_ledger("the newest checkpoint", str("is of ", now.size, " entries, but the last entry is number ",
                                                  entry_count, ": the ledger is damaged, restore it from a copy"));
  }
  if (lock_) {
    TRY_LET(right_edge, nodes_.load_edge(now.size));
    now.edge = std::make_shared<const RightEdge>(std::move(right_edge));
  }
  acknowledge(std::move(now));
  return {};
}

Result<void> RocksStore::commit(Size expected, const Batch& batch) {
  assert_batch(expected, batch);
  const std::lock_guard lock(commit_mutex_);
  if (!lock_) return fault(str("the ledger at ", directory_.string(), " was opened for reading only"));
  if (failure_) return fault(str("an earlier commit failed, open the ledger again before the next one: ", *failure_));
  const std::shared_ptr<const Acknowledged> before = acknowledged();
  if (expected != before->size) {
    return conflict(str("the ledger has ", before->size, " entries, not ", expected, ": read it again and retry"));
  }

  std::vector<Row> rows;   // entries are written from where they lie
  std::deque<Bytes> made;  // the values of rows that are made here
  rows.reserve(batch.entries.size() + batch.postings.size() + 16);
  auto edge = std::make_shared<RightEdge>(*before->edge);
  std::vector<FullTile> filled;
  for (std::size_t i = 0; i < batch.entries.size(); ++i) {
    rows.push_back({entry_key(expected + i), batch.entries[i]});
    edge->push(batch.leaf_hashes[i], filled);
  }
  append_tile_rows(filled, rows, made);
  for (const auto& [tag, seqs] : batch.postings) {
    rows.push_back({posting_key(tag, seqs.front()), made.emplace_back(encode_posting(seqs))});
  }
  // No rival is about: the lock on the directory keeps a second process out, commit_mutex_ a second thread.
  TRY_LET(head, batch.sign());
  rows.push_back({checkpoint_key(edge->size()), head.checkpoint});
  append_snapshot_rows(edge->size(), head.snapshot, rows);

  // A crash before this leaves nothing; inside it, the whole batch or nothing; after it, the whole batch.
  if (const Result<void> written = rows_->write(rows); !written.ok()) {
    failure_ = written.error().message;
    return fault(
        str(*failure_, "; nothing was acknowledged: make room or look after the disk, then open the ledger again"));
  }
  const Size size = edge->size();
  acknowledge({size, std::move(head.checkpoint), std::move(edge)});
  return {};
}

Result<Tip> RocksStore::tip() const {
  const std::shared_ptr<const Acknowledged> now = acknowledged();
  return Tip{now->size, now->checkpoint};
}

Result<std::vector<Bytes>> RocksStore::read(Seq from, ReadLimit limit) const {
  const Size size = acknowledged()->size;
  std::vector<Bytes> found;
  if (from >= size || limit.count == 0) return found;
  const std::uint64_t wanted = std::min<std::uint64_t>(limit.count, size - from);
  const auto rows = rows_->cursor(entry_key(from), entry_key(from + wanted));
  std::size_t gathered = 0;
  for (rows->seek(entry_key(from)); rows->at() && rows->key() == entry_key(from + found.size()); rows->next()) {
    gathered += rows->value().size();
    found.emplace_back(rows->value());
    // Before next(), which may have to read a block that nobody asked for, and a damaged one at that.
    if (found.size() == wanted || gathered >= limit.bytes) return found;
  }
  return unreadable(from + found.size(), *rows);
}

// One cursor for all: to make one costs about what it costs to read an entry.
Result<std::vector<Bytes>> RocksStore::gather(std::span<const Seq> seqs) const {
  std::vector<Bytes> found;
  if (seqs.empty()) return found;
  found.reserve(seqs.size());
  const auto rows = rows_->cursor(entry_key(seqs.front()), entry_key(seqs.back() + 1));
  const Size size = acknowledged()->size;
  for (std::size_t i = 0; i < seqs.size(); ++i) {
    const Seq seq = seqs[i];
    if (seq >= size) return missing(seq);
    const Bytes key = entry_key(seq);
    if (i > 0 && seq == seqs[i - 1] + 1) rows->next();  // less than a seek
    if (!rows->at() || rows->key() != key) rows->seek(key);
    if (!rows->at() || rows->key() != key) return unreadable(seq, *rows);
    found.emplace_back(rows->value());
  }
  return found;
}

Result<std::shared_ptr<const RightEdge>> RocksStore::edge() const {
  const std::shared_ptr<const Acknowledged> now = acknowledged();
  if (now->edge) return now->edge;
  TRY_LET(right_edge, nodes_.load_edge(now->size));
  auto loaded = std::make_shared<const RightEdge>(std::move(right_edge));
  // Only a reader comes here, and its head never moves on.
  const std::lock_guard lock(acknowledged_mutex_);
  acknowledged_ = std::make_shared<const Acknowledged>(Acknowledged{now->size, now->checkpoint, loaded});
  return loaded;
}

Result<std::vector<Hash>> RocksStore::nodes(std::span<const NodeId> ids) const {
  TRY_LET(right_edge, edge());
  return nodes_.nodes(ids, *right_edge);
}

Result<std::vector<Seq>> RocksStore::find(std::string_view tag, Seq from, std::size_t limit) const {
  const Size size = acknowledged()->size;
  std::vector<Seq> found;
  if (tag.empty() || tag.size() > max_tag_bytes || tag.find('\0') != std::string_view::npos) return found;
  const auto rows = rows_->cursor(posting_key(tag, 0), behind_tag(tag));
  // The row that `from` lies in starts at or before it.
  rows->seek_back(posting_key(tag, from));
  TRY(rows->status());
  if (!rows->at()) rows->seek(posting_key(tag, 0));
  for (; rows->at(); rows->next()) {
    TRY_LET(key, parse_posting_key(rows->key()));
    TRY_LET(seqs, decode_posting(key.first, rows->value()));
    for (const Seq seq : seqs) {
      if (seq < from) continue;
      if (seq >= size && key.first < size) {
        return at_ledger(str("the index of ", printable(tag)), str("has entry ", seq, ", which is not here"));
      }
      if (seq >= size || found.size() == limit) return found;
      found.push_back(seq);
    }
  }
  TRY(rows->status());
  return found;
}

Result<std::vector<std::string>> RocksStore::tags(std::string_view after, std::size_t limit) const {
  const Size size = acknowledged()->size;
  std::vector<std::string> found;
  const auto rows = rows_->cursor(Bytes(posting_begin), Bytes(posting_end));
  for (rows->seek(after.empty() ? Bytes(posting_begin) : behind_tag(after)); rows->at() && found.size() < limit;) {
    TRY_LET(key, parse_posting_key(rows->key()));
    const std::string tag(key.tag);
    if (key.first < size) found.push_back(tag);
    rows->seek(behind_tag(tag));
  }
  TRY(rows->status());
  return found;
}

Result<std::vector<AtSize>> RocksStore::checkpoints(Size from, std::size_t limit) const {
  const Size size = acknowledged()->size;
  std::vector<AtSize> found;
  const auto rows = rows_->cursor("c", "d");
  for (rows->seek(checkpoint_key(from)); rows->at() && found.size() < limit; rows->next()) {
    TRY_LET(at, number_of_key(rows->key(), 'c'));
    if (at > size) break;
    found.push_back({at, Bytes(rows->value())});
  }
  TRY(rows->status());
  return found;
}

Result<std::optional<AtSize>> RocksStore::snapshot(Size at_most) const {
  const auto rows = rows_->cursor("v", "w");
  rows->seek_back(snapshot_key(std::min(at_most, acknowledged()->size), std::numeric_limits<std::uint32_t>::max()));
  TRY(rows->status());
  if (!rows->at()) return std::optional<AtSize>{};
  TRY_LET(last, parse_snapshot_key(rows->key()));
  rows->seek(snapshot_key(last.size, 0));
  TRY_LET(snapshot, take_snapshot(*rows, last.size, (std::size_t{last.part} + 1) * snapshot_part_bytes));
  return std::optional<AtSize>{std::move(snapshot)};
}

Result<void> RocksStore::snapshots(Size at_most, const std::function<Result<void>(const AtSize&)>& each) const {
  const Size newest = std::min(at_most, acknowledged()->size);
  const auto rows = rows_->cursor("v", "w");
  for (rows->seek("v"); rows->at();) {
    TRY_LET(first, parse_snapshot_key(rows->key()));
    if (first.size > newest) break;
    TRY_LET(snapshot, take_snapshot(*rows, first.size));
    TRY(each(snapshot));
  }
  return rows->status();
}

// A commit under way has rows of places that are not acknowledged yet.
Result<std::vector<std::string>> RocksStore::wrong_rows(std::size_t limit) const {
  std::unique_lock lock(commit_mutex_);
  const auto rows = rows_->cursor(Bytes(), Bytes(32, '\xff'));
  const Size size = acknowledged()->size;
  lock.unlock();
  return find_wrong_rows(*rows, size, limit);
}

Error no_ledger(const fs::path& directory) {
  return fault(str("no ledger at ", directory.string(), "; make one with `cairn init`"));
}

}  // namespace

Result<std::unique_ptr<Store>> open_store_over(std::unique_ptr<RocksRows> rows, const fs::path& directory) {
  auto reader = std::make_unique<RocksStore>(std::nullopt, std::move(rows), directory);
  TRY(reader->load(StoreMode::read));
  return std::unique_ptr<Store>(std::move(reader));
}

Result<std::unique_ptr<Store>> open_rocks_store(const fs::path& directory, StoreMode mode,
                                                const RocksOptions& options) {
  if (mode == StoreMode::read) {
    if (!holds_database(directory)) return no_ledger(directory);
    TRY_LET(rows, RocksRows::open_reader(directory, options));
    return open_store_over(std::move(rows), directory);
  }
  const bool may_make = mode != StoreMode::write && mode != StoreMode::fork;
  const bool create = may_make && (mode == StoreMode::create || !holds_database(directory));
  if (create && holds_database(directory) && !fs::exists(directory / "CURRENT")) {
    return fault(str("the directory ", directory.string(), " holds a database whose file CURRENT is gone: restore it ",
                     "from a copy, or choose another directory"));
  }
  if (create) TRY(make_directories(directory, 0700));
  if (!create && !holds_database(directory)) return no_ledger(directory);
  TRY_LET(lock, WriterLock::take(directory, options.lock_timeout));
  TRY_LET(rows, RocksRows::open_writer(directory, create, options));
  TRY_LET(version, rows->get(version_key()));
  auto writer = std::make_unique<RocksStore>(std::move(lock), std::move(rows), directory);
  // A crash may have left a database without a row, where a ledger was about to be made.
  if (may_make && !version) TRY(writer->mark_new(mode));
  TRY(writer->load(mode));
  TRY_LET(tip, writer->tip());
  // A crash of an earlier init leaves a store without an entry, which is no ledger yet: init may be run again.
  if (mode == StoreMode::create && tip.size > 0) {
    return fault(str("there is a ledger at ", directory.string(), " already: choose another directory"));
  }
  return std::unique_ptr<Store>(std::move(writer));
}

}  // namespace cairn
