// A real PostgreSQL 15 of Debian's package for tests: in a directory of its own, on the loopback only, as a user
// without rights, and gone with the object or the process. A test that needs it fails where the package is missing.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <memory>
#include <string>

namespace cairn::test {

class PostgresServer {
 public:
  // A primary, with the superuser `owner` and the role `app`, who may do nothing yet.
  static std::unique_ptr<PostgresServer> primary();

  // A hot standby; commits on its primary wait from now on until this one has them on its disk.
  static std::unique_ptr<PostgresServer> standby_of(const PostgresServer& primary);

  ~PostgresServer();
  PostgresServer(const PostgresServer&) = delete;
  PostgresServer& operator=(const PostgresServer&) = delete;

  // One for the whole test program, started when it is first asked for.
  static const PostgresServer& shared();

  std::string address() const;  // 127.0.0.1:PORT
  std::string url(const std::string& database, const std::string& user = "owner") const;

  // An empty database of a new name.
  std::string fresh_database() const;

  // The first value that a statement gives, or nothing; it must succeed.
  std::string ask(const std::string& database, const std::string& sql, const std::string& user = "owner") const;

  // SQLSTATE of a statement that must fail.
  std::string refusal(const std::string& database, const std::string& sql, const std::string& user) const;

  void promote() const;
  void kill();  // -9, the server and every process of it

 private:
  PostgresServer();
  void start();
  bool start_once();
  bool answers() const;

  std::filesystem::path directory_;
  int port_ = 0;
  pid_t pid_ = -1;
};

}  // namespace cairn::test
