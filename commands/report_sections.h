// A report laid out in sections, before it becomes text or Markdown: what is said, in which order, with "not recorded"
// where a reader would expect a fact. Pure.
//
// Strings hold what entries hold: whoever renders them makes them safe for the place where they go.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "commands/change_report.h"

namespace cairn {

struct Paragraph {
  std::string text;
};
struct ItemList {
  std::vector<std::string> items;
};
// Cells may hold several lines. Only the last column is long.
struct Columns {
  std::vector<std::string> headings;  // none: a table without
  std::vector<std::vector<std::string>> rows;
};
// Lines of fixed width, at most 78 columns.
struct Drawing {
  std::vector<std::string> lines;
};
// What only a machine reads, in lines of at most 76 columns. Text leaves it out.
struct Blob {
  std::string title;
  std::vector<std::string> lines;
};
using Block = std::variant<Paragraph, ItemList, Columns, Drawing, Blob>;

struct Section {
  std::string title;
  std::vector<Block> blocks;
};

std::string report_title(const ChangeReport& report);  // "INC-1: harmful predictions"
std::vector<Section> sections_of(const ChangeReport& report);

// The parts that have pages of their own: report_strips.cpp, report_gates.cpp.
Section strips_section(const ChangeReport& report);
Section metrics_section(const ChangeReport& report);
Section gates_section(const ChangeReport& report);

inline constexpr const char* not_recorded_text = "not recorded";

// "entry 3", "entries 3, 7"; empty for none.
std::string entries_text(const std::vector<Seq>& seqs);

}  // namespace cairn
