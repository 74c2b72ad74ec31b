// Four writing processes on one ledger in PostgreSQL, whose primary is killed under them.
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <sstream>
#include <thread>

#include "ledger/base/text.h"
#include "tests/catch.h"
#include "tests/ledger/fixture.h"
#include "tests/postgres/server.h"
#include "tests/temp_directory.h"

namespace cairn {
namespace {

namespace fs = std::filesystem;
using test::PostgresServer;

constexpr int writers = 4;
constexpr auto before_the_kill = std::chrono::seconds(25);
constexpr auto behind_it = std::chrono::seconds(38);

fs::path acknowledged_by(const fs::path& directory, const std::string& name) {
  return directory / (name + ".acknowledged");
}

// This program run anew, with the hidden case below.
pid_t start_race_writer(const std::string& url, const fs::path& directory, const std::string& name) {
  const pid_t pid = ::fork();
  REQUIRE(pid >= 0);
  if (pid > 0) return pid;
  ::setenv("CAIRN_RACE_URL", url.c_str(), 1);
  ::setenv("CAIRN_RACE_DIRECTORY", directory.c_str(), 1);
  ::setenv("CAIRN_RACE_NAME", name.c_str(), 1);
  const int log = ::open((directory / (name + ".log")).c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
  ::dup2(log, 1);
  ::dup2(log, 2);
  ::execl("/proc/self/exe", "test_ledger", "[race-writer]", static_cast<char*>(nullptr));
  ::_exit(127);
}

struct Acknowledged {
  Seq seq = 0;
  std::string leaf;
};

// By id. A line that a kill cut short was no acknowledgement.
std::map<std::string, Acknowledged> read_acknowledged(const fs::path& file) {
  std::map<std::string, Acknowledged> all;
  std::ifstream in(file);
  for (std::string line; std::getline(in, line) && !in.eof();) {
    std::istringstream words(line);
    std::string id;
    Acknowledged one;
    words >> id >> one.seq >> one.leaf;
    REQUIRE(all.emplace(id, one).second);
  }
  return all;
}

void write_line(int file, const std::string& line) {
  REQUIRE(::write(file, line.data(), line.size()) == static_cast<ssize_t>(line.size()));
}

// Every entry in its place under every head that was ever signed, each statement once, nothing between two heads.
std::map<std::string, Acknowledged> audited(const Store& store) {
  const auto ledger = Ledger::open(store);
  REQUIRE(ledger.ok());
  std::map<Size, Hash> roots;
  for (Size from = 0;;) {
    const auto page = store.checkpoints(from, 1000);
    REQUIRE(page.ok());
    if (page->empty()) break;
    for (const AtSize& row : *page) {
      const auto checkpoint = ledger->log_keys().open(row.bytes);
      REQUIRE(checkpoint.ok());
      REQUIRE(checkpoint->head.size == row.size);
      roots[row.size] = checkpoint->head.root;
    }
    from = page->back().size + 1;
  }
  std::map<std::string, Acknowledged> entries;
  Frontier tree;
  const auto walked = ledger->walk(0, ledger->size(), [&](const Recorded& recorded) -> Result<void> {
    REQUIRE(recorded.seq == tree.size());
    REQUIRE(recorded.entry.outcome.empty());
    REQUIRE(entries.emplace(recorded.statement.id, Acknowledged{recorded.seq, recorded.leaf.hex()}).second);
    tree.push(recorded.leaf);
    const auto head = roots.find(tree.size());
    if (head != roots.end()) REQUIRE(head->second == tree.root());
    roots.erase(tree.size());
    return {};
  });
  REQUIRE(walked.ok());
  REQUIRE(roots.empty());
  return entries;
}

TEST_CASE("a process appends to a ledger in PostgreSQL until it is told to stop", "[.][race-writer]") {
  const char* url = ::getenv("CAIRN_RACE_URL");
  const char* directory = ::getenv("CAIRN_RACE_DIRECTORY");
  const char* given_name = ::getenv("CAIRN_RACE_NAME");
  if (url == nullptr || directory == nullptr || given_name == nullptr) return;  // nobody's child
  const std::string name = given_name;
  const int file = ::open(acknowledged_by(directory, name).c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  const auto store = open_postgres_store(url, StoreMode::write, {});
  REQUIRE(store.ok());
  FakeRules rules;
  const auto ledger = Ledger::open(**store);
  REQUIRE(ledger.ok());
  rules.fold(*ledger);
  FixedClock clock;
  const auto sequencer = Sequencer::open(**store, rules, clock, log_key(), {.patience = minute});
  INFO((sequencer.ok() ? "" : sequencer.error().message));
  REQUIRE(sequencer.ok());
  const Author dana = author("dana", 'd');
  Head newest = ledger->checkpoint().head;
  for (int number = 0; !fs::exists(fs::path(directory) / "stop");) {
    std::vector<Envelope> envelopes;
    std::vector<std::string> ids;
    for (int i = 0; i <= number % 9; ++i, ++number) {
      Statement statement;
      statement.ledger = ledger->id();
      statement.author = dana.handle;
      statement.at = start_of_test;
      statement.expires = start_of_test + hour;
      statement.basis = newest;
      statement.id = str(name, "-", number);
      statement.events = {grant_to("dana")};
      envelopes.push_back(sign(statement, dana));
      ids.push_back(statement.id);
    }
    const auto answers = (*sequencer)->append(envelopes);
    INFO((answers.ok() ? "" : answers.error().message));
    REQUIRE(answers.ok());
    for (std::size_t i = 0; i < ids.size(); ++i) {
      const Receipt& one = receipt((*answers)[i]);
      REQUIRE(verify_receipt(one).ok());
      newest = one.head;
      write_line(file, str(ids[i], " ", one.seq, " ", one.leaf.hex(), "\n"));
    }
  }
  ::close(file);
}

TEST_CASE("four processes write on while the primary is killed, and no fork, no gap and no lost entry comes of it",
          "[long]") {
  const auto primary = PostgresServer::primary();
  const std::string database = primary->fresh_database();
  {
    const auto store = open_postgres_store(primary->url(database), StoreMode::create, {.grant_to = "app"});
    REQUIRE(store.ok());
    FakeRules rules;
    FixedClock clock;
    const auto sequencer = Sequencer::open(**store, rules, clock, log_key());
    const Author dana = author("dana", 'd');
    const Envelope first = sign(first_statement(dana), dana);
    REQUIRE((*sequencer)->append({&first, 1}).ok());
  }
  const auto standby = PostgresServer::standby_of(*primary);
  const std::string url = str("postgresql://app@", primary->address(), ",", standby->address(), "/", database);

  const test::TempDirectory directory;
  std::vector<pid_t> pids;
  for (int i = 0; i < writers; ++i) pids.push_back(start_race_writer(url, directory.path(), str("writer", i)));
  std::this_thread::sleep_for(before_the_kill);
  primary->kill();
  std::vector<std::size_t> at_the_kill;
  for (int i = 0; i < writers; ++i) {
    at_the_kill.push_back(read_acknowledged(acknowledged_by(directory.path(), str("writer", i))).size());
  }
  standby->promote();
  std::this_thread::sleep_for(behind_it);
  std::ofstream(directory.path() / "stop").close();
  for (int i = 0; i < writers; ++i) {
    int status = -1;
    REQUIRE(::waitpid(pids[static_cast<std::size_t>(i)], &status, 0) == pids[static_cast<std::size_t>(i)]);
    std::ifstream log(directory.path() / str("writer", i, ".log"));
    if (status != 0) std::cerr << log.rdbuf() << '\n';
    CHECK(status == 0);
  }

  const auto store = open_postgres_store(url, StoreMode::read, {});
  REQUIRE(store.ok());
  const std::map<std::string, Acknowledged> entries = audited(**store);
  std::size_t total = 0;
  for (int i = 0; i < writers; ++i) {
    const auto acknowledged = read_acknowledged(acknowledged_by(directory.path(), str("writer", i)));
    const std::size_t before = at_the_kill[static_cast<std::size_t>(i)];
    INFO("writer " << i << " before the kill: " << before << ", in all: " << acknowledged.size());
    CHECK(before > 20);
    CHECK(acknowledged.size() > before + 20);
    for (const auto& [id, one] : acknowledged) {
      const auto entry = entries.find(id);
      if (entry == entries.end()) FAIL(id << " was acknowledged and is lost");
      CHECK(entry->second.seq == one.seq);
      CHECK(entry->second.leaf == one.leaf);
    }
    total += acknowledged.size();
  }
  // All that is there was acknowledged, but for entry 0: every writer heard in the end what became of its statements.
  CHECK(entries.size() == total + 1);
}

}  // namespace
}  // namespace cairn
