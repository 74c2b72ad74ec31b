// Plan: what a run of the bench measures, and the ledgers that it measures on.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "bench/process.h"
#include "bench/table.h"
#include "ledger/base/types.h"

namespace cairn::bench {

struct Plan {
  std::filesystem::path directory;  // keeps the ledgers and the results
  std::filesystem::path scratch;    // on the same disk, and removed at the end
  std::string cairn;                // the program
  std::vector<Size> sizes;          // ascending
  int rounds = 5;

  std::filesystem::path made(Size size) const;  // a team's ledger of this size and its home
  int rounds_at(Size size) const;               // fewer where each takes long

  // The program on a ledger and its home below `on`.
  Program program(const std::filesystem::path& on, std::vector<std::string> words) const;
  Size largest() const { return sizes.back(); }
};

std::string short_size(Size size);  // "10k", "1M"

// Makes the ledgers that are not there yet.
void make_ledgers(const Plan& plan);

// A copy, to be written to and removed again.
class Copy {
 public:
  Copy(const Plan& plan, Size size, const std::string& what);
  ~Copy();
  Copy(const Copy&) = delete;
  Copy& operator=(const Copy&) = delete;
  const std::filesystem::path& directory() const { return directory_; }

 private:
  std::filesystem::path directory_;
};

// What needs libraries that Cairn does not: each engine that people use instead, and simdjson. Made in bench/rivals.
struct Rivals {
  // Into the contest of durable appends: the same entries, or the same statements where an engine wants JSON.
  std::function<void(Contest& contest, const std::vector<Bytes>& entries, const std::vector<Bytes>& statements)> join;
  std::function<void(const Contest& contest, Sheet& sheet)> add_rows;

  // Parses with simdjson's DOM and looks at every value; one a thread.
  std::function<std::function<void(BytesView json)>()> json_walk;
};

// Names in the contest of durable appends.
std::string callers_name(std::size_t callers);
std::string bundles_name(std::size_t callers);

// Each adds its sections.
void measure_limits(const Plan& plan, Sheet& sheet);
void measure_append(const Plan& plan, const Rivals& rivals, Sheet& sheet);
void measure_growth(const Plan& plan, Sheet& sheet);
void measure_audit(const Plan& plan, const Rivals& rivals, Sheet& sheet);
void measure_reads(const Plan& plan, Sheet& sheet);
void measure_programs(const Plan& plan, Sheet& sheet);

}  // namespace cairn::bench
