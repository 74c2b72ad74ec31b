// What only PostgreSQL's store can do wrong: rivals, lost connections, rights.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <thread>

#include "ledger/base/text.h"
#include "tests/catch.h"
#include "tests/postgres/proxy.h"
#include "tests/store/postgres_case.h"

namespace cairn::test {
namespace {

Batch with_sign(Batch batch, const std::function<void()>& before) {
  batch.sign = [before, sign = std::move(batch.sign)] {
    before();
    return sign();
  };
  return batch;
}

TEST_CASE("of two writers at one size the second waits for the first, and is a conflict whose head is never signed") {
  const Made made;
  const auto first = must_open(made.app, StoreMode::write);
  const auto second = must_open(made.app, StoreMode::write);
  grow(*first, 10);
  bool second_signed = false;
  std::thread rival;
  Result<void> lost;
  const auto start_rival = [&] {
    rival = std::thread([&] { lost = second->commit(10, with_sign(batch_at(10, 3), [&] { second_signed = true; })); });
    CHECK(comes_true([&] { return backends(made.database, "count(*)", "wait_event_type = 'Lock'") == "1"; }));
    CHECK_FALSE(second_signed);
  };
  REQUIRE(first->commit(10, with_sign(batch_at(10, 5), start_rival)).ok());
  rival.join();
  REQUIRE_FALSE(lost.ok());
  CHECK(lost.error().kind == ErrorKind::conflict);
  CHECK(lost.error().message.find("15 entries") != std::string::npos);
  CHECK_FALSE(second_signed);
  CHECK(second->tip().value().size == 15);
  grow(*second, 300);
  grow(*first, 600);
  require_intact(*first);
  require_intact(*second);
}

TEST_CASE("a place that the first of two writers gives up is the second's") {
  const Made made;
  const auto first = must_open(made.app, StoreMode::write);
  const auto second = must_open(made.app, StoreMode::write);
  std::thread rival;
  Result<void> won = fault("not asked");
  Batch given_up = batch_at(0, 5);
  given_up.sign = [&]() -> Result<SignedHead> {
    rival = std::thread([&] { won = second->commit(0, batch_at(0, 3)); });
    CHECK(comes_true([&] { return backends(made.database, "count(*)", "wait_event_type = 'Lock'") == "1"; }));
    return fault("told not to sign");
  };
  CHECK_FALSE(first->commit(0, given_up).ok());
  rival.join();
  CHECK(won.ok());
  CHECK(first->tip().value().size == 3);
}

TEST_CASE("a place behind another head than was seen is a conflict, and no head is signed there") {
  const Made made;
  const auto store = must_open(made.app, StoreMode::write);
  const bool written_by_itself = GENERATE(true, false);
  grow(written_by_itself ? *store : *must_open(made.app, StoreMode::write), 10);
  REQUIRE(store->tip().value().size == 10);
  // As after a failover that took back what was never acknowledged, when others have come as far again.
  server().ask(made.database, "UPDATE cairn.note SET note = 'another' WHERE size = 10");
  bool was_signed = false;
  const Result<void> refused = store->commit(10, with_sign(batch_at(10, 5), [&] { was_signed = true; }));
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().kind == ErrorKind::conflict);
  CHECK_FALSE(was_signed);
  CHECK(store->tip().value().checkpoint == "another");
  // Whoever has looked at it may decide to write on.
  CHECK(store->commit(10, batch_at(10, 5)).ok());
}

TEST_CASE("a rival that does not come to an end is waited for only so long") {
  const Made made;
  const auto first = must_open(made.app, StoreMode::write);
  const auto second = must_open(made.app, StoreMode::write, {.lock_timeout = 200});
  Result<void> late;
  REQUIRE(first->commit(0, with_sign(batch_at(0, 5), [&] { late = second->commit(0, batch_at(0, 1)); })).ok());
  REQUIRE_FALSE(late.ok());
  CHECK(late.error().kind == ErrorKind::conflict);
  REQUIRE(second->commit(5, batch_at(5, 1)).ok());
}

TEST_CASE("a connection lost before the commit leaves nothing, and one lost behind it leaves all; both are unknown") {
  const Made made;
  Proxy proxy(server().address());
  const std::string url = str("postgresql://app@", proxy.address(), "/", made.database);
  const auto store = must_open(url, StoreMode::write);
  const auto other = must_open(made.app, StoreMode::read);
  grow(*store, 300);

  const Result<void> before = store->commit(300, with_sign(batch_at(300, 5), [&] { proxy.cut(); }));
  REQUIRE_FALSE(before.ok());
  CHECK(before.error().kind == ErrorKind::unavailable);
  CHECK(store->tip().value().size == 300);
  require_intact(*store);

  std::thread cutter;
  const auto lose = [&] {
    proxy.lose_answers();
    cutter = std::thread([&] {
      CHECK(comes_true([&] { return other->tip().value().size == 305; }));
      proxy.cut();
    });
  };
  const Result<void> behind = store->commit(300, with_sign(batch_at(300, 5), lose));
  cutter.join();
  REQUIRE_FALSE(behind.ok());
  CHECK(behind.error().kind == ErrorKind::unavailable);
  CHECK(store->tip().value().size == 305);
  CHECK(store->commit(300, batch_at(300, 5)).error().kind == ErrorKind::conflict);
  grow(*store, 600);
  require_intact(*store);
}

TEST_CASE("readers and writers whose connections end go on by themselves") {
  const Made made;
  const auto writer = must_open(made.app, StoreMode::write);
  const auto reader = must_open(made.app, StoreMode::read);
  grow(*writer, 300);
  require_intact(*reader);
  for (int round = 0; round < 2; ++round) {
    backends(made.database, "count(pg_terminate_backend(pid))");
    REQUIRE(reader->read(7, {1, 1}).value() == std::vector<Bytes>{entry_at(7)});
    const Size size = writer->tip().value().size;
    backends(made.database, "count(pg_terminate_backend(pid))");
    REQUIRE(writer->commit(size, batch_at(size, 5)).ok());
    REQUIRE(reader->tip().value().size == size + 5);
  }
  require_intact(*reader);
}

TEST_CASE("a server that stays away makes questions unavailable once the patience is over") {
  const Made made;
  auto proxy = std::make_unique<Proxy>(server().address());
  const std::string url = str("postgresql://app@", proxy->address(), "/", made.database);
  const auto store = must_open(url, StoreMode::write, {.patience = 300});
  proxy.reset();
  CHECK(store->tip().error().kind == ErrorKind::unavailable);
  CHECK(store->commit(0, batch_at(0, 1)).error().kind == ErrorKind::unavailable);
  const auto opened = open_postgres_store(url, StoreMode::read, {});
  REQUIRE_FALSE(opened.ok());
  CHECK(opened.error().kind == ErrorKind::unavailable);
}

TEST_CASE("the role that writes can change nothing and take nothing back but an attachment") {
  const Made made;
  const auto store = must_open(made.app, StoreMode::write);
  grow(*store, 300, 30);
  const std::string tables = "table_schema = 'cairn'";
  const int count =
      std::stoi(server().ask(made.database, "SELECT count(*) FROM information_schema.tables WHERE " + tables));
  REQUIRE(count == 10);
  for (int i = 0; i < count; ++i) {
    const std::string table = server().ask(made.database, str("SELECT table_name FROM information_schema.tables WHERE ",
                                                              tables, " ORDER BY table_name OFFSET ", i, " LIMIT 1"));
    INFO(table);
    const std::string column =
        server().ask(made.database, str("SELECT column_name FROM information_schema.columns WHERE ", tables,
                                        " AND table_name = '", table, "' ORDER BY ordinal_position LIMIT 1"));
    const std::string name = "cairn." + table;
    CHECK(server().refusal(made.database, str("UPDATE ", name, " SET ", column, " = ", column), "app") == "42501");
    CHECK(server().refusal(made.database, "TRUNCATE " + name, "app") == "42501");
    CHECK(server().refusal(made.database, str("ALTER TABLE ", name, " ADD more bigint"), "app") == "42501");
    CHECK(server().refusal(made.database, "DROP TABLE " + name, "app") == "42501");
    if (table == "attachment") continue;
    CHECK(server().refusal(made.database, "DELETE FROM " + name, "app") == "42501");
  }
  CHECK(server().ask(made.database, "DELETE FROM cairn.attachment", "app").empty());
  CHECK(server().refusal(made.database, "INSERT INTO cairn.format VALUES ('another')", "app") == "42501");
  require_intact(*store);
}

TEST_CASE("the keys alone forbid a fork and a gap, whoever writes") {
  const Made made;
  grow(*must_open(made.app, StoreMode::write), 10, 10);
  const std::string insert = "INSERT INTO cairn.checkpoint (size, prev) VALUES ";
  CHECK(server().refusal(made.database, insert + "(99, 1)", "app") == "23505");   // a second one behind 1
  CHECK(server().refusal(made.database, insert + "(99, 0)", "app") == "23505");   // a second beginning
  CHECK(server().refusal(made.database, insert + "(10, 10)", "app") == "23505");  // a size that is there
  CHECK(server().refusal(made.database, insert + "(99, 50)", "app") == "23503");  // behind what is not there
}

TEST_CASE("who may only read reads, and who may nothing is told what to ask for") {
  const Made made;
  grow(*must_open(made.app, StoreMode::write), 300);
  server().ask("postgres", "DROP ROLE IF EXISTS auditor");
  server().ask("postgres", "CREATE ROLE auditor LOGIN");
  const std::string url = server().url(made.database, "auditor");
  const auto refused = open_postgres_store(url, StoreMode::read, {});
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().message.find("--grant-to") != std::string::npos);
  server().ask(made.database, "GRANT USAGE ON SCHEMA cairn TO auditor");
  server().ask(made.database, "GRANT SELECT ON ALL TABLES IN SCHEMA cairn TO auditor");
  const auto reader = must_open(url, StoreMode::read);
  require_intact(*reader);
  CHECK(reader->commit(300, batch_at(300, 1)).error().kind == ErrorKind::fault);
  CHECK_FALSE(open_postgres_store(url, StoreMode::write, {}).ok());
  server().ask(made.database, "DROP OWNED BY auditor");
}

