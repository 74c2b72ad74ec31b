// Trial: a command as somebody gives it, on a disk that fails one of its calls or is cut off from power at it, and
// given again once the disk works. n runs over all of its calls.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tests/commands/shell.h"
#include "tests/disk/played_disk.h"

namespace cairn::test {

// What goes wrong, and whether the power goes right after that. At Way::power it always does.
struct Mishap {
  std::uint64_t at = 0;
  Way way = Way::io_error;
  std::optional<Cut> cut = Cut::lost;
};

inline constexpr std::uint64_t all_mishaps = 11;
inline constexpr int killed = 128 + 9;  // the exit code at Way::power

// So many of them for call `at`, by turns.
std::vector<Mishap> mishaps_of_call(std::uint64_t at, std::uint64_t count);

// The variables that put the failing disk before a program.
Environment failing(const PlayedDisk& disk, const std::filesystem::path& record, std::uint64_t at, Way way);

struct Act {
  std::string who;
  Words words;
  std::function<void()> whole = [] {};                       // holds at every moment
  std::function<void(const Ran&)> done = [](const Ran&) {};  // holds once it said that it was done
  std::string done_before = {};  // what it says if it was done, and so is refused; empty: it may be done again
};

class Trial {
 public:
  // Begins each time with what lies at the place now.
  explicit Trial(const Workplace& place);

  // Every call of the act, or every so many-th, goes wrong, in so many ways each.
  void run(const Act& act, std::uint64_t mishaps, std::uint64_t step = 1);

  std::string words() const;  // what was tried, in numbers

 private:
  void begin();
  Ran give(const Act& act, PlayedDisk& disk, std::uint64_t at, Way way);
  void meet(const Act& act, const Mishap& mishap);

  const Workplace& place_;
  std::filesystem::path kept_;
  std::filesystem::path record_;
  std::uint64_t calls_ = 0;  // of the last that was given
  bool failed_ = false;      // one of them was made to
  std::map<DiskCall, std::uint64_t> total_;
  std::uint64_t mishaps_ = 0;
};

}  // namespace cairn::test
