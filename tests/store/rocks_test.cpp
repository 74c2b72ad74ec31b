// What is RocksDB's own: opening, the writer's lock, readers beside a writer, crashes and full disks.
#include <signal.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <fstream>
#include <random>
#include <thread>

#include "ledger/base/text.h"
#include "tests/catch.h"
#include "tests/store/child.h"
#include "tests/store/contract.h"

namespace {

std::atomic<int> syncs = 0;

}  // namespace

// Every sync of this program comes by here, the engine's as well, and is counted.
extern "C" int fdatasync(int descriptor) {
  ++syncs;
  return static_cast<int>(::syscall(SYS_fdatasync, descriptor));
}

namespace cairn::test {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

Error must_fail(const fs::path& path, StoreMode mode, Millis lock_timeout = 0) {
  RocksOptions options;
  options.lock_timeout = lock_timeout;
  const auto store = open_rocks_store(path, mode, options);
  REQUIRE(!store.ok());
  return store.error();
}

bool says(const Error& error, const std::string& words) {
  if (error.kind == ErrorKind::fault && error.message.find(words) != std::string::npos) return true;
  WARN("not '" << words << "' but: " << error.message);
  return false;
}

// A reader beside a writer that fills a table every millisecond may be told to try again, or meet a file that just
// went; it tries again then, and never sees a hole.
std::unique_ptr<Store> open_in_the_end(const fs::path& path) {
  const auto enough = steady_clock::now() + std::chrono::seconds(60);
  for (;;) {
    auto store = open_rocks_store(path, StoreMode::read, RocksOptions{});
    if (store.ok()) return std::move(store).value();
    INFO(store.error().message);
    REQUIRE(steady_clock::now() < enough);
  }
}

// Names, sizes and times of all files.
std::vector<std::string> look_of(const fs::path& directory) {
  std::vector<std::string> look;
  for (const auto& file : fs::directory_iterator(directory)) {
    look.push_back(str(file.path().filename().string(), ' ', file.file_size(), ' ',
                       file.last_write_time().time_since_epoch().count()));
  }
  std::sort(look.begin(), look.end());
  return look;
}

// The last `count` entries in front of the tip, and the tip's checkpoint.
void require_end_intact(const Store& store, Size count) {
  const Tip tip = store.tip().value();
  if (tip.size == 0) return;
  REQUIRE(tip.checkpoint == checkpoint_at(tip.size));
  for (Seq seq = tip.size - std::min(count, tip.size); seq < tip.size;) {
    const auto page = store.read(seq, {1000, 1 << 20});
    INFO((page.ok() ? "" : page.error().message));
    REQUIRE(page.ok());
    REQUIRE(!page.value().empty());
    for (const Bytes& entry : page.value()) {
      if (entry != entry_at(seq)) FAIL("entry " << seq << " differs");
      ++seq;
    }
  }
}

TEST_CASE("where no ledger is, opening says so and makes nothing") {
  const TempDirectory directory;
  for (const fs::path& path : {directory.path(), directory.path() / "absent"}) {
    for (const StoreMode mode : {StoreMode::read, StoreMode::write}) {
      REQUIRE(says(must_fail(path, mode), "no ledger at " + path.string() + "; make one with `cairn init`"));
    }
  }
  REQUIRE(fs::is_empty(directory.path()));
}

TEST_CASE("a ledger is made with its directories, once") {
  const TempDirectory directory;
  const fs::path path = directory.path() / "a" / "b";
  must_open(path, StoreMode::create).reset();
  // An init that died before the first entry may be run again; after it there is a ledger.
  auto store = must_open(path, StoreMode::create);
  grow(*store, 10);
  store.reset();
  REQUIRE(says(must_fail(path, StoreMode::create), "there is a ledger at " + path.string() + " already"));
  require_intact(*must_open(path, StoreMode::read));
  REQUIRE((fs::status(path).permissions() & fs::perms::all) == fs::perms::owner_all);
}

TEST_CASE("while a copy is under way nobody writes to it but who copies, and afterwards everybody may") {
  const TempDirectory directory;
  const fs::path path = directory.path() / "copy";
  auto store = must_open(path, StoreMode::copy);
  REQUIRE(store->mark(Copying::under_way).ok());
  grow(*store, 10);
  store.reset();
  require_intact(*must_open(path, StoreMode::read));
  for (const StoreMode mode : {StoreMode::write, StoreMode::create}) {
    REQUIRE(says(must_fail(path, mode), "the ledger at " + path.string() + " is a copy that is not finished"));
  }
  REQUIRE(must_open(path, StoreMode::copy)->mark(Copying::done).ok());
  grow(*must_open(path, StoreMode::write), 30);
}

TEST_CASE("a directory of tables whose CURRENT is gone is no place without a ledger") {
  const TempDirectory directory;
  const fs::path path = directory.path() / "ledger";
  grow(*must_open(path, StoreMode::create), 10);
  must_open(path, StoreMode::write);  // makes a table of the log
  fs::remove(path / "CURRENT");
  REQUIRE(says(must_fail(path, StoreMode::write), "CURRENT"));
  REQUIRE(says(must_fail(path, StoreMode::create), "whose file CURRENT is gone"));
}

TEST_CASE("a directory cannot be made below a file") {
  const TempDirectory directory;
  std::ofstream(directory.path() / "file") << "x";
  REQUIRE(says(must_fail(directory.path() / "file" / "ledger", StoreMode::create), "cannot make the directory"));
  REQUIRE(says(must_fail(directory.path() / "file", StoreMode::create), "Not a directory"));
}

TEST_CASE("a reader changes nothing in the directory and refuses to commit") {
  const TempDirectory directory;
  const fs::path path = directory.path() / "ledger";
  auto writer = must_open(path, StoreMode::create);
  grow(*writer, 700);
  for (const bool beside_writer : {true, false}) {
    if (!beside_writer) writer.reset();
    const std::vector<std::string> before = look_of(path);
    const auto reader = must_open(path, StoreMode::read);
    require_intact(*reader);
    REQUIRE(says(reader->commit(700, batch_at(700, 1)).error(), "for reading only"));
    REQUIRE(look_of(path) == before);
  }
}

TEST_CASE("a reader keeps its view while a writer goes on and compacts") {
  const TempDirectory directory;
  const fs::path path = directory.path() / "ledger";
  auto writer = must_open(path, StoreMode::create, 64 << 10);
  grow(*writer, 3000, 50);
  const auto reader = must_open(path, StoreMode::read);
  grow(*writer, 20000, 300);
  REQUIRE(reader->tip().value().size == 3000);
  require_intact(*reader);
}

TEST_CASE("a second writer waits, then names the process that writes") {
  const TempDirectory directory;
  const fs::path path = directory.path() / "ledger";
  must_open(path, StoreMode::create).reset();
  SharedNumber size(directory.path() / "size");
  size.set(not_started);
  Child child(path, directory.path() / "size", 0);
  REQUIRE(wait_for_change(size, not_started));

  for (const StoreMode mode : {StoreMode::write, StoreMode::create}) {
    const auto start = steady_clock::now();
    REQUIRE(says(must_fail(path, mode, 300), str("another process (pid ", child.pid(), ") is writing")));
    REQUIRE(steady_clock::now() - start >= milliseconds(300));
  }
  must_open(path, StoreMode::read);

  std::thread killer([&] {
    std::this_thread::sleep_for(milliseconds(200));
    child.kill();
  });
  const auto store = must_open(path, StoreMode::write);
  killer.join();
  REQUIRE(store->commit(0, batch_at(0, 3)).ok());
  REQUIRE(fs::exists(path / "writer.lock"));
}

TEST_CASE("a second writer in the same process waits like any other") {
  const TempDirectory directory;
  const fs::path path = directory.path() / "ledger";
  auto first = must_open(path, StoreMode::create);
  REQUIRE(says(must_fail(path, StoreMode::write, 50), str("(pid ", ::getpid(), ")")));
  first.reset();
  must_open(path, StoreMode::write);
}

TEST_CASE("readers beside a writer at full speed see no hole and nothing older than was acknowledged") {
  const TempDirectory directory;
  const fs::path path = directory.path() / "ledger";
  must_open(path, StoreMode::create).reset();
  SharedNumber size(directory.path() / "size");
  size.set(not_started);
  Child child(path, directory.path() / "size", 64);
  REQUIRE(wait_for_change(size, not_started));
  // 500 opens take 10 to 30 s; where the disk is busy with others or a sanitizer watches, fewer must do.
  const auto enough = steady_clock::now() + std::chrono::seconds(150);
  int opens = 0;
  for (; opens < 500 && (opens < 50 || steady_clock::now() < enough); ++opens) {
    const Size acknowledged = size.get();
    const auto reader = open_in_the_end(path);
    REQUIRE(reader->tip().value().size >= acknowledged);
    require_end_intact(*reader, opens % 100 == 99 ? ~Size{0} : 1500);
  }
  REQUIRE(child.alive());
  child.kill();
  WARN(opens << " opens beside a writer at full speed");
  REQUIRE(size.get() > 1000);
  require_intact(*must_open(path, StoreMode::write));
}

TEST_CASE("a writer killed at any moment leaves all that it acknowledged") {
  const TempDirectory directory;
  const fs::path path = directory.path() / "ledger";
  must_open(path, StoreMode::create).reset();
  SharedNumber size(directory.path() / "size");
  size.set(0);
  std::mt19937 random(20261123);
  Size before = 0;
  for (int round = 0; round < 40; ++round) {
    Child child(path, directory.path() / "size", round % 2 == 0 ? 700 : 20);
    // Some die while they open, most while they write.
    if (round % 8 != 0) REQUIRE(wait_for_change(size, before));
    std::this_thread::sleep_for(std::chrono::microseconds(random() % 30000));
    child.kill();
    const Size acknowledged = size.get();
    const auto store = must_open(path, round % 3 == 0 ? StoreMode::write : StoreMode::read);
    before = acknowledged;
    REQUIRE(store->tip().value().size >= acknowledged);
    require_end_intact(*store, 5000);
  }
  REQUIRE(size.get() > 1000);
  require_intact(*must_open(path, StoreMode::write));
}

// Where the newest commits lie until a table holds them.
fs::path log_of(const fs::path& directory) {
  fs::path newest;
  for (const auto& file : fs::directory_iterator(directory)) {
    if (file.path().extension() == ".log" && newest < file.path()) newest = file.path();
  }
  return newest;
}

// What one entry more costs a ledger of this size, but for the bytes of the entry itself.
std::uint64_t cost_at(Size size) {
  const TempDirectory directory;
  const fs::path path = directory.path() / "ledger";
  auto store = must_open(path, StoreMode::create);
  grow(*store, size);
  store.reset();
  store = must_open(path, StoreMode::write);
  const fs::path log = log_of(path);
  const std::uint64_t before = fs::file_size(log);
  REQUIRE(store->commit(size, batch_at(size, 1)).ok());
  REQUIRE(log_of(path) == log);
  return fs::file_size(log) - before - entry_at(size).size();
}

TEST_CASE("a commit is synced before it returns, writes over nothing, and costs no more late in the log (I4)") {
  const TempDirectory directory;
  const fs::path path = directory.path() / "ledger";
  auto store = must_open(path, StoreMode::create);
  for (Size at = 0; at < 20; ++at) {  // many in one second, each by its place
    const int before = syncs;
    REQUIRE(store->commit(at, batch_at(at, 1)).ok());
    REQUIRE(syncs > before);
  }
  const auto over_another = store->commit(7, batch_at(7, 1));
  REQUIRE(!over_another.ok());
  CHECK(over_another.error().kind == ErrorKind::conflict);
  require_intact(*store);
  REQUIRE(store->tip()->size == 20);

  const fs::path torn = directory.path() / "torn";
  fs::copy(path, torn, fs::copy_options::recursive);
  fs::resize_file(log_of(torn), fs::file_size(log_of(torn)) - 1);
  const auto opened = must_open(torn, StoreMode::write);
  REQUIRE(opened->tip()->size == 19);
  require_intact(*opened);
  REQUIRE(opened->commit(19, batch_at(19, 1)).ok());

  const std::uint64_t early = cost_at(1'100);
  const std::uint64_t late = cost_at(70'100);
  INFO(early << " bytes, and " << late);
  CHECK(late < early + 32 * 32);
}

// Files of this process grow to this size and no further: what a full disk does, without one.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    ::signal(SIGXFSZ, SIG_IGN);
    REQUIRE(::getrlimit(RLIMIT_FSIZE, &before_) == 0);
    const rlimit limit{bytes, before_.rlim_max};
    REQUIRE(::setrlimit(RLIMIT_FSIZE, &limit) == 0);
  }
  ~FileSizeLimit() { ::setrlimit(RLIMIT_FSIZE, &before_); }

 private:
  rlimit before_ = {};
};

// What this process has read of files so far, in bytes.
std::uint64_t bytes_read() {
  std::ifstream io("/proc/self/io");
  std::string name;
  std::uint64_t count = 0;
  REQUIRE(io >> name >> count);
  REQUIRE(name == "rchar:");
  return count;
}

TEST_CASE("the index's last tag is found without a snapshot being read, which lies behind it") {
  constexpr std::size_t snapshot_bytes = 4 << 20;
  const TempDirectory directory;
  const fs::path path = directory.path() / "ledger";
  auto store = must_open(path, StoreMode::create, 64 << 10);
  Batch batch = batch_at(0, 10);
  batch.postings["zebra"] = {3};
  std::mt19937_64 random(7);  // nothing of it can be packed away
  Bytes snapshot;
  while (snapshot.size() < snapshot_bytes) snapshot += static_cast<char>(random());
  batch.sign = [&snapshot]() -> Result<SignedHead> { return SignedHead{checkpoint_at(10), snapshot}; };
  REQUIRE(store->commit(0, batch).ok());
  grow(*store, 500);
  store = nullptr;
  must_open(path, StoreMode::write, 64 << 10).reset();  // what lies in the log goes into tables
  store = must_open(path, StoreMode::read);
  const auto read_by = [](const std::function<void()>& question) {
    const std::uint64_t before = bytes_read();
    question();
    return bytes_read() - before;
  };
  for (const Seq from : {Seq{0}, Seq{2}, Seq{4}}) {
    INFO("from " << from);
    CHECK(read_by([&] { CHECK(store->find("zebra", from, 10).value().size() == (from <= 3 ? 1 : 0)); }) < 1 << 20);
  }
  CHECK(read_by([&] { CHECK(store->snapshot(10).value()->bytes == snapshot); }) >
        snapshot_bytes / 2);  // some of its blocks are known
}

TEST_CASE("a full disk fails the commit, acknowledges nothing, and loses nothing") {
  const std::size_t memtable_bytes = GENERATE(std::size_t{8} << 20, std::size_t{64} << 10);  // the log's end, a table's
  const TempDirectory directory;
  const fs::path path = directory.path() / "ledger";
  auto store = must_open(path, StoreMode::create, memtable_bytes);
  grow(*store, 500);
  Size at = 500;
  {
    const FileSizeLimit full(400 << 10);
    for (;;) {
      REQUIRE(at < 1000000);
      const auto committed = store->commit(at, batch_at(at, 100));
      if (!committed.ok()) {
        REQUIRE(says(committed.error(), "nothing was acknowledged"));
        REQUIRE(says(committed.error(), path.string()));
        break;
      }
      at += 100;
    }
    REQUIRE(at > 500);
    REQUIRE(says(store->commit(at, batch_at(at, 1)).error(), "an earlier commit failed"));
    REQUIRE(store->tip().value().size == at);
    require_intact(*store);
  }
  // Room again: the same object stays closed to writing, a new one goes on.
  REQUIRE(says(store->commit(at, batch_at(at, 1)).error(), "an earlier commit failed"));
  store.reset();
  store = must_open(path, StoreMode::write, memtable_bytes);
  const Size found = store->tip().value().size;
  REQUIRE((found == at || found == at + 100));
  require_intact(*store);
  grow(*store, found + 1000);
  store.reset();
  require_intact(*must_open(path, StoreMode::read));
}

}  // namespace
}  // namespace cairn::test
