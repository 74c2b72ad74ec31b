#include <sqlite3.h>

#include "bench/keeper.h"
#include "bench/measure.h"
#include "ledger/crypto/sha256.h"

namespace cairn::bench {
namespace {

// One table, each row with the hash of the row before: what an application keeps that wants its log tamper-evident and
// has no server. WAL with synchronous=FULL syncs each commit.
class Sqlite final : public Keeper {
 public:
  explicit Sqlite(const std::filesystem::path& file) {
    if (sqlite3_open(file.c_str(), &db_) != SQLITE_OK) stop("SQLite cannot open " + file.string());
    execute("PRAGMA journal_mode=WAL");
    execute("PRAGMA synchronous=FULL");
    execute(
        "CREATE TABLE entries(seq INTEGER PRIMARY KEY, entry BLOB NOT NULL, previous BLOB NOT NULL, hash BLOB NOT "
        "NULL)");
    const char* insert = "INSERT INTO entries(entry, previous, hash) VALUES(?, ?, ?)";
    check(sqlite3_prepare_v2(db_, insert, -1, &insert_, nullptr), SQLITE_OK);
  }
  ~Sqlite() override {
    sqlite3_finalize(insert_);
    sqlite3_close(db_);
  }

  void append(std::span<const Bytes> entries) override {
    execute("BEGIN IMMEDIATE");
    for (const Bytes& entry : entries) {
      const Hash hash = chain_.update(previous_.view()).update(entry).finish();
      bind(1, entry);
      bind(2, previous_.view());
      bind(3, hash.view());
      check(sqlite3_step(insert_), SQLITE_DONE);
      check(sqlite3_reset(insert_), SQLITE_OK);
      previous_ = hash;
    }
    execute("COMMIT");
  }

 private:
  void check(int code, int expected) {
    if (code != expected) stop(std::string("SQLite: ") + sqlite3_errmsg(db_));
  }
  void execute(const char* statement) { check(sqlite3_exec(db_, statement, nullptr, nullptr, nullptr), SQLITE_OK); }
  void bind(int at, BytesView bytes) {
    check(sqlite3_bind_blob(insert_, at, bytes.data(), static_cast<int>(bytes.size()), SQLITE_TRANSIENT), SQLITE_OK);
  }

  sqlite3* db_ = nullptr;
  sqlite3_stmt* insert_ = nullptr;
  Sha256 chain_;
  Hash previous_;
};

}  // namespace

std::unique_ptr<Keeper> open_sqlite(const std::filesystem::path& directory) {
  std::filesystem::create_directories(directory);
  return std::make_unique<Sqlite>(directory / "entries.sqlite");
}

}  // namespace cairn::bench
