// bench_ledger: what the first version promises, measured, with ratios to limits of the same machine in the same run.
//
//   bench_ledger [--entries N] [--cairn PATH] [--dir DIR: kept afterwards]
//
// It makes a ledger of N entries (one signed statement each), then measures one durable append at a time, a whole
// audit, and every reading command as a process. Medians; the machine's own limits are measured in between, so that
// noise falls on both.
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "bench/measure.h"
#include "commands/create.h"
#include "commands/ledger_source.h"
#include "commands/live_rules.h"
#include "commands/writing.h"
#include "ledger/base/text.h"
#include "verify/audit.h"

namespace {

using namespace cairn;
using namespace cairn::bench;
namespace fs = std::filesystem;

constexpr std::size_t batch_size = 256;
constexpr int append_rounds = 200;
constexpr int command_rounds = 7;

struct Bench {
  fs::path directory;
  Globals globals;
  Home home{fs::path()};
  Size entries = 100000;
  std::string cairn = "cairn";
  std::string vkey;
  std::vector<Hash> models;
};

std::string model_name(std::size_t i) {
  return str("model-", i);
}

void create(Bench& bench) {
  NewLedger wanted;
  wanted.origin = "bench.example/models";
  wanted.policy = read_text(CAIRN_POLICY);
  bench.vkey = need(create_ledger(bench.globals, bench.home, wanted)).vkey;
}

EvidenceRecorded monitoring_of(const Hash& model, std::uint64_t i) {
  EvidenceRecorded evidence;
  evidence.kind = EvidenceKind::monitoring;
  evidence.model = model;
  evidence.environment = "production";
  evidence.source = "drift_metrics.json";
  evidence.digest = sha256(str("report ", i));
  evidence.bytes = 512;
  const auto value = [](const std::string& text) { return need(Decimal::parse(text)); };
  evidence.values = {{"accuracy_drop", value("0.01")}, {"current_accuracy", value("0.9412")},
                     {"drift_detected", value("0")},   {"drift_score", value("0.0794")},
                     {"models_monitored", value("1")}, {"positive_rate", value("0.5506")}};
  return evidence;
}

// The writing half, held open as a service would.
struct Writer {
  std::unique_ptr<Session> session;
  std::unique_ptr<LiveRules> rules;
  std::unique_ptr<Sequencer> sequencer;
  PrivateKey key;
  SystemClock clock;

  Envelope sign(std::vector<Event> events) const {
    Statement statement;
    statement.ledger = session->ledger().id();
    statement.id = to_hex(random_bytes(16));
    statement.author = "bench";
    statement.at = clock.now();
    statement.expires = statement.at + hour;
    statement.basis = session->ledger().checkpoint().head;
    statement.events = std::move(events);
    return need(sign_statement(need(encode_statement(statement, session->ledger().origin())), key));
  }