TEST_CASE("a server that does not sync gets no writer") {
  const Made made;
  server().ask("postgres", "ALTER SYSTEM SET fsync = off");
  server().ask("postgres", "SELECT pg_reload_conf()");
  REQUIRE(comes_true([&] { return server().ask("postgres", "SHOW fsync") == "off"; }));
  const auto refused = open_postgres_store(made.app, StoreMode::write, {});
  server().ask("postgres", "ALTER SYSTEM RESET fsync");
  server().ask("postgres", "SELECT pg_reload_conf()");
  REQUIRE(comes_true([&] { return server().ask("postgres", "SHOW fsync") == "on"; }));
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().message.find("fsync") != std::string::npos);
}

TEST_CASE("while a copy is under way nobody writes to it but its owner who copies, and afterwards everybody may") {
  const Made made;
  const auto early = must_open(made.app, StoreMode::write);
  grow(*early, 10);  // so that it has its connection before the copy begins
  auto store = must_open(made.owner, StoreMode::copy);
  grow(*store, 30);
  REQUIRE(store->mark(Copying::under_way).ok());
  grow(*store, 300, 30);
  const auto refused = open_postgres_store(made.app, StoreMode::write, {});
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().message.find("is a copy that is not finished") != std::string::npos);
  REQUIRE(early->tip().value().size == 300);
  const auto late = early->commit(300, batch_at(300, 1));
  REQUIRE_FALSE(late.ok());
  CHECK(late.error().message.find("is a copy that is not finished") != std::string::npos);
  require_intact(*must_open(made.app, StoreMode::read));
  const auto beside = must_open(made.app, StoreMode::copy);
  CHECK(beside->mark(Copying::done).error().message.find("as the owner of its tables") != std::string::npos);
  REQUIRE(store->mark(Copying::done).ok());
  CHECK(beside->mark(Copying::done).ok());  // there is nothing to change
  grow(*must_open(made.app, StoreMode::write), 310);
}

