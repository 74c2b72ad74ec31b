#include "verify/layout.h"

#include <algorithm>

#include "ledger/base/text.h"

namespace cairn {
namespace {

constexpr std::size_t columns = 80;
constexpr std::size_t label_width = 14;
constexpr std::size_t finding_indent = 4;

}  // namespace

std::string wrap(std::string_view text, std::size_t indent) {
  std::string out;
  std::size_t used = columns;
  for (const std::string_view word : split(text, ' ')) {
    if (used + 1 + word.size() > columns) {
      if (!out.empty()) out += '\n';
      out.append(indent, ' ');
      used = indent;
    } else {
      out += ' ';
      ++used;
    }
    out += word;
    used += word.size();
  }
  return out + '\n';
}

std::string field(std::string_view label, std::string_view value) {
  std::string line = str("  ", label);
  line.resize(std::max(line.size() + 2, 2 + label_width), ' ');
  return line + printable(value) + '\n';
}

std::string witnesses_field(const std::vector<std::string>& names) {
  return field("witnesses", names.empty() ? "none of the policy's" : joined(names, ", ") + " cosigned this head");
}

std::string plural(Size count, std::string_view one, std::string_view many) {
  return str(count, ' ', count == 1 ? one : many);
}

std::string rows_of_text(const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths;
  for (const std::vector<std::string>& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], printable(row[i]).size());
  }
  std::string text;
  for (const std::vector<std::string>& row : rows) {
    std::string line = "  ";
    for (std::size_t i = 0; i + 1 < row.size(); ++i) {
      const std::string cell = printable(row[i]);
      line += cell + std::string(widths[i] - cell.size() + 2, ' ');
    }
    const std::string last = row.empty() ? std::string() : wrap(printable(row.back()), line.size());
    text += line + last.substr(std::min(last.size(), line.size()));
  }
  return text;
}

std::string list_findings(const Findings& findings) {
  std::string text;
  if (findings.empty()) return text;
  text += str('\n', plural(findings.size(), "finding", "findings"), '\n');
  for (const Finding& finding : findings) {
    std::string place = finding.seq ? str("entry ", *finding.seq) : std::string("the ledger");
    place.resize(std::max(place.size() + 2, label_width), ' ');
    text += str("  ", place, wire_name(finding.kind), '\n', wrap(printable(finding.what), finding_indent));
  }
  return text;
}

}  // namespace cairn
