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
  explicit Connection(const fs::path& sockets)
      : connection_(PQconnectdb(("host=" + sockets.string() + " user=bench dbname=postgres").c_str())) {
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
  explicit Chained(const fs::path& sockets) : database_(sockets) {
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
  explicit Bare(const fs::path& sockets) : database_(sockets) {}

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

PostgresServer::PostgresServer(const fs::path& directory) {
  const fs::path bin = programs();
  const fs::path data = directory / "data";
  // A socket's whole path has room for a hundred characters, which a build directory may not leave.
  std::string made = (fs::temp_directory_path() / "cairn-bench-XXXXXX").string();
  if (::mkdtemp(made.data()) == nullptr) stop("cannot make a directory for the server's socket");
  sockets_ = made;
  const std::string log = (directory / "initdb.log").string();
  Program initdb = as_user({(bin / "initdb").string(), "-D", data.string(), "-U", "bench", "-A", "trust", "--no-sync"});
  hand_over(directory, initdb);
  hand_over(sockets_, initdb);
  run(initdb, log);
  Program server = as_user({(bin / "postgres").string(), "-D", data.string(), "-k", sockets_.string(), "-h", "", "-c",
                            "max_connections=200"});
  server_ = start(server, (directory / "server.log").string());
  const std::string where = "host=" + sockets_.string() + " user=bench dbname=postgres";
  for (int tries = 0; PQping(where.c_str()) != PQPING_OK; ++tries) {
    if (tries == 300) stop("PostgreSQL does not start; see " + (directory / "server.log").string());
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  Connection(sockets_).execute(tables);
}

PostgresServer::~PostgresServer() {
  ::kill(server_, SIGINT);
  wait_for(server_);
  std::error_code ignored;
  fs::remove_all(sockets_, ignored);
}

std::unique_ptr<Keeper> PostgresServer::chained() const {
  return std::make_unique<Chained>(sockets_);
}
std::unique_ptr<Keeper> PostgresServer::bare() const {
  return std::make_unique<Bare>(sockets_);
}

std::string PostgresServer::version() const {
  const Connection database(sockets_);
  const int number = PQserverVersion(database.get());
  return str(static_cast<std::uint64_t>(number / 10000), ".", static_cast<std::uint64_t>(number % 10000));
}

}  // namespace cairn::bench
