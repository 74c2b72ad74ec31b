#include "ledger/evidence/json.h"

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>
#include <unordered_set>

#include "ledger/base/text.h"

namespace cairn {
namespace {

constexpr std::size_t max_depth = 64;
constexpr std::size_t max_values = 1'000'000;
constexpr std::size_t max_token_bytes = 16 << 20;

using Library = nlohmann::json;

// The library's message without its own name and numbering; it quotes the file's bytes.
std::string plain(std::string_view message) {
  const auto colon = message.find("syntax error");
  if (colon != std::string_view::npos) message.remove_prefix(colon);
  return printable(message.substr(0, 300));
}

// JSON with each bare NaN, Infinity and -Infinity overwritten by a string of the same length, so that no position
// moves, and which of the document's strings these are, counted from 0. Counting makes it exact: no string of the file
// can be mistaken.
struct Masked {
  std::string text;
  std::vector<std::size_t> strings;
  std::vector<std::string_view> lexemes;
};

Masked mask_non_finite(std::string_view text) {
  static constexpr std::string_view words[] = {"NaN", "Infinity", "-Infinity"};
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
    for (const auto word : words) {
      if (text.substr(i, word.size()) != word) continue;
      masked.text[i] = '"';
      std::fill_n(masked.text.begin() + static_cast<std::ptrdiff_t>(i) + 1, word.size() - 2, 'n');
      i += word.size() - 1;
      masked.text[i] = '"';
      masked.strings.push_back(count++);
      masked.lexemes.push_back(word);
      break;
    }
  }
  return masked;
}

// Text as a source.
class TextSource final : public ByteSource {
 public:
  explicit TextSource(std::string_view text) : size_(text.size()), rest_(text) {}
  std::uint64_t size() const override { return size_; }
  Result<std::size_t> read(char* to, std::size_t count) override {
    const auto got = rest_.copy(to, count);
    rest_.remove_prefix(got);
    return got;
  }

 private:
  std::size_t size_;
  std::string_view rest_;
};

// Hands a source to the library byte by byte, and ends early where the library would do what we do not want: stop at a
// NUL as if the file ended there, skip a byte order mark, or collect a token of any length.
class Feed {
 public:
  explicit Feed(ByteSource& source) : cursor_(source) { advance(); }

  bool ended() const { return ended_; }
  char current() const { return static_cast<char>(byte_); }
  const std::optional<JsonProblem>& problem() const { return problem_; }
  const ByteCursor& cursor() const { return cursor_; }
  std::uint64_t consumed() const { return cursor_.position() - (ended_ ? 0 : 1); }

  void advance() {
    if (ended_) return;
    if (!cursor_.next(byte_)) {
      ended_ = true;
      return;
    }
    if (byte_ == 0) end_with("a NUL byte");
    if (cursor_.position() == 1 && byte_ == 0xef) end_with("a byte order mark");
    token_ = at_boundary() ? 0 : token_ + 1;
    if (token_ > max_token_bytes) end_with(str("one string or number of more than ", max_token_bytes, " bytes"));
  }

 private:
  // Inside a string only its closing quote ends the token.
  bool at_boundary() {
    if (in_string_) {
      if (escaped_) {
        escaped_ = false;
      } else if (byte_ == '\\') {
        escaped_ = true;
      } else if (byte_ == '"') {
        in_string_ = false;
        return true;
      }
      return false;
    }
    in_string_ = byte_ == '"';
    return in_string_ || std::string_view(" \t\r\n[]{},:").find(static_cast<char>(byte_)) != std::string_view::npos;
  }

  void end_with(std::string why) {
    problem_ = JsonProblem{cursor_.position() - 1, std::move(why)};
    ended_ = true;
  }

  ByteCursor cursor_;
  std::uint8_t byte_ = 0;
  bool ended_ = false;
  bool in_string_ = false;
  bool escaped_ = false;
  std::size_t token_ = 0;
  std::optional<JsonProblem> problem_;
};

// An input iterator over a Feed; equal to the default one at the end.
struct FeedIterator {
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = char;

  Feed* feed = nullptr;

  char operator*() const { return feed->current(); }
  FeedIterator& operator++() {
    feed->advance();
    return *this;
  }
  FeedIterator operator++(int) {
    auto before = *this;
    feed->advance();
    return before;
  }
  bool at_end() const { return feed == nullptr || feed->ended(); }
  friend bool operator==(const FeedIterator& a, const FeedIterator& b) { return a.at_end() == b.at_end(); }
  friend bool operator!=(const FeedIterator& a, const FeedIterator& b) { return !(a == b); }
};

// Builds the value bottom up. Every callback returns false to stop the parse, with `problem` saying why.
class Builder final : public Library::json_sax_t {
 public:
  Builder(const Masked& masked, const Feed& feed) : masked_(masked), feed_(feed) {}

