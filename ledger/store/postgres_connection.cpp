#include "ledger/store/postgres_connection.h"

#include <dlfcn.h>
#include <libpq-fe.h>

#include <algorithm>
#include <limits>

#include "ledger/base/assert.h"
#include "ledger/base/big_endian.h"
#include "ledger/base/text.h"
#include "ledger/store/store.h"

namespace cairn {
namespace {

// PostgreSQL's client library is loaded when the first ledger in PostgreSQL is named. It brings some twenty libraries
// with it (Kerberos, LDAP, TLS), whose loading took a third of the time of every short command (decision 0036).
#define CAIRN_LIBPQ_FUNCTIONS(USE) \
  USE(PQclear);                    \
  USE(PQconnectdbParams);          \
  USE(PQconninfoFree);             \
  USE(PQconninfoParse);            \
  USE(PQenterPipelineMode);        \
  USE(PQerrorMessage);             \
  USE(PQescapeIdentifier);         \
  USE(PQexec);                     \
  USE(PQexitPipelineMode);         \
  USE(PQfinish);                   \
  USE(PQfreemem);                  \
  USE(PQgetResult);                \
  USE(PQgetisnull);                \
  USE(PQgetlength);                \
  USE(PQgetvalue);                 \
  USE(PQntuples);                  \
  USE(PQpipelineSync);             \
  USE(PQresultErrorField);         \
  USE(PQresultStatus);             \
  USE(PQsendPrepare);              \
  USE(PQsendQueryParams);          \
  USE(PQsendQueryPrepared);        \
  USE(PQsetNoticeReceiver);        \
  USE(PQstatus);

// Each under its own name, with the type that libpq-fe.h gives it.
struct Libpq {
#define CAIRN_LIBPQ_MEMBER(name) decltype(&::name) name = nullptr
  CAIRN_LIBPQ_FUNCTIONS(CAIRN_LIBPQ_MEMBER)
#undef CAIRN_LIBPQ_MEMBER
};

constexpr const char* library = "libpq.so.5";  // what Debian's package libpq5 brings; 5 since 2006

struct Loaded {
  Libpq functions;
  std::string missing;  // what the loader says; empty: nothing is missing
};

template <class Function>
void find(void* handle, const char* name, Function& function, std::string& missing) {
  function = reinterpret_cast<Function>(::dlsym(handle, name));
  if (function == nullptr && missing.empty()) missing = str(library, " has no ", name);
}

Loaded load() {
  Loaded loaded;
  void* handle = ::dlopen(library, RTLD_NOW | RTLD_LOCAL);  // never closed: it keeps state of its own
  if (handle == nullptr) {
    loaded.missing = ::dlerror();
    return loaded;
  }
#define CAIRN_LIBPQ_FIND(name) find(handle, #name, loaded.functions.name, loaded.missing)
  CAIRN_LIBPQ_FUNCTIONS(CAIRN_LIBPQ_FIND)
#undef CAIRN_LIBPQ_FIND
  return loaded;
}

const Loaded& loaded_once() {
  static const Loaded loaded = load();
  return loaded;
}

// Loads it if it is not loaded yet. usage: it is not installed, or is older than PostgreSQL 14's.
Result<void> load_libpq() {
  const std::string& missing = loaded_once().missing;
  if (missing.empty()) return {};
  return usage(
      str("a ledger in PostgreSQL takes PostgreSQL's client library, version 14 or newer; install it (Debian: ",
          "libpq5): ", missing));
}

const Libpq& libpq() {
  ASSERT(loaded_once().missing.empty());
  return loaded_once().functions;
}

using ResultHandle = std::shared_ptr<pg_result>;

ResultHandle hold(PGresult* result) {
  return {result, libpq().PQclear};
}

// libpq and the server end their sentences with a line break, and begin new ones for hints.
std::string one_line(std::string_view text) {
  while (text.ends_with('\n')) text.remove_suffix(1);
  std::string line(text);
  for (std::size_t at = line.find('\n'); at != std::string::npos; at = line.find('\n', at)) line.replace(at, 1, "; ");
  std::replace(line.begin(), line.end(), '\t', ' ');
  return printable(line);
}

bool is_conflict(std::string_view state) {
  static constexpr std::string_view states[] = {"23505", "23503", "40001", "40P01", "55P03"};
  return std::find(std::begin(states), std::end(states), state) != std::end(states);
}

// The connection went, the server goes down or starts, it only reads (a standby, or one that was made one), the
// outcome is unknown, or somebody cancelled the statement.
bool is_loss(std::string_view state) {
  static constexpr std::string_view states[] = {"25006", "40003", "57014", "57P01", "57P02", "57P03", "57P05", "25P03"};
  return state.starts_with("08") || std::find(std::begin(states), std::end(states), state) != std::end(states);
}

struct ParsedUrl {
  std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> options{nullptr, libpq().PQconninfoFree};

