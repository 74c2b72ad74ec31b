// Too few file descriptors, too little memory: an error that says so, and never a ledger that is less than it was.
#include <nlohmann/json.hpp>

#include "tests/catch.h"
#include "tests/commands/shell.h"

// A sanitizer sets aside more addresses than any machine has memory, needs files of its own, and ends a process in its
// own way.
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
namespace cairn::test {
namespace {

// What `sh` does before it becomes cairn, as dana.
Ran under(const Workplace& place, const std::string& limit, const Words& words) {
  const Words shell = {"/bin/sh", "-c", limit + R"( && exec "$0" "$@")", CAIRN_PROGRAM};
  return Started(place.directory() / "printed", with(shell, words), place.environment("dana")).wait();
}

// Each grants another role: what was said to be admitted is there, and nothing else.
void sweep(const std::vector<int>& limits, const std::string& flag, const std::vector<std::string>& reasons) {
  const Workplace place;
  place.init(Workplace::Policy::easy);
  int admitted = 0;
  int failed = 0;
  for (const int limit : limits) {
    const Words words = {"actor", "role", "ben", "--grant", "auditor@model=any-" + std::to_string(limit)};
    const Ran ran = under(place, "ulimit " + flag + ' ' + std::to_string(limit), words);
    INFO("ulimit " << flag << ' ' << limit << ": exit " << ran.code << ' ' << ran.out << ran.err);
    if (ran.code == 0) {
      ++admitted;
      continue;
    }
    ++failed;
    CHECK(ran.code == 1);
    bool says_why = false;
    for (const std::string& reason : reasons) says_why = says_why || contains(ran.err, reason);
    CHECK(says_why);
  }
  CHECK(admitted > 0);
  CHECK(failed > 0);
  CHECK(place.size() == 1 + static_cast<std::uint64_t>(admitted));
  place.expect(0, "dana", {"verify"});
}

TEST_CASE("with too few file descriptors a command says so, and the ledger holds what was answered") {
  std::vector<int> limits;
  for (int limit = 5; limit <= 40; ++limit) limits.push_back(limit);
  sweep(limits, "-n", {"Too many open files"});
}

TEST_CASE("with too little memory a command says so, and the ledger holds what was answered") {
  std::vector<int> limits;
  for (int kilobytes = 40'000; kilobytes <= 120'000; kilobytes += 2'000) limits.push_back(kilobytes);
  limits.push_back(2'000'000);
  sweep(limits, "-v", {"out of memory", "Cannot allocate memory", "Resource temporarily unavailable"});
}
}  // namespace
}  // namespace cairn::test
#endif
