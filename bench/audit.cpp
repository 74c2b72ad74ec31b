// Verify, replay and export as programs, beside what each cannot do without.
#include <thread>

#include "bench/measure.h"
#include "bench/plan.h"
#include "bench/raw_crypto.h"
#include "bench/raw_rocks.h"
#include "commands/session.h"
#include "ledger/base/big_endian.h"
#include "ledger/base/text.h"
#include "ledger/tlog/tree.h"

namespace cairn::bench {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t signatures_sampled = 8192;

// Entries of one ledger, on so many threads; each has a part of its own and makes its own `Each`.
template <class Make>
double scan_rate(const fs::path& on, Size size, std::size_t threads, const Make& make) {
  const RawScan scan(on / "ledger");
  const double spent = seconds_of([&] {
    std::vector<std::thread> workers;
    for (std::size_t t = 0; t < threads; ++t) {
      workers.emplace_back([&, t] { scan.each(size * t / threads, size * (t + 1) / threads, make()); });
    }
    for (std::thread& worker : workers) worker.join();
  });
  return static_cast<double>(size) / spent;
}

// Behind the version, the time, the outcome and one signature (FORMAT.md).
BytesView statement_in(BytesView entry) {
  const std::size_t outcome = static_cast<unsigned char>(entry[9]);
  const std::size_t signature = from_big_endian(entry.substr(10 + outcome + 1 + 32, 2));
  return entry.substr(10 + outcome + 1 + 32 + 2 + signature);
}

std::function<void(BytesView)> hash_into_tree() {
  return [raw = std::make_shared<RawSha256>(), tree = std::make_shared<Frontier>()](BytesView entry) {
    tree->push((*raw)(0, entry));
  };
}

struct Audited {
  Audited(const Plan& plan, Size size) : on(plan.made(size)) {
    Globals globals;
    globals.where = (on / "ledger").string();
    globals.actor = "bench";
    const Home home(on / "home");
    const auto session = need(Session::open(globals, home));
    entries = session->ledger().size();
    key = need(home.read_key("bench")).public_key().ed25519_raw();
    const KeyId author = need(home.read_key("bench")).public_key().id();
    for (Seq seq = 1; seq < entries && signatures.size() < signatures_sampled; ++seq) {
      const Entry entry = need(session->ledger().entry(seq)).entry;
      if (signed_by(entry) == author) signatures.push_back({pae(entry.payload), entry.signatures.front().bytes});
    }
  }

  fs::path on;
  Size entries = 0;
  Bytes key;
  std::vector<RawSigned> signatures;
  std::map<std::string, double> peaks;  // by program
};

void join_audit_limits(Contest& contest, const Rivals& rivals, const Audited& audited) {
  const std::size_t cores = std::max(1U, std::thread::hardware_concurrency());
  const auto parse = [&rivals] { return [walk = rivals.json_walk()](BytesView entry) { walk(statement_in(entry)); }; };
  contest.add("scan",
              [&audited] { return scan_rate(audited.on, audited.entries, 1, [] { return [](BytesView) {}; }); });
  contest.add("scan + hash", [&audited] { return scan_rate(audited.on, audited.entries, 1, hash_into_tree); });
  contest.add("scan + hash, all cores",
              [&audited, cores] { return scan_rate(audited.on, audited.entries, cores, hash_into_tree); });
  contest.add("scan + simdjson", [&audited, parse] { return scan_rate(audited.on, audited.entries, 1, parse); });
  contest.add("signatures", [&audited, cores] {
    return raw_verify_rate(RawVerifier::libsodium, audited.signatures, audited.key, cores);
  });
}

void join_programs(Contest& contest, const Plan& plan, Audited& audited) {
  const auto join = [&](const std::string& name, std::vector<std::string> words) {
    contest.add(name, [&, name, words] {
      const Cost cost = cost_of(plan.program(audited.on, words));
      audited.peaks[name] = std::max(audited.peaks[name], cost.peak_bytes);
      return static_cast<double>(audited.entries) / cost.seconds;
    });
  };
  join("verify", {"verify"});
  join("verify --quick", {"verify", "--quick"});
  join("replay", {"replay"});
  const fs::path tiles = plan.scratch / "tiles";
  contest.add("export", [&plan, &audited, tiles] {
    fs::remove_all(tiles);
    const double spent = seconds_of(plan.program(audited.on, {"export", tiles.string()}));
    fs::remove_all(tiles);
    return static_cast<double>(audited.entries) / spent;
  });
}

void add_audit_rows(const Contest& contest, bool largest, Sheet& sheet) {
  for (const char* limit : {"scan", "scan + hash", "scan + hash, all cores", "scan + simdjson"}) {
    sheet.add(row_of(limit, contest.of(limit), Unit::per_second));
  }
  struct Held {
    const char* name;
    const char* limit;
    double at_least;  // 0: no aim
  };
  constexpr Held held[] = {{"verify", "signatures", 0.9},
                           {"verify --quick", "scan + hash, all cores", 0.8},
                           {"replay", "scan + simdjson", 0.7},
                           {"export", "scan + hash", 0}};
  for (const Held& each : held) {
    Row row = row_of(str("cairn ", each.name), contest.of(each.name), Unit::per_second);
    row.limit = Limit{each.limit == std::string("scan + hash, all cores") ? "hash, all cores" : each.limit,
                      contest.of(each.limit).median()};
    // On a small ledger it is the start of the program that is measured.
    if (each.at_least > 0 && largest) at_least(row, each.at_least);
    sheet.add(std::move(row));
  }
}

}  // namespace

void measure_audit(const Plan& plan, const Rivals& rivals, Sheet& sheet) {
  std::map<std::string, double> least_peaks;
  for (const Size size : plan.sizes) {
    Audited audited(plan, size);
    Contest contest;
    join_audit_limits(contest, rivals, audited);
    join_programs(contest, plan, audited);
    contest.run(plan.rounds_at(size));
    sheet.begin("Whole ledger of " + short_size(size) + ": entries");
    add_audit_rows(contest, size == plan.largest(), sheet);
    for (const auto& [name, peak] : audited.peaks) {
      Row row;
      row.what = str("most memory of cairn ", name);
      row.unit = Unit::bytes;
      row.value = peak;
      if (size == plan.sizes.front()) least_peaks[name] = peak;
      if (size != plan.sizes.front()) row.limit = Limit{"at " + short_size(plan.sizes.front()), least_peaks[name]};
      sheet.add(std::move(row));
    }
  }
}

}  // namespace cairn::bench
