// Durable appends: how many a second, and how long each waits.
#include <thread>

#include "bench/desk.h"
#include "bench/keeper.h"
#include "bench/measure.h"
#include "bench/plan.h"
#include "bench/raw_crypto.h"
#include "ledger/base/file.h"
#include "ledger/base/text.h"

namespace cairn::bench {
namespace {

struct Load {
  std::size_t callers;
  std::size_t singles;  // statements of one event a round
  std::size_t bundles;  // and of many
};
constexpr Load loads[] = {{1, 200, 100}, {8, 1000, 400}, {64, 6400, 1280}, {1024, 12288, 2048}, {4096, 16384, 4096}};

struct Commit {
  std::size_t rows;
  std::size_t commits;  // a round
};
constexpr Commit row_commits[] = {{1, 200}, {16, 100}, {64, 60}, {256, 40}, {1024, 12}};
constexpr Commit bundle_commits[] = {{1, 100}, {16, 20}, {64, 8}};

std::string rocks_name(std::size_t rows) {
  return str("RocksDB, ", rows, " a batch");
}
std::string rocks_bundles_name(std::size_t rows) {
  return str("RocksDB, ", rows, " rows of 32 KB a batch");
}

std::vector<RawSigned> signed_of(std::span<const Envelope> envelopes) {
  std::vector<RawSigned> all;
  for (const Envelope& one : envelopes) all.push_back({pae(one.payload), one.signatures.front().bytes});
  return all;
}

// What one entrant of the contest needs for as long as it lasts.
struct Appends {
  Appends(const Plan& plan, const std::filesystem::path& on)
      : desk(on),
        file(open_raw_file(plan.scratch / "raw-file")),
        rocks(open_raw_rocks(plan.scratch / "raw-rocks", on / "ledger")),
        rocks_bundles(open_raw_rocks(plan.scratch / "raw-rocks-bundles", on / "ledger")) {
    const std::vector<Envelope> singles = desk.singles(4096);
    entries = entries_of(singles);
    signatures = signed_of(singles);
    for (const Envelope& one : singles) statements.push_back(one.payload);
    bundles = entries_of(desk.bundles(64));
  }

