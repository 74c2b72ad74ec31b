#include "tests/postgres/server.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <libpq-fe.h>
#include <netinet/in.h>
#include <pwd.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <fstream>
#include <thread>
#include <vector>

#include "ledger/base/text.h"
#include "tests/catch.h"

namespace cairn::test {
namespace {

namespace fs = std::filesystem;

const fs::path programs = "/usr/lib/postgresql/15/bin";

// PostgreSQL does not run as root.
const passwd* server_user() {
  if (::geteuid() != 0) return nullptr;
  const passwd* user = ::getpwnam("postgres");
  return user != nullptr ? user : ::getpwnam("nobody");
}

// Ends with this process, however that ends.
pid_t start_program(const std::string& program, const std::vector<std::string>& arguments, const fs::path& log) {
  const std::string path = (programs / program).string();
  INFO("Debian's packages postgresql and postgresql-15 are needed");
  REQUIRE(::access(path.c_str(), X_OK) == 0);
  std::vector<char*> argv{const_cast<char*>(path.c_str())};
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  const passwd* user = server_user();
  const pid_t parent = ::getpid();
  const pid_t pid = ::fork();
  REQUIRE(pid >= 0);
  if (pid > 0) return pid;
  const int output = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  const int input = ::open("/dev/null", O_RDONLY);
  ::dup2(input, 0);
  ::dup2(output, 1);
  ::dup2(output, 2);
  if (::chdir("/") != 0) ::_exit(126);
  if (user != nullptr && (::setgid(user->pw_gid) != 0 || ::setuid(user->pw_uid) != 0)) ::_exit(126);
  ::prctl(PR_SET_PDEATHSIG, SIGQUIT);
  if (::getppid() != parent) ::_exit(126);
  ::execv(path.c_str(), argv.data());
  ::_exit(127);
}

void run_program(const std::string& program, const std::vector<std::string>& arguments, const fs::path& log) {
  const pid_t pid = start_program(program, arguments, log);
  int status = -1;
  REQUIRE(::waitpid(pid, &status, 0) == pid);
  std::ifstream file(log);
  const std::string said{std::istreambuf_iterator<char>(file), {}};
  INFO(program << ": " << said);
  REQUIRE(status == 0);
}

int free_port() {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  REQUIRE(::bind(socket, reinterpret_cast<sockaddr*>(&address), length) == 0);
  REQUIRE(::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &length) == 0);
  ::close(socket);
  return ntohs(address.sin_port);
}

fs::path make_server_directory() {
  std::string name = (fs::temp_directory_path() / "cairn-postgres-XXXXXX").string();
  REQUIRE(::mkdtemp(name.data()) != nullptr);
  if (const passwd* user = server_user(); user != nullptr) {
    REQUIRE(::chown(name.c_str(), user->pw_uid, user->pw_gid) == 0);
  }
  return name;
}

using Answer = std::unique_ptr<PGresult, decltype(&PQclear)>;

Answer execute(const std::string& url, const std::string& sql) {
  const std::unique_ptr<PGconn, decltype(&PQfinish)> connection(PQconnectdb(url.c_str()), PQfinish);
  INFO(PQerrorMessage(connection.get()));
  REQUIRE(PQstatus(connection.get()) == CONNECTION_OK);
  return {PQexec(connection.get(), sql.c_str()), PQclear};
}

void pause_a_little() {
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
}

}  // namespace

PostgresServer::PostgresServer() : directory_(make_server_directory()) {}

std::unique_ptr<PostgresServer> PostgresServer::primary() {
  std::unique_ptr<PostgresServer> server(new PostgresServer);
  // What is made here is not worth a sync; the server itself syncs as a real one does.
  run_program("initdb",
              {"-D", (server->directory_ / "data").string(), "-U", "owner", "-A", "trust", "-E", "UTF8", "--locale=C",
               "--no-sync", "--no-instructions"},
              server->directory_ / "initdb.log");
  server->start();
  server->ask("postgres", "CREATE ROLE app LOGIN");
  return server;
}

