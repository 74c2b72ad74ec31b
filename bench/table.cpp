#include "bench/table.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "bench/measure.h"
#include "ledger/base/text.h"

namespace cairn::bench {
namespace {

constexpr std::size_t columns = 6;
using Cells = std::array<std::string, columns>;

// Three digits that count: 4.13, 41.3, 413
std::string three_digits(double value) {
  char text[32];
  const int decimals = value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
  std::snprintf(text, sizeof text, "%.*f", decimals, value);
  return text;
}

// As it was set: 0.8, 50
std::string plain(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%g", value);
  return text;
}

std::string scaled(double value, const std::vector<std::pair<double, const char*>>& scales) {
  for (const auto& [scale, name] : scales) {
    if (value >= scale) return three_digits(value / scale) + name;
  }
  return three_digits(value / scales.back().first) + scales.back().second;
}

Cells cells_of(const Row& row, std::size_t note) {
  Cells cells;
  cells[0] = row.what + (note > 0 ? str(" [", note, "]") : "");
  cells[1] = row.shown.empty() ? format_figure(row.value, row.unit) : row.shown;
  if (row.limit) {
    cells[2] = row.limit->name + ": " + format_figure(row.limit->value, row.unit);
    cells[3] = three_digits(row.value / row.limit->value);
  }
  if (row.aim) {
    cells[4] = row.aim->text;
    cells[5] = row.aim->met ? "met" : "MISSED";
  }
  return cells;
}

// What a terminal shows; all texts here are ASCII.
std::string line_of(const Cells& cells, const std::array<std::size_t, columns>& widths) {
  std::string line = "|";
  for (std::size_t i = 0; i < columns; ++i) {
    const std::string space(widths[i] - std::min(widths[i], cells[i].size()), ' ');
    const bool number = i == 1 || i == 3;
    line += " " + (number ? space + cells[i] : cells[i] + space) + " |";
  }
  return line + "\n";
}

std::string rule_of(const std::array<std::size_t, columns>& widths) {
  std::string line = "|";
  for (std::size_t i = 0; i < columns; ++i) line += std::string(widths[i] + 1, '-') + (i == 1 || i == 3 ? ":|" : "-|");
  return line + "\n";
}

// In lines of at most 118 columns.
std::string wrapped(const std::string& text) {
  std::string lines;
  std::size_t column = 0;
  for (const std::string_view word : split(text, ' ')) {
    const bool fits = column == 0 || column + 1 + word.size() <= 118;
    if (column > 0) lines += fits ? ' ' : '\n';
    column = fits ? column + (column > 0 ? 1 : 0) + word.size() : word.size();
    lines += word;
  }
  return lines + "\n";
}

Row& aim_of(Row& row, std::string text, bool met) {
  row.aim = Aim{std::move(text), met};
  return row;
}

double ratio_of(const Row& row) {
  ASSERT(row.limit.has_value());
  return row.value / row.limit->value;
}

}  // namespace

std::string format_figure(double value, Unit unit) {
  switch (unit) {
    case Unit::per_second:
      return scaled(value, {{1e6, " M/s"}, {1e3, " k/s"}, {1, "/s"}});
    case Unit::seconds:
      return scaled(value, {{1, " s"}, {1e-3, " ms"}, {1e-6, " us"}});
    case Unit::bytes:
      return scaled(value, {{1e9, " GB"}, {1e6, " MB"}, {1e3, " kB"}, {1, " B"}});
  }
  return {};
}

Row row_of(std::string what, const Figures& figures, Unit unit) {
  Row row;
  row.what = std::move(what);
  row.unit = unit;
  row.value = figures.median();
  row.rounds = figures.rounds();
  return row;
}

Row latency_row(std::string what, const std::vector<double>& seconds) {
  Row row;
  row.what = std::move(what);
  row.unit = Unit::seconds;
  row.value = quantile(seconds, 0.5);
  for (const auto& [name, at] : {std::pair("p50", 0.5), std::pair("p99", 0.99), std::pair("p99.9", 0.999)}) {
    row.more.emplace_back(name, quantile(seconds, at));
  }
  const bool long_ones = row.more.back().second >= 1;
  for (const auto& latency : row.more) {
    row.shown += (row.shown.empty() ? "" : "/") + three_digits((long_ones ? 1 : 1e3) * latency.second);
  }
  row.shown += long_ones ? " s" : " ms";
  return row;
}

Row& at_least(Row& row, double ratio) {
  return aim_of(row, ">= " + plain(ratio) + " x", ratio_of(row) >= ratio);
}
Row& at_most(Row& row, double ratio) {
  return aim_of(row, "<= " + plain(ratio) + " x", ratio_of(row) <= ratio);
}
Row& below(Row& row, double value) {
  return aim_of(row, "< " + (value < 1e-3 ? plain(1e6 * value) + " us" : plain(1e3 * value) + " ms"),
                row.value < value);
}

// Words that several rows share are said once.
std::size_t Sheet::note_of(const Row& row, std::vector<std::string>& notes) {
  if (row.words.empty()) return 0;
  const auto at = std::find(notes.begin(), notes.end(), row.words);
  if (at == notes.end()) notes.push_back(row.words);
  return static_cast<std::size_t>(std::find(notes.begin(), notes.end(), row.words) - notes.begin()) + 1;
}

std::string Sheet::verdict() const {
  std::size_t met = 0;
  std::string missed;
  for (const Section& section : sections_) {
    for (const Row& row : section.rows) {
      if (row.aim && row.aim->met) ++met;
      if (!row.aim || row.aim->met) continue;
      const Cells cells = cells_of(row, 0);
      missed += "- " + section.title + ": " + cells[0] + ": " + cells[1] +
                (row.limit ? ", " + cells[3] + " x " + row.limit->name : "") + "; aim " + cells[4] + "\n";
    }
  }
  return str("\nAims met: ", met, ". Missed:", missed.empty() ? " none.\n" : "\n\n" + missed);
}

std::string Sheet::markdown(const Facts& facts) const {
  std::vector<Cells> lines = {{"what", "measured", "held against", "ratio", "aim", ""}};
  std::vector<std::string> notes;
  for (const Section& section : sections_) {
    lines.push_back({"**" + section.title + "**", "", "", "", "", ""});
    for (const Row& row : section.rows) lines.push_back(cells_of(row, note_of(row, notes)));
  }
  std::array<std::size_t, columns> widths{};
  for (std::size_t i = 0; i < columns; ++i) {
    for (const Cells& cells : lines) widths[i] = std::max(widths[i], cells[i].size());
  }
  std::string text;
  for (const auto& [name, value] : facts) text += name + ": " + value + "  \n";
  text += "\n" + line_of(lines.front(), widths) + rule_of(widths);
  for (std::size_t i = 1; i < lines.size(); ++i) text += line_of(lines[i], widths);
  for (std::size_t i = 0; i < notes.size(); ++i) text += "\n" + wrapped(str("[", i + 1, "] ", notes[i]));
  return text + verdict();
}

std::string Sheet::json(const Facts& facts) const {
  nlohmann::ordered_json document;
  for (const auto& [name, value] : facts) document[name] = value;
  document["rows"] = nlohmann::ordered_json::array();
  constexpr const char* units[] = {"per second", "seconds", "bytes"};
  for (const Section& section : sections_) {
    for (const Row& row : section.rows) {
      nlohmann::ordered_json one = {{"section", section.title},
                                    {"what", row.what},
                                    {"value", row.value},
                                    {"unit", units[static_cast<std::size_t>(row.unit)]},
                                    {"rounds", row.rounds}};
      for (const auto& [name, value] : row.more) one[name] = value;
      if (row.limit) one["limit"] = {{"name", row.limit->name}, {"value", row.limit->value}};
      if (row.limit) one["ratio"] = ratio_of(row);
      if (row.aim) one["aim"] = {{"text", row.aim->text}, {"met", row.aim->met}};
      if (!row.words.empty()) one["words"] = row.words;
      document["rows"].push_back(std::move(one));
    }
  }
  return document.dump(1) + "\n";
}

}  // namespace cairn::bench
