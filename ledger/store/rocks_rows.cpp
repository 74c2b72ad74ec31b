#include "ledger/store/rocks_rows.h"

#include <rocksdb/cache.h>
#include <rocksdb/convenience.h>
#include <rocksdb/db.h>
#include <rocksdb/options.h>
#include <rocksdb/sst_file_reader.h>
#include <rocksdb/table.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "ledger/base/text.h"
#include "ledger/store/rocks_keys.h"
#include "ledger/store/rocks_recovery.h"
#include "ledger/store/store_directory.h"

namespace cairn {
namespace {

namespace fs = std::filesystem;
using rocksdb::Slice;
using rocksdb::Status;

Slice slice(BytesView bytes) {
  return {bytes.data(), bytes.size()};
}
BytesView view(const Slice& bytes) {
  return {bytes.data(), bytes.size()};
}

// RocksDB's text, of which some ends in a newline.
std::string text_of_status(const Status& status) {
  std::string text = status.ToString();
  while (text.ends_with('\n')) text.pop_back();
  return printable(text);
}

// RocksDB's text already names the file and the reason.
Error failed(std::string_view what, const fs::path& directory, const Status& status) {
  return fault(str("cannot ", what, " the ledger at ", directory.string(), ": ", text_of_status(status)));
}

// Bytes that are others than were written are damaged for good. What a disk did not answer may be whole.
Error not_read(const fs::path& directory, const Status& status) {
  Error error = failed("read", directory, status);
  if (status.IsCorruption()) error.message += "; these bytes are damaged: restore it from a copy";
  if (status.IsIOError() && !status.IsPathNotFound()) {
    error.message +=
        "; the system did not give these bytes, which passes or stays: try again, and if it stays see to the disk, "
        "and restore it from a copy";
  }
  return error;
}

// In a WriteBatch: a kind and two lengths.
constexpr std::size_t most_bytes_around_a_row = 16;

// A reader writes nothing, not even RocksDB's diary of this open; whether it would without this varies by version.
class SilentLog final : public rocksdb::Logger {
 public:
  using rocksdb::Logger::Logv;
  void Logv(const char*, va_list) override {}
};

// Entries are JSON: lz4 makes them 0.41 of their size and leaves a scan at 3.1 M entries/s, which hashing cannot
// follow; zstd's 0.28 would cost more than half of that (DESIGN 10). Hashes do not compress, which RocksDB notices
// block by block.
rocksdb::CompressionType best_compression() {
  const std::vector<rocksdb::CompressionType> built_in = rocksdb::GetSupportedCompressions();
  for (const rocksdb::CompressionType type : {rocksdb::kLZ4Compression, rocksdb::kZSTD}) {
    if (std::find(built_in.begin(), built_in.end(), type) != built_in.end()) return type;
  }
  return rocksdb::kNoCompression;
}

rocksdb::Options common_options(const RocksOptions& wanted) {
  rocksdb::Options options;
  if (wanted.env != nullptr) options.env = wanted.env;
  options.paranoid_checks = true;  // damage is an error of the open or the read that meets it, never skipped
  options.max_open_files = -1;  // all tables stay open: one that a writer compacts away remains readable by who has it
  options.max_file_opening_threads = 2;  // the default starts 15 threads at each open; tables are few
  options.compression = best_compression();
  rocksdb::BlockBasedTableOptions table;
  table.block_size = 16 << 10;  // some 16 entries: scans gain, and a single read is not much dearer
  table.format_version = 5;
  // A proof reads one row of leaf hashes, 8 KiB: those of two million entries.
  table.block_cache = rocksdb::NewLRUCache(64 << 20);
  // No bloom filter: what is asked for by key is there; what may be absent is asked for by range.
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  options.stats_dump_period_sec = 0;  // no timer thread in a process that lives for one command
  options.stats_persist_period_sec = 0;
  options.db_host_id = "";  // else every table names the machine that wrote it, and goes with every copy
  return options;
}

rocksdb::Options writer_options(bool create, const RocksOptions& wanted) {
  rocksdb::Options options = common_options(wanted);
  options.create_if_missing = create;
  options.error_if_exists = false;  // RocksStore decides: a half-made ledger holds files and no entry
  // The write-ahead log is what a reader has to replay: small memtables keep its open short, and each is a log file.
  options.write_buffer_size = wanted.memtable_bytes;
  options.max_write_buffer_number = 3;  // one fills while two are written out, else a burst waits for the disk twice
  // A new table overlaps all of level 1, for every row kind grows; so level 1 is kept a few memtables small, and from
  // there on the ever-growing keys of each kind sink by renaming, not by rewriting.
  options.max_bytes_for_level_base = 8 * std::max<std::size_t>(wanted.memtable_bytes, 1 << 20);
  options.target_file_size_base = options.max_bytes_for_level_base;
  options.level_compaction_dynamic_level_bytes = false;
  options.recycle_log_file_num = 0;      // a recycled log holds old records behind the new: torn ends could not be told
  options.max_bgerror_resume_count = 0;  // a failing disk is for people to look at; retrying would hide what was lost
  options.keep_log_file_num = 3;         // RocksDB's diary, a new file each open: the default keeps a thousand
  options.max_log_file_size = 1 << 20;
  options.info_log_level = rocksdb::WARN_LEVEL;
  return options;
}

class Cursor final : public RowCursor {
 public:
  Cursor(rocksdb::DB& db, const fs::path& directory, Bytes begin, Bytes end)
      : directory_(directory), begin_(std::move(begin)), end_(std::move(end)), lower_(begin_), upper_(end_) {
    rocksdb::ReadOptions options;
    options.fill_cache = false;  // who goes through rows wants each once; proofs, by key, want theirs again
    options.iterate_lower_bound = &lower_;
    options.iterate_upper_bound = &upper_;
    rows_.reset(db.NewIterator(options));
  }

