// A report as text of 80 columns, the same wherever it goes: no colour, no terminal's width.
#include <algorithm>

#include "commands/output.h"
#include "commands/report_sections.h"
#include "ledger/base/text.h"

namespace cairn {

namespace {

constexpr std::size_t page_width = 80;
constexpr std::size_t least_last = 24;  // of the last column, however wide the others are

std::size_t width_of(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

// Words in lines of this width; one that is longer is cut, so that a hash stays on the page.
std::vector<std::string> lines_of(const std::string& text, std::size_t width) {
  std::vector<std::string> lines;
  for (const std::string_view part : split(text, '\n')) {
    std::string line;
    for (const std::string_view next : split(part, ' ')) {
      std::string word(next);
      if (!line.empty() && width_of(line) + 1 + width_of(word) > width) lines.push_back(std::exchange(line, ""));
      while (line.empty() && word.size() > width && width_of(word) == word.size()) {
        lines.push_back(word.substr(0, width));
        word.erase(0, width);
      }
      line += (line.empty() ? "" : " ") + word;
    }
    lines.push_back(std::move(line));
  }
  return lines;
}

std::string indented(const std::string& text, std::size_t indent, const std::string& first) {
  std::string out;
  for (const std::string& line : lines_of(text, page_width - indent)) {
    out += (out.empty() ? first : std::string(indent, ' ')) + line + "\n";
  }
  return out;
}

// Text that others wrote, but for the line breaks that the layout set.
std::string safe(const std::string& text) {
  std::vector<std::string> lines;
  for (const std::string_view line : split(text, '\n')) lines.push_back(printable(line));
  return joined(lines, "\n");
}

struct TextBlock {
  std::string operator()(const Paragraph& block) const { return indented(printable(block.text), 2, "  "); }
  std::string operator()(const ItemList& block) const {
    std::string text;
    for (const std::string& item : block.items) text += indented(printable(item), 4, "  - ");
    return text;
  }
  std::string operator()(const Drawing& block) const {
    std::string text;
    for (const std::string& line : block.lines) text += "  " + line + "\n";
    return text;
  }
  std::string operator()(const Blob&) const { return ""; }
  std::string operator()(const Columns& block) const {
    std::vector<std::vector<std::string>> rows = block.rows;
    if (!block.headings.empty()) rows.insert(rows.begin(), block.headings);
    std::vector<std::size_t> widths;
    for (auto& row : rows) {
      widths.resize(std::max(widths.size(), row.size()));
      for (std::size_t i = 0; i < row.size(); ++i) {
        row[i] = safe(row[i]);
        widths[i] = std::max(widths[i], width_of(row[i]));
      }
    }
    std::string text;
    for (const auto& row : rows) text += line_of(row, widths);
    return text;
  }

  static std::string line_of(const std::vector<std::string>& row, const std::vector<std::size_t>& widths) {
    std::string begin = "  ";
    std::size_t column = 2;
    for (std::size_t i = 0; i + 1 < row.size(); ++i) {
      begin += row[i] + std::string(widths[i] - width_of(row[i]) + 2, ' ');
      column += widths[i] + 2;
    }
    if (row.empty()) return "";
    if (column + least_last <= page_width) return trimmed(indented(row.back(), column, begin));
    return trimmed(begin + "\n") + indented(row.back(), 6, "      ");
  }

  // Without the blanks that end a line.
  static std::string trimmed(const std::string& text) {
    std::string out;
    for (const char c : text) {
      if (c == '\n') out.erase(out.find_last_not_of(' ') + 1);
      out += c;
    }
    return out;
  }
};

}  // namespace

std::string report_text(const ChangeReport& report) {
  std::string text = indented(printable(report_title(report)), 0, "");
  for (const Section& section : sections_of(report)) {
    if (!section.title.empty()) text += "\n" + section.title + "\n";
    for (const Block& block : section.blocks) text += std::visit(TextBlock{}, block);
  }
  return text;
}

}  // namespace cairn
