// A report as Markdown, to be put into a repository or an issue tracker. Texts of others form no markup of ours.
#include "commands/markdown.h"
#include "commands/report_sections.h"
#include "ledger/base/text.h"

namespace cairn {

namespace {

std::string cell(const std::string& text) {
  std::string out;
  bool first = true;
  for (const std::string_view line : split(text, '\n')) {
    out += (first ? "" : "<br>") + escaped(line);
    first = false;
  }
  return out;
}

std::string row_of(const std::vector<std::string>& cells) {
  std::string row = "|";
  for (const std::string& one : cells) row += " " + cell(one) + " |";
  return row + "\n";
}

// Fenced by more backticks than anything in it can hold: it is ours, or in hex and base64, or a signed note.
std::string fenced(const std::vector<std::string>& lines) {
  std::string text = "````text\n";
  for (const std::string& line : lines) text += printable(line) + "\n";
  return text + "````\n";
}

struct MarkdownBlock {
  std::string operator()(const Paragraph& block) const { return escaped(block.text) + "\n"; }
  std::string operator()(const ItemList& block) const {
    std::string text;
    for (const std::string& item : block.items) text += "- " + escaped(item) + "\n";
    return text;
  }
  std::string operator()(const Drawing& block) const { return fenced(block.lines); }
  std::string operator()(const Blob& block) const {
    return "<details><summary>" + escaped(block.title) + "</summary>\n\n" + fenced(block.lines) + "\n</details>\n";
  }
  std::string operator()(const Columns& block) const {
    if (block.rows.empty()) return "";
    const std::size_t columns = block.rows.front().size();
    const std::vector<std::string> none(columns);
    std::string text = row_of(block.headings.empty() ? none : block.headings) + "|";
    for (std::size_t i = 0; i < columns; ++i) text += "---|";
    text += "\n";
    for (const auto& row : block.rows) text += row_of(row);
    return text;
  }
};

}  // namespace

std::string report_markdown(const ChangeReport& report) {
  std::string text = "# " + escaped(report_title(report)) + "\n";
  for (const Section& section : sections_of(report)) {
    if (!section.title.empty()) text += "\n## " + section.title + "\n";
    for (const Block& block : section.blocks) text += "\n" + std::visit(MarkdownBlock{}, block);
  }
  return text;
}

}  // namespace cairn
