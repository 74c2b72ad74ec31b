// The source tree as the tidiness checks see it: paths and texts, and text without what is not code.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tidy {

struct File {
  std::string path;  // from the root of the tree, '/' separated
  std::string text;

  bool is_header() const { return path.ends_with(".h"); }
  bool is_cpp() const { return path.ends_with(".h") || path.ends_with(".cpp"); }
  bool in(std::string_view folder) const { return path.starts_with(std::string(folder) + "/"); }
  bool is_product() const;  // ledger/, projections/, commands/, verify/, witness/
};

// Each check answers with these, one for each thing found; none is right.
using Complaints = std::vector<std::string>;

std::string complaint(const File& file, std::size_t line, std::string_view what);

// Every text file of the tree that people write, without golden data, samples and fuzz inputs.
std::vector<File> read_tree(const std::string& root);

// The same text with comments, literals and preprocessor lines blanked out, so that what is left is code on the same
// lines.
std::string code_of(std::string_view text);

std::vector<std::string_view> lines_of(std::string_view text);

// Whether `path` fits the pattern, in which '*' stands for anything but '/'.
bool fits(std::string_view pattern, std::string_view path);

inline bool is_word_byte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

// Where `word` stands on its own in `text`, from `from` on; npos if nowhere.
std::size_t find_word(std::string_view text, std::string_view word, std::size_t from = 0);

}  // namespace tidy
