#include "tests/tidy/names.h"

#include <algorithm>
#include <map>
#include <set>

namespace tidy {
namespace {

std::string word_at(std::string_view text) {
  return {text.begin(), std::find_if_not(text.begin(), text.end(), is_word_byte)};
}

// The type that this line defines at its beginning; empty: none.
std::string type_defined(std::string_view line) {
  std::string_view rest = line;
  for (const std::string_view keyword : {"enum ", "struct ", "class "}) {
    if (rest.starts_with(keyword)) rest.remove_prefix(keyword.size());
  }
  const bool announced = line.ends_with(';') && line.find('{') == std::string_view::npos;
  return rest.size() == line.size() || announced ? std::string() : word_at(rest);  // empty if an attribute comes first
}

// The word that ends before `end`.
std::string word_before(std::string_view line, std::size_t end) {
  while (end > 0 && line[end - 1] == ' ') --end;
  std::size_t begin = end;
  while (begin > 0 && is_word_byte(line[begin - 1])) --begin;
  return std::string(line.substr(begin, end - begin));
}

// "const std::string& text, std::size_t at" as "const std::string&, std::size_t".
std::string types_of(std::string_view parameters) {
  std::string types;
  int depth = 0;  // in angle brackets
  const auto drop_name = [&types] {
    while (types.ends_with(' ')) types.pop_back();
    std::size_t end = types.size();
    while (end > 0 && is_word_byte(types[end - 1])) --end;
    if (end > 0 && (types[end - 1] == ' ' || types[end - 1] == '&' || types[end - 1] == '*')) types.resize(end);
    while (types.ends_with(' ')) types.pop_back();
  };
  bool in_default = false;
  for (const char c : parameters) {
    depth += c == '<' ? 1 : c == '>' ? -1 : 0;
    if (depth == 0 && c == '=') in_default = true;
    if (depth == 0 && c == ',') {
      drop_name();
      in_default = false;
    }
    if (!in_default) types += c;
  }
  drop_name();
  return types;
}

struct Named {
  std::string name;  // with its parameters' types if it is a function
  std::string what;  // an alias's target: two of the same are no harm
};

// What the code that begins at this line names, if it is one that stands in a namespace.
Named named_by(std::string_view code) {
  const std::string_view line = code.substr(0, code.find('\n'));
  if (line.empty() || !is_word_byte(line.front())) return {};
  if (const std::string type = type_defined(line); !type.empty()) return {type, {}};
  if (line.starts_with("using ")) {
    const bool alias = line.find('=') != std::string_view::npos;
    return {alias ? word_at(line.substr(6)) : "", std::string(line)};
  }
  if (line.starts_with("return ") || line.starts_with("namespace ") || line.starts_with("template ")) return {};
  const std::size_t end = line.find_first_of("=({[;");
  if (end == std::string_view::npos) return {};
  const std::string name = word_before(line, end);
  if (line[end] != '(') return {name, {}};
  if (line.substr(0, end).ends_with("::" + name)) return {};  // a class's, whose own name is looked at
  if (name.empty() ||
      std::all_of(name.begin(), name.end(), [](char c) { return c == '_' || (c >= 'A' && c <= 'Z'); })) {
    return {};  // a macro's
  }
  std::size_t close = end + 1;
  for (int depth = 1; close < code.size(); ++close) {
    depth += code[close] == '(' ? 1 : code[close] == ')' ? -1 : 0;
    if (depth == 0) break;
  }
  std::string parameters(code.substr(end + 1, close - end - 1));
  for (std::size_t at = parameters.find('\n'); at != std::string::npos; at = parameters.find('\n')) {
    parameters.replace(at, parameters.find_first_not_of(' ', at + 1) - at, " ");
  }
  return {name + "(" + types_of(parameters) + ")", {}};
}

std::string folder_of(const File& file) {
  return file.path.substr(0, file.path.rfind('/') + 1);
}

using Seen = std::map<std::string, std::pair<std::string, std::string>>;  // its file and what it stands for

void add_names(const File& file, Seen& seen, Complaints& found) {
  const std::string code = code_of(file.text);
  const auto as_written = lines_of(file.text);
  const auto lines = lines_of(code);
  bool own = false;  // between the braces of a namespace without a name
  std::set<std::string> here;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (as_written[i] == "namespace {") own = true;
    if (as_written[i] == "}  // namespace") own = false;
    if (!own) continue;
    const Named named =
        named_by(std::string_view(code).substr(static_cast<std::size_t>(lines[i].data() - code.data())));
    if (named.name.empty() || !here.insert(named.name).second) continue;
    const auto [place, is_new] = seen.emplace(folder_of(file) + " " + named.name, std::pair(file.path, named.what));
    const bool harmless = !named.what.empty() && named.what == place->second.second;
    if (!is_new && !harmless) {
      found.push_back(complaint(file, i + 1, named.name + " is a name of " + place->second.first + " already"));
    }
  }
}

}  // namespace

Complaints repeated_types(const std::vector<File>& files) {
  std::map<std::string, std::string> first_seen;
  Complaints found;
  for (const File& file : files) {
    if (!file.is_header() || !file.is_product()) continue;
    const std::string code = code_of(file.text);
    std::size_t number = 0;
    for (const std::string_view line : lines_of(code)) {
      ++number;
      const std::string name = type_defined(line);
      if (name.empty()) continue;
      const auto [place, is_new] = first_seen.emplace(name, file.path);
      if (!is_new) found.push_back(complaint(file, number, name + " is a type of " + place->second + " already"));
    }
  }
  return found;
}

Complaints repeated_names(const std::vector<File>& files) {
  Seen seen;
  Complaints found;
  for (const File& file : files) {
    const bool alone = file.is_header() || file.in("tests/fuzz");  // each a program of its own
    if (file.is_cpp() && !alone) add_names(file, seen, found);
  }
  return found;
}

}  // namespace tidy
