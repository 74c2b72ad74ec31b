// What a ledger is once any one of its calls to the file system has failed, or was the last before the power went.
#include <rocksdb/db.h>
#include <rocksdb/env.h>

#include <algorithm>
#include <array>

#include "ledger/base/text.h"
#include "tests/catch.h"
#include "tests/store/contract.h"
#include "tests/store/faulty_files.h"

namespace cairn::test {
namespace {

namespace fs = std::filesystem;

struct Trial {
  Fault fault;
  Cut cut = Cut::kept;
};

// What the callers of one history were told.
struct Told {
  Size acknowledged = 0;
  std::vector<std::string> errors;
};

constexpr Size first_stop = 260;
constexpr Size end_of_history = 640;

// A small memtable, so that tables are written, merged and removed on the way.
RocksOptions through(rocksdb::Env* env) {
  RocksOptions options;
  options.memtable_bytes = 64 << 10;
  options.lock_timeout = 0;
  options.env = env;
  return options;
}

Result<void> append_until(Store& store, Size size, Told& told) {
  TRY_LET(tip, store.tip());
  for (Size at = tip.size; at < size;) {
    const std::size_t count = std::min<std::size_t>(1 + at * 37 % 60, size - at);
    if (const Result<void> committed = store.commit(at, batch_at(at, count)); !committed.ok()) {
      // Whatever the disk does now, this object acknowledges nothing more.
      CHECK(!store.commit(at, batch_at(at, 1)).ok());
      return committed;
    }
    at += count;
    told.acknowledged = at;
  }
  return {};
}

// What is read is right, or an error.
Result<void> read_all(const Store& store) {
  TRY_LET(tip, store.tip());
  for (Seq seq = 0; seq < tip.size;) {
    TRY_LET(page, store.read(seq, {}));
    REQUIRE(!page.empty());
    for (const Bytes& entry : page) REQUIRE((entry == entry_at(seq++)));
  }
  return {};
}

// One stage of the history: in a process of its own, so to speak.
Result<void> pass_stage(const fs::path& directory, StoreMode mode, Size size, const RocksOptions& options, Told& told) {
  TRY_LET(store, open_rocks_store(directory, mode, options));
  return mode == StoreMode::read ? read_all(*store) : append_until(*store, size, told);
}

// Somebody who is told of an error tries again, once: made, grown, read, grown.
Told live(const fs::path& directory, FaultyFiles& files, rocksdb::Env& env, bool power_goes) {
  struct Stage {
    StoreMode mode;
    Size size;
  };
  constexpr Stage stages[] = {{StoreMode::create, first_stop},
                              {StoreMode::read, first_stop},
                              {StoreMode::write, end_of_history},
                              {StoreMode::read, end_of_history}};
  Told told;
  for (const Stage& stage : stages) {
    for (int tries = 0; tries < 2; ++tries) {
      // A ledger that the first try has made is not made again.
      const bool is_there = stage.mode == StoreMode::create && told.acknowledged > 0;
      const auto passed =
          pass_stage(directory, is_there ? StoreMode::write : stage.mode, stage.size, through(&env), told);
      if (passed.ok()) break;
      told.errors.push_back(passed.error().message);
      CHECK(files.failed());
      if (power_goes) return told;
    }
  }
  return told;
}

// RocksDB takes any first failure to open CURRENT, where the second attempt succeeds, for this.
constexpr const char* wrong_guess = "Direct I/O is not supported by the specified DB";

bool says_what_happened(const std::string& error) {
  return error.find("injected") != std::string::npos || error.find(wrong_guess) != std::string::npos;
}

std::unique_ptr<Store> open_again(const fs::path& directory, const Told& told) {
  auto opened = open_rocks_store(directory, StoreMode::write, through(nullptr));
  if (!opened.ok() && told.acknowledged == 0) opened = open_rocks_store(directory, StoreMode::create, through(nullptr));
  INFO((opened.ok() ? "" : opened.error().message));
  REQUIRE(opened.ok());
  return std::move(opened).value();
}

std::string describe(const Trial& trial) {
  constexpr const char* kinds[] = {"an input/output error", "no space", "the power is gone"};
  constexpr const char* effects[] = {"none", "a part", "all"};
  constexpr const char* cuts[] = {"kept", "lost", "torn", "reordered"};
  return str("call ", trial.fault.at, ": ", kinds[static_cast<int>(trial.fault.kind)], ", ",
             effects[static_cast<int>(trial.fault.effect)], " of it done; what was not synced is ",
             cuts[static_cast<int>(trial.cut)]);
}

// Returns how many calls the history took.
std::uint64_t undergo(const Trial& trial, std::uint32_t seed) {
  INFO(describe(trial) << "; seed " << seed);
  const TempDirectory temp;
  const fs::path directory = temp.path() / "ledger";
  fs::create_directory(temp.path() / "spare");
  const auto files = std::make_shared<FaultyFiles>(temp.path() / "spare", trial.fault, seed);
  const std::unique_ptr<rocksdb::Env> env = rocksdb::NewCompositeEnv(files);
  const Told told = live(directory, *files, *env, trial.fault.kind == FaultKind::power);
  files->cut(trial.cut);
  for (const std::string& error : told.errors) {
    INFO(error);
    CHECK(says_what_happened(error));
  }
  const auto store = open_again(directory, told);
  const auto tip = store->tip();
  REQUIRE(tip.ok());
  INFO("acknowledged: " << told.acknowledged << ", there: " << tip->size);
  REQUIRE(tip->size >= told.acknowledged);
  require_intact(*store);
  grow(*store, tip->size + 20);
  require_intact(*store);
  return files->calls();
}

// Every fault twice, done and not done; an append also in part.
std::vector<Trial> trials_at(std::uint64_t call) {
  std::vector<Trial> trials;
  for (const FaultKind kind : {FaultKind::io_error, FaultKind::no_space, FaultKind::power}) {
    for (const Effect effect : {Effect::none, Effect::part, Effect::whole}) {
      for (const Cut cut : {Cut::kept, Cut::lost, Cut::torn, Cut::reordered}) {
        trials.push_back({{call, kind, effect}, cut});
      }
    }
  }
  return trials;
}

}  // namespace

TEST_CASE("Whichever call to the disk fails or is the last, all that was acknowledged is there, and whole") {
  const std::uint64_t calls = undergo({}, 0);
  INFO(calls << " calls");
  CHECK(calls > 200);
  std::size_t next = 0;
  for (std::uint64_t call = 1; call <= calls; ++call) {
    const std::vector<Trial> trials = trials_at(call);
    undergo(trials[next++ * 7 % trials.size()], static_cast<std::uint32_t>(call));
  }
}

TEST_CASE("What the disk did not answer is not called damage") {
  const TempDirectory temp;
  const fs::path directory = temp.path() / "ledger";
  fs::create_directory(temp.path() / "spare");
  Told told;
  REQUIRE(pass_stage(directory, StoreMode::create, first_stop, through(nullptr), told).ok());
  REQUIRE(pass_stage(directory, StoreMode::write, end_of_history, through(nullptr), told).ok());
  int unanswered = 0;
  bool failed = true;
  for (std::uint64_t call = 1; failed; ++call) {
    const auto files =
        std::make_shared<FaultyFiles>(temp.path() / "spare", Fault{call, FaultKind::io_error, Effect::none}, 1);
    const std::unique_ptr<rocksdb::Env> env = rocksdb::NewCompositeEnv(files);
    const auto read = pass_stage(directory, StoreMode::read, end_of_history, through(env.get()), told);
    failed = files->failed();
    if (read.ok() || read.error().message.find("cannot read the ledger") == std::string::npos) continue;
    INFO(read.error().message);
    ++unanswered;
    CHECK(read.error().message.find("the system did not give these bytes") != std::string::npos);
    CHECK(read.error().message.find("try again") != std::string::npos);
    CHECK(read.error().message.find("damaged") == std::string::npos);
  }
  CHECK(unanswered > 0);
}

TEST_CASE("Where a crash left a database without a row, a ledger can still be made or copied to") {
  const StoreMode mode = GENERATE(StoreMode::create, StoreMode::copy);
  const TempDirectory temp;
  const fs::path directory = temp.path() / "ledger";
  rocksdb::Options options;
  options.create_if_missing = true;
  rocksdb::DB* database = nullptr;
  REQUIRE(rocksdb::DB::Open(options, directory.string(), &database).ok());
  delete database;
  grow(*must_open(directory, mode), 20);
  require_intact(*must_open(directory, StoreMode::write));
}

TEST_CASE("Every call to the disk fails in every way", "[.soak]") {
  const std::uint64_t calls = undergo({}, 0);
  for (std::uint64_t call = 1; call <= calls; ++call) {
    for (const Trial& trial : trials_at(call)) undergo(trial, static_cast<std::uint32_t>(call));
  }
}

}  // namespace cairn::test
