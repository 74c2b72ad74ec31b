// bench_table: measures Cairn, the limits of the machine and what people use instead, and prints one table.
//
//   bench_table --dir DIR --cairn PROGRAM --commit TEXT --sizes N,N,... [--rounds N] [--only PART]
//
// bench/run builds and calls it. DIR gets results.md and results.json, and keeps the ledgers for the next run.
#include <sqlite3.h>
#include <unistd.h>

#include <algorithm>

#include "bench/machine.h"
#include "bench/measure.h"
#include "bench/plan.h"
#include "bench/rivals/instead.h"
#include "bench/rivals/postgres_store.h"
#include "bench/rivals/simdjson.h"
#include "ledger/base/file.h"
#include "ledger/base/text.h"

namespace cairn::bench {
namespace {

constexpr const char* usage_text =
    "usage: bench_table --dir DIR --cairn PROGRAM --commit TEXT --sizes N,N,... [--rounds N] [--only PART]\n"
    "PART: limits, append, growth, postgres, audit, reads, programs\n";

[[noreturn]] void wrong_usage() {
  std::fputs(usage_text, stderr);
  std::exit(2);
}

std::uint64_t number_of(std::string_view text) {
  const auto number = parse_uint(text);
  if (!number) wrong_usage();
  return *number;
}

struct Call {
  Plan plan;
  std::string commit;
  std::string only;
};

Call parse_call(int argc, char** argv) {
  Call call;
  if (argc % 2 == 0) wrong_usage();
  for (int i = 1; i < argc; i += 2) {
    const std::string flag = argv[i];
    const std::string value = argv[i + 1];
    if (flag == "--dir") {
      call.plan.directory = std::filesystem::absolute(value);
    } else if (flag == "--cairn") {
      call.plan.cairn = value;
    } else if (flag == "--commit") {
      call.commit = value;
    } else if (flag == "--rounds") {
      call.plan.rounds = static_cast<int>(number_of(value));
    } else if (flag == "--only") {
      call.only = value;
    } else if (flag == "--sizes") {
      for (const std::string_view size : split(value, ',')) call.plan.sizes.push_back(number_of(size));
    } else {
      wrong_usage();
    }
  }
  if (call.plan.directory.empty() || call.plan.cairn.empty() || call.plan.sizes.empty()) wrong_usage();
  std::sort(call.plan.sizes.begin(), call.plan.sizes.end());
  return call;
}

// What runs that were broken off left behind; a server of theirs may be removing files of its own still.
void remove_leftovers(const std::filesystem::path& directory) {
  const std::string start = "scratch-";
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with(start) || std::filesystem::exists("/proc/" + name.substr(start.size()))) continue;
    std::error_code ignored;
    std::filesystem::remove_all(entry.path(), ignored);
  }
}

void measure(const Call& call, Sheet& sheet, Sheet::Facts& facts) {
  const Plan& plan = call.plan;
  const auto wanted = [&call](const char* part) { return call.only.empty() || call.only == part; };
  Instead instead(plan.scratch / "instead");
  facts.emplace_back("beside it", str("PostgreSQL ", instead.postgres_version(), ", SQLite ", sqlite3_libversion(),
                                      ", simdjson ", JsonWalk::version()));
  Rivals rivals;
  rivals.join = [&](Contest& contest, const std::vector<Bytes>& entries, const std::vector<Bytes>& statements) {
    instead.join(contest, entries, statements);
  };
  rivals.add_rows = [&](const Contest& contest, Sheet& to) { instead.add_rows(contest, to); };
  rivals.json_walk = [] { return [walk = std::make_shared<JsonWalk>()](BytesView json) { (*walk)(json); }; };
  make_ledgers(plan);
  if (wanted("limits")) measure_limits(plan, sheet);
  if (wanted("append")) measure_append(plan, rivals, sheet);
  if (wanted("growth")) measure_growth(plan, sheet);
  if (wanted("postgres")) measure_postgres(plan, plan.scratch / "postgres", sheet);
  if (wanted("audit")) measure_audit(plan, rivals, sheet);
  if (wanted("reads")) measure_reads(plan, sheet);
  if (wanted("programs")) measure_programs(plan, sheet);
}

}  // namespace
}  // namespace cairn::bench

int main(int argc, char** argv) {
  using namespace cairn::bench;
  Call call = parse_call(argc, argv);
  std::filesystem::create_directories(call.plan.directory);
  remove_leftovers(call.plan.directory);
  call.plan.scratch = call.plan.directory / cairn::str("scratch-", ::getpid());
  Sheet::Facts facts = machine_facts(call.plan.directory);
  facts.emplace_back("commit", call.commit);
  Sheet sheet;
  measure(call, sheet, facts);
  std::filesystem::remove_all(call.plan.scratch);
  const std::string text = sheet.markdown(facts);
  need(cairn::replace_file(call.plan.directory / "results.md", text, cairn::everyone_may_read));
  need(cairn::replace_file(call.plan.directory / "results.json", sheet.json(facts), cairn::everyone_may_read));
  std::fputs(text.c_str(), stdout);
  return 0;
}
