#include "ledger/base/fold_lines.h"

#include <algorithm>
#include <vector>

#include "ledger/base/text.h"

namespace cairn {

namespace {

constexpr std::size_t help_column = 30;  // where CLI11 has its descriptions begin

std::size_t width_of(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

std::size_t blanks_before(std::string_view line) {
  return std::min(line.find_first_not_of(' '), line.size());
}

// `parts` behind `first`, parted by blanks, in lines of at most so many columns; each but the last ends with `broken`.
std::string laid_out(std::string first, const std::vector<std::string>& parts, std::size_t margin, std::size_t columns,
                     std::string_view broken) {
  std::string out;
  std::string line = std::move(first);
  bool empty = line.empty() || line.back() == ' ';
  for (const std::string& part : parts) {
    const bool last = &part == &parts.back();
    const std::size_t room = columns - (last ? 0 : broken.size());
    if (!empty && width_of(line) + 1 + width_of(part) > room) {
      out += line + std::string(broken) + "\n";
      line.assign(margin, ' ');
      empty = true;
    }
    if (!empty) line += ' ';
    line += part;
    empty = false;
  }
  return out + line;
}

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  for (const std::string_view word : split(text, ' ')) words.emplace_back(word);
  return words;
}

std::string folded(std::string_view line, std::size_t begin, std::size_t margin, std::size_t columns) {
  return laid_out(std::string(line.substr(0, begin)), words_of(line.substr(begin)), margin, columns, "");
}

// The words of a shell's line, what is quoted whole, and a flag together with its value.
std::vector<std::string> shell_words(std::string_view line) {
  std::vector<std::string> words;
  char quote = 0;
  bool begins = true;
  for (const char c : line) {
    if (quote == 0 && (c == '"' || c == '\'')) {
      quote = c;
    } else if (c == quote) {
      quote = 0;
    }
    if (c == ' ' && quote == 0) {
      begins = true;
      continue;
    }
    if (begins) words.emplace_back();
    begins = false;
    words.back() += c;
  }
  std::vector<std::string> joined;
  for (std::string& word : words) {
    const bool value = !joined.empty() && joined.back().starts_with("--") && !word.starts_with("-") &&
                       joined.back().find_first_of(" =") == std::string::npos;
    if (value) {
      joined.back() += " " + word;
    } else {
      joined.push_back(std::move(word));
    }
  }
  return joined;
}

std::string folded_command(std::string_view line) {
  const std::size_t begin = blanks_before(line);
  return laid_out(std::string(begin, ' '), shell_words(line.substr(begin)), begin + 2, help_columns, " \\");
}

// Where the description begins in a line of an option or a subcommand; else where its text does.
std::size_t hanging(std::string_view line) {
  const std::size_t begin = blanks_before(line);
  const bool described =
      begin > 0 && line.size() > help_column && line[help_column - 1] == ' ' && line[help_column] != ' ';
  return described ? help_column : begin;
}

}  // namespace

std::string fold_help(std::string_view help) {
  std::string out;
  bool first = true;
  bool in_example = false;
  for (const std::string_view line : split(help, '\n')) {
    if (!first) out += '\n';
    first = false;
    in_example = line == "Example:" || (in_example && !line.empty());
    if (width_of(line) <= help_columns) {
      out += line;
    } else if (in_example) {
      out += folded_command(line);
    } else {
      const std::size_t margin = hanging(line);
      out += folded(line, margin, margin, help_columns);
    }
  }
  return out;
}

}  // namespace cairn
