#include "tests/tidy/source.h"

#include <fnmatch.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace tidy {
namespace {

namespace fs = std::filesystem;

// Neither ours to format nor ours to judge: built, made by other programs, or bytes that are wrong on purpose.
bool is_skipped_folder(const std::string& path) {
  static const char* const skipped[] = {"build", ".git", ".cairn", "tour", "tests/golden", "tests/fuzz/corpus"};
  if (path.ends_with("__pycache__") || path.ends_with("/samples")) return true;
  return std::ranges::find(skipped, path) != std::end(skipped);
}

bool is_read(const fs::path& path) {
  static const char* const endings[] = {".h", ".cpp", ".md", ".txt", ".py", ".sh", ""};
  static const char* const names[] = {"CMakePresets.json", ".clang-tidy", ".clang-format", ".gitignore"};
  const std::string name = path.filename().string();
  return std::ranges::find(names, name) != std::end(names) ||
         (!name.starts_with('.') && name != "LICENSE" &&
          std::ranges::find(endings, path.extension().string()) != std::end(endings));
}

// Blanks `text` from `at` to `end`; line breaks stay, so that line numbers do.
void blank(std::string& text, std::size_t at, std::size_t end) {
  for (; at < std::min(end, text.size()); ++at) {
    if (text[at] != '\n') text[at] = ' ';
  }
}

// The end of the string or character literal that opens at `at`.
std::size_t end_of_literal(std::string_view text, std::size_t at) {
  const char quote = text[at];
  for (++at; at < text.size() && text[at] != quote && text[at] != '\n'; ++at) {
    if (text[at] == '\\') ++at;
  }
  return at + 1;
}

std::size_t end_of_raw_literal(std::string_view text, std::size_t quote) {
  const std::size_t open = text.find('(', quote);
  if (open == std::string_view::npos) return text.size();
  const std::string close = ")" + std::string(text.substr(quote + 1, open - quote - 1)) + "\"";
  const std::size_t end = text.find(close, open);
  return end == std::string_view::npos ? text.size() : end + close.size();
}

// The end of the preprocessor line at `at`, with the lines that a backslash joins to it.
std::size_t end_of_directive(std::string_view text, std::size_t at) {
  std::size_t end = text.find('\n', at);
  while (end != std::string_view::npos && text[end - 1] == '\\') end = text.find('\n', end + 1);
  return end == std::string_view::npos ? text.size() : end;
}

// Where what is not code ends, if it begins at `at`; else `at`.
std::size_t end_of_no_code(std::string_view text, std::size_t at, bool starts_line) {
  const auto rest = text.substr(at);
  if (rest.starts_with("//")) return std::min(text.find('\n', at), text.size());
  if (rest.starts_with("/*")) {
    const std::size_t end = text.find("*/", at + 2);
    return end == std::string_view::npos ? text.size() : end + 2;
  }
  if (rest.front() == '#' && starts_line) return end_of_directive(text, at);
  if (rest.front() == '"') {
    return at > 0 && text[at - 1] == 'R' ? end_of_raw_literal(text, at) : end_of_literal(text, at);
  }
  const bool separates_digits = at > 0 && is_word_byte(text[at - 1]);
  return rest.front() == '\'' && !separates_digits ? end_of_literal(text, at) : at;
}

}  // namespace

bool File::is_product() const {
  return in("ledger") || in("projections") || in("commands") || in("verify") || in("witness");
}

std::string complaint(const File& file, std::size_t line, std::string_view what) {
  return file.path + ":" + std::to_string(line) + ": " + std::string(what);
}

std::vector<File> read_tree(const std::string& root) {
  std::vector<File> files;
  for (auto at = fs::recursive_directory_iterator(root); at != fs::recursive_directory_iterator(); ++at) {
    const std::string path = at->path().lexically_relative(root).generic_string();
    if (at->is_directory()) {
      if (is_skipped_folder(path)) at.disable_recursion_pending();
    } else if (at->is_regular_file() && is_read(at->path())) {
      std::ifstream in(at->path(), std::ios::binary);
      files.push_back({path, {std::istreambuf_iterator<char>(in), {}}});
    }
  }
  std::ranges::sort(files, {}, &File::path);
  return files;
}

std::string code_of(std::string_view text) {
  std::string code(text);
  bool starts_line = true;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = end_of_no_code(text, at, starts_line);
    if (end > at) {
      blank(code, at, end);
      at = end;
    } else {
      if (text[at] == '\n') {
        starts_line = true;
      } else if (text[at] != ' ') {
        starts_line = false;
      }
      ++at;
    }
  }
  return code;
}

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    lines.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

bool fits(std::string_view pattern, std::string_view path) {
  return fnmatch(std::string(pattern).c_str(), std::string(path).c_str(), FNM_PATHNAME) == 0;
}

std::size_t find_word(std::string_view text, std::string_view word, std::size_t from) {
  for (std::size_t at = text.find(word, from); at != std::string_view::npos; at = text.find(word, at + 1)) {
    const std::size_t end = at + word.size();
    const bool open = is_word_byte(word.front()) && at > 0 && is_word_byte(text[at - 1]);
    const bool goes_on = is_word_byte(word.back()) && end < text.size() && is_word_byte(text[end]);
    if (!open && !goes_on) return at;
  }
  return std::string_view::npos;
}

}  // namespace tidy
