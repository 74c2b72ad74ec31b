#include "tests/tidy/lengths.h"

#include <algorithm>

namespace tidy {
namespace {

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \n\t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \n\t") + 1 - first);
}

// What a brace opens, told by the code since the last ';' or brace.
enum class Block { scope, function, value };

bool starts_with_word(std::string_view text, std::string_view word) {
  return text.starts_with(word) && (text.size() == word.size() || !is_word_byte(text[word.size()]));
}

// What stands behind `template <...>`, if anything does.
std::string_view without_template(std::string_view head) {
  if (!starts_with_word(head, "template")) return head;
  std::size_t at = head.find('<');
  int depth = 0;
  for (; at < head.size(); ++at) {
    if (head[at] == '<') ++depth;
    if (head[at] == '>' && --depth == 0) return trimmed(head.substr(at + 1));
  }
  return head;
}

Block block_of(std::string_view head) {
  head = without_template(trimmed(head));
  for (const char* word : {"namespace", "class", "struct", "union", "enum", "extern", "inline namespace"}) {
    if (starts_with_word(head, word)) return Block::scope;
  }
  if (head.empty()) return Block::scope;
  const std::size_t close = head.rfind(')');
  if (close == std::string_view::npos) return Block::value;
  const auto behind = trimmed(head.substr(close + 1));
  // `: member_{...}` and `= f(x){...}` are values on the way to, or instead of, a body.
  const bool in_initialisers = head.find("):") != std::string_view::npos || head.find(") :") != std::string_view::npos;
  if (behind.ends_with('=') || behind.ends_with(',')) return Block::value;
  if (in_initialisers && !behind.empty() && is_word_byte(behind.back())) {
    return behind.ends_with("noexcept") || behind.ends_with("const") ? Block::function : Block::value;
  }
  return Block::function;
}

// The name before the first '(' that is not a decltype's or an attribute's.
std::string name_in(std::string_view head) {
  const std::size_t open = head.find('(');
  std::size_t end = head.find_last_not_of(" \n\t", open == 0 ? 0 : open - 1);
  if (open == std::string_view::npos || end == std::string_view::npos) return "?";
  std::size_t at = end + 1;
  while (at > 0 && (is_word_byte(head[at - 1]) || head[at - 1] == ':' || head[at - 1] == '~')) --at;
  const auto name = head.substr(at, end + 1 - at);
  return name.empty() ? "operator" : std::string(name);
}

// The place behind the brace that closes the one at `open`.
std::size_t end_of_block(std::string_view code, std::size_t open) {
  int depth = 0;
  for (std::size_t at = open; at < code.size(); ++at) {
    if (code[at] == '{') ++depth;
    if (code[at] == '}' && --depth == 0) return at + 1;
  }
  return code.size();
}

std::size_t line_at(std::string_view code, std::size_t at) {
  return 1 + static_cast<std::size_t>(std::ranges::count(code.substr(0, at), '\n'));
}

}  // namespace

std::vector<Function> functions_of(std::string_view text) {
  const std::string code = code_of(text);
  std::vector<Function> functions;
  std::size_t head = 0;
  int brackets = 0;  // within parentheses a brace is a default argument
  for (std::size_t at = 0; at < code.size(); ++at) {
    const char c = code[at];
    if (c == '(') ++brackets;
    if (c == ')') --brackets;
    if (c == ';' || c == '}') {
      head = at + 1;
      brackets = 0;
    }
    if (c != '{') continue;
    const std::string_view before = std::string_view(code).substr(head, at - head);
    const Block block = brackets > 0 ? Block::value : block_of(before);
    if (block == Block::scope) {
      head = at + 1;
      continue;
    }
    const std::size_t end = end_of_block(code, at);
    if (block == Block::function) {
      const std::size_t first = head + before.find_first_not_of(" \n\t");
      const std::size_t first_line = line_at(code, first);
      functions.push_back({name_in(before), first_line, line_at(code, end - 1) + 1 - first_line});
      head = end;
    }
    at = end - 1;
  }
  return functions;
}

Complaints check_lengths(const File& file, const std::vector<Longer>& allowed) {
  Complaints found;
  if (!file.is_cpp()) return found;
  const auto is_allowed = [&](std::string_view function) {
    return std::ranges::any_of(
        allowed, [&](const Longer& longer) { return longer.path == file.path && longer.function == function; });
  };
  const std::size_t lines = lines_of(file.text).size();
  if (lines > max_file_lines && !is_allowed("")) {
    found.push_back(complaint(file, lines, "the file has " + std::to_string(lines) + " lines; at most 400"));
  }
  for (const Function& function : functions_of(file.text)) {
    if (function.lines <= max_function_lines || is_allowed(function.name)) continue;
    found.push_back(complaint(file, function.first_line,
                              function.name + " has " + std::to_string(function.lines) + " lines; at most 70"));
  }
  return found;
}

}  // namespace tidy
