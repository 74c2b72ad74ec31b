// A store in PostgreSQL whose server has a standby to wait for, and one whose primary is lost.
#include <atomic>
#include <chrono>
#include <thread>

#include "ledger/base/text.h"
#include "tests/catch.h"
#include "tests/store/postgres_case.h"

namespace cairn::test {
namespace {

// While it lasts, the server's commits wait for a standby that there is not. Its processes learn of the setting one
// after the other.
struct NoStandby {
  NoStandby() { set("SET synchronous_standby_names = 'nobody'"); }
  ~NoStandby() { end(); }
  NoStandby(const NoStandby&) = delete;
  NoStandby& operator=(const NoStandby&) = delete;
  void end() { set("RESET synchronous_standby_names"); }

 private:
  static void set(const std::string& what) {
    server().ask("postgres", "ALTER SYSTEM " + what);
    server().ask("postgres", "SELECT pg_reload_conf()");
  }
};

// Commits an entry at a time until one waits for the standby, cancels that wait, and gives what the commit came to.
Result<void> cancelled_commit(Store& store, const std::string& database, Size& size) {
  const auto waits = [&] { return backends(database, "count(*)", "wait_event = 'SyncRep'") == "1"; };
  for (;; ++size) {
    std::atomic<bool> done{false};
    Result<void> committed;
    std::thread committing([&] {
      committed = store.commit(size, batch_at(size, 1));
      done = true;
    });
    bool waiting = false;
    CHECK(comes_true([&] { return (waiting = waits()) || done; }));
    if (waiting) CHECK(backends(database, "pg_cancel_backend(pid)", "wait_event = 'SyncRep'") == "t");
    committing.join();
    if (waiting || !committed.ok()) return committed;
  }
}

TEST_CASE("a commit waits for the standby whatever the role's default is, and one whose wait is cancelled is unknown") {
  const Made made;
  server().ask("postgres", str("ALTER ROLE app IN DATABASE ", made.database, " SET synchronous_commit = off"));
  const auto store = must_open(made.app, StoreMode::write);
  Size size = 300;
  grow(*store, size);
  NoStandby none;
  const Result<void> cancelled = cancelled_commit(*store, made.database, size);
  // Before the standby is back nobody is told that it is there.
  std::atomic<bool> told{false};
  Result<Tip> tip = fault("not asked");
  std::thread asking([&] {
    tip = store->tip();
    told = true;
  });
  CHECK(comes_true([&] { return backends(made.database, "count(*)", "wait_event = 'SyncRep'") == "1"; }));
  CHECK_FALSE(told);
  none.end();
  asking.join();
  REQUIRE(tip.ok());
  CHECK(tip->size == size + 1);
  REQUIRE_FALSE(cancelled.ok());
  CHECK(cancelled.error().kind == ErrorKind::unavailable);
}

TEST_CASE("a writer goes on at the standby when the primary is killed, and nothing acknowledged is lost") {
  const auto primary = PostgresServer::primary();
  const std::string database = primary->fresh_database();
  must_open(primary->url(database), StoreMode::create, {.grant_to = "app"});
  const auto standby = PostgresServer::standby_of(*primary);
  const std::string url = str("postgresql://app@", primary->address(), ",", standby->address(), "/", database);
  const auto writer = must_open(url, StoreMode::write);
  const auto reader = must_open(str("postgresql://app@", standby->address(), "/", database), StoreMode::read);
  grow(*writer, 1000, 100);
  CHECK(comes_true([&] { return reader->tip().value().size == 1000; }));

  primary->kill();
  const auto beside = must_open(url, StoreMode::read);  // nobody is primary now
  require_intact(*beside);
  // Who begins only now finds no primary either, and waits for one.
  Result<std::unique_ptr<Store>> late = fault("not opened");
  std::thread beginning([&] { late = open_postgres_store(url, StoreMode::write, {}); });
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  standby->promote();
  beginning.join();
  REQUIRE(late.ok());
  CHECK((*late)->tip().value().size == 1000);
  REQUIRE(writer->tip().value().size == 1000);
  grow(*writer, 1500, 100);
  require_intact(*writer);
  CHECK(reader->tip().value().size == 1500);
}

}  // namespace
}  // namespace cairn::test
