#include "bench/rivals/postgres_store.h"

#include "bench/desk.h"
#include "bench/keeper.h"
#include "bench/measure.h"
#include "bench/rivals/postgres.h"

namespace cairn::bench {
namespace {

constexpr std::size_t batch_size = 256;

std::vector<Bytes> entries_for(const Plan& plan) {
  const Copy copy(plan, plan.sizes.front(), "postgres");
  return entries_of(Desk(copy.directory()).singles(4096));
}

}  // namespace

void measure_postgres(const Plan& plan, const std::filesystem::path& directory, Sheet& sheet) {
  const auto primary = PostgresServer::primary(directory / "primary");
  const auto standby = PostgresServer::standby_of(*primary, directory / "standby");
  const std::vector<Bytes> entries = entries_for(plan);
  const auto bare = primary->bare();
  const auto store = open_store_keeper(need(open_postgres_store(primary->url(), StoreMode::create, {})), entries);
  Contest contest;
  for (const std::size_t rows : {std::size_t{1}, batch_size}) {
    const std::size_t commits = rows == 1 ? 100 : 16;
    const std::string of = " of " + std::to_string(rows);
    contest.add("COPY" + of, [&, rows, commits] { return append_rate(*bare, entries, commits, rows); });
    contest.add("store" + of, [&, rows, commits] { return append_rate(*store, entries, commits, rows); });
  }
  contest.run(plan.rounds);
  sheet.begin("PostgreSQL, synchronous standby");
  for (const std::size_t rows : {std::size_t{1}, batch_size}) {
    const std::string of = " of " + std::to_string(rows);
    Row row = row_of("Cairn's store, commits" + of, contest.of("store" + of), Unit::per_second);
    row.limit = Limit{"bare COPY" + of, contest.of("COPY" + of).median()};
    if (rows == batch_size) at_least(row, 0.5);
    sheet.add(std::move(row));
  }
}

}  // namespace cairn::bench
