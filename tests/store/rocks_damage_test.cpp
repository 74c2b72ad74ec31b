// What a damaged ledger directory does: a fault that names the place, never a wrong answer, never something silently
// dropped.
#include <rocksdb/db.h>

#include <algorithm>
#include <fstream>
#include <iterator>

#include "ledger/base/text.h"
#include "ledger/store/rocks_keys.h"
#include "tests/catch.h"
#include "tests/store/contract.h"

namespace cairn::test {
namespace {

namespace fs = std::filesystem;

template <class T>
bool is_fault(const Result<T>& result, const std::string& words) {
  if (result.ok()) return false;
  if (result.error().kind == ErrorKind::fault && result.error().message.find(words) != std::string::npos) return true;
  WARN("not '" << words << "' but: " << result.error().message);
  return false;
}

std::vector<fs::path> files_of_kind(const fs::path& directory, const std::string& ending) {
  std::vector<fs::path> files;
  for (const auto& file : fs::directory_iterator(directory)) {
    if (file.path().extension() == ending) files.push_back(file.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

// The directory as a power cut would leave it now: the writer is not asked to close it.
void copy_as_crashed(const fs::path& from, const fs::path& to) {
  fs::copy(from, to, fs::copy_options::recursive);
}

fs::path make_ledger(const TempDirectory& directory, Size size) {
  const fs::path path = directory.path() / "ledger";
  grow(*must_open(path, StoreMode::create), size, 100);
  return path;
}

void with_raw_rows(const fs::path& path, const std::function<void(rocksdb::DB&)>& change) {
  rocksdb::DB* opened = nullptr;
  REQUIRE(rocksdb::DB::Open({}, path.string(), &opened).ok());
  const std::unique_ptr<rocksdb::DB> db(opened);
  change(*db);
}

void delete_row(const fs::path& path, const Bytes& key) {
  with_raw_rows(path, [&](rocksdb::DB& db) { REQUIRE(db.Delete({}, key).ok()); });
}

TEST_CASE("a missing entry is a fault that names it") {
  const TempDirectory directory;
  const fs::path path = make_ledger(directory, 1000);
  delete_row(path, entry_key(77));
  for (const StoreMode mode : {StoreMode::read, StoreMode::write}) {
    const auto store = must_open(path, mode);
    for (const Seq from : {Seq{0}, Seq{76}, Seq{77}})
      REQUIRE(is_fault(store->read(from, {}), "entry 77 of the ledger"));
    REQUIRE(is_fault(store->read(77, {1, 1}), "entry 77 of the ledger"));
    REQUIRE(store->read(70, {7, 1 << 20}).value().size() == 7);
    REQUIRE(store->read(78, {}).ok());
  }
}

TEST_CASE("a missing entry at the right edge keeps a writer out and a reader from its hash") {
  const TempDirectory directory;
  const fs::path path = make_ledger(directory, 1000);
  delete_row(path, entry_key(998));
  REQUIRE(is_fault(open_rocks_store(path, StoreMode::write, {}), "entry 998 is missing"));
  const NodeId leaf{0, 999};
  REQUIRE(is_fault(must_open(path, StoreMode::read)->nodes({&leaf, 1}), "entry 998 is missing"));
}

TEST_CASE("a ledger whose last entry or checkpoint is missing does not open") {
  const Bytes key = GENERATE(entry_key(999), checkpoint_key(1000));
  const TempDirectory directory;
  const fs::path path = make_ledger(directory, 1000);
  delete_row(path, key);
  for (const StoreMode mode : {StoreMode::read, StoreMode::write}) {
    REQUIRE(is_fault(open_rocks_store(path, mode, {}), "the newest checkpoint of the ledger"));
  }
}

TEST_CASE("missing or short hash rows are faults that name their place") {
  const TempDirectory directory;
  const fs::path path = make_ledger(directory, 1000);
  with_raw_rows(path, [](rocksdb::DB& db) {
    REQUIRE(db.Delete({}, leaves_key(1)).ok());
    REQUIRE(db.Put({}, leaves_key(2), Bytes(8191, 'x')).ok());
    REQUIRE(db.Delete({}, subtree_key(1, 1)).ok());
  });
  const auto store = must_open(path, StoreMode::read);
  const auto ask = [&](NodeId id) { return store->nodes({&id, 1}); };
  REQUIRE(is_fault(ask({0, 256}), "subtree 1 of level 8 is missing"));  // the edge cannot be loaded
  REQUIRE(is_fault(open_rocks_store(path, StoreMode::write, {}), "subtree 1 of level 8 is missing"));
  with_raw_rows(path, [](rocksdb::DB& db) { REQUIRE(db.Put({}, subtree_key(1, 1), Bytes(32, 'x')).ok()); });
  const auto again = must_open(path, StoreMode::read);
  const NodeId second{0, 256};
  const NodeId third{3, 64};
  REQUIRE(is_fault(again->nodes({&second, 1}), "leaf hashes of entries 256 to 511"));
  REQUIRE(is_fault(again->nodes({&third, 1}), "leaf hashes of entries 512 to 767"));
}

TEST_CASE("a flipped bit in a table is a fault that names the first entry it hides") {
  const TempDirectory directory;
  const fs::path path = make_ledger(directory, 3000);
  must_open(path, StoreMode::write).reset();  // moves everything from the log into a table
  const std::vector<fs::path> tables = files_of_kind(path, ".sst");
  REQUIRE(tables.size() == 1);
  const Bytes whole = file_bytes(tables[0]);
  int hidden = 0;
  for (const std::size_t part : {2U, 3U, 4U, 5U, 6U, 7U}) {
    Bytes damaged = whole;
    damaged[whole.size() * part / 10] = static_cast<char>(damaged[whole.size() * part / 10] ^ 0x10);
    write_file(tables[0], damaged);
    const auto store = must_open(path, StoreMode::read);
    Seq seq = 0;
    for (;;) {
      const auto page = store->read(seq, {1, 1});
      if (!page.ok()) {
        REQUIRE(is_fault(page, str("entry ", seq, " of the ledger")));
        REQUIRE(is_fault(store->read(seq - 1, {}), str("entry ", seq, " of the ledger")));
        ++hidden;
        break;
      }
      if (page.value().empty()) break;
      REQUIRE(page.value()[0] == entry_at(seq));
      ++seq;
    }
  }
  REQUIRE(hidden >= 3);
  write_file(tables[0], whole);
  require_intact(*must_open(path, StoreMode::read));
}

// Rows that earlier programs wrote are such: nobody reads them, and their blocks lie among the others'.
TEST_CASE("a flipped bit of any block is found in its file, whether or not somebody reads what lies there") {
  const TempDirectory directory;
  const fs::path path = make_ledger(directory, 300);
  with_raw_rows(path, [](rocksdb::DB& db) {
    Bytes nobodys;
    for (Seq seq = 0; seq < 200; ++seq) nobodys += entry_at(seq);
    REQUIRE(db.Put({}, "s", nobodys).ok());
    REQUIRE(db.Flush({}).ok());
  });
  const std::vector<fs::path> tables = files_of_kind(path, ".sst");
  CHECK(must_open(path, StoreMode::read)->damaged_files().value().empty());
  int found_by_nobody_else = 0;
  for (const fs::path& table : tables) {
    const Bytes whole = file_bytes(table);
    // Of the last 53 bytes, the footer, some are nothing but padding.
    for (std::size_t at = 0; at + 53 < whole.size(); at += whole.size() / 97 + 1) {
      Bytes damaged = whole;
      damaged[at] = static_cast<char>(damaged[at] ^ (1 << at % 8));
      write_file(table, damaged);
      const auto store = open_rocks_store(path, StoreMode::read, {});
      if (!store.ok()) continue;  // its index or its properties
      const auto files = store.value()->damaged_files();
      INFO(table.filename() << " at byte " << at << " of " << whole.size());
      REQUIRE(files.ok());
      REQUIRE(files.value().size() == 1);
      CHECK(files.value()[0].find(table.filename().string() + " is damaged: Corruption") != std::string::npos);
      bool read = true;
      for (Seq seq = 0; seq < 300 && read; ++seq) read = store.value()->read(seq, {1, 1}).ok();
      if (read && store.value()->checkpoints(0, 1000).ok()) ++found_by_nobody_else;
    }
    write_file(table, whole);
  }
  CHECK(found_by_nobody_else > 10);
  CHECK(must_open(path, StoreMode::read)->damaged_files().value().empty());
}

TEST_CASE("a database that is no ledger, or one of another format, is not touched") {
  const TempDirectory directory;
  const fs::path path = make_ledger(directory, 10);
  const auto set_version = [&](const std::string& version) {
    with_raw_rows(path, [&](rocksdb::DB& db) { REQUIRE(db.Put({}, version_key(), version).ok()); });
  };
  set_version("cairn store 2");
  for (const StoreMode mode : {StoreMode::read, StoreMode::write, StoreMode::create}) {
    REQUIRE(is_fault(open_rocks_store(path, mode, {}), "has the format 'cairn store 2'"));
  }
  delete_row(path, version_key());
  REQUIRE(is_fault(open_rocks_store(path, StoreMode::read, {}), "is not a ledger"));
  REQUIRE(is_fault(open_rocks_store(path, StoreMode::write, {}), "is not a ledger"));
  REQUIRE(is_fault(open_rocks_store(path, StoreMode::create, {}), "is not a ledger"));
  set_version("cairn store 1");
  require_intact(*must_open(path, StoreMode::write));
}

// Three commits of 100 entries in the log of a writer that never closed, none in a table.
struct Crashed {
  TempDirectory directory;
  fs::path path = directory.path() / "crashed";
  fs::path log;
  std::vector<std::size_t> ends;  // of the log, after each commit

  Crashed() {
    const fs::path living = directory.path() / "living";
    must_open(living, StoreMode::create).reset();
    const auto store = must_open(living, StoreMode::write);
    const std::vector<fs::path> logs = files_of_kind(living, ".log");
    REQUIRE(logs.size() == 1);
    for (const Size at : {Size{0}, Size{100}, Size{200}}) {
      REQUIRE(store->commit(at, batch_at(at, 100)).ok());
      ends.push_back(fs::file_size(logs[0]));
    }
    copy_as_crashed(living, path);
    log = path / logs[0].filename();
  }
};

TEST_CASE("a torn end of the log costs only the commit that was never acknowledged") {
  const Crashed crashed;
  const StoreMode mode = GENERATE(StoreMode::read, StoreMode::write);
  const std::size_t cut = GENERATE(std::size_t{1}, std::size_t{8000}, std::size_t{20000});
  REQUIRE(crashed.ends[2] - cut > crashed.ends[1]);
  fs::resize_file(crashed.log, crashed.ends[2] - cut);
  for (int round = 0; round < 2; ++round) {
    const auto store = must_open(crashed.path, mode);
    REQUIRE(store->tip().value().size == 200);
    require_intact(*store);
  }
  grow(*must_open(crashed.path, StoreMode::write), 900);
  require_intact(*must_open(crashed.path, StoreMode::read));
}

TEST_CASE("a last commit that reached the disk in part, with a hole in it, is dropped whole") {
  const Crashed crashed;
  Bytes log = file_bytes(crashed.log);
  std::fill_n(log.begin() + static_cast<std::ptrdiff_t>(crashed.ends[1] + 4096), 4096, '\0');
  write_file(crashed.log, log);
  const auto store = must_open(crashed.path, GENERATE(StoreMode::read, StoreMode::write));
  REQUIRE(store->tip().value().size == 200);
  require_intact(*store);
}

TEST_CASE("a log damaged in front of acknowledged commits is refused and left as it is") {
  const Crashed crashed;
  const Bytes whole = file_bytes(crashed.log);
  Bytes log = whole;
  log[crashed.ends[0] + 5000] = static_cast<char>(log[crashed.ends[0] + 5000] ^ 1);
  write_file(crashed.log, log);
  for (const StoreMode mode : {StoreMode::read, StoreMode::write}) {
    REQUIRE(is_fault(open_rocks_store(crashed.path, mode, {}), "where entry 100 should begin"));
  }
  REQUIRE(file_bytes(crashed.log) == log);
  write_file(crashed.log, whole);
  const auto store = must_open(crashed.path, StoreMode::write);
  REQUIRE(store->tip().value().size == 300);
  require_intact(*store);
}

TEST_CASE("a reader that would overlook a memtable between tables and log says what is missing") {
  const TempDirectory directory;
  const fs::path path = make_ledger(directory, 2000);
  const fs::path image = directory.path() / "image";
  auto store = must_open(path, StoreMode::write);
  grow(*store, 2600);
  copy_as_crashed(path, image);  // its manifest knows of 2000 entries in tables; 600 are in the log
  store.reset();
  store = must_open(path, StoreMode::write);
  REQUIRE(store->commit(2600, batch_at(2600, 300)).ok());
  for (const fs::path& log : files_of_kind(image, ".log")) fs::remove(log);
  for (const fs::path& log : files_of_kind(path, ".log")) fs::copy(log, image / log.filename());
  REQUIRE(is_fault(open_rocks_store(image, StoreMode::read, {}), "entry 2599 of the ledger"));
  require_intact(*must_open(path, StoreMode::read));
}

}  // namespace
}  // namespace cairn::test
