#include "ledger/evidence/json.h"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <nlohmann/json.hpp>
#include <unordered_set>

#include "ledger/base/text.h"
#include "ledger/events/json_document.h"

namespace cairn {
namespace {

constexpr std::size_t max_values = 1'000'000;

using Library = nlohmann::json;

// The library's message without its own name and numbering; it quotes the file's bytes.
std::string plain(std::string_view message) {
  const auto colon = message.find("syntax error");
  if (colon != std::string_view::npos) message.remove_prefix(colon);
  return printable(message.substr(0, 300));
}

// RFC 8259 section 6.
bool is_number(std::string_view text) {
  const auto take = [&](std::string_view any_of) {
    const bool taken = !text.empty() && any_of.find(text[0]) != std::string_view::npos;
    if (taken) text.remove_prefix(1);
    return taken;
  };
  const auto take_digits = [&] {
    const auto digits = static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), is_digit) - text.begin());
    text.remove_prefix(digits);
    return digits > 0;
  };
  take("-");
  if (!take("0") && !take_digits()) return false;
  if (take(".") && !take_digits()) return false;
  if (take("eE")) {
    take("+-");
    if (!take_digits()) return false;
  }
  return text.empty();
}

// The number at the front of the text, or what stands in the place of one there.
std::string_view number_at_front(std::string_view text) {
  for (const std::string_view word : {"NaN", "Infinity", "-Infinity"}) {
    if (text.starts_with(word)) return word;
  }
  if (text[0] != '-' && !is_digit(text[0])) return {};
  return text.substr(0, text.find_first_not_of("0123456789+-.eE"));
}

// Whether the library would refuse it: it holds every number as a double as well.
bool is_beyond_library(std::string_view lexeme) {
  if (lexeme.ends_with('N') || lexeme.ends_with('y')) return true;
  double ignored = 0;
  const auto read = std::from_chars(lexeme.data(), lexeme.data() + lexeme.size(), ignored);
  return read.ec == std::errc::result_out_of_range && is_number(lexeme);
}

// JSON with each number that the library does not read overwritten by a string of the same length, so that no position
// moves, and which of the document's strings these are, counted from 0. Counting makes it exact: no string of the file
// can be mistaken.
struct Masked {
  std::string text;
  std::vector<std::size_t> strings;
  std::vector<std::string_view> lexemes;
};

Masked mask_numbers(std::string_view text) {
  Masked masked{std::string(text), {}, {}};
  std::size_t count = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '"') {
      ++count;
      for (++i; i < text.size() && text[i] != '"'; ++i) {
        if (text[i] == '\\') ++i;
      }
      continue;
    }
    const auto lexeme = number_at_front(text.substr(i));
    if (lexeme.empty()) continue;
    if (is_beyond_library(lexeme)) {
      const auto at = masked.text.begin() + static_cast<std::ptrdiff_t>(i);
      std::fill_n(at, lexeme.size(), 'n');
      at[0] = at[static_cast<std::ptrdiff_t>(lexeme.size()) - 1] = '"';
      masked.strings.push_back(count++);
      masked.lexemes.push_back(lexeme);
    }
    i += lexeme.size() - 1;
  }
  return masked;
}

// Over a text, telling others how far it is.
struct CountingIterator {
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = char;

  const char* at = nullptr;
  std::size_t* passed = nullptr;

  char operator*() const { return *at; }
  CountingIterator& operator++() {
    ++at;
    ++*passed;
    return *this;
  }
  CountingIterator operator++(int) {
    auto before = *this;
    ++*this;
    return before;
  }
  bool operator==(const CountingIterator& other) const { return at == other.at; }
  bool operator!=(const CountingIterator& other) const { return at != other.at; }
};

// Builds the value bottom up. Every callback returns false to stop the parse, with `problem` saying why.
class Builder final : public Library::json_sax_t {
 public:
  Builder(const Masked& masked, const std::size_t& passed) : masked_(masked), passed_(passed) {}

