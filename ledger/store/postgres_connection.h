// PostgresConnection: one connection to one server. One thread at a time. Nothing of libpq is seen outside.
//
// Errors say by their kind what to do: conflict, the place is taken or the server asks to try again (23505, 23503,
// 40001, 40P01, 55P03); unavailable, the connection is lost or its server goes down or only reads, and then lost() is
// true; fault, anything else. No message holds a password.
#pragma once

#include <cstddef>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/base/result.h"
#include "ledger/base/types.h"
#include "ledger/store/postgres_values.h"

struct pg_conn;
struct pg_result;

namespace cairn {

// Prepared under its name when it is first used on a connection; without a name it is sent as it is.
struct PostgresStatement {
  const char* name = nullptr;
  const char* text = nullptr;
};

struct PostgresCall {
  PostgresStatement statement;
  std::vector<PostgresValue> values;
};

// What a query gave, in binary.
class PostgresRows {
 public:
  explicit PostgresRows(std::shared_ptr<pg_result> result) : result_(std::move(result)) {}
  std::size_t count() const;
  bool is_null(std::size_t row, int column) const;
  BytesView bytes(std::size_t row, int column) const;
  std::uint64_t number(std::size_t row, int column) const;  // of a bigint column

 private:
  std::shared_ptr<pg_result> result_;
};

// read_write: the server takes writes. any: one that does is asked first, and if none of the URL's hosts answers as
// such, one that only reads will do. What the URL says of target_session_attrs goes before both.
enum class PostgresTarget { read_write, any };

class PostgresConnection {
 public:
  // Tries each of the URL's hosts once. Gives up on one that does not answer: after 10 s while connecting, and after
  // 30 s on a connection, unless the URL says otherwise.
  static Result<std::unique_ptr<PostgresConnection>> connect(const std::string& url, PostgresTarget server);

  // Whether the first server of the URL that takes us is a standby, whatever the URL wants of it. After connect().
  static bool standby_answers(const std::string& url);
  ~PostgresConnection();
  PostgresConnection(const PostgresConnection&) = delete;
  PostgresConnection& operator=(const PostgresConnection&) = delete;

  Result<PostgresRows> run(const PostgresCall& call);

  // In one round trip; the first error ends it, and what stood before it within a transaction stays in that.
  Result<PostgresRows> run_all(std::span<const PostgresCall> calls);  // gives the last one's rows

  // Several statements without values, in one round trip.
  Result<void> script(const std::string& text);

  // The same, and the one text that the last of them finds; empty if it finds none.
  Result<std::string> script_for_text(const std::string& text);

  bool lost() const { return lost_; }

  // Whether the server has warned of something since this was asked last. A commit that waits for a standby and is
  // cancelled comes back as done, with a warning.
  bool take_warning();

  // SQLSTATE of the last error; empty if the server gave none.
  const std::string& state() const { return state_; }

  std::string quoted_name(const std::string& name) const;

 private:
  explicit PostgresConnection(pg_conn* connection);
  Result<void> send(const PostgresCall& call);
  Result<PostgresRows> receive();
  Error failed(const pg_result* result);

  pg_conn* connection_;
  std::set<std::string, std::less<>> prepared_;
  std::vector<std::string_view> sent_;  // this round trip: a name that is prepared, or nothing for what is run
  bool lost_ = false;
  bool warned_ = false;
  std::string state_;
};

}  // namespace cairn
