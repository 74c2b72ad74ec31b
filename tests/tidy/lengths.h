// How long files and functions are. Found by counting braces, not by parsing C++.
#pragma once

#include "tests/tidy/source.h"

namespace tidy {

inline constexpr std::size_t max_file_lines = 400;
inline constexpr std::size_t max_function_lines = 70;

// A file or function that may be longer, and why.
struct Longer {
  std::string_view path;
  std::string_view function;  // empty: the file
  std::string_view reason;
};

struct Function {
  std::string name;
  std::size_t first_line = 0;
  std::size_t lines = 0;  // from the line of its name to its closing brace
};

// The functions defined in a file: bodies at namespace or class level. A lambda counts into the function that holds it.
std::vector<Function> functions_of(std::string_view text);

Complaints check_lengths(const File& file, const std::vector<Longer>& allowed);

}  // namespace tidy