  bool null() override { return add({}); }
  bool boolean(bool value) override {
    Json json;
    json.kind = Json::Kind::boolean;
    json.boolean = value;
    return add(std::move(json));
  }
  bool number_integer(number_integer_t value) override { return add_number(std::to_string(value)); }
  bool number_unsigned(number_unsigned_t value) override { return add_number(std::to_string(value)); }
  bool number_float(number_float_t, const string_t& lexeme) override { return add_number(lexeme); }
  bool string(string_t& value) override {
    if (is_masked()) return add_number(std::string(masked_.lexemes[next_masked_++]));
    Json json;
    json.kind = Json::Kind::string;
    json.text = std::move(value);
    return add(std::move(json));
  }
  bool binary(binary_t&) override { return stop("bytes that JSON has no form for"); }
  bool start_object(std::size_t) override { return open(Json::Kind::object); }
  bool start_array(std::size_t) override { return open(Json::Kind::array); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }
  bool key(string_t& name) override {
    if (is_masked()) return stop(str("a bare ", masked_.lexemes[next_masked_], " as a member's name"));
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
  Json take() { return std::move(root_); }

 private:
  struct Open {
    Json value;
    std::unordered_set<std::string> seen;
  };

  bool is_masked() {
    const bool masked = next_masked_ < masked_.strings.size() && masked_.strings[next_masked_] == strings_;
    ++strings_;
    return masked;
  }

  bool stop(std::string_view why) {
    problem_ = str("before byte ", feed_.consumed(), ": ", why);
    return false;
  }

  bool add_number(std::string lexeme) {
    Json json;
    json.kind = Json::Kind::number;
    json.text = std::move(lexeme);
    return add(std::move(json));
  }

  bool add(Json value) {
    if (++values_ > max_values) return stop(str("more than ", max_values, " values"));
    (open_.empty() ? root_ : open_.back().value.items.emplace_back()) = std::move(value);
    return true;
  }

  bool open(Json::Kind kind) {
    if (open_.size() == max_depth) return stop(str("nested deeper than ", max_depth, " levels"));
    open_.emplace_back().value.kind = kind;
    return true;
  }

  bool close() {
    Json value = std::move(open_.back().value);
    open_.pop_back();
    return add(std::move(value));
  }

  const Masked& masked_;
  const Feed& feed_;
  std::size_t strings_ = 0;
  std::size_t next_masked_ = 0;
  std::size_t values_ = 0;
  std::vector<Open> open_;
  Json root_;
  std::string problem_;
};

// Keeps nothing but how deep it is.
class Checker final : public Library::json_sax_t {
 public:
  explicit Checker(const Feed& feed) : feed_(feed) {}

  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(number_integer_t) override { return true; }
  bool number_unsigned(number_unsigned_t) override { return true; }
  bool number_float(number_float_t, const string_t&) override { return true; }
  bool string(string_t&) override { return true; }
  bool binary(binary_t&) override { return false; }
  bool start_object(std::size_t) override { return open(); }
  bool start_array(std::size_t) override { return open(); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }
  bool key(string_t&) override { return true; }
  bool parse_error(std::size_t position, const std::string&, const Library::exception& error) override {
    problem = JsonProblem{position == 0 ? 0 : position - 1, plain(error.what())};
    return false;
  }

  std::optional<JsonProblem> problem;

 private:
  bool open() {
    if (depth_++ < max_depth) return true;
    problem = JsonProblem{feed_.consumed() - 1, str("nested deeper than ", max_depth, " levels")};
    return false;
  }
  bool close() {
    --depth_;
    return true;
  }

  const Feed& feed_;
  std::size_t depth_ = 0;
};

}  // namespace

const Json* Json::member(std::string_view name) const {
  const auto found = std::find(names.begin(), names.end(), name);
  return found == names.end() ? nullptr : &items[static_cast<std::size_t>(found - names.begin())];
}

std::string_view describe(Json::Kind kind) {
  switch (kind) {
    case Json::Kind::null:
      return "null";
    case Json::Kind::boolean:
      return "true or false";
    case Json::Kind::number:
      return "a number";
    case Json::Kind::string:
      return "a string";
    case Json::Kind::array:
      return "an array";
    case Json::Kind::object:
      return "an object";
  }
  return "nothing";
}

Result<Json> parse_json(std::string_view text) {
  const auto masked = mask_non_finite(text);
  TextSource source(masked.text);
  Feed feed(source);
  Builder builder(masked, feed);
  const bool good = Library::sax_parse(FeedIterator{&feed}, FeedIterator{}, &builder);
  if (feed.problem()) return fault(str("not JSON at byte ", feed.problem()->position, ": ", feed.problem()->what));
  if (!good) return fault(str("not JSON ", builder.problem()));
  return builder.take();
}

Result<std::optional<JsonProblem>> check_json(ByteSource& source) {
  Feed feed(source);
  Checker checker(feed);
  const bool good = Library::sax_parse(FeedIterator{&feed}, FeedIterator{}, &checker);
  if (feed.cursor().failure()) return *feed.cursor().failure();
  if (feed.problem()) return feed.problem();
  if (!good) return checker.problem ? checker.problem : JsonProblem{feed.cursor().position(), "cut short"};
  return std::optional<JsonProblem>();
}

}  // namespace cairn