  Desk desk;
  std::unique_ptr<Keeper> file;
  std::unique_ptr<Keeper> rocks;
  std::unique_ptr<Keeper> rocks_bundles;
  std::vector<Bytes> entries;
  std::vector<Bytes> statements;
  std::vector<Bytes> bundles;
  std::vector<RawSigned> signatures;
  std::map<std::size_t, std::vector<double>> latencies;  // by callers
  std::map<std::size_t, std::vector<double>> bundle_latencies;
};

void join_append_limits(Contest& contest, Appends& on) {
  contest.add("file, 1 a sync", [&on] { return append_rate(*on.file, on.entries, 200, 1); });
  contest.add("file, 256 a sync", [&on] { return append_rate(*on.file, on.entries, 40, 256); });
  for (const Commit& each : row_commits) {
    contest.add(rocks_name(each.rows),
                [&on, each] { return append_rate(*on.rocks, on.entries, each.commits, each.rows); });
  }
  for (const Commit& each : bundle_commits) {
    contest.add(rocks_bundles_name(each.rows), [&on, each] {
      return events_a_bundle * append_rate(*on.rocks_bundles, on.bundles, each.commits, each.rows);
    });
  }
  const std::size_t cores = std::max(1U, std::thread::hardware_concurrency());
  contest.add("signatures", [&on, cores] {
    return raw_verify_rate(RawVerifier::libsodium, on.signatures, on.desk.author().ed25519_raw(), cores);
  });
}

void join_callers(Contest& contest, Appends& on) {
  const auto note = [](std::vector<double>& all, const Desk::Called& called) {
    all.insert(all.end(), called.latencies.begin(), called.latencies.end());
    return static_cast<double>(called.latencies.size()) / called.seconds;
  };
  for (const Load& load : loads) {
    contest.add(callers_name(load.callers), [&on, load, note] {
      return note(on.latencies[load.callers], on.desk.call(load.callers, on.desk.singles(load.singles)));
    });
    contest.add(bundles_name(load.callers), [&on, load, note] {
      return events_a_bundle *
             note(on.bundle_latencies[load.callers], on.desk.call(load.callers, on.desk.bundles(load.bundles)));
    });
  }
}

constexpr std::size_t imported = 8192;

// A file of statements that were signed elsewhere, into a ledger of its own, by a whole process.
double import_rate(const Plan& plan, const Desk& desk, const std::filesystem::path& on) {
  const std::filesystem::path file = on / "statements.intoto.jsonl";
  std::string lines;
  for (const Envelope& envelope : desk.singles(imported)) lines += format_dsse(envelope) + "\n";
  need(replace_file(file, lines, owner_only));
  return imported / seconds_of(plan.program(on, {"--clock-is-right", "submit", file.string()}));
}

void add_append_limits(const Contest& contest, const Appends& on, Sheet& sheet) {
  sheet.begin("A durable append at its barest");
  const auto bytes = [](const Bytes& entry) { return str(entry.size(), " B"); };
  sheet.add(
      row_of("file + fdatasync, 1 of " + bytes(on.entries.front()), contest.of("file, 1 a sync"), Unit::per_second));
  sheet.add(row_of("file + fdatasync, 256 a sync", contest.of("file, 256 a sync"), Unit::per_second));
  for (const Commit& each : row_commits) {
    sheet.add(
        row_of(str("RocksDB synced, ", each.rows, " a batch"), contest.of(rocks_name(each.rows)), Unit::per_second));
  }
  for (const Commit& each : bundle_commits) {
    sheet.add(row_of(str("RocksDB, ", each.rows, " of ", bytes(on.bundles.front()), ", events"),
                     contest.of(rocks_bundles_name(each.rows)), Unit::per_second));
  }
  sheet.add(row_of("signatures alone, all cores", contest.of("signatures"), Unit::per_second));
}

// The batch that callers come to at best, of those that were measured.
template <std::size_t N>
std::size_t nearest(const Commit (&commits)[N], std::size_t callers) {
  std::size_t rows = 1;
  for (const Commit& each : commits) {
    if (each.rows <= callers) rows = each.rows;
  }
  return rows;
}

// The lower of the two, by whose leave statements of one event are appended.
Limit limit_of_singles(const Contest& contest, std::size_t callers) {
  const std::size_t rows = nearest(row_commits, callers);
  const double signatures = contest.of("signatures").median();
  const double group = contest.of(rocks_name(rows)).median();
  return group < signatures ? Limit{str("RocksDB x", rows), group} : Limit{"signatures", signatures};
}

void add_callers(const Contest& contest, const Appends& on, Sheet& sheet) {
  sheet.begin("Append: entries of 1 KB, each signed");
  for (const Load& load : loads) {
    Row row = row_of(callers_name(load.callers), contest.of(callers_name(load.callers)), Unit::per_second);
    row.limit = limit_of_singles(contest, load.callers);
    if (load.callers >= 64) at_least(row, 0.8);
    sheet.add(std::move(row));
    sheet.add(latency_row("  p50/p99/p99.9", on.latencies.at(load.callers)));
  }
  Row import = row_of("cairn submit, a file of 8192", contest.of("import"), Unit::per_second);
  import.limit = limit_of_singles(contest, 1024);
  at_least(import, 0.8);
  sheet.add(std::move(import));
  sheet.begin("Append: 64 events of 512 B a signature");
  for (const Load& load : loads) {
    Row row = row_of(bundles_name(load.callers), contest.of(bundles_name(load.callers)), Unit::per_second);
    const std::size_t rows = nearest(bundle_commits, load.callers);
    row.limit = Limit{str("RocksDB x", rows), contest.of(rocks_bundles_name(rows)).median()};
    if (load.callers >= 64) {
      at_least(row, 0.8);
      row.aim->met = row.aim->met || row.value >= 250000;
      row.words = "counts as met from 250 k events/s on.";
    }
    sheet.add(std::move(row));
    sheet.add(latency_row("  p50/p99/p99.9", on.bundle_latencies.at(load.callers)));
  }
}

}  // namespace

std::string callers_name(std::size_t callers) {
  return str(callers, callers == 1 ? " caller" : " callers");
}

std::string bundles_name(std::size_t callers) {
  return callers_name(callers) + ", 64 events";
}

void measure_append(const Plan& plan, const Rivals& rivals, Sheet& sheet) {
  const Copy copy(plan, plan.largest(), "append");
  Appends on(plan, copy.directory());
  Contest contest;
  join_append_limits(contest, on);
  join_callers(contest, on);
  const Copy other(plan, plan.largest(), "import");
  contest.add("import", [&] { return import_rate(plan, on.desk, other.directory()); });
  contest.add("cairn verify", [&plan] {
    const double spent = seconds_of(plan.program(plan.made(plan.sizes.front()), {"verify"}));
    return static_cast<double>(plan.sizes.front()) / spent;
  });
  rivals.join(contest, on.entries, on.statements);
  contest.run(plan.rounds);
  add_append_limits(contest, on, sheet);
  add_callers(contest, on, sheet);
  rivals.add_rows(contest, sheet);
}

}  // namespace cairn::bench
