#include "bench/rivals/instead.h"

#include <thread>

#include "bench/measure.h"
#include "ledger/base/text.h"

namespace cairn::bench {
namespace {

constexpr std::size_t clients = 64;
constexpr std::size_t rows_a_client = 30;
constexpr std::size_t git_commits = 40;

// Each on a connection of its own, one row a commit.
double clients_rate(std::span<const std::unique_ptr<Keeper>> all, std::span<const Bytes> entries) {
  const double spent = seconds_of([&] {
    std::vector<std::thread> threads;
    for (const auto& client : all) {
      threads.emplace_back([&] { append_rate(*client, entries, rows_a_client, 1); });
    }
    for (std::thread& thread : threads) thread.join();
  });
  return static_cast<double>(all.size() * rows_a_client) / spent;
}

// Cairn with so many callers, held against a rival.
struct Pair {
  std::size_t callers;
  const char* rival;
  double at_least;  // 0: no aim
  const char* words;
};
constexpr const char* one_caller =
    "Cairn is behind: besides the sync, one caller waits for a signature, the rules, a checkpoint and a proof, none of "
    "which an unsigned chain makes; whoever can write such a chain can also write all of it again, unseen.";
constexpr const char* many_callers =
    "Cairn is behind: each entry carries a signature of its own, verified before it is taken, and an unsigned chain "
    "verifies none; see the rows of 64 events a signature.";
constexpr Pair pairs[] = {
    {1, "JSON lines, 1 a sync", 0, one_caller},      {1, "SQLite, 1 a commit", 0, one_caller},
    {1, "PostgreSQL, 1 client", 0, one_caller},      {1, "signed git commits", 50, ""},
    {64, "PostgreSQL, 64 clients", 10, ""},          {1024, "PostgreSQL, 256 a commit", 0, many_callers},
    {1024, "SQLite, 256 a commit", 0, many_callers}, {1024, "JSON lines, 256 a sync", 0, many_callers}};
constexpr const char* one_signature = "Cairn is behind, though it verifies one signature for 64 events only.";
constexpr Pair event_pairs[] = {{64, "SQLite, 256 a commit", 1, one_signature},
                                {64, "JSON lines, 256 a sync", 1, one_signature}};

}  // namespace

Instead::Instead(const std::filesystem::path& directory)
    : sqlite_(open_sqlite(directory / "sqlite")),
      json_lines_(open_json_lines(directory / "json-lines")),
      postgres_(PostgresServer::primary(directory / "postgres")),
      git_(directory / "git") {
  for (std::size_t i = 0; i < clients; ++i) clients_.push_back(postgres_->chained());
}

void Instead::join(Contest& contest, const std::vector<Bytes>& entries, const std::vector<Bytes>& statements) {
  contest.add("JSON lines, 1 a sync", [&] { return append_rate(*json_lines_, statements, 200, 1); });
  contest.add("JSON lines, 256 a sync", [&] { return append_rate(*json_lines_, statements, 40, 256); });
  contest.add("SQLite, 1 a commit", [&] { return append_rate(*sqlite_, entries, 200, 1); });
  contest.add("SQLite, 256 a commit", [&] { return append_rate(*sqlite_, entries, 40, 256); });
  contest.add("PostgreSQL, 1 client", [&] { return append_rate(*clients_.front(), entries, 200, 1); });
  contest.add("PostgreSQL, 64 clients", [&] { return clients_rate(clients_, entries); });
  contest.add("PostgreSQL, 256 a commit", [&] { return append_rate(*clients_.front(), entries, 8, 256); });
  contest.add("signed git commits", [&] { return git_.append_rate(std::span(statements).first(git_commits)); });
  contest.add("git verify-commit", [&] { return git_.verify_rate(git_commits); });
}

void Instead::add_rows(const Contest& contest, Sheet& sheet) const {
  const auto add = [&](const Pair& pair, const std::string& what, const std::string& name) {
    Row row = row_of(what, contest.of(name), Unit::per_second);
    row.limit = Limit{pair.rival, contest.of(pair.rival).median()};
    if (pair.at_least > 0) at_least(row, pair.at_least);
    if (row.value < row.limit->value) row.words = pair.words;
    sheet.add(std::move(row));
  };
  sheet.begin("Beside what people use instead");
  for (const Pair& pair : pairs) add(pair, "Cairn, " + callers_name(pair.callers), callers_name(pair.callers));
  for (const Pair& pair : event_pairs) {
    add(pair, "Cairn, " + bundles_name(pair.callers), bundles_name(pair.callers));
  }
  Row verify = row_of("cairn verify", contest.of("cairn verify"), Unit::per_second);
  verify.limit = Limit{"git verify-commit", contest.of("git verify-commit").median()};
  at_least(verify, 50);
  sheet.add(std::move(verify));
}

}  // namespace cairn::bench
