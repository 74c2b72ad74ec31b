// bench_generate: a team's ledger of so many entries (bench/team.h), for bench_past.
//
//   bench_generate --entries N --dir DIR [--models M]
//
// DIR keeps the ledger and its home.
#include <filesystem>

#include "bench/measure.h"
#include "bench/team.h"
#include "ledger/base/text.h"

using namespace cairn;
using namespace cairn::bench;

int main(int argc, char** argv) {
  Size entries = 100000;
  std::size_t models = 300;
  std::filesystem::path directory;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string flag = argv[i];
    if (flag == "--entries") entries = need(parse_uint(argv[i + 1]));
    if (flag == "--models") models = need(parse_uint(argv[i + 1]));
    if (flag == "--dir") directory = argv[i + 1];
  }
  if (directory.empty()) {
    std::fprintf(stderr, "usage: bench_generate --entries N --dir DIRECTORY [--models M]\n");
    return 2;
  }
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  std::filesystem::create_directories(directory);
  Team team(directory, models, SystemClock().now());
  Size said = 0;
  const double spent = seconds_of([&] {
    while (team.size() < entries) {
      team.round();
      if (team.size() / 100000 != said / 100000)
        std::printf("%llu entries\n", static_cast<unsigned long long>(team.size()));
      said = team.size();
    }
  });
  std::printf("%llu entries, %llu of them refused, in %.0f s\n", static_cast<unsigned long long>(team.size()),
              static_cast<unsigned long long>(team.refused()), spent);
  return 0;
}
