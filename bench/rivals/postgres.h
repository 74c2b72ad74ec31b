// A PostgreSQL server of our own, for as long as it is measured, and a table in it whose trigger chains each row to the
// one before: what teams do who have a database.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <memory>
#include <string>

#include "bench/keeper.h"

namespace cairn::bench {

// Listens on a socket of its own only. Under root it runs as the user "postgres" of Debian's package, since it refuses
// root. Every setting that has to do with durability is PostgreSQL's own.
class PostgresServer {
 public:
  // A new one, with the tables for chained() and bare().
  static std::unique_ptr<PostgresServer> primary(const std::filesystem::path& directory);

  // A copy of it that follows it; from now on a commit there waits until this one has it on its disk too.
  static std::unique_ptr<PostgresServer> standby_of(const PostgresServer& primary,
                                                    const std::filesystem::path& directory);

  ~PostgresServer();  // stops it
  PostgresServer(const PostgresServer&) = delete;
  PostgresServer& operator=(const PostgresServer&) = delete;

  // A connection that appends rows to a table `chained`, whose trigger makes the chain; one thread at a time each.
  std::unique_ptr<Keeper> chained() const;

  // One that copies the same rows to a table without a chain: the limit of a store in PostgreSQL.
  std::unique_ptr<Keeper> bare() const;

  std::string version() const;
  std::string url() const;

 private:
  explicit PostgresServer(const std::filesystem::path& directory);
  void run_server();
  std::string ask(const std::string& statement) const;

  std::filesystem::path directory_;
  std::filesystem::path sockets_;
  pid_t server_ = 0;
};

}  // namespace cairn::bench
