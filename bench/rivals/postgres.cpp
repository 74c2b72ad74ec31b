#include "bench/rivals/postgres.h"

#include <libpq-fe.h>
#include <pwd.h>
#include <signal.h>
#include <unistd.h>

#include <thread>

#include "bench/measure.h"
#include "bench/process.h"
#include "ledger/base/big_endian.h"
#include "ledger/base/text.h"

namespace cairn::bench {
namespace {

namespace fs = std::filesystem;

constexpr const char* tables = R"(
CREATE TABLE bare(seq bigint PRIMARY KEY, entry bytea NOT NULL);
CREATE TABLE chained(seq bigint PRIMARY KEY, entry bytea NOT NULL, previous bytea NOT NULL, hash bytea NOT NULL);
CREATE TABLE head(one boolean PRIMARY KEY DEFAULT true CHECK (one), seq bigint NOT NULL, hash bytea NOT NULL);
INSERT INTO head(seq, hash) VALUES(0, sha256(''));
CREATE FUNCTION chain() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  -- Taking the head's row keeps everybody else out until this transaction ends, which a chain cannot do without.
  UPDATE head SET seq = seq + 1, hash = sha256(hash || NEW.entry)
    RETURNING seq, hash INTO NEW.seq, NEW.hash;
  SELECT coalesce((SELECT hash FROM chained WHERE seq = NEW.seq - 1), sha256('')) INTO NEW.previous;
  RETURN NEW;
END $$;
CREATE TRIGGER chain BEFORE INSERT ON chained FOR EACH ROW EXECUTE FUNCTION chain();
)";

class Connection {
 public:
  explicit Connection(const std::string& url) : connection_(PQconnectdb(url.c_str())) {
    if (PQstatus(connection_) != CONNECTION_OK) fail();
  }
  ~Connection() { PQfinish(connection_); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  PGconn* get() const { return connection_; }
  [[noreturn]] void fail() const { stop(std::string("PostgreSQL: ") + PQerrorMessage(connection_)); }
  void expect(PGresult* result, ExecStatusType status) const {
    if (PQresultStatus(result) != status) fail();
    PQclear(result);
  }
  void execute(const char* statement) const { expect(PQexec(connection_, statement), PGRES_COMMAND_OK); }

 private:
  PGconn* connection_;
};

class Chained final : public Keeper {
 public:
  explicit Chained(const std::string& url) : database_(url) {
    const char* insert = "INSERT INTO chained(entry) VALUES($1)";
    database_.expect(PQprepare(database_.get(), "insert", insert, 1, nullptr), PGRES_COMMAND_OK);
  }

  void append(std::span<const Bytes> entries) override {
    if (entries.size() > 1) database_.execute("BEGIN");
    for (const Bytes& entry : entries) {
      const char* value = entry.data();
      const int length = static_cast<int>(entry.size());
      const int binary = 1;
      PGresult* done = PQexecPrepared(database_.get(), "insert", 1, &value, &length, &binary, 1);
      database_.expect(done, PGRES_COMMAND_OK);
    }
    if (entries.size() > 1) database_.execute("COMMIT");
  }

 private:
  Connection database_;
};

class Bare final : public Keeper {
 public:
  explicit Bare(const std::string& url) : database_(url) {}

  void append(std::span<const Bytes> entries) override {
    database_.expect(PQexec(database_.get(), "COPY bare FROM STDIN (FORMAT binary)"), PGRES_COPY_IN);
    Bytes rows("PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0", 19);
    for (const Bytes& entry : entries) {
      append_big_endian(rows, 2, 2);
      append_big_endian(rows, 8, 4);
      append_big_endian(rows, next_++, 8);
      append_big_endian(rows, entry.size(), 4);
      rows += entry;
    }
    rows += "\377\377";
    const bool sent = PQputCopyData(database_.get(), rows.data(), static_cast<int>(rows.size())) == 1 &&
                      PQputCopyEnd(database_.get(), nullptr) == 1;
    if (!sent) database_.fail();
    while (PGresult* done = PQgetResult(database_.get())) database_.expect(done, PGRES_COMMAND_OK);
  }