TEST_CASE("a database without a ledger, or with one of another format, is not touched") {
  const std::string database = server().fresh_database();
  const std::string url = server().url(database);
  for (const StoreMode mode : {StoreMode::read, StoreMode::write}) {
    const auto opened = open_postgres_store(url, mode, {});
    REQUIRE_FALSE(opened.ok());
    CHECK(opened.error().message.find("make one with `cairn init`") != std::string::npos);
  }
  CHECK(open_postgres_store(server().url("no_such_database"), StoreMode::read, {}).error().kind ==
        ErrorKind::unavailable);

  server().ask(database, "CREATE SCHEMA cairn");
  CHECK(open_postgres_store(url, StoreMode::create, {}).error().message.find("holds no ledger") != std::string::npos);
  server().ask(database, "DROP SCHEMA cairn");
  must_open(url, StoreMode::create);
  // An init that stopped before its first entry is gone on with; a ledger is not.
  must_open(url, StoreMode::create);
  grow(*must_open(url, StoreMode::write), 3);
  CHECK(open_postgres_store(url, StoreMode::create, {}).error().message.find("already") != std::string::npos);
  server().ask(database, "UPDATE cairn.format SET version = 'cairn store 9'");
  for (const StoreMode mode : {StoreMode::read, StoreMode::write, StoreMode::create}) {
    const auto opened = open_postgres_store(url, mode, {});
    REQUIRE_FALSE(opened.ok());
    CHECK(opened.error().message.find("'cairn store 9'") != std::string::npos);
  }
}

