// What people and scripts see: tables and colours for the one, one JSON document for the other (CLI.md).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/base/result.h"

namespace cairn {

// CLI.md: what each way of ending means to a script.
enum class Exit : int { done = 0, fault = 1, usage = 2, refused = 3, conflict = 4, not_verified = 5 };

Exit exit_of(ErrorKind kind);

enum class Tone { plain, good, bad, warn, quiet, strong };

// Colour only on a terminal and never with NO_COLOR.
std::string toned(std::string_view text, Tone tone);

// How many columns there are: those of the terminal, at least 60 and at most 100; 100 where stdout is none.
std::size_t output_width();

// Rows of cells, aligned by what is visible; the last column is not padded, and wraps where the line would be too long.
// Cells that came from entries must have gone through printable(). Trailing empty rows are kept.
std::string table(const std::vector<std::vector<std::string>>& rows);

// The first row of a table: what its columns are.
std::vector<std::string> headings(std::vector<std::string> columns);

// Wraps at output_width() with this indentation; words longer than a line stay whole.
std::string wrapped(std::string_view text, std::size_t indent);

// To stdout and stderr.
void print(std::string_view text);
void warn(std::string_view text);

// Flushes stdout. The errno of the first write to it that failed (EPIPE: nobody reads any more), or 0.
int output_problem();

// If whoever reads stdout has gone, this process ends as every program does that keeps on printing then: by SIGPIPE,
// and silently. For where nothing is left to do but to print. Cheap; what is not flushed yet is not asked.
void end_with_reader();

// Text that others wrote, fit for a terminal: printable() but for its line breaks and tabs.
std::string printable_lines(std::string_view text);

// Such text to stdout: to a file or a pipe byte for byte, to a terminal as printable_lines().
void print_document(std::string_view text);

// How far a long walk has come, on stderr while stdout's reader waits: a bar, the rate and the time left. Only on a
// terminal, at most ten times a second, and gone at the end.
class ProgressBar {
 public:
  static constexpr std::uint64_t step = 256;  // of what is done: to ask the clock more often costs more than it shows

  explicit ProgressBar(std::string name) : name_(std::move(name)) {}
  ~ProgressBar();
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;
  void show(std::uint64_t done, std::uint64_t total);

 private:
  std::string name_;
  bool terminal_ = false;  // known once it was shown first
  bool shown_ = false;
  std::int64_t last_ = 0;  // when something was printed last, or looked at first
  std::uint64_t done_ = 0;
  double rate_ = 0;  // a second, smoothed
};

// Its text, at most so many columns: "replay [=====>    ]  52 %  118 k/s  4 s left". The rate and what follows from it
// only where one is known (above 0); the bar itself only where there is room.
std::string progress_text(std::string_view name, std::uint64_t done, std::uint64_t total, double rate,
                          std::size_t columns);

}  // namespace cairn
