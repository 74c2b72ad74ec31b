// One caller, and many, on ledgers of every size: what an append costs must not grow with the ledger.
#include "bench/desk.h"
#include "bench/keeper.h"
#include "bench/measure.h"
#include "bench/plan.h"
#include "ledger/base/text.h"

namespace cairn::bench {
namespace {

constexpr std::size_t appends_a_round = 200;
constexpr std::size_t batches_a_round = 20;
constexpr std::size_t batch_size = 256;
constexpr double most_beside_the_write = 0.3e-3;

struct Grown {
  Grown(const Plan& plan, Size of) : size(of), copy(plan, of, "growth"), desk(copy.directory()) {}
  Size size;
  Copy copy;
  Desk desk;
};

double median_append(Desk& desk) {
  const std::vector<Envelope> all = desk.singles(appends_a_round);
  std::vector<double> times;
  for (std::size_t i = 0; i < all.size(); ++i) {
    times.push_back(seconds_of([&] { desk.append(std::span(all).subspan(i, 1)); }));
  }
  return quantile(times, 0.5);
}

double median_write(Keeper& rocks, std::span<const Bytes> entries) {
  std::vector<double> times;
  for (std::size_t i = 0; i < appends_a_round; ++i) {
    times.push_back(seconds_of([&] { rocks.append(entries.subspan(i % entries.size(), 1)); }));
  }
  return quantile(times, 0.5);
}

double seconds_an_entry(Desk& desk) {
  const std::vector<Envelope> all = desk.singles(batches_a_round * batch_size);
  const double spent = seconds_of([&] {
    for (std::size_t at = 0; at < all.size(); at += batch_size) desk.append(std::span(all).subspan(at, batch_size));
  });
  return spent / static_cast<double>(all.size());
}

std::string one_name(Size size) {
  return "one append at " + short_size(size);
}
std::string many_name(Size size) {
  return "256 a batch at " + short_size(size) + ", each";
}

}  // namespace

void measure_growth(const Plan& plan, Sheet& sheet) {
  std::vector<std::unique_ptr<Grown>> all;
  for (const Size size : plan.sizes) all.push_back(std::make_unique<Grown>(plan, size));
  const auto rocks = open_raw_rocks(plan.scratch / "raw-rocks-one", all.front()->copy.directory() / "ledger");
  const std::vector<Bytes> entries = entries_of(all.front()->desk.singles(appends_a_round));

  Contest contest;
  contest.add("write", [&] { return median_write(*rocks, entries); });
  for (const auto& grown : all) {
    contest.add(one_name(grown->size), [&grown] { return median_append(grown->desk); });
    contest.add(many_name(grown->size), [&grown] { return seconds_an_entry(grown->desk); });
  }
  contest.run(plan.rounds);

  sheet.begin("One caller, proof and checkpoint given");
  for (const Size size : plan.sizes) {
    Row row = row_of(one_name(size), contest.of(one_name(size)), Unit::seconds);
    row.limit = Limit{"RocksDB write", contest.of("write").median()};
    row.aim = Aim{"<= + 0.3 ms", row.value <= row.limit->value + most_beside_the_write};
    sheet.add(std::move(row));
  }
  sheet.begin("Growth");
  for (const auto& name_at : {one_name, many_name}) {
    for (const Size size : plan.sizes) {
      Row row = row_of(name_at(size), contest.of(name_at(size)), Unit::seconds);
      const Size least = plan.sizes.front();
      if (size != least) {
        row.limit = Limit{"at " + short_size(least), contest.of(name_at(least)).median()};
        at_most(row, 1.3);
      }
      sheet.add(std::move(row));
    }
  }
}

}  // namespace cairn::bench
