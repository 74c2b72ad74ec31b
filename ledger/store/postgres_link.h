// PostgresLink: a connection to a ledger in PostgreSQL that is made anew when it is lost. One thread at a time.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <thread>

#include "ledger/base/result.h"
#include "ledger/base/time.h"
#include "ledger/store/postgres_connection.h"
#include "ledger/store/store.h"

namespace cairn {

enum class LinkUse {
  read,    // never writes, and may be answered by a standby when no primary is there
  follow,  // reads for a writer: from the primary, and only what no failover takes back; see opened()
  append,  // commits
};

class PostgresLink {
 public:
  PostgresLink(std::string url, std::string place, LinkUse use, StoreMode mode, Millis patience)
      : url_(std::move(url)), place_(std::move(place)), use_(use), mode_(mode), patience_(patience) {}

  // Connects, if there is no connection, once to each host.
  Result<void> open();

  // What `question`, which may be asked several times, answers on a connection. Lost connections are made anew for as
  // long as the patience lasts. unavailable: it ended, or there never was a connection and no server answers at all, so
  // that who mistypes a host hears of it at once. Where only standbys answer, a failover may be under way.
  template <class Question>
  auto ask(const Question& question) -> decltype(question(std::declval<PostgresConnection&>())) {
    const auto give_up = std::chrono::steady_clock::now() + std::chrono::milliseconds(patience_);
    for (Millis pause = 0;; pause = 50) {
      std::this_thread::sleep_for(std::chrono::milliseconds(pause));
      const bool last = std::chrono::steady_clock::now() >= give_up;
      const Result<void> opened = open();
      const bool hopeless = !opened.ok() && (opened.error().kind != ErrorKind::unavailable || !may_come_back());
      if (!opened.ok() && (last || hopeless)) return opened.error();
      if (!opened.ok()) continue;
      auto answer = question(*connection_);
      const bool lost = connection_->lost();
      if (lost) drop();
      if (answer.ok()) return answer;
      if (!lost || last) return at_ledger(answer.error());
    }
  }

  // For what may be asked only once.
  PostgresConnection& connection() { return *connection_; }
  void drop() { connection_.reset(); }

  // Grows with each connection: what was read on an earlier one may have been lost with its server.
  std::uint64_t generation() const { return generation_; }

  const std::string& place() const { return place_; }
  const char* synchronous_commit() const { return remote_apply_ ? "remote_apply" : "on"; }

 private:
  Result<void> opened(PostgresConnection& connection);
  bool may_come_back() const;
  Result<void> check_durability(PostgresConnection& connection);
  Error at_ledger(const Error& error) const;

  std::string url_;
  std::string place_;
  LinkUse use_;
  StoreMode mode_;  // of the store
  Millis patience_;
  std::unique_ptr<PostgresConnection> connection_;
  std::uint64_t generation_ = 0;
  bool reached_ = false;  // a server of the wanted kind, by the last attempt
  bool remote_apply_ = false;
};

}  // namespace cairn
