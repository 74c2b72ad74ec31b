// What a model answered, sample by sample: the file that drift is computed from where no script computes it.
//
// CSV with a header, or JSON lines (an object a line); the first byte that is no space tells which. Columns: `score` (a
// probability or any number), `prediction` (a class or any number), at least one of them, and `label` (what was true)
// if it is known; others are passed over. Strict: an empty, missing or non-finite value, a repeated column or a row of
// another length is an error with file and line. A file without rows is read, and holds nothing. At most 256 MiB and
// ten million rows.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/base/result.h"

namespace cairn {

inline constexpr std::size_t max_predictions_bytes = 256 << 20;
inline constexpr std::size_t max_predictions = 10'000'000;

// One a sample, in the file's order; a column that the file lacks is empty.
struct Predictions {
  std::vector<double> scores;
  std::vector<double> decisions;
  std::vector<double> labels;

  std::size_t size() const { return scores.empty() ? decisions.size() : scores.size(); }
  // What drift is measured on: finer than classes, if there are scores.
  const std::vector<double>& values() const { return scores.empty() ? decisions : scores; }
};

// `source` is the file's name, for messages.
Result<Predictions> parse_predictions(std::string_view source, std::string_view content);

// The last `count` samples, which are the newest; all if there are fewer.
Predictions newest(Predictions all, std::size_t count);

}  // namespace cairn
