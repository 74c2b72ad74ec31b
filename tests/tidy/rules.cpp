#include "tests/tidy/rules.h"

#include <algorithm>
#include <functional>

namespace tidy {
namespace {

// Asks `what_is_wrong` of each line and gathers its answers.
Complaints each_line(const File& file, std::string_view text,
                     const std::function<std::string(std::string_view)>& what_is_wrong) {
  Complaints found;
  std::size_t number = 0;
  for (const auto line : lines_of(text)) {
    ++number;
    const std::string wrong = what_is_wrong(line);
    if (!wrong.empty()) found.push_back(complaint(file, number, wrong));
  }
  return found;
}

char last_before(std::string_view line, std::size_t at) {
  const std::size_t last = line.find_last_not_of(' ', at == 0 ? std::string_view::npos : at - 1);
  return at == 0 || last == std::string_view::npos ? '\0' : line[last];
}

// Whether the name at `at` is asked of an object: `a.b` or `a->b`.
bool is_member(std::string_view line, std::size_t at) {
  const auto before = line.substr(0, line.find_last_not_of(' ', at == 0 ? 0 : at - 1) + 1);
  return at > 0 && (before.ends_with('.') || before.ends_with("->"));
}

bool is_called(std::string_view line, std::size_t behind_name) {
  const std::size_t next = line.find_first_not_of(' ', behind_name);
  return next != std::string_view::npos && line[next] == '(';
}

// A call of the function itself: `open(`, `::open(` or `std::time(`, but neither a member's call nor a declaration.
bool calls_free_function(std::string_view line, std::string_view name) {
  for (std::size_t at = find_word(line, name); at != std::string_view::npos; at = find_word(line, name, at + 1)) {
    if (!is_called(line, at + name.size())) continue;
    const char before = last_before(line, at);
    const bool is_scoped = before == ':';
    const bool of_std = line.substr(0, at).ends_with("std::") ||
                        (line.substr(0, at).ends_with("::") && (at == 2 || !is_word_byte(line[at - 3])));
    const bool is_declared = is_word_byte(before) || before == '&' || before == '*' || before == '>';
    const bool is_returned = line.substr(0, at).ends_with("return ");
    if (is_returned || (!is_member(line, at) && !is_declared && (!is_scoped || of_std))) return true;
  }
  return false;
}

bool names_what_it_looks_for(const File& file) {
  return file.in("tests/tidy");
}

bool is_pure_by_design(const File& file) {
  return file.in("projections") || fits("commands/decide*", file.path);
}

}  // namespace

Complaints calls_of_commit(const File& file) {
  if (!file.is_product() || !file.is_cpp()) return {};
  return each_line(file, code_of(file.text), [](std::string_view line) -> std::string {
    for (std::size_t at = find_word(line, "commit"); at != std::string_view::npos;
         at = find_word(line, "commit", at + 1)) {
      if (is_member(line, at) && is_called(line, at + 6)) return "calls commit";
    }
    return {};
  });
}

Complaints check_purity(const File& file) {
  if (!file.is_cpp() || !is_pure_by_design(file)) return {};
  return each_line(file, code_of(file.text), [](std::string_view line) -> std::string {
    for (const char* word :
         {"system_clock", "steady_clock", "high_resolution_clock", "SystemClock", "getenv", "fopen", "ifstream",
          "ofstream", "fstream", "filesystem", "random_device", "random_bytes", "cout", "cerr", "popen"}) {
      if (find_word(line, word) != std::string_view::npos) return std::string("uses ") + word + ", and it must be pure";
    }
    for (const char* name : {"time", "open", "rand", "printf", "clock"}) {
      if (calls_free_function(line, name)) return std::string("calls ") + name + ", and it must be pure";
    }
    return {};
  });
}

Complaints check_type_names(const File& file) {
  if (!file.is_cpp()) return {};
  return each_line(file, code_of(file.text), [](std::string_view line) -> std::string {
    for (const char* keyword : {"class", "struct", "enum", "union", "using"}) {
      const std::size_t at = find_word(line, keyword);
      if (at == std::string_view::npos) continue;
      std::size_t first = line.find_first_not_of(' ', at + std::string_view(keyword).size());
      if (first != std::string_view::npos && find_word(line.substr(0, first + 5), "class", first) == first) {
        first = line.find_first_not_of(' ', first + 5);  // enum class
      }
      if (first == std::string_view::npos) continue;
      std::size_t end = first;
      while (end < line.size() && is_word_byte(line[end])) ++end;
      const auto name = line.substr(first, end - first);
      for (const char* empty : {"Manager", "Helper", "Helpers", "Util", "Utils", "Info", "Impl", "Service"}) {
        if (name.ends_with(empty)) return std::string(name) + ": a name that says nothing";
      }
    }
    return {};
  });
}

Complaints check_finished(const File& file) {
  if (names_what_it_looks_for(file)) return {};
  return each_line(file, file.text, [](std::string_view line) -> std::string {
    for (const char* word : {"TODO", "FIXME", "XXX", "not implemented", "not yet implemented"}) {
      if (find_word(line, word) != std::string_view::npos) return std::string("says \"") + word + "\"";
    }
    return {};
  });
}

Complaints check_machine_paths(const File& file) {
  if (names_what_it_looks_for(file)) return {};
  return each_line(file, file.text, [](std::string_view line) -> std::string {
    for (const char* path : {"/work/", "/home/", "/root/", "/tmp/b-"}) {
      for (std::size_t at = line.find(path); at != std::string_view::npos; at = line.find(path, at + 1)) {
        const char before = at == 0 ? ' ' : line[at - 1];
        if (!is_word_byte(before) && before != '.' && before != '}') return std::string("names ") + path;
      }
    }
    return {};
  });
}

Complaints check_header(const File& file) {
  if (!file.is_header()) return {};
  Complaints found = each_line(file, code_of(file.text), [](std::string_view line) -> std::string {
    return find_word(line, "using namespace") != std::string_view::npos ? "using namespace in a header" : "";
  });
  if (!file.text.starts_with("// ")) found.push_back(complaint(file, 1, "a header opens with what the thing is"));
  const auto lines = lines_of(file.text);
  if (std::ranges::find(lines, "#pragma once") == lines.end()) {
    found.push_back(complaint(file, 1, "#pragma once is missing"));
  }
  return found;
}

Complaints check_whitespace(const File& file) {
  Complaints found = each_line(file, file.text, [](std::string_view line) -> std::string {
    if (line.find('\t') != std::string_view::npos) return "a tab";
    if (line.find('\r') != std::string_view::npos) return "a carriage return";
    return line.ends_with(' ') ? "blanks at the end of the line" : "";
  });
  if (!file.text.empty() && (!file.text.ends_with('\n') || file.text.ends_with("\n\n"))) {
    found.push_back(complaint(file, lines_of(file.text).size(), "a file ends in one line break"));
  }
  return found;
}

}  // namespace tidy