std::unique_ptr<PostgresServer> PostgresServer::standby_of(const PostgresServer& primary) {
  std::unique_ptr<PostgresServer> server(new PostgresServer);
  run_program("pg_basebackup",
              {"-D", (server->directory_ / "data").string(), "-h", "127.0.0.1", "-p", str(primary.port_), "-U", "owner",
               "-R", "-X", "stream", "--checkpoint=fast", "--no-sync"},
              server->directory_ / "basebackup.log");
  server->start();
  primary.ask("postgres", "ALTER SYSTEM SET synchronous_standby_names = '*'");
  primary.ask("postgres", "SELECT pg_reload_conf()");
  for (int tries = 0; tries < 500; ++tries) {
    if (primary.ask("postgres", "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'") == "1")
      return server;
    pause_a_little();
  }
  FAIL("the standby does not follow its primary");
  return nullptr;
}

PostgresServer::~PostgresServer() {
  if (pid_ > 0) {
    ::kill(pid_, SIGQUIT);
    ::waitpid(pid_, nullptr, 0);
  }
  std::error_code ignored;
  fs::remove_all(directory_, ignored);
}

const PostgresServer& PostgresServer::shared() {
  static const std::unique_ptr<PostgresServer> server = primary();
  return *server;
}

// A port that was free a moment ago may be somebody's by now: then another one is tried.
void PostgresServer::start() {
  for (int tries = 0; tries < 5; ++tries) {
    if (start_once()) return;
    if (pid_ > 0) kill();
  }
  FAIL("the server does not start");
}

bool PostgresServer::start_once() {
  port_ = free_port();
  pid_ = start_program(
      "postgres",
      {"-D", (directory_ / "data").string(), "-c", "listen_addresses=127.0.0.1", "-c", str("port=", port_), "-c",
       "unix_socket_directories=", "-c", "shared_buffers=32MB", "-c", "max_connections=50", "-c",
       "logging_collector=off", "-c", "autovacuum=off", "-c", "wal_retrieve_retry_interval=100ms"},
      directory_ / "server.log");
  for (int tries = 0; tries < 1500; ++tries) {
    if (::waitpid(pid_, nullptr, WNOHANG) != 0) {
      pid_ = -1;
      return false;
    }
    // It may be somebody else's server that answers there.
    if (answers()) return ask("postgres", "SHOW data_directory") == (directory_ / "data").string();
    pause_a_little();
  }
  return false;
}

bool PostgresServer::answers() const {
  return PQping(url("postgres").c_str()) == PQPING_OK;
}

std::string PostgresServer::address() const {
  return str("127.0.0.1:", port_);
}

std::string PostgresServer::url(const std::string& database, const std::string& user) const {
  return str("postgresql://", user, "@", address(), "/", database);
}

std::string PostgresServer::fresh_database() const {
  static std::atomic<int> number{0};
  const std::string name = str("ledger_", ++number, "_", ::getpid());
  ask("postgres", str("CREATE DATABASE ", name));
  return name;
}

std::string PostgresServer::ask(const std::string& database, const std::string& sql, const std::string& user) const {
  const Answer answer = execute(url(database, user), sql);
  INFO(sql << ": " << PQresultErrorMessage(answer.get()));
  const ExecStatusType status = PQresultStatus(answer.get());
  REQUIRE((status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK));
  return PQntuples(answer.get()) == 0 ? "" : PQgetvalue(answer.get(), 0, 0);
}

std::string PostgresServer::refusal(const std::string& database, const std::string& sql,
                                    const std::string& user) const {
  const Answer answer = execute(url(database, user), sql);
  INFO(sql);
  REQUIRE(PQresultStatus(answer.get()) == PGRES_FATAL_ERROR);
  return PQresultErrorField(answer.get(), PG_DIAG_SQLSTATE);
}

void PostgresServer::promote() const {
  REQUIRE(ask("postgres", "SELECT pg_promote()") == "t");
}

void PostgresServer::kill() {
  std::ifstream children(str("/proc/", pid_, "/task/", pid_, "/children"));
  std::vector<pid_t> pids{pid_};
  for (pid_t child = 0; children >> child;) pids.push_back(child);
  for (const pid_t pid : pids) ::kill(pid, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

}  // namespace cairn::test