 private:
  Connection database_;
  Seq next_ = 0;
};

// Debian keeps each version's programs in a folder of its own.
fs::path programs() {
  fs::path newest;
  for (const auto& version : fs::directory_iterator("/usr/lib/postgresql")) {
    if (fs::exists(version.path() / "bin/postgres") && version.path() > newest) newest = version.path();
  }
  if (newest.empty()) stop("no PostgreSQL server is installed: bench/run installs one");
  return newest / "bin";
}

Program as_user(std::vector<std::string> words) {
  Program program;
  program.words = std::move(words);
  if (::geteuid() == 0) {
    const passwd* user = ::getpwnam("postgres");
    if (user == nullptr) stop("PostgreSQL refuses to run as root, and there is no user postgres to run it as");
    program.user = user->pw_uid;
    program.group = user->pw_gid;
  }
  return program;
}

void hand_over(const fs::path& directory, const Program& to) {
  fs::create_directories(directory);
  if (to.user != 0 && ::chown(directory.c_str(), to.user, to.group) != 0)
    stop("cannot hand over " + directory.string());
}

}  // namespace

PostgresServer::PostgresServer(const fs::path& directory) : directory_(directory) {
  // A socket's whole path has room for a hundred characters, which a build directory may not leave.
  std::string made = (fs::temp_directory_path() / "cairn-bench-XXXXXX").string();
  if (::mkdtemp(made.data()) == nullptr) stop("cannot make a directory for the server's socket");
  sockets_ = made;
  const Program as = as_user({});
  hand_over(directory_, as);
  hand_over(sockets_, as);
}

std::unique_ptr<PostgresServer> PostgresServer::primary(const fs::path& directory) {
  std::unique_ptr<PostgresServer> server(new PostgresServer(directory));
  run(as_user({(programs() / "initdb").string(), "-D", (directory / "data").string(), "-U", "bench", "-A", "trust",
               "-E", "UTF8", "--locale=C", "--no-sync"}),
      (directory / "initdb.log").string());
  server->run_server();
  Connection(server->url()).execute(tables);
  return server;
}

std::unique_ptr<PostgresServer> PostgresServer::standby_of(const PostgresServer& primary, const fs::path& directory) {
  std::unique_ptr<PostgresServer> server(new PostgresServer(directory));
  run(as_user({(programs() / "pg_basebackup").string(), "-D", (directory / "data").string(), "-h",
               primary.sockets_.string(), "-U", "bench", "-R", "-X", "stream", "--checkpoint=fast"}),
      (directory / "basebackup.log").string());
  server->run_server();
  Connection(primary.url()).execute("ALTER SYSTEM SET synchronous_standby_names = '*'");
  primary.ask("SELECT pg_reload_conf()");
  for (int tries = 0; primary.ask("SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'") != "1";
       ++tries) {
    if (tries == 300) stop("the standby does not follow; see " + (directory / "server.log").string());
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  return server;
}

void PostgresServer::run_server() {
  const std::string log = (directory_ / "server.log").string();
  server_ = start(as_user({(programs() / "postgres").string(), "-D", (directory_ / "data").string(), "-k",
                           sockets_.string(), "-h", "", "-c", "max_connections=200"}),
                  log);
  for (int tries = 0; PQping(url().c_str()) != PQPING_OK; ++tries) {
    if (tries == 300) stop("PostgreSQL does not start; see " + log);
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
}

PostgresServer::~PostgresServer() {
  if (server_ > 0) {
    ::kill(server_, SIGQUIT);  // its tables go with it
    wait_for(server_);
  }
  std::error_code ignored;
  fs::remove_all(sockets_, ignored);
}

std::string PostgresServer::url() const {
  return "postgresql://bench@/postgres?host=" + sockets_.string();
}

std::unique_ptr<Keeper> PostgresServer::chained() const {
  return std::make_unique<Chained>(url());
}
std::unique_ptr<Keeper> PostgresServer::bare() const {
  return std::make_unique<Bare>(url());
}

std::string PostgresServer::ask(const std::string& statement) const {
  const Connection database(url());
  PGresult* answer = PQexec(database.get(), statement.c_str());
  if (PQresultStatus(answer) != PGRES_TUPLES_OK || PQntuples(answer) != 1) database.fail();
  const std::string value = PQgetvalue(answer, 0, 0);
  PQclear(answer);
  return value;
}

std::string PostgresServer::version() const {
  const std::string whole = ask("SHOW server_version");
  return whole.substr(0, whole.find(' '));
}

}  // namespace cairn::bench