  void seek(BytesView key) override { rows_->Seek(slice(key)); }
  void seek_back(BytesView key) override { rows_->SeekForPrev(slice(key)); }
  void next() override { rows_->Next(); }
  bool at() const override { return rows_->Valid(); }
  BytesView key() const override { return view(rows_->key()); }
  BytesView value() const override { return view(rows_->value()); }
  Result<void> status() const override {
    if (rows_->status().ok()) return {};
    return not_read(directory_, rows_->status());
  }

 private:
  const fs::path& directory_;
  Bytes begin_;
  Bytes end_;
  Slice lower_;
  Slice upper_;
  std::unique_ptr<rocksdb::Iterator> rows_;
};

class Rows final : public RocksRows {
 public:
  Rows(std::unique_ptr<rocksdb::DB> db, fs::path directory) : db_(std::move(db)), directory_(std::move(directory)) {}

  Result<void> write(std::span<const Row> rows) override {
    std::size_t bytes = 0;
    for (const Row& row : rows) bytes += row.key.size() + row.value.size() + most_bytes_around_a_row;
    rocksdb::WriteBatch batch(bytes);  // grown step by step, it would copy what it holds as often as it doubles
    for (const Row& row : rows) {
      if (const Status status = batch.Put(slice(row.key), slice(row.value)); !status.ok()) {
        return failed("write to", directory_, status);
      }
    }
    rocksdb::WriteOptions options;
    options.sync = true;  // an acknowledgement means that it survives a power cut
    if (const Status status = db_->Write(options, &batch); !status.ok()) return failed("write to", directory_, status);
    return {};
  }

  Result<std::optional<Bytes>> get(BytesView key) const override {
    Bytes value;
    const Status status = db_->Get({}, slice(key), &value);
    if (status.IsNotFound()) return std::optional<Bytes>{};
    if (!status.ok()) return not_read(directory_, status);
    return std::optional<Bytes>{std::move(value)};
  }

  Result<std::vector<std::optional<Bytes>>> get_all(std::span<const Bytes> keys) const override {
    std::vector<Slice> slices;
    slices.reserve(keys.size());
    for (const Bytes& key : keys) slices.push_back(slice(key));
    std::vector<rocksdb::PinnableSlice> values(keys.size());
    std::vector<Status> statuses(keys.size());
    db_->MultiGet({}, db_->DefaultColumnFamily(), keys.size(), slices.data(), values.data(), statuses.data());
    std::vector<std::optional<Bytes>> found(keys.size());
    for (std::size_t i = 0; i < keys.size(); ++i) {
      if (statuses[i].IsNotFound()) continue;
      if (!statuses[i].ok()) return not_read(directory_, statuses[i]);
      found[i] = Bytes(view(values[i]));
    }
    return found;
  }

