#include <algorithm>

#include "ledger/base/text.h"
#include "ledger/evidence/json.h"

namespace cairn {
namespace {

// RFC 8259 byte by byte. Not by the library, which keeps every byte since the last string or number. Each step returns
// false at the first byte that does not fit, with `problem` saying why.
class JsonCheck {
 public:
  explicit JsonCheck(ByteSource& source) : cursor_(source) { advance(); }

  bool run() { return value(0) && (ended_ || wrong("the end")); }

  const ByteCursor& cursor() const { return cursor_; }
  const JsonProblem& problem() const { return problem_; }

 private:
  void advance() { ended_ = !cursor_.next(byte_); }
  bool at(char c) const { return !ended_ && byte_ == static_cast<std::uint8_t>(c); }
  bool at_digit() const { return !ended_ && is_digit(static_cast<char>(byte_)); }
  // Of the byte that is looked at, or the end.
  std::uint64_t position() const { return cursor_.position() - (ended_ ? 0 : 1); }

  bool wrong(std::string_view expected) {
    const auto found =
        ended_ ? std::string("the end") : str('"', printable(std::string(1, static_cast<char>(byte_))), '"');
    problem_ = {position(), str("expected ", expected, ", found ", found)};
    return false;
  }

  bool take(char c, std::string_view expected) {
    if (!at(c)) return wrong(expected);
    advance();
    return true;
  }

  bool taken(char c) {
    if (!at(c)) return false;
    advance();
    return true;
  }

  void skip_space() {
    while (at(' ') || at('\t') || at('\r') || at('\n')) advance();
  }

  // With the white space around it. As deep as the value is nested, which is bounded.
  bool value(std::size_t depth) {
    skip_space();
    const bool good = value_itself(depth);
    skip_space();
    return good;
  }

  bool value_itself(std::size_t depth) {
    if ((at('{') || at('[')) && depth == max_json_depth) {
      problem_ = {position(), str("nested deeper than ", max_json_depth, " levels")};
      return false;
    }
    if (at('{')) return object(depth + 1);
    if (at('[')) return array(depth + 1);
    if (at('"')) return string();
    if (at('-') || at_digit()) return number();
    for (const std::string_view word : {"true", "false", "null"}) {
      if (!at(word[0])) continue;
      return std::all_of(word.begin(), word.end(), [&](char c) { return take(c, word); });
    }
    return wrong("a value");
  }

  bool object(std::size_t depth) {
    advance();
    skip_space();
    if (taken('}')) return true;
    do {
      skip_space();
      if (!at('"')) return wrong("a member's name");
      if (!string()) return false;
      skip_space();
      if (!take(':', "a colon") || !value(depth)) return false;
    } while (taken(','));
    return take('}', "a comma or }");
  }

  bool array(std::size_t depth) {
    advance();
    skip_space();
    if (taken(']')) return true;
    do {
      if (!value(depth)) return false;
    } while (taken(','));
    return take(']', "a comma or ]");
  }

  bool digits() {
    if (!at_digit()) return wrong("a digit");
    while (at_digit()) advance();
    return true;
  }

  bool number() {
    taken('-');
    if (!taken('0') && !digits()) return false;
    if (taken('.') && !digits()) return false;
    if (!taken('e') && !taken('E')) return true;
    if (!taken('+')) taken('-');
    return digits();
  }

  bool string() {
    advance();
    while (!ended_ && !at('"')) {
      if (byte_ < 0x20) return wrong("a character of a string, controls as escapes");
      if (at('\\')) {
        if (!escape()) return false;
      } else if (byte_ < 0x80) {
        advance();
      } else if (!utf8()) {
        return false;
      }
    }
    return take('"', "the closing quote");
  }

  bool escape() {
    advance();
    if (taken('u')) return escaped_unit();
    if (ended_ || std::string_view("\"\\/bfnrt").find(static_cast<char>(byte_)) == std::string_view::npos)
      return wrong("an escape");
    advance();
    return true;
  }

  // Two of them make a character beyond the basic plane, and neither makes one alone.
  bool escaped_unit() {
    unsigned unit = 0;
    if (!four_hex_digits(unit)) return false;
    if (unit >= 0xdc00 && unit < 0xe000) return wrong("a high surrogate before the low one");
    if (unit < 0xd800 || unit >= 0xe000) return true;
    if (!take('\\', "a low surrogate") || !take('u', "a low surrogate") || !four_hex_digits(unit)) return false;
    return (unit >= 0xdc00 && unit < 0xe000) || wrong("a low surrogate");
  }

  bool four_hex_digits(unsigned& unit) {
    unit = 0;
    for (int i = 0; i < 4; ++i) {
      const auto digit =
          ended_ ? std::string_view::npos
                 : std::string_view("0123456789abcdef").find(fold_case({reinterpret_cast<char*>(&byte_), 1}));
      if (digit == std::string_view::npos) return wrong("a hexadecimal digit");
      unit = unit * 16 + static_cast<unsigned>(digit);
      advance();
    }
    return true;
  }

  bool utf8() {
    const auto start = position();
    const int length = byte_ >= 0xf0 ? 4 : byte_ >= 0xe0 ? 3 : 2;
    std::string character;
    for (int i = 0; i < length && !ended_; ++i) {
      character += static_cast<char>(byte_);
      advance();
    }
    if (is_utf8(character)) return true;
    problem_ = {start, "a string that is not UTF-8"};
    return false;
  }

  ByteCursor cursor_;
  std::uint8_t byte_ = 0;
  bool ended_ = false;
  JsonProblem problem_;
};

}  // namespace

Result<std::optional<JsonProblem>> check_json(ByteSource& source) {
  JsonCheck check(source);
  const bool good = check.run();
  if (check.cursor().failure()) return *check.cursor().failure();
  return good ? std::optional<JsonProblem>() : std::optional(check.problem());
}

}  // namespace cairn