TEST_CASE("a row that is missing in PostgreSQL is a fault that names it") {
  const Made made;
  const auto store = must_open(made.app, StoreMode::write);
  grow(*store, 1000, 100);
  const auto without = [&](const std::string& row, const std::function<std::string(const Store&)>& question) {
    server().ask(made.database, str("CREATE TABLE kept AS SELECT * FROM cairn.", row));
    server().ask(made.database, str("ALTER TABLE cairn.", row.substr(0, row.find(' ')), " DISABLE TRIGGER ALL"));
    server().ask(made.database, str("DELETE FROM cairn.", row));
    const auto fresh = open_postgres_store(made.app, StoreMode::read, {});
    const std::string said = fresh.ok() ? question(**fresh) : fresh.error().message;
    server().ask(made.database, str("INSERT INTO cairn.", row.substr(0, row.find(' ')), " SELECT * FROM kept"));
    server().ask(made.database, "DROP TABLE kept");
    return said;
  };
  const auto read_all = [](const Store& opened) { return opened.read(0, {5000, 1 << 30}).error().message; };
  const auto first_node = [](const Store& opened) {
    const NodeId leaf{0, 3};
    return opened.nodes({&leaf, 1}).error().message;
  };
  const auto tile_node = [](const Store& opened) {
    const NodeId node{8, 1};
    return opened.nodes({&node, 1}).error().message;
  };
  const auto all_notes = [](const Store& opened) { return opened.checkpoints(0, 9999).error().message; };
  CHECK(without("entry WHERE seq = 500", read_all).find("entry 500 ") != std::string::npos);
  CHECK(without("entry WHERE seq = 999", read_all).find("entry 999 ") != std::string::npos);
  CHECK(without("leaves WHERE tile = 0", first_node).find("entries 0 to 255") != std::string::npos);
  CHECK(without("subtree WHERE number = 1", tile_node).find("subtree 1 of level 8") != std::string::npos);
  CHECK(without("note WHERE size = 1000", all_notes).find("size 1000") != std::string::npos);
  CHECK(without("note WHERE size = 1", all_notes).find("size 1 ") != std::string::npos);
  require_intact(*must_open(made.app, StoreMode::read));
}

