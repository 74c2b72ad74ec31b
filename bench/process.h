// Programs as processes: how long one takes and how much memory; and how to forget what the system has cached.
#pragma once

#include <sys/types.h>
#include <filesystem>
#include <string>
#include <vector>

namespace cairn::bench {

struct Program {
  std::vector<std::string> words;        // the program and its arguments
  std::vector<std::string> environment;  // "NAME=value", beside what this process has
  std::string directory;                 // to run in; empty: here
  uid_t user = 0;                        // to run as, where this process is root; 0: as it is
  gid_t group = 0;
};

// Started with no input; its output goes nowhere, or into `log`.
pid_t start(const Program& program, const std::string& log = "/dev/null");

// How it ended.
int wait_for(pid_t child);

// Stops this program if it fails.
double seconds_of(const Program& program);
void run(const Program& program, const std::string& log = "/dev/null");

struct Cost {
  double seconds = 0;
  double peak_bytes = 0;  // the most memory that it held, looked at every two milliseconds
};
Cost cost_of(const Program& program);

// Syncs the files below and lets the system drop what it holds of them, so that they are read from the disk again.
void drop_cached(const std::filesystem::path& directory);

// What the files below take on the disk.
double bytes_on_disk(const std::filesystem::path& directory);

}  // namespace cairn::bench
