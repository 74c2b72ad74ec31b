#include "tests/tamper/stored_rows.h"

#include <algorithm>

#include "commands/ledger_source.h"
#include "ledger/base/text.h"
#include "ledger/store/rocks_keys.h"
#include "ledger/store/rocks_store.h"
#include "tests/catch.h"
#include "tests/temp_directory.h"

namespace cairn::test {
namespace {

class MapCursor final : public RowCursor {
 public:
  MapCursor(const RowMap& rows, Bytes begin, Bytes end) : rows_(rows), begin_(std::move(begin)), end_(std::move(end)) {}

  void seek(BytesView key) override { at_ = rows_.lower_bound(std::max(begin_, Bytes(key))); }
  void seek_back(BytesView key) override {
    at_ = key < end_ ? rows_.upper_bound(Bytes(key)) : rows_.lower_bound(end_);
    at_ = at_ == rows_.begin() ? rows_.end() : std::prev(at_);
    if (at_ != rows_.end() && at_->first < begin_) at_ = rows_.end();
  }
  void next() override { ++at_; }
  bool at() const override { return at_ != rows_.end() && at_->first < end_; }
  BytesView key() const override { return at_->first; }
  BytesView value() const override { return at_->second; }
  Result<void> status() const override { return {}; }

 private:
  const RowMap& rows_;
  Bytes begin_;
  Bytes end_;
  RowMap::const_iterator at_;
};

class MapRows final : public RocksRows {
 public:
  explicit MapRows(const RowMap& rows) : rows_(rows) {}

  Result<void> write(std::span<const Row>) override { return fault("only read here"); }
  Result<std::optional<Bytes>> get(BytesView key) const override {
    const auto row = rows_.find(Bytes(key));
    return row == rows_.end() ? std::optional<Bytes>() : std::optional<Bytes>(row->second);
  }
  Result<std::vector<std::optional<Bytes>>> get_all(std::span<const Bytes> keys) const override {
    std::vector<std::optional<Bytes>> found;
    for (const Bytes& key : keys) found.push_back(*get(key));
    return found;
  }
  std::unique_ptr<RowCursor> cursor(Bytes begin, Bytes end) const override {
    return std::make_unique<MapCursor>(rows_, std::move(begin), std::move(end));
  }
  Result<std::vector<std::string>> damaged_files() const override { return std::vector<std::string>(); }

 private:
  const RowMap& rows_;
};

Batch batch_of(const Forge& forge, Size begin, Size end) {
  const ForgedEvidence& held = forge.held();
  Batch batch;
  for (Seq seq = begin; seq < end; ++seq) {
    const Bytes& leaf = held.leaves[seq];
    batch.entries.push_back(leaf);
    batch.leaf_hashes.push_back(leaf_hash(leaf));
    const auto recorded = decode_recorded(seq, leaf);
    REQUIRE(recorded.ok());
    for (const std::string& tag : index_tags(recorded->statement, recorded->entry.outcome)) {
      batch.postings[tag].push_back(seq);
    }
  }
  batch.sign = [&held, end]() -> Result<SignedHead> {
    const auto sealed = held.snapshots.find(end);
    return SignedHead{held.notes.at(end), sealed == held.snapshots.end() ? Bytes() : sealed->second};
  };
  return batch;
}

void commit_all(Store& store, const Forge& forge, std::size_t largest) {
  const Size size = forge.head().size;
  for (Size begin = 0; begin < size;) {
    Size end = std::min<Size>(begin + largest, size);
    if (const auto sealed = forge.held().snapshots.upper_bound(begin); sealed != forge.held().snapshots.end()) {
      end = std::min(end, sealed->first);
    }
    REQUIRE(store.commit(begin, batch_of(forge, begin, end)).ok());
    begin = end;
  }
}

}  // namespace

RowMap rows_of(const Forge& forge, std::size_t largest) {
  const TempDirectory directory;
  const auto path = directory.path() / "ledger";
  {
    const auto store = open_rocks_store(path, StoreMode::create, {});
    REQUIRE(store.ok());
    commit_all(**store, forge, largest);
  }
  const auto opened = RocksRows::open_reader(path, {});
  REQUIRE(opened.ok());
  RowMap rows;
  const auto all = (*opened)->cursor(Bytes(), Bytes(32, '\xff'));
  for (all->seek(""); all->at(); all->next()) rows.emplace(all->key(), all->value());
  REQUIRE(all->status().ok());
  return rows;
}

std::unique_ptr<Store> open_rows(const RowMap& rows) {
  auto store = open_store_over(std::make_unique<MapRows>(rows), "the rows of a test");
  REQUIRE(store.ok());
  return std::move(*store);
}

bool Examined::says(FindingKind kind, const std::string& what) const {
  return std::any_of(report.findings.begin(), report.findings.end(), [&](const Finding& finding) {
    return finding.kind == kind && finding.what.find(what) != std::string::npos;
  });
}

bool Examined::names_entry(Seq seq) const {
  return std::any_of(report.findings.begin(), report.findings.end(),
                     [&](const Finding& finding) { return finding.seq == seq; });
}

std::string Examined::text() const {
  if (!unopened.empty()) return unopened;
  std::string all;
  for (const Finding& finding : report.findings) {
    all += str(finding.seq ? str(*finding.seq) : "-", ' ', wire_name(finding.kind), ": ", finding.what, '\n');
  }
  return all;
}

Examined examine(const RowMap& rows, const Forge& forge, bool quick) {
  const auto store = open_store_over(std::make_unique<MapRows>(rows), "the rows of a test");
  if (!store.ok()) return {store.error().message, {}};
  const AttachmentDirectory none("no such folder");
  AuditOptions options;
  options.vkey = forge.vkey();
  options.threads = 1;
  options.quick = quick;
  auto report = audit(LedgerSource(**store, none), options);
  REQUIRE(report.ok());
  return {"", std::move(*report)};
}

std::string name_of(const Bytes& key) {
  switch (key[0]) {
    case 'e':
      return str("entry ", *number_of_key(key, 'e'));
    case 'c':
      return str("checkpoint ", *number_of_key(key, 'c'));
    case 't':
      return str("leaf hashes ", *number_of_key(key, 't'));
    case 'p': {
      const auto posting = parse_posting_key(key);
      return str("tag ", posting->tag, " from ", posting->first);
    }
    case 'v': {
      const auto snapshot = parse_snapshot_key(key);
      return str("snapshot ", snapshot->size, " part ", snapshot->part);
    }
    default:
      return to_hex(key);
  }
}

}  // namespace cairn::test
