// bench_past: what a question about the past costs, on ledgers that bench_generate made.
//
//   bench_past [--cairn PROGRAM] DIR...
//
// For each ledger: state at random moments, the history of single models, the speed of replay beside that of what it
// cannot do without (reading, hashing, decoding), replay's peak memory, and the commands as processes. Warm: each is
// done once before it is measured. Medians.
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <random>
#include <thread>

#include "bench/measure.h"
#include "commands/moments.h"
#include "commands/render_timeline.h"
#include "commands/replay.h"
#include "commands/session.h"
#include "commands/status.h"
#include "ledger/base/text.h"
#include "projections/model_history.h"

namespace {

using namespace cairn;
using namespace cairn::bench;
namespace fs = std::filesystem;

constexpr int moments = 51;
constexpr int subjects = 31;
constexpr int command_rounds = 5;
constexpr std::uint64_t seed = 20261124;  // the same moments in each run

struct Bench {
  std::string cairn = "cairn";
  fs::path directory;
  Globals globals;
  Home home{fs::path()};

  std::string environment() const {
    return "CAIRN_HOME='" + home.directory().string() + "' CAIRN_LEDGER='" + globals.where + "' CAIRN_ACTOR=bench";
  }
};

double ms(double seconds) {
  return 1e3 * seconds;
}

void measure_state(const Ledger& ledger) {
  std::mt19937_64 random(seed);
  std::vector<double> all;
  std::vector<double> loads;
  std::vector<double> reads;
  std::vector<double> folds;
  for (int i = 0; i < moments; ++i) {
    const Size size = 1 + random() % ledger.size();
    LoadedWorld loaded;
    Millis moment = 0;
    const double find = seconds_of([&] {
      const Recorded entry = need(ledger.entry(size - 1));
      moment = entry.entry.recorded;
      if (need(size_at(ledger, moment)) < size) stop("size_at");
    });
    reads.push_back(seconds_of([&] { need(ledger.store().snapshot(size)); }));
    const double load = seconds_of([&] { loaded = need(load_world(ledger, size)); });
    const double status = seconds_of([&] { need(status_of(*loaded.world, {}, moment)); });
    folds.push_back(static_cast<double>(size - (loaded.snapshots.empty() ? 0 : loaded.snapshots.back().size)));
    loads.push_back(load);
    all.push_back(find + load + status);
  }
  std::printf("| state at %d random moments | p50 ms | p90 ms | worst ms |\n|---|---:|---:|---:|\n", moments);
  const auto row = [](const char* what, const std::vector<double>& values) {
    std::printf("| %s | %.1f | %.1f | %.1f |\n", what, ms(quantile(values, 0.5)), ms(quantile(values, 0.9)),
                ms(quantile(values, 1.0)));
  };
  row("status --at: find the moment, load, derive; aim < 100", all);
  row("of that the World: snapshot, entries after it", loads);
  row("of that the snapshot's bytes, read alone", reads);
  std::printf("\nEntries folded after the snapshot: p50 %.0f, at most %.0f.\n\n", quantile(folds, 0.5),
              quantile(folds, 1.0));
}

void measure_history(const Ledger& ledger) {
  std::vector<double> times;
  std::vector<double> own;
  std::vector<double> over;  // what an entry costs beyond the 20 ms
  for (int i = 0; i < subjects; ++i) {
    const std::string model = str("model-", i * 9);
    std::size_t entries = 0;
    const double spent = seconds_of([&] {
      const std::vector<Seq> seqs = need(find_history(ledger, model));
      entries = seqs.size();
      ModelHistory history(model);
      need(ledger.visit(seqs, [&](const Recorded& entry) -> Result<void> {
        history.apply(entry);
        return {};
      }));
      if (history_text(history).empty()) stop("history");
    });
    times.push_back(spent);
    own.push_back(static_cast<double>(entries));
    over.push_back((spent - 0.020) * 1e6 / static_cast<double>(entries));
  }
  std::printf("| history of one model, %d models | p50 | worst |\n|---|---:|---:|\n", subjects);
  std::printf("| ms | %.1f | %.1f |\n", ms(quantile(times, 0.5)), ms(quantile(times, 1.0)));
  std::printf("| its own entries | %.0f | %.0f |\n", quantile(own, 0.5), quantile(own, 1.0));
  std::printf("| us an entry, all told | %.1f | |\n", quantile(times, 0.5) * 1e6 / quantile(own, 0.5));
  std::printf("| us an entry beyond 20 ms; aim < 10 | %.1f | %.1f |\n\n", quantile(over, 0.5), quantile(over, 1.0));
}

Size read_all(const Ledger& ledger, const std::function<void(Seq, const Bytes&)>& each) {
  Size at = 0;
  while (at < ledger.size()) {
    for (const Bytes& bytes : need(ledger.store().read(at, {}))) each(at++, bytes);
  }
  return at;
}

void measure_replay(const Ledger& ledger) {
  std::size_t bytes = 0;
  const double scan = seconds_of([&] { read_all(ledger, [&](Seq, const Bytes& entry) { bytes += entry.size(); }); });
  Frontier tree;
  const double hash =
      seconds_of([&] { read_all(ledger, [&](Seq, const Bytes& entry) { tree.push(leaf_hash(entry)); }); });
  const double decode =
      seconds_of([&] { read_all(ledger, [&](Seq seq, const Bytes& entry) { need(decode_recorded(seq, entry)); }); });
  World world;
  const double fold = seconds_of(
      [&] { read_all(ledger, [&](Seq seq, const Bytes& entry) { world.apply(need(decode_recorded(seq, entry))); }); });
  Replayed done;
  const double whole = seconds_of([&] { done = need(replay(ledger, ledger.size(), 1, [](Size, Size) {})); });
  const double all = seconds_of([&] {
    done = need(replay(ledger, ledger.size(), std::max(1U, std::thread::hardware_concurrency()), [](Size, Size) {}));
  });
  if (!done.differences.empty()) stop("replay: " + done.differences.front().what);
  const auto entries = static_cast<double>(ledger.size());
  std::printf("| %llu entries, %.0f bytes each | s | entries/s | ratio |\n|---|---:|---:|---:|\n",
              static_cast<unsigned long long>(ledger.size()), static_cast<double>(bytes) / entries);
  const auto row = [&](const char* what, double spent) {
    std::printf("| %s | %.2f | %.0f | %.2f |\n", what, spent, entries / spent, whole / spent);
  };
  row("scan", scan);
  row("scan, leaf hash and tree", hash);
  row("scan and decode (which hashes the leaf)", decode);
  row("scan, decode and fold", fold);
  row("replay: the same, every decision again, snapshots compared", whole);
  row("replay by all cores", all);
  std::printf("\n");
}

// VmHWM of the process as last seen: before it is another program, and in what wait4 reports, it has the memory of
// whoever forked.
std::size_t peak_kilobytes(pid_t child) {
  std::size_t peak = 0;
  for (;;) {
    int status = 0;
    if (::waitpid(child, &status, WNOHANG) == child) {
      if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) stop("cairn replay failed");
      return peak;
    }
    if (std::FILE* file = std::fopen(str("/proc/", child, "/status").c_str(), "r")) {
      char line[256];
      while (std::fgets(line, sizeof line, file) != nullptr) {
        std::size_t now = 0;
        if (std::sscanf(line, "VmHWM: %zu kB", &now) == 1) peak = now;
      }
      std::fclose(file);
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

void measure_memory(const Bench& bench, const Ledger& ledger) {
  std::printf("| peak memory of cairn replay --to | MiB | of that the World's canonical bytes |\n|---|---:|---:|\n");
  for (const Size size : {ledger.size() / 10, ledger.size()}) {
    const std::size_t state = need(load_world(ledger, size)).world->encode().size();
    const pid_t child = ::fork();
    if (child < 0) stop("cannot fork");
    if (child == 0) {
      const std::string line =
          bench.environment() + " exec '" + bench.cairn + "' replay --to " + str(size - 1) + " >/dev/null 2>&1";
      ::execl("/bin/sh", "sh", "-c", line.c_str(), static_cast<char*>(nullptr));
      ::_exit(127);
    }
    std::printf("| %llu entries | %.1f | %.1f |\n", static_cast<unsigned long long>(size),
                static_cast<double>(peak_kilobytes(child)) / 1024, static_cast<double>(state) / (1 << 20));
  }
  std::printf("\n");
}

void measure_commands(const Bench& bench, const Ledger& ledger) {
  const Size size = ledger.size();
  const std::string middle = format_time(need(ledger.entry(size / 2)).entry.recorded);
  const std::vector<std::string> commands = {"--version",
                                             "status",
                                             "status --at " + middle,
                                             "status --model model-7 --at " + middle,
                                             "history model-7",
                                             "log --model model-7 --type rollout.advanced",
                                             str("diff --from ", size - 1000, " --to ", size - 1),
                                             "diff --model model-7 --from 1 --to " + middle,
                                             str("show ", size / 2),
                                             "policy show --at " + middle};
  std::printf("| command as a process | p50 ms | worst ms |\n|---|---:|---:|\n");
  for (const std::string& words : commands) {
    std::vector<double> times;
    for (int round = 0; round <= command_rounds; ++round) {
      const std::string line = bench.environment() + " exec '" + bench.cairn + "' " + words + " >/dev/null";
      int status = 0;
      const double spent = seconds_of([&] { status = std::system(line.c_str()); });
      if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) stop("cairn " + words + " failed");
      if (round > 0) times.push_back(spent);
    }
    std::printf("| cairn %s | %.0f | %.0f |\n", words.c_str(), ms(quantile(times, 0.5)), ms(quantile(times, 1.0)));
  }
  std::printf("\n");
}

}  // namespace

int main(int argc, char** argv) {
  Bench bench;
  std::vector<fs::path> directories;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (word == "--cairn" && i + 1 < argc) {
      bench.cairn = argv[++i];
    } else {
      directories.emplace_back(word);
    }
  }
  if (directories.empty()) {
    std::fprintf(stderr, "usage: bench_past [--cairn PROGRAM] DIRECTORY...\n");
    return 2;
  }
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  for (const fs::path& directory : directories) {
    bench.directory = directory;
    bench.globals.where = (directory / "ledger").string();
    bench.globals.actor = "bench";
    bench.home = Home(directory / "home");
    const auto session = need(Session::open(bench.globals, bench.home));
    const Ledger& ledger = session->ledger();
    std::printf("## %llu entries\n\n", static_cast<unsigned long long>(ledger.size()));
    measure_state(ledger);
    measure_history(ledger);
    measure_commands(bench, ledger);
    measure_replay(ledger);
    measure_memory(bench, ledger);
  }
  return 0;
}