  bool null() override { return add({}); }
  bool boolean(bool value) override {
    JsonNode json;
    json.kind = JsonNode::Kind::boolean;
    json.boolean = value;
    return add(std::move(json));
  }
  bool number_integer(number_integer_t value) override { return add_number(std::to_string(value)); }
  bool number_unsigned(number_unsigned_t value) override { return add_number(std::to_string(value)); }
  bool number_float(number_float_t, const string_t& lexeme) override { return add_number(lexeme); }
  bool string(string_t& value) override {
    if (is_masked()) return add_number(std::string(masked_.lexemes[next_masked_++]));
    JsonNode json;
    json.kind = JsonNode::Kind::string;
    json.text = std::move(value);
    return add(std::move(json));
  }
  bool binary(binary_t&) override { return stop("bytes that JSON has no form for"); }
  bool start_object(std::size_t) override { return open(JsonNode::Kind::object); }
  bool start_array(std::size_t) override { return open(JsonNode::Kind::array); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }
  bool key(string_t& name) override {
    if (is_masked()) return stop(str("a bare ", masked_.lexemes[next_masked_].substr(0, 60), " as a member's name"));
    if (!open_.back().seen.insert(name).second) {
      return stop(str("member \"", printable(name.substr(0, 100)), "\" twice in one object"));
    }
    open_.back().value.names.push_back(std::move(name));
    return true;
  }
  bool parse_error(std::size_t position, const std::string&, const Library::exception& error) override {
    problem_ = str("at byte ", position == 0 ? 0 : position - 1, ": ", plain(error.what()));
    return false;
  }

  const std::string& problem() const { return problem_; }
  JsonNode take() { return std::move(root_); }

 private:
  struct Open {
    JsonNode value;
    std::unordered_set<std::string> seen;
  };

  bool is_masked() {
    const bool masked = next_masked_ < masked_.strings.size() && masked_.strings[next_masked_] == strings_;
    ++strings_;
    return masked;
  }

  bool stop(std::string_view why) {
    problem_ = str("before byte ", passed_, ": ", why);
    return false;
  }

  bool add_number(std::string lexeme) {
    JsonNode json;
    json.kind = JsonNode::Kind::number;
    json.text = std::move(lexeme);
    return add(std::move(json));
  }

  bool add(JsonNode value) {
    if (++values_ > max_values) return stop(str("more than ", max_values, " values"));
    (open_.empty() ? root_ : open_.back().value.items.emplace_back()) = std::move(value);
    return true;
  }

  bool open(JsonNode::Kind kind) {
    if (open_.size() == max_json_depth) return stop(str("nested deeper than ", max_json_depth, " levels"));
    open_.emplace_back().value.kind = kind;
    return true;
  }

  bool close() {
    JsonNode value = std::move(open_.back().value);
    open_.pop_back();
    return add(std::move(value));
  }

  const Masked& masked_;
  const std::size_t& passed_;  // bytes of the text
  std::size_t strings_ = 0;
  std::size_t next_masked_ = 0;
  std::size_t values_ = 0;
  std::vector<Open> open_;
  JsonNode root_;
  std::string problem_;
};

}  // namespace

const JsonNode* JsonNode::member(std::string_view name) const {
  const auto found = std::find(names.begin(), names.end(), name);
  return found == names.end() ? nullptr : &items[static_cast<std::size_t>(found - names.begin())];
}

bool is_true(const JsonNode* json) {
  return json != nullptr && json->kind == JsonNode::Kind::boolean && json->boolean;
}

std::string_view describe(JsonNode::Kind kind) {
  switch (kind) {
    case JsonNode::Kind::null:
      return "null";
    case JsonNode::Kind::boolean:
      return "true or false";
    case JsonNode::Kind::number:
      return "a number";
    case JsonNode::Kind::string:
      return "a string";
    case JsonNode::Kind::array:
      return "an array";
    case JsonNode::Kind::object:
      return "an object";
  }
  return "nothing";
}

Result<JsonNode> parse_json(std::string_view text) {
  TRY(check_json_bytes(text));
  const auto masked = mask_numbers(text);
  std::size_t passed = 0;
  Builder builder(masked, passed);
  const auto* begin = masked.text.data();
  const CountingIterator end{begin + masked.text.size(), &passed};
  if (!Library::sax_parse(CountingIterator{begin, &passed}, end, &builder)) {
    return fault(str("not JSON ", builder.problem()));
  }
  return builder.take();
}

Result<JsonNode> parse_object(std::string_view source, std::string_view content) {
  auto parsed = parse_json(content);
  if (!parsed) return fault(str(printable(source), " is ", parsed.error().message, "; mend or remove the file"));
  if (parsed->is_object()) return parsed;
  return fault(str(printable(source), " holds ", describe(parsed->kind), " where an object was expected"));
}

const JsonNode* member_of(const JsonNode* json, std::string_view name) {
  return json == nullptr ? nullptr : json->member(name);
}

}  // namespace cairn