  std::string of(std::string_view keyword) const {
    for (const PQconninfoOption* at = options.get(); at != nullptr && at->keyword != nullptr; ++at) {
      if (at->keyword == keyword && at->val != nullptr) return at->val;
    }
    return {};
  }
};

// libpq's own words for a malformed URL may quote a password, so they are not passed on.
Result<ParsedUrl> parse_url(const std::string& url) {
  TRY(load_libpq());
  ParsedUrl parsed;
  char* message = nullptr;
  if (is_postgres_url(url)) parsed.options.reset(libpq().PQconninfoParse(url.c_str(), &message));
  libpq().PQfreemem(message);
  if (parsed.options) return parsed;
  return usage(
      "the ledger's URL is none that PostgreSQL's library can read; write postgresql://USER@HOST:PORT/DATABASE, with "
      "every reserved character of a part percent-encoded");
}

// A socket's directory is no part of a URL as it is.
std::string host_text(std::string_view host) {
  std::string text;
  for (const char c : host) text += c == '/' ? std::string("%2F") : std::string(1, c);
  return text;
}

void note_warning(void* warned, const PGresult* notice) {
  const char* severity = libpq().PQresultErrorField(notice, PG_DIAG_SEVERITY_NONLOCALIZED);
  if (severity != nullptr && std::string_view(severity) == "WARNING") *static_cast<bool*>(warned) = true;
}

// What stands before dbname, whose value is expanded, is a default for what the URL leaves open; what stands behind it
// goes before the URL.
PGconn* connect_once(const std::string& url, const char* session, const char* session_before_url = nullptr) {
  const std::vector<const char*> names = {"fallback_application_name", "connect_timeout",
                                          "keepalives_idle",           "keepalives_interval",
                                          "keepalives_count",          "tcp_user_timeout",
                                          "target_session_attrs",      "dbname",
                                          "target_session_attrs",      nullptr};
  const std::vector<const char*> values = {
      "cairn", "10", "10", "5", "4", "30000", session, url.c_str(), session_before_url, nullptr};
  return libpq().PQconnectdbParams(names.data(), values.data(), 1);
}

}  // namespace

bool is_postgres_url(std::string_view where) {
  return where.starts_with("postgresql://") || where.starts_with("postgres://");
}

Result<std::string> postgres_place(const std::string& url) {
  TRY_LET(parsed, parse_url(url));
  const std::string hosts = parsed.of("host").empty() ? parsed.of("hostaddr") : parsed.of("host");
  const std::string ports = parsed.of("port");
  const std::vector<std::string_view> each_port = split(ports, ',');
  std::string place = "postgresql://";
  std::size_t number = 0;
  for (const std::string_view host : split(hosts, ',')) {
    const std::string_view port = each_port.size() == 1       ? each_port[0]
                                  : number < each_port.size() ? each_port[number]
                                                              : "";
    place += str(number == 0 ? "" : ",", host_text(host), port.empty() ? "" : ":", port);
    ++number;
  }
  place += "/" + parsed.of("dbname");
  if (const std::string service = parsed.of("service"); !service.empty()) place += "?service=" + service;
  return printable(place);
}

std::size_t PostgresRows::count() const {
  return static_cast<std::size_t>(libpq().PQntuples(result_.get()));
}

bool PostgresRows::is_null(std::size_t row, int column) const {
  return libpq().PQgetisnull(result_.get(), static_cast<int>(row), column) != 0;
}

BytesView PostgresRows::bytes(std::size_t row, int column) const {
  const int at = static_cast<int>(row);
  return {libpq().PQgetvalue(result_.get(), at, column),
          static_cast<std::size_t>(libpq().PQgetlength(result_.get(), at, column))};
}

std::uint64_t PostgresRows::number(std::size_t row, int column) const {
  return from_big_endian(bytes(row, column));
}

Result<std::unique_ptr<PostgresConnection>> PostgresConnection::connect(const std::string& url, PostgresTarget server) {
  TRY_LET(parsed, parse_url(url));
  TRY_LET(place, postgres_place(url));
  std::unique_ptr<PostgresConnection> made(new PostgresConnection(connect_once(url, "read-write")));
  const bool open = parsed.of("target_session_attrs").empty();
  if (server == PostgresTarget::any && open && libpq().PQstatus(made->connection_) != CONNECTION_OK) {
    made.reset(new PostgresConnection(connect_once(url, "any")));
  }
  if (libpq().PQstatus(made->connection_) != CONNECTION_OK) {
    return unavailable(str("cannot connect to the ledger at ", place, ": ",
                           one_line(libpq().PQerrorMessage(made->connection_)),
                           "; see that the server runs and that the URL, and ~/.pgpass for a password, are right"));
  }
  return made;
}

bool PostgresConnection::standby_answers(const std::string& url) {
  PostgresConnection made(connect_once(url, "any", "any"));
  if (libpq().PQstatus(made.connection_) != CONNECTION_OK) return false;
  const auto answer = made.script_for_text("SELECT pg_is_in_recovery()::text");
  return answer.ok() && *answer == "true";
}

PostgresConnection::PostgresConnection(pg_conn* connection) : connection_(connection) {
  libpq().PQsetNoticeReceiver(connection_, note_warning, &warned_);
}

PostgresConnection::~PostgresConnection() {
  libpq().PQfinish(connection_);
}

Error PostgresConnection::failed(const pg_result* result) {
  const char* state = result == nullptr ? nullptr : libpq().PQresultErrorField(result, PG_DIAG_SQLSTATE);
  const char* primary = result == nullptr ? nullptr : libpq().PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
  state_ = state == nullptr ? "" : state;
  const std::string said = one_line(primary == nullptr ? libpq().PQerrorMessage(connection_) : primary);
  if (libpq().PQstatus(connection_) != CONNECTION_OK || state_.empty() || is_loss(state_)) {
    lost_ = true;
    return unavailable(str("the connection to PostgreSQL is lost: ", said));
  }
  const std::string message = str("PostgreSQL says: ", said, " (", state_, ")");
  return is_conflict(state_) ? conflict(message) : fault(message);
}

Result<void> PostgresConnection::send(const PostgresCall& call) {
  std::vector<Oid> types;
  std::vector<const char*> values;
  std::vector<int> lengths;
  for (const PostgresValue& value : call.values) {
    ASSERT(value.bytes.size() <= std::numeric_limits<int>::max());
    types.push_back(value.type);
    values.push_back(value.bytes.data());
    lengths.push_back(static_cast<int>(value.bytes.size()));
  }
  const std::vector<int> formats(values.size(), 1);
  const int count = static_cast<int>(values.size());
  const auto [name, text] = call.statement;
  int sent = 1;
  if (name == nullptr) {
    sent = libpq().PQsendQueryParams(connection_, text, count, types.data(), values.data(), lengths.data(),
                                     formats.data(), 1);
  } else {
    const bool announced = std::find(sent_.begin(), sent_.end(), name) != sent_.end();
    if (!announced && !prepared_.contains(std::string_view(name))) {
      sent = libpq().PQsendPrepare(connection_, name, text, count, types.data());
      sent_.emplace_back(name);
    }
    sent = sent == 0 ? 0
                     : libpq().PQsendQueryPrepared(connection_, name, count, values.data(), lengths.data(),
                                                   formats.data(), 1);
  }
  sent_.emplace_back();
  if (sent == 0) return failed(nullptr);
  return {};
}

Result<PostgresRows> PostgresConnection::receive() {
  std::optional<Error> error;
  ResultHandle last;
  for (const std::string_view name : sent_) {
    const ResultHandle result = hold(libpq().PQgetResult(connection_));
    const ExecStatusType status = result ? libpq().PQresultStatus(result.get()) : PGRES_FATAL_ERROR;
    const bool good = status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
    if (good && !name.empty()) prepared_.emplace(name);
    if (good && name.empty()) last = result;
    if (!good && !error && status != PGRES_PIPELINE_ABORTED) error = failed(result.get());
    if (!result) break;
    hold(libpq().PQgetResult(connection_));  // the end of this one
  }
  if (error && lost_) return *error;
  const ResultHandle end = hold(libpq().PQgetResult(connection_));
  if (!end || libpq().PQresultStatus(end.get()) != PGRES_PIPELINE_SYNC) {
    const Error at_end = failed(nullptr);
    if (!error) error = at_end;
    lost_ = true;
  }
  if (error) return *error;
  return PostgresRows(last);
}

Result<PostgresRows> PostgresConnection::run_all(std::span<const PostgresCall> calls) {
  ASSERT(!calls.empty() && !lost_);
  sent_.clear();
  if (libpq().PQenterPipelineMode(connection_) == 0) return failed(nullptr);
  for (const PostgresCall& call : calls) TRY(send(call));
  if (libpq().PQpipelineSync(connection_) == 0) return failed(nullptr);
  Result<PostgresRows> rows = receive();
  if (!lost_ && libpq().PQexitPipelineMode(connection_) == 0) return failed(nullptr);
  return rows;
}

Result<PostgresRows> PostgresConnection::run(const PostgresCall& call) {
  return run_all({&call, 1});
}

Result<void> PostgresConnection::script(const std::string& text) {
  ASSERT(!lost_);
  const ResultHandle result = hold(libpq().PQexec(connection_, text.c_str()));
  const ExecStatusType status = libpq().PQresultStatus(result.get());
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) return failed(result.get());
  return {};
}

Result<std::string> PostgresConnection::script_for_text(const std::string& text) {
  ASSERT(!lost_);
  const ResultHandle result = hold(libpq().PQexec(connection_, text.c_str()));
  if (libpq().PQresultStatus(result.get()) != PGRES_TUPLES_OK) return failed(result.get());
  const PostgresRows rows(result);
  return rows.count() == 0 ? std::string() : std::string(rows.bytes(0, 0));
}

bool PostgresConnection::take_warning() {
  return std::exchange(warned_, false);
}

std::string PostgresConnection::quoted_name(const std::string& name) const {
  char* quoted = libpq().PQescapeIdentifier(connection_, name.c_str(), name.size());
  std::string copy = quoted == nullptr ? "" : quoted;
  libpq().PQfreemem(quoted);
  return copy;
}

}  // namespace cairn
