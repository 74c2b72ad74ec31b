#include "tests/disk/trial.h"

#include <cstdlib>

#include "ledger/base/text.h"
#include "tests/catch.h"

namespace cairn::test {
namespace {

namespace fs = std::filesystem;

// A sanitizer's functions come before the C library's: behind ours they are what is asked next.
std::string sanitizer_options() {
  const char* given = std::getenv("ASAN_OPTIONS");
  return str(given == nullptr ? "" : given, given == nullptr ? "" : ":", "detect_leaks=0:verify_asan_link_order=0");
}

bool says_why(const std::string& err) {
  return contains(err, "Input/output error") || contains(err, "No space left on device") || contains(err, "IO error");
}

}  // namespace

std::vector<Mishap> mishaps_of_call(std::uint64_t at, std::uint64_t count) {
  std::vector<Mishap> every = {{at, Way::power, Cut::lost}, {at, Way::power, Cut::names}};
  for (const Way way : {Way::io_error, Way::told, Way::no_space}) {
    for (const std::optional<Cut>& cut : {std::optional<Cut>(), std::optional(Cut::lost), std::optional(Cut::names)}) {
      every.push_back({at, way, cut});
    }
  }
  REQUIRE(every.size() == all_mishaps);
  std::vector<Mishap> chosen;  // both steps have no factor in common with 11
  for (std::uint64_t i = 0; i < count; ++i) chosen.push_back(every[(at * 4 + i * 7) % all_mishaps]);
  return chosen;
}

Environment failing(const PlayedDisk& disk, const fs::path& record, std::uint64_t at, Way way) {
  return {{"LD_PRELOAD", CAIRN_FAILING_DISK},
          {"ASAN_OPTIONS", sanitizer_options()},
          {disk_below, disk.below()},
          {disk_except, disk.except().string()},
          {disk_record, record.string()},
          {disk_fails_at, std::to_string(at)},
          {disk_way, std::to_string(static_cast<int>(way))}};
}

Trial::Trial(const Workplace& place)
    : place_(place), kept_(place.directory() / "kept"), record_(place.directory() / "record") {
  fs::create_directories(kept_);
  fs::create_directories(place.ledger());
  fs::create_directories(place.directory() / "homes");
  for (const fs::path part : {"ledger", "homes"}) {
    fs::copy(place.directory() / part, kept_ / part, fs::copy_options::recursive);
  }
}

void Trial::begin() {
  for (const fs::path part : {"ledger", "homes"}) {
    fs::remove_all(place_.directory() / part);
    fs::copy(kept_ / part, place_.directory() / part, fs::copy_options::recursive);
  }
}

Ran Trial::give(const Act& act, PlayedDisk& disk, std::uint64_t at, Way way) {
  fs::remove(record_);
  Ran ran = place_.cairn(act.who, act.words, failing(disk, record_, at, way));
  const Calls calls = disk.play(record_);
  INFO(ran.out << ran.err);
  REQUIRE(disk.difference() == "");
  calls_ = calls.all;
  failed_ = !calls.failed.empty() || ran.code == killed;
  for (const auto& [call, count] : calls.failed) total_[call] += count;
  return ran;
}

void Trial::meet(const Act& act, const Mishap& mishap) {
  begin();
  PlayedDisk disk({place_.ledger(), place_.directory() / "homes"}, place_.ledger());
  INFO("call " << mishap.at << " goes wrong in way " << static_cast<int>(mishap.way) << ", then "
               << (!mishap.cut                ? "nothing"
                   : *mishap.cut == Cut::lost ? "a power cut"
                                              : "a power cut that keeps names"));
  const Ran ran = give(act, disk, mishap.at, mishap.way);
  INFO("exit " << ran.code << ' ' << ran.out << ran.err);
  ++mishaps_;
  if (mishap.way == Way::power) {
    REQUIRE((ran.code == killed || !failed_));
  } else {
    CHECK((ran.code == 0 || ran.code == 1));
    CHECK((ran.code == 0 || says_why(ran.err + ran.out)));
  }
  if (mishap.cut) disk.cut(*mishap.cut);
  act.whole();
  if (mishap.cut && ran.code == 0) {
    act.done(ran);
    disk.load();
  }
  const Ran again = give(act, disk, 0, Way::io_error);
  INFO("again: exit " << again.code << ' ' << again.out << again.err);
  const bool was_done = !act.done_before.empty() && contains(again.err + again.out, act.done_before);
  REQUIRE((again.code == 0 || was_done));
  disk.cut(Cut::lost);
  act.whole();
  act.done(again.code == 0 ? again : ran);
}

void Trial::run(const Act& act, std::uint64_t mishaps, std::uint64_t step) {
  begin();
  PlayedDisk disk({place_.ledger(), place_.directory() / "homes"}, place_.ledger());
  const Ran ran = give(act, disk, 0, Way::io_error);
  INFO(ran.out << ran.err);
  REQUIRE(ran.code == 0);
  const std::uint64_t calls = calls_;
  REQUIRE(calls > 0);
  disk.cut(Cut::lost);
  act.whole();
  act.done(ran);
  for (std::uint64_t at = 1; at <= calls; at += step) {
    for (const Mishap& mishap : mishaps_of_call(at, mishaps)) meet(act, mishap);
  }
}

std::string Trial::words() const {
  std::string text = str(mishaps_, " mishaps; failed:");
  for (const auto& [call, count] : total_) text += str(' ', name_of(call), ' ', count);
  return text;
}

}  // namespace cairn::test
