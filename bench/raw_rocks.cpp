#include "bench/raw_rocks.h"

#include <rocksdb/convenience.h>
#include <rocksdb/db.h>
#include <rocksdb/utilities/options_util.h>

#include "bench/keeper.h"
#include "bench/measure.h"
#include "ledger/base/big_endian.h"

namespace cairn::bench {
namespace {

void check(const rocksdb::Status& status) {
  if (!status.ok()) stop("RocksDB: " + status.ToString());
}

Bytes key_of(Seq seq) {
  Bytes key = "e";
  append_big_endian(key, seq, 8);
  return key;
}

// As a ledger's own file of options names them, so that a limit never lags behind what is tuned.
rocksdb::Options options_of(const std::filesystem::path& ledger) {
  rocksdb::ConfigOptions reading;
  reading.ignore_unknown_options = true;  // our rule for large rows, which no row here is
  reading.ignore_unsupported_options = true;
  rocksdb::DBOptions of_database;
  std::vector<rocksdb::ColumnFamilyDescriptor> families;
  check(rocksdb::LoadLatestOptions(reading, ledger.string(), &of_database, &families));
  return {of_database, families.front().options};
}

class RawRocks final : public Keeper {
 public:
  RawRocks(const std::filesystem::path& directory, rocksdb::Options options) {
    options.create_if_missing = true;
    rocksdb::DB* opened = nullptr;
    check(rocksdb::DB::Open(options, directory.string(), &opened));
    db_.reset(opened);
  }

  void append(std::span<const Bytes> entries) override {
    rocksdb::WriteBatch batch;
    for (const Bytes& entry : entries) check(batch.Put(key_of(next_++), entry));
    rocksdb::WriteOptions synced;
    synced.sync = true;
    check(db_->Write(synced, &batch));
  }

 private:
  std::unique_ptr<rocksdb::DB> db_;
  Seq next_ = 0;
};

}  // namespace

std::unique_ptr<Keeper> open_raw_rocks(const std::filesystem::path& directory,
                                       const std::filesystem::path& like_ledger) {
  std::filesystem::create_directories(directory);
  return std::make_unique<RawRocks>(directory, options_of(like_ledger));
}

struct RawScan::Open {
  std::unique_ptr<rocksdb::DB> db;
};

RawScan::RawScan(const std::filesystem::path& ledger) : open_(std::make_unique<Open>()) {
  rocksdb::DB* opened = nullptr;
  check(rocksdb::DB::OpenForReadOnly(options_of(ledger), ledger.string(), &opened));
  open_->db.reset(opened);
}
RawScan::~RawScan() = default;

void RawScan::each(Size begin, Size end, const std::function<void(BytesView entry)>& each) const {
  const Bytes bound = key_of(end);
  const rocksdb::Slice upper(bound);
  rocksdb::ReadOptions reading;
  reading.iterate_upper_bound = &upper;
  const std::unique_ptr<rocksdb::Iterator> rows(open_->db->NewIterator(reading));
  Size seen = begin;
  for (rows->Seek(key_of(begin)); rows->Valid(); rows->Next(), ++seen) {
    each({rows->value().data(), rows->value().size()});
  }
  check(rows->status());
  if (seen != end) stop("the scan met another number of entries than the ledger has");
}

}  // namespace cairn::bench