  void append(const std::vector<Envelope>& envelopes) {
    for (const Answer& answer : need(sequencer->append(envelopes))) {
      const auto* receipt = std::get_if<Receipt>(&answer);
      if (receipt == nullptr) stop(std::get<TurnedAway>(answer).message);
      if (!receipt->outcome.empty()) stop("refused: " + receipt->outcome);
    }
  }
};

std::unique_ptr<Writer> open_writer(const Bench& bench) {
  auto session = need(Session::open_for_writing(bench.globals, bench.home));
  need(session->world());
  auto log_key = need(bench.home.log_key(session->ledger().id(), session->ledger().log_key()));
  const Size snapshot = session->world_snapshot();
  auto rules = std::make_unique<LiveRules>(session->take_world(), snapshot, session->snapshot_bytes());
  auto writer = std::unique_ptr<Writer>(
      new Writer{std::move(session), std::move(rules), nullptr, need(bench.home.read_key("bench")), {}});
  writer->sequencer =
      need(Sequencer::open(writer->session->store(), *writer->rules, writer->clock, std::move(log_key)));
  return writer;
}

void fill(Bench& bench) {
  auto writer = open_writer(bench);
  for (std::size_t i = 0; i < 20; ++i) {
    bench.models.push_back(sha256(str("manifest ", i)));
    writer->append({writer->sign({ModelRegistered{model_name(i), "1", bench.models.back(), 1, 1000}})});
  }
  const Size already = 1 + bench.models.size();
  double spent = 0;
  for (Size at = already; at < bench.entries; at += batch_size) {
    std::vector<Envelope> batch;
    for (Size i = at; i < std::min<Size>(bench.entries, at + batch_size); ++i) {
      batch.push_back(writer->sign({monitoring_of(bench.models[i % bench.models.size()], i)}));
    }
    spent += seconds_of([&] { writer->append(batch); });
  }
  std::printf("Made %llu entries, one signed statement each, %zu a commit: %.0f entries/s through the sequencer.\n\n",
              static_cast<unsigned long long>(bench.entries), batch_size,
              static_cast<double>(bench.entries - already) / spent);
}

// What the disk allows: one kilobyte appended to a file and synced.
double raw_append(int descriptor) {
  static const std::string kilobyte(1024, 'x');
  return seconds_of([&] {
    if (::write(descriptor, kilobyte.data(), kilobyte.size()) != 1024 || ::fdatasync(descriptor) != 0)
      stop("raw append failed");
  });
}

void measure_append(const Bench& bench) {
  auto writer = open_writer(bench);
  const int raw = ::open((bench.directory / "raw").c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (raw < 0) stop("cannot make the raw file");
  std::vector<double> ours;
  std::vector<double> limit;
  for (int round = 0; round < append_rounds; ++round) {
    limit.push_back(raw_append(raw));
    const auto i = static_cast<std::size_t>(round);
    ours.push_back(seconds_of([&] { writer->append({writer->sign({monitoring_of(bench.models[i % 20], i)})}); }));
  }
  ::close(raw);
  std::printf("| one durable append | p50 ms | p99 ms | ratio p50 |\n|---|---:|---:|---:|\n");
  std::printf("| raw file, 1 KB, fdatasync | %.2f | %.2f | 1 |\n", 1e3 * quantile(limit, 0.5),
              1e3 * quantile(limit, 0.99));
  std::printf("| Cairn: sign, verify, admit, sequence, sync, checkpoint, proof | %.2f | %.2f | %.1f |\n\n",
              1e3 * quantile(ours, 0.5), 1e3 * quantile(ours, 0.99), quantile(ours, 0.5) / quantile(limit, 0.5));
}

// What OpenSSL allows: the same signatures over the same bytes, and nothing else, on all cores.
double signatures_per_second(const Bench& bench, std::size_t threads) {
  const auto session = need(Session::open(bench.globals, bench.home));
  const auto raw = need(session->store().read(bench.models.size() + 1, {4096, std::size_t{64} << 20}));
  const PublicKey key = need(bench.home.read_key("bench")).public_key();
  std::vector<Entry> entries;
  for (const Bytes& bytes : raw) entries.push_back(need(decode_entry(bytes)));
  const double spent = seconds_of([&] {
    std::vector<std::thread> workers;
    for (std::size_t t = 0; t < threads; ++t) {
      workers.emplace_back([&, t] {
        for (std::size_t i = t; i < entries.size(); i += threads) {
          need(key.verify(pae(entries[i].payload), entries[i].signatures.front().bytes));
        }
      });
    }
    for (std::thread& worker : workers) worker.join();
  });
  return static_cast<double>(entries.size()) / spent;
}

void measure_verify(const Bench& bench) {
  const std::size_t threads = std::max(1U, std::thread::hardware_concurrency());
  const auto session = need(Session::open(bench.globals, bench.home));
  const LedgerSource source(session->store(), session->attachments());
  AuditOptions options;
  options.threads = threads;
  options.vkey = bench.vkey;
  const double before = signatures_per_second(bench, threads);
  Size entries = 0;
  const double full = seconds_of([&] {
    const Report report = need(audit(source, options));
    if (!report.verified()) stop("the audit found: " + report.findings.front().what);
    entries = report.entries;
  });
  const double limit = (before + signatures_per_second(bench, threads)) / 2;
  options.quick = true;
  const double quick = seconds_of([&] { need(audit(source, options)); });
  const double rate = static_cast<double>(entries) / full;
  std::printf(
      "| audit of %llu entries, %zu threads | s | entries/s | ratio to signatures alone |\n|---|---:|---:|---:|\n",
      static_cast<unsigned long long>(entries), threads);
  std::printf("| OpenSSL: the signatures alone | %.2f | %.0f | 1 |\n", static_cast<double>(entries) / limit, limit);
  std::printf("| verify: everything | %.2f | %.0f | %.2f |\n", full, rate, rate / limit);
  std::printf("| verify --quick: hashes, tree, checkpoints | %.2f | %.0f | %.1f |\n\n", quick,
              static_cast<double>(entries) / quick, static_cast<double>(entries) / quick / limit);
}

double run_command(const Bench& bench, const std::string& words) {
  const std::string line = "CAIRN_HOME='" + bench.home.directory().string() + "' CAIRN_LEDGER='" + bench.globals.where +
                           "' CAIRN_ACTOR=bench exec '" + bench.cairn + "' " + words + " >/dev/null 2>&1";
  int status = 0;
  const double spent = seconds_of([&] { status = std::system(line.c_str()); });
  const int code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  if (code != 0 && code != 3) stop(str("cairn ", words, " ended with ", code));
  return spent;
}

void measure_commands(const Bench& bench) {
  const std::string middle = str(bench.entries / 2);
  const std::string proof = (bench.directory / "entry.tlog-proof").string();
  const std::vector<std::string> commands = {"--version",
                                             "status",
                                             "status --seq " + middle,
                                             "checkpoint",
                                             "log-key",
                                             "show " + middle,
                                             "prove " + middle + " --out '" + proof + "'",
                                             "actor list",
                                             "policy show",
                                             "log --type model.registered",
                                             "actor role bench --revoke auditor --dry-run",
                                             "actor role bench --revoke auditor",
                                             "actor role bench --grant auditor"};
  std::printf("| command as a process | p50 ms | worst ms |\n|---|---:|---:|\n");
  for (const std::string& words : commands) {
    const bool changes = words == "actor role bench --revoke auditor" || words == "actor role bench --grant auditor";
    std::vector<double> times;
    for (int round = 0; round < (changes ? 1 : command_rounds); ++round) times.push_back(run_command(bench, words));
    const std::string shown = words.substr(0, words.find(" --out"));
    std::printf("| cairn %s | %.0f | %.0f |\n", shown.c_str(), 1e3 * quantile(times, 0.5), 1e3 * quantile(times, 1.0));
  }
  std::printf("\n");
}

}  // namespace

int main(int argc, char** argv) {
  Bench bench;
  bool kept = false;
  bench.directory = fs::temp_directory_path() / str("cairn-bench-", ::getpid());
  for (int i = 1; i < argc; i += 2) {
    const std::string flag = argv[i];
    const bool known = flag == "--entries" || flag == "--cairn" || flag == "--dir";
    if (!known || i + 1 == argc) {
      std::fprintf(stderr, "usage: bench_ledger [--entries N] [--cairn PROGRAM] [--dir DIRECTORY, which is kept]\n");
      return 2;
    }
    if (flag == "--entries") bench.entries = need(parse_uint(argv[i + 1]));
    if (flag == "--cairn") bench.cairn = argv[i + 1];
    if (flag == "--dir") bench.directory = argv[i + 1];
    kept = kept || flag == "--dir";
  }
  fs::create_directories(bench.directory);
  bench.globals.where = (bench.directory / "ledger").string();
  bench.globals.actor = "bench";
  bench.home = Home(bench.directory / "home");
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  create(bench);
  fill(bench);
  measure_append(bench);
  measure_verify(bench);
  measure_commands(bench);
  if (!kept) fs::remove_all(bench.directory);
  return 0;
}
