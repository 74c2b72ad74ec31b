// What tests of PostgreSQL's store share: a database of their own on the shared server, and a look at who is at work.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <thread>

#include "ledger/base/text.h"
#include "tests/postgres/server.h"
#include "tests/store/contract.h"

namespace cairn::test {

inline const PostgresServer& server() {
  return PostgresServer::shared();
}

// An empty ledger that `app` may write.
struct Made {
  std::string database = server().fresh_database();
  std::string owner = server().url(database);
  std::string app = server().url(database, "app");
  Made() { must_open(owner, StoreMode::create, {.grant_to = "app"}); }
};

// Of backends of this role in this database.
inline std::string backends(const std::string& database, const std::string& what, const std::string& where = "true") {
  return server().ask("postgres", str("SELECT ", what, " FROM pg_stat_activity WHERE usename = 'app' AND datname = '",
                                      database, "' AND ", where));
}

inline bool comes_true(const std::function<bool()>& question) {
  for (int tries = 0; tries < 1000; ++tries) {
    if (question()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return false;
}

}  // namespace cairn::test