TEST_CASE("a row of PostgreSQL that belongs to nothing is named, and so is a checkpoint that is gone") {
  const Made made;
  const auto store = must_open(made.app, StoreMode::write);
  grow(*store, 1000, 100);
  const auto wrong = [&](std::size_t limit = 100) { return store->wrong_rows(limit).value(); };
  CHECK(wrong().empty());
  // What the role that writes may add beside the writer.
  const std::vector<std::pair<std::string, std::string>> rows{{"entry VALUES (1000, 'x')", "entry 1000"},
                                                              {"entry VALUES (-1, 'x')", "entry -1"},
                                                              {"leaves VALUES (3, 'x')", "leaves 3"},
                                                              {"leaves VALUES (-2, 'x')", "leaves -2"},
                                                              {"subtree VALUES (1, 3, 'x')", "subtree 1 3"},
                                                              {"subtree VALUES (0, 0, 'x')", "subtree 0 0"},
                                                              {"subtree VALUES (2, 0, 'x')", "subtree 2 0"},
                                                              {"subtree VALUES (8, 0, 'x')", "subtree 8 0"},
                                                              {"subtree VALUES (1, -1, 'x')", "subtree 1 -1"},
                                                              {"posting VALUES ('a', 1000, '')", "posting 61 1000"},
                                                              {"posting VALUES ('a', -1, '')", "posting 61 -1"},
                                                              {"note VALUES (0, 'x')", "note 0"},
                                                              {"snapshot VALUES (0, 'x')", "snapshot 0"}};
  std::size_t count = 0;
  for (const auto& [row, name] : rows) {
    server().ask(made.database, "INSERT INTO cairn." + row, "app");
    const auto found = wrong();
    CHECK(found.size() == ++count);
    CHECK(std::find(found.begin(), found.end(), str("the row ", name, " belongs to nothing in the ledger")) !=
          found.end());
  }
  CHECK(wrong(3).size() == 3);
  // What only the owner of the tables can do.
  const auto kept = store->checkpoints(0, 3).value();
  server().ask(made.database, "ALTER TABLE cairn.checkpoint DISABLE TRIGGER ALL");
  server().ask(made.database, str("DELETE FROM cairn.checkpoint WHERE size = ", kept[1].size));
  const auto found = wrong();
  CHECK(found.size() == count + 2);
  CHECK(std::find(found.begin(), found.end(),
                  str("the row note ", kept[1].size, " belongs to nothing in the ledger")) != found.end());
  CHECK(found.back() == str("the checkpoint of size ", kept[2].size, " is said to follow one of size ", kept[1].size,
                            ", which is not the one before it"));
}

TEST_CASE("a place is named by hosts and database, never by who comes or with what password") {
  CHECK(postgres_place("postgresql://dana:secret@db1:5433,db2/ledger?sslmode=require&password=secret").value() ==
        "postgresql://db1:5433,db2/ledger");
  CHECK(postgres_place("postgres://db/ledger").value() == "postgresql://db/ledger");
  CHECK(postgres_place("postgresql:///ledger?host=/run/pg&port=5433").value() ==
        "postgresql://%2Frun%2Fpg:5433/ledger");
  CHECK(postgres_place("postgresql://?service=models").value() == "postgresql:///?service=models");
  for (const std::string bad :
       {"postgresql://dana:sec%ret@db/ledger", "postgresql://db/l?secret=1", "mysql://secret"}) {
    const auto refused = postgres_place(bad);
    REQUIRE_FALSE(refused.ok());
    CHECK(refused.error().kind == ErrorKind::usage);
    CHECK(refused.error().message.find("sec") == std::string::npos);
  }
  const auto away = open_postgres_store("postgresql://dana:secret@127.0.0.1:1/ledger", StoreMode::read, {});
  REQUIRE_FALSE(away.ok());
  CHECK(away.error().message.find("postgresql://127.0.0.1:1/ledger") != std::string::npos);
  CHECK(away.error().message.find("secret") == std::string::npos);
}

}  // namespace
}  // namespace cairn::test
