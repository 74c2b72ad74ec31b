#include "ledger/store/postgres_schema.h"

#include "ledger/base/text.h"
#include "ledger/store/store.h"
#include "ledger/store/store_format.h"

namespace cairn {
namespace {

// A batch is a row of `checkpoint` that names the size before it. That size must be there, and no two may name the
// same: no gap and no fork, whoever writes. All chains begin at the row of size 0, which is made with the table. Notes
// have a table of their own, since the row of `checkpoint` is written before anything is signed.
constexpr const char* tables =
    "CREATE SCHEMA cairn;"
    "CREATE TABLE cairn.format (version text PRIMARY KEY);"
    "CREATE TABLE cairn.checkpoint ("
    " size bigint PRIMARY KEY,"
    " prev bigint UNIQUE REFERENCES cairn.checkpoint (size));"
    "CREATE TABLE cairn.note ("
    " size bigint PRIMARY KEY REFERENCES cairn.checkpoint (size),"
    " note bytea NOT NULL);"
    "CREATE TABLE cairn.snapshot ("
    " size bigint PRIMARY KEY REFERENCES cairn.checkpoint (size),"
    " snapshot bytea NOT NULL);"
    "CREATE TABLE cairn.entry (seq bigint PRIMARY KEY, entry bytea NOT NULL);"
    "CREATE TABLE cairn.leaves (tile bigint PRIMARY KEY, hashes bytea NOT NULL);"
    "CREATE TABLE cairn.subtree ("
    " level bigint, number bigint, hash bytea NOT NULL,"
    " PRIMARY KEY (level, number));"
    "CREATE TABLE cairn.posting ("
    " tag bytea, first bigint, others bytea NOT NULL,"
    " PRIMARY KEY (tag, first));"
    "CREATE TABLE cairn.attachment (digest bytea PRIMARY KEY, content bytea NOT NULL);"
    "CREATE TABLE cairn.writer (id text PRIMARY KEY, found bigint NOT NULL);"
    "INSERT INTO cairn.checkpoint (size, prev) VALUES (0, NULL);";

constexpr PostgresStatement read_version = {nullptr, "SELECT version::text FROM cairn.format"};

// No UPDATE on anything: the one row that changes, of `format`, is changed by the owner (mark_postgres_schema). DELETE
// on attachments alone, since they may have to go (DESIGN 4).
std::string grants(const std::string& role) {
  return str("GRANT USAGE ON SCHEMA cairn TO ", role, ";GRANT SELECT ON cairn.format TO ", role,
             ";GRANT SELECT, INSERT ON cairn.checkpoint, cairn.note, cairn.snapshot, cairn.entry, cairn.leaves,"
             " cairn.subtree, cairn.posting, cairn.writer TO ",
             role, ";GRANT SELECT, INSERT, DELETE ON cairn.attachment TO ", role, ";");
}

bool is_absent(const std::string& state) {
  return state == "42P01" || state == "3F000";  // no such table, no such schema
}

// Another init made the schema in between.
bool is_taken(const std::string& state) {
  return state == "42P06" || state == "42P07" || state == "23505";
}

}  // namespace

Error at_place(const std::string& place, const Error& error) {
  return {error.kind, str("the ledger at ", place, ": ", error.message)};
}

Result<void> create_postgres_schema(PostgresConnection& connection, const std::string& place,
                                    const std::string& grant_to) {
  const std::string role_grants = grant_to.empty() ? "" : grants(connection.quoted_name(grant_to));
  const Result<PostgresRows> there = connection.run({read_version, {}});
  if (there.ok()) {
    // An earlier init that stopped before the first entry: it is gone on with.
    if (role_grants.empty()) return {};
    const Result<void> granted = connection.script(role_grants);
    if (!granted.ok()) return at_place(place, granted.error());
    return {};
  }
  if (!is_absent(connection.state())) return at_place(place, there.error());
  const Result<void> made = connection.script(str("BEGIN;", tables, "INSERT INTO cairn.format (version) VALUES ('",
                                                  store_version, "');", role_grants, "COMMIT"));
  if (made.ok()) return {};
  if (connection.lost()) return at_place(place, made.error());
  const std::string state = connection.state();
  TRY(connection.script("ROLLBACK"));
  if (is_taken(state)) {
    return fault(str("the database at ", place,
                     " has a schema `cairn` that holds no ledger, or somebody is just making ",
                     "one: run init again, or choose another database (", made.error().message, ")"));
  }
  return fault(str("cannot make a ledger at ", place, ": ", made.error().message,
                   "; init needs a role that may create a schema in this database"));
}

Result<bool> holds_postgres_schema(PostgresConnection& connection) {
  const Result<PostgresRows> rows = connection.run({read_version, {}});
  if (connection.lost()) return rows.error();
  return rows.ok() || !is_absent(connection.state());
}

Result<void> mark_postgres_schema(PostgresConnection& connection, const std::string& place, Copying copying,
                                  const std::string& synchronous_commit) {
  const std::string_view wanted = version_for(copying);
  const Result<PostgresRows> now = connection.run({read_version, {}});
  if (!now.ok()) return at_place(place, now.error());
  if (now->count() == 1 && now->bytes(0, 0) == wanted) return {};
  connection.take_warning();
  const Result<void> marked = connection.script(str("BEGIN;SET LOCAL synchronous_commit TO ", synchronous_commit,
                                                    ";UPDATE cairn.format SET version = '", wanted, "';COMMIT"));
  if (marked.ok() && !connection.take_warning()) return {};
  if (marked.ok()) return at_place(place, unavailable("the server ended a commit with a warning: try again"));
  const bool forbidden = connection.state() == "42501";
  if (!connection.lost()) TRY(connection.script("ROLLBACK"));
  const std::string hint = forbidden ? "; copy into it as the owner of its tables" : "";
  return at_place(place, {marked.error().kind, marked.error().message + hint});
}

Result<void> check_postgres_schema(PostgresConnection& connection, const std::string& place, StoreMode mode) {
  const Result<PostgresRows> rows = connection.run({read_version, {}});
  if (!rows.ok() && is_absent(connection.state())) {
    return fault(str("no ledger at ", place, "; make one with `cairn init`"));
  }
  if (!rows.ok() && connection.state() == "42501") {
    return unavailable(str("this role may not read the ledger at ", place, ": ", rows.error().message,
                           "; `cairn init --grant-to ROLE` grants it, or its owner does (README)"));
  }
  if (!rows.ok()) return at_place(place, rows.error());
  const std::string several = str(rows->count(), " versions");
  return check_version(rows->count() == 1 ? rows->bytes(0, 0) : BytesView(several), mode, place);
}

}  // namespace cairn
