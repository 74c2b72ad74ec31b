// Sheet: what was measured, beside the limit that it is held against, for people and for programs.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "bench/contest.h"

namespace cairn::bench {

enum class Unit { per_second, seconds, bytes };

// "31.2 k/s", "4.1 us", "1.3 GB"
std::string format_figure(double value, Unit unit);

// Against which something is held: the same unit, measured in the same run.
struct Limit {
  std::string name;
  double value = 0;
};

struct Aim {
  std::string text;  // ">= 0.8 x", "< 60 ms"
  bool met = false;
};

struct Row {
  std::string what;
  Unit unit = Unit::per_second;
  double value = 0;
  std::vector<double> rounds;                        // that the value is the median of; may be empty
  std::string shown;                                 // in the place of the value, where that is not all of it
  std::vector<std::pair<std::string, double>> more;  // further figures, for programs only
  std::optional<Limit> limit;
  std::optional<Aim> aim;
  std::string words;  // where Cairn is behind, or what the row is not; printed below the table
};

// A row of the median.
Row row_of(std::string what, const Figures& figures, Unit unit);

// "p50/p99/p99.9", in milliseconds.
Row latency_row(std::string what, const std::vector<double>& seconds);

// Aims on the ratio of measured to limit, and on the value itself.
Row& at_least(Row& row, double ratio);
Row& at_most(Row& row, double ratio);
Row& below(Row& row, double value);

class Sheet {
 public:
  void begin(std::string section) { sections_.push_back({std::move(section), {}}); }
  void add(Row row) { sections_.back().rows.push_back(std::move(row)); }

  // At most 120 columns. `heading` are lines such as "machine: ...".
  using Facts = std::vector<std::pair<std::string, std::string>>;
  std::string markdown(const Facts& facts) const;
  std::string json(const Facts& facts) const;

 private:
  struct Section {
    std::string title;
    std::vector<Row> rows;
  };
  static std::size_t note_of(const Row& row, std::vector<std::string>& notes);
  std::string verdict() const;

  std::vector<Section> sections_;
};

}  // namespace cairn::bench