  std::unique_ptr<RowCursor> cursor(Bytes begin, Bytes end) const override {
    return std::make_unique<Cursor>(*db_, directory_, std::move(begin), std::move(end));
  }

  Result<std::vector<std::string>> damaged_files() const override {
    std::vector<rocksdb::LiveFileMetaData> tables;
    db_->GetLiveFilesMetaData(&tables);
    std::vector<std::string> damaged;
    for (const rocksdb::LiveFileMetaData& table : tables) {
      const fs::path file = fs::path(table.db_path) / table.name.substr(table.name.find_first_not_of('/'));
      rocksdb::SstFileReader reader(db_->GetOptions());
      Status status = reader.Open(file.string());
      if (status.ok()) status = reader.VerifyChecksum(rocksdb::ReadOptions());
      // A writer beside a reader moves files away; what was in them was checked as it was read.
      std::error_code ignored;
      if (status.ok() || !fs::exists(file, ignored)) continue;
      damaged.push_back(str("the file ", file.string(), " is damaged: ", text_of_status(status)));
    }
    return damaged;
  }

 private:
  std::unique_ptr<rocksdb::DB> db_;
  fs::path directory_;
};

Status open_db(const rocksdb::Options& options, const fs::path& directory, bool writer,
               std::unique_ptr<rocksdb::DB>& db) {
  rocksdb::DB* opened = nullptr;
  const Status status = writer ? rocksdb::DB::Open(options, directory.string(), &opened)
                               : rocksdb::DB::OpenForReadOnly(options, directory.string(), &opened);
  db.reset(opened);
  return status;
}

rocksdb::Options reader_options(const RocksOptions& wanted) {
  rocksdb::Options options = common_options(wanted);
  options.info_log = std::make_shared<SilentLog>();
  // The end of a log that is being written may be torn: what stands before it is whole.
  options.wal_recovery_mode = rocksdb::WALRecoveryMode::kPointInTimeRecovery;
  return options;
}

// What the logs gave lies in memory, the rest in tables. A memtable that was overlooked while its table was being
// written is a gap in front of what lies in memory, or inside it: the first entry that is missing. The logs themselves
// are not asked: RocksDB 7.8 stops the process if one goes away while GetUpdatesSince opens it.
Result<std::optional<Seq>> first_gap(rocksdb::DB& db, const fs::path& directory) {
  rocksdb::ReadOptions in_memory;
  in_memory.read_tier = rocksdb::kMemtableTier;
  const std::unique_ptr<rocksdb::Iterator> rows(db.NewIterator(in_memory));
  std::optional<Seq> previous;
  for (rows->Seek("e"); rows->Valid() && rows->key().starts_with("e"); rows->Next()) {
    TRY_LET(seq, number_of_key(view(rows->key()), 'e'));
    if (previous && seq != *previous + 1) return std::optional<Seq>{*previous + 1};
    if (!previous && seq > 0) {
      rocksdb::PinnableSlice entry;
      const Bytes before = entry_key(seq - 1);
      if (!db.Get({}, db.DefaultColumnFamily(), slice(before), &entry).ok()) return std::optional<Seq>{seq - 1};
    }
    previous = seq;
  }
  if (!rows->status().ok()) return not_read(directory, rows->status());
  return std::optional<Seq>{};
}

// The first entry that cannot be read.
Result<Seq> first_missing(rocksdb::DB& db, const fs::path& directory) {
  TRY_LET(gap, first_gap(db, directory));
  if (gap) return *gap;
  Cursor rows(db, directory, "e", "f");
  rows.seek_back("f");
  TRY(rows.status());
  if (!rows.at()) return Seq{0};
  TRY_LET(last, number_of_key(rows.key(), 'e'));
  return last + 1;
}

// The logs that this database, opened for reading, still needs; a fault if they are damaged. What lies there it has
// dropped without saying so.
Result<LogsReading> read_needed_logs(rocksdb::DB& db, const fs::path& directory, const std::vector<std::string>& logs) {
  std::uint64_t first_needed = 0;  // what is in older ones is in tables
  db.GetIntProperty(rocksdb::DB::Properties::kMinLogNumberToKeep, &first_needed);
  TRY_LET(reading, read_logs(directory, logs, first_needed));
  if (!reading.damage) return reading;
  TRY_LET(entry, first_missing(db, directory));
  const auto& [place, acknowledged] = *reading.damage;
  return fault(str("the write-ahead log ", (directory / place.log).string(), " is damaged at byte ", place.at,
                   ", where entry ", entry, " should begin, and what is lost there ",
                   acknowledged ? "was acknowledged" : "may have been acknowledged",
                   "; nothing was changed: restore the ledger from a copy, or see 'A damaged log' in README.md"));
}

// The ends of logs that a writer may recover over, or a fault.
Result<std::vector<LogPlace>> torn_ends(const fs::path& directory, const RocksOptions& options) {
  TRY_LET(files, list_files(directory));
  const std::vector<std::string> logs = only_logs(files);
  TRY_LET(all, read_logs(directory, logs, 0));
  if (!all.damage) return std::move(all.torn);
  std::unique_ptr<rocksdb::DB> db;
  if (const Status status = open_db(reader_options(options), directory, false, db); !status.ok()) {
    return failed("open", directory, status);
  }
  TRY_LET(needed, read_needed_logs(*db, directory, logs));
  return std::move(needed.torn);
}

Error outrun(const fs::path& directory) {
  return unavailable(str("the ledger at ", directory.string(), " is written faster than it can be opened: try again"));
}

Result<std::unique_ptr<rocksdb::DB>> try_open_reader(const fs::path& directory, const std::vector<std::string>& logs,
                                                     const RocksOptions& options) {
  // Before the open: what is whole now is whole then, for logs only grow.
  TRY_LET(reading, read_logs(directory, logs, 0));
  std::unique_ptr<rocksdb::DB> db;
  if (const Status status = open_db(reader_options(options), directory, false, db); !status.ok()) {
    return failed("open", directory, status);
  }
  TRY_LET(files, list_files(directory));
  const std::vector<std::string> logs_after = only_logs(files);
  if (!std::includes(logs_after.begin(), logs_after.end(), logs.begin(), logs.end())) return outrun(directory);
  if (reading.damage) TRY(read_needed_logs(*db, directory, logs));
  TRY_LET(gap, first_gap(*db, directory));
  if (gap) return fault(str("entry ", *gap, " of the ledger at ", directory.string(), " is missing"));
  TRY(sync_logs(directory, logs_after));
  return db;
}

}  // namespace

Result<std::unique_ptr<RocksRows>> RocksRows::open_writer(const fs::path& directory, bool create,
                                                          const RocksOptions& wanted) {
  rocksdb::Options options = writer_options(create, wanted);
  TRY_LET(torn, torn_ends(directory, wanted));
  // Recovery writes what it read into a table and forgets the log. A crash before this leaves the log as it was; behind
  // it, also the copies, which the next opening finds; after the open, the copies alone.
  for (const LogPlace& place : torn) TRY(set_aside(directory, place));
  // The strict way fails, having changed nothing, on any log that does not end as a commit leaves it: a second opinion.
  options.wal_recovery_mode =
      torn.empty() ? rocksdb::WALRecoveryMode::kAbsoluteConsistency : rocksdb::WALRecoveryMode::kPointInTimeRecovery;
  std::unique_ptr<rocksdb::DB> db;
  if (const Status status = open_db(options, directory, true, db); !status.ok()) {
    return failed("open", directory, status);
  }
  return std::unique_ptr<RocksRows>(std::make_unique<Rows>(std::move(db), directory));
}

Result<std::unique_ptr<RocksRows>> RocksRows::open_reader(const fs::path& directory, const RocksOptions& options) {
  // A writer with small tables moves files away every few milliseconds; a slow reader needs many tries to fit between.
  constexpr int tries = 200;
  constexpr int longest_pause = 20;
  std::string previous;
  for (int attempt = 1;; ++attempt) {
    TRY_LET(before, list_files(directory));
    Result<std::unique_ptr<rocksdb::DB>> db = try_open_reader(directory, only_logs(before), options);
    if (db.ok()) return std::unique_ptr<RocksRows>(std::make_unique<Rows>(std::move(db).value(), directory));
    // A writer at work under the open explains any error. One that is there twice, with no file come or gone, is not
    // its doing.
    TRY_LET(after, list_files(directory));
    const bool at_rest = before == after;
    if (at_rest && (attempt == tries || previous == db.error().message)) return db.error();
    if (attempt == tries) return outrun(directory);
    previous = at_rest ? db.error().message : "";
    std::this_thread::sleep_for(std::chrono::milliseconds(std::min(attempt, longest_pause)));
  }
}

}  // namespace cairn
