#include "commands/output.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <cstdlib>

#include "ledger/base/text.h"
#include "ledger/base/time.h"

namespace cairn {

namespace {

constexpr Millis progress_interval = 100;

bool coloured() {
  static const bool yes = ::isatty(STDOUT_FILENO) == 1 && std::getenv("NO_COLOR") == nullptr;
  return yes;
}

// Columns that a text takes: code points, less the escape sequences of toned().
std::size_t visible_width(std::string_view text) {
  std::size_t width = 0;
  bool in_escape = false;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (in_escape) {
      in_escape = c != 'm';
    } else if (byte == 0x1b) {
      in_escape = true;
    } else if ((byte & 0xc0) != 0x80) {
      ++width;
    }
  }
  return width;
}

}  // namespace

Exit exit_of(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::fault:
    case ErrorKind::needs_newer:
    case ErrorKind::unavailable:
      return Exit::fault;
    case ErrorKind::usage:
      return Exit::usage;
    case ErrorKind::turned_away:
      return Exit::refused;
    case ErrorKind::conflict:
      return Exit::conflict;
    case ErrorKind::not_verified:
      return Exit::not_verified;
  }
  return Exit::fault;
}

std::string toned(std::string_view text, Tone tone) {
  if (!coloured() || tone == Tone::plain || text.empty()) return std::string(text);
  const char* code = "";
  switch (tone) {
    case Tone::plain:
      break;
    case Tone::good:
      code = "\x1b[32m";
      break;
    case Tone::bad:
      code = "\x1b[31m";
      break;
    case Tone::warn:
      code = "\x1b[33m";
      break;
    case Tone::quiet:
      code = "\x1b[2m";
      break;
    case Tone::strong:
      code = "\x1b[1m";
      break;
  }
  return code + std::string(text) + "\x1b[0m";
}

std::size_t output_width() {
  constexpr std::size_t least = 60;
  constexpr std::size_t most = 100;
  winsize size{};
  const bool terminal = ::isatty(STDOUT_FILENO) == 1 && ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0;
  return terminal && size.ws_col > 0 ? std::clamp<std::size_t>(size.ws_col, least, most) : most;
}

std::string table(const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], visible_width(row[i]));
  }
  const std::size_t width = output_width();
  std::string text;
  for (const auto& row : rows) {
    std::string line;
    std::size_t column = 0;  // where the last cell begins
    for (std::size_t i = 0; i + 1 < row.size(); ++i) {
      line += row[i];
      line.append(widths[i] - visible_width(row[i]) + 2, ' ');
      column += widths[i] + 2;
    }
    const std::string last = row.empty() ? std::string() : row.back();
    const bool wraps = column + visible_width(last) > width && column + 20 <= width;
    line += wraps ? wrapped(last, column).substr(column) : last;
    line.erase(line.find_last_not_of(" \n") + 1);
    text += line + "\n";
  }
  return text;
}

std::vector<std::string> headings(std::vector<std::string> columns) {
  for (std::string& column : columns) column = toned(column, Tone::quiet);
  return columns;
}

std::string wrapped(std::string_view text, std::size_t indent) {
  const std::size_t width = output_width();
  const std::string margin(indent, ' ');
  std::string out;
  std::string line = margin;
  bool empty = true;
  for (const std::string_view word : split(text, ' ')) {
    if (!empty && visible_width(line) + 1 + visible_width(word) > width) {
      out += line + "\n";
      line = margin;
      empty = true;
    }
    if (!empty) line += ' ';
    line += word;
    empty = false;
  }
  return out + line + "\n";
}

namespace {

int first_problem = 0;

}  // namespace

std::string printable_lines(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto end = std::min(text.find_first_of("\n\t"), text.size());
    out += printable(text.substr(0, end));
    out += text.substr(end, 1);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

void print(std::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() && first_problem == 0) first_problem = errno;
}

int output_problem() {
  if (std::fflush(stdout) != 0 && first_problem == 0) first_problem = errno;
  return first_problem;
}

void end_with_reader() {
  if (first_problem != EPIPE) return;
  std::signal(SIGPIPE, SIG_DFL);
  std::raise(SIGPIPE);
}

void print_document(std::string_view text) {
  if (::isatty(STDOUT_FILENO) == 1) return print(printable_lines(text));
  print(text);
}

void warn(std::string_view text) {
  std::fflush(stdout);
  std::fwrite(text.data(), 1, text.size(), stderr);
}

namespace {

// "930/s", "118 k/s", "2.4 M/s"
std::string rate_text(double rate) {
  if (rate < 10e3) return str(static_cast<std::uint64_t>(rate), "/s");
  if (rate < 1e6) return str(static_cast<std::uint64_t>(rate / 1e3), " k/s");
  const auto tenths = static_cast<std::uint64_t>(rate / 1e5);
  return str(tenths / 10, '.', tenths % 10, " M/s");
}

}  // namespace

std::string progress_text(std::string_view name, std::uint64_t done, std::uint64_t total, double rate,
                          std::size_t columns) {
  done = std::min(done, total);
  const double share = total == 0 ? 1 : static_cast<double>(done) / static_cast<double>(total);
  const std::string head(name);
  std::string tail = str(static_cast<unsigned>(share * 100), " %");
  tail.insert(0, tail.size() < 5 ? 5 - tail.size() : 0, ' ');
  if (rate > 0) {
    const double span = std::min(static_cast<double>(total - done) / rate * 1000, static_cast<double>(365 * day));
    const auto left = static_cast<Millis>(span);
    // Seconds in whole: tenths would only flicker.
    tail += str("  ", rate_text(rate), "  ",
                left < minute ? str((left + second - 1) / second, " s") : describe_duration(left), " left");
  }
  constexpr std::size_t least_bar = 8;
  constexpr std::size_t most_bar = 30;
  const std::size_t taken = head.size() + 2 + 2 + tail.size();  // " [" and "]" with what stands around them
  if (taken + least_bar > columns) return (head + " " + tail).substr(0, columns);
  const std::size_t width = std::min(most_bar, columns - taken);
  const auto full = static_cast<std::size_t>(share * static_cast<double>(width));
  std::string bar(full, '=');
  if (full < width) bar += '>';
  bar.resize(width, ' ');
  return head + " [" + bar + "] " + tail;
}

void ProgressBar::show(std::uint64_t done, std::uint64_t total) {
  const Millis now = SystemClock().now();
  if (last_ == 0) {
    terminal_ = ::isatty(STDERR_FILENO) == 1;
    last_ = now;
    done_ = done;
    return;
  }
  const Millis spent = now - last_;
  if (!terminal_ || total == 0 || spent < progress_interval) return;
  const double weight = 1 - std::exp(-static_cast<double>(spent) / static_cast<double>(second));
  const double newest = static_cast<double>(done - std::min(done_, done)) * 1000 / static_cast<double>(spent);
  rate_ = rate_ == 0 ? newest : rate_ + weight * (newest - rate_);
  last_ = now;
  done_ = done;
  winsize size{};
  const bool known = ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 1;
  shown_ = true;
  // Written over, and what was longer before is cleared behind it: an empty line in between would flicker.
  warn("\r" + progress_text(name_, done, total, rate_, known ? size.ws_col - 1U : 79) + "\x1b[K");
}

ProgressBar::~ProgressBar() {
  if (shown_) warn("\r\x1b[K");
}

}  // namespace cairn
