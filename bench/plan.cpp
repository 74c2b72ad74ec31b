#include "bench/plan.h"

#include "bench/measure.h"
#include "bench/team.h"
#include "ledger/base/text.h"

namespace cairn::bench {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t models = 300;
constexpr Size entries_an_hour = 50;  // a little fewer than such a team makes, so that it ends before now

void make_ledger(const fs::path& directory, Size size) {
  fs::remove_all(directory);
  const fs::path unfinished = directory.string() + ".unfinished";
  fs::remove_all(unfinished);
  fs::create_directories(unfinished);
  {
    Team team(unfinished, models, SystemClock().now() - static_cast<Millis>(size / entries_an_hour + 24) * hour);
    while (team.size() < size) team.round();
  }
  fs::rename(unfinished, directory);
}

}  // namespace

std::string short_size(Size size) {
  if (size % 1000000 == 0) return str(size / 1000000, "M");
  return size % 1000 == 0 ? str(size / 1000, "k") : str(size);
}

fs::path Plan::made(Size size) const {
  return directory / ("ledger-" + short_size(size));
}

int Plan::rounds_at(Size size) const {
  const int at_most = size > 1000000 ? 1 : size > 100000 ? 3 : rounds;
  return std::min(rounds, at_most);
}

Program Plan::program(const fs::path& on, std::vector<std::string> words) const {
  words.insert(words.begin(), cairn);
  return {std::move(words),
          {"CAIRN_HOME=" + (on / "home").string(), "CAIRN_LEDGER=" + (on / "ledger").string(), "CAIRN_ACTOR=bench"},
          {}};
}

void make_ledgers(const Plan& plan) {
  for (const Size size : plan.sizes) {
    if (fs::exists(plan.made(size))) continue;
    say("making a ledger of " + short_size(size) + " entries");
    make_ledger(plan.made(size), size);
  }
}

Copy::Copy(const Plan& plan, Size size, const std::string& what)
    : directory_(plan.scratch / (what + "-" + short_size(size))) {
  fs::remove_all(directory_);
  fs::copy(plan.made(size), directory_, fs::copy_options::recursive);
  // The places that this home has seen are the original's.
  fs::remove_all(directory_ / "home" / "ledgers");
}
Copy::~Copy() {
  std::error_code ignored;
  fs::remove_all(directory_, ignored);
}

}  // namespace cairn::bench
