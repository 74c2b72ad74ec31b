#include "ledger/store/postgres_link.h"

#include <random>

#include "ledger/base/big_endian.h"
#include "ledger/base/text.h"
#include "ledger/store/postgres_schema.h"

namespace cairn {
namespace {

constexpr PostgresStatement durability = {nullptr,
                                          "SELECT coalesce(current_setting('synchronous_commit', true), '')::text, "
                                          "coalesce(current_setting('fsync', true), '')::text"};

// Nobody else's, so that no two writers wait for one another.
std::string fresh_id() {
  std::random_device source;
  Bytes bytes;
  for (int i = 0; i < 4; ++i) append_big_endian(bytes, source(), 4);
  return to_hex(bytes);
}

}  // namespace

Error PostgresLink::at_ledger(const Error& error) const {
  return at_place(place_, error);
}

Result<void> PostgresLink::open() {
  if (connection_) return {};
  const PostgresTarget server = use_ == LinkUse::read ? PostgresTarget::any : PostgresTarget::read_write;
  reached_ = false;
  TRY_LET(made, PostgresConnection::connect(url_, server));
  const Result<void> checked = check_postgres_schema(*made, place_, mode_);
  const Result<void> ready = checked.ok() ? opened(*made) : checked;
  reached_ = !made->lost();
  if (!checked.ok()) return checked;
  if (!ready.ok()) return at_ledger(ready.error());
  connection_ = std::move(made);
  ++generation_;
  return {};
}

bool PostgresLink::may_come_back() const {
  if (generation_ > 0) return true;
  return !reached_ && use_ != LinkUse::read && PostgresConnection::standby_answers(url_);
}

Result<void> PostgresLink::opened(PostgresConnection& connection) {
  if (use_ == LinkUse::read) return connection.script("SET default_transaction_read_only TO on");
  TRY(check_durability(connection));
  if (use_ == LinkUse::append) return {};
  // A server may show a commit that never reached its standby: one that was waiting for it when the server crashed, or
  // whose wait was cancelled. Who takes such a commit for done, and answers "recorded" for it, is wrong after a
  // failover. A commit of one's own waits for the standby, and comes behind all that was written before it.
  return connection.script(str("BEGIN;SET LOCAL synchronous_commit TO ", synchronous_commit(),
                               ";INSERT INTO cairn.writer (id, found) SELECT '", fresh_id(),
                               "', max(size) FROM cairn.checkpoint;COMMIT"));
}

// `off` acknowledges what the disk does not have, `local` what no standby has, `remote_write` what a standby has in
// memory only. Each commit says what it wants, whatever the session's or the role's default is.
Result<void> PostgresLink::check_durability(PostgresConnection& connection) {
  TRY_LET(rows, connection.run({durability, {}}));
  remote_apply_ = rows.count() == 1 && rows.bytes(0, 0) == "remote_apply";
  if (rows.count() != 1 || rows.bytes(0, 1) != "off") return {};
  return fault("the server runs with fsync = off, so a power cut takes back what it said was done; set fsync = on");
}

}  // namespace cairn
