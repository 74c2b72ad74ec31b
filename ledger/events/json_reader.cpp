#include "ledger/events/json_reader.h"

#include <array>
#include <cstring>

#include "ledger/base/text.h"
#include "ledger/events/names.h"

namespace cairn {
namespace {

constexpr std::string_view hex_digits = "0123456789abcdef";

// What a string holds as it is: anything but the quote, the backslash and C0 controls.
constexpr std::array<bool, 256> plain_bytes = [] {
  std::array<bool, 256> plain{};
  for (std::size_t c = 0x20; c < 256; ++c) plain[c] = c != '"' && c != '\\';
  return plain;
}();

bool is_plain(char c) {
  return plain_bytes[static_cast<unsigned char>(c)];
}

// Eight bytes at once.
constexpr std::uint64_t in_each = 0x0101010101010101;
constexpr std::uint64_t high_bits = 0x80 * in_each;

std::uint64_t word_at(std::string_view text, std::size_t at) {
  std::uint64_t word = 0;
  std::memcpy(&word, text.data() + at, sizeof word);
  return word;
}

// Whether one of the eight is below `bound`, which is at most 0x80.
constexpr std::uint64_t any_below(std::uint64_t word, std::uint64_t bound) {
  return (word - bound * in_each) & ~word & high_bits;
}

// Whether one of them is not plain.
constexpr bool holds_special(std::uint64_t word) {
  return (any_below(word ^ ('"' * in_each), 1) | any_below(word ^ ('\\' * in_each), 1) | any_below(word, 0x20)) != 0;
}

}  // namespace

void JsonReader::refuse(std::size_t position, const std::string& why, ErrorKind kind) {
  if (error_) return;
  error_ = Error{kind, str("byte ", position, ": ", why)};
}

void JsonReader::expected(std::string_view what) {
  const auto rest = text_.substr(at_);
  const auto found = rest.empty() ? std::string("the end") : str("\"", printable(rest.substr(0, 24)), "\"");
  refuse(at_, str("expected ", what, ", found ", found));
}

void JsonReader::expected_member(std::string_view name) {
  expected(str("the member \"", name, "\":"));
}

bool JsonReader::next_member(std::string_view& name) {
  if (error_ || at('}')) return false;
  separator();
  name = string();
  return take(':', "a colon");
}

bool JsonReader::next_element() {
  if (error_ || at(']')) return false;
  separator();
  return !error_;
}

std::string_view JsonReader::string() {
  const auto start = at_;
  if (!take('"', "a string")) return {};
  const auto begin = at_;
  std::uint64_t all = 0;
  auto end = begin;
  for (; text_.size() - end >= sizeof all; end += sizeof all) {
    const std::uint64_t word = word_at(text_, end);
    if (holds_special(word)) break;
    all |= word;
  }
  for (; end < text_.size() && is_plain(text_[end]); ++end) all |= static_cast<unsigned char>(text_[end]);
  at_ = end;
  if ((all & high_bits) != 0 && !is_utf8(text_.substr(begin, at_ - begin))) {
    refuse(start, "this string is not UTF-8");
    return {};
  }
  if (at('"')) return text_.substr(begin, at_++ - begin);
  return escaped_string(begin);
}

// The rest of a string whose plain beginning has been read and which then holds an escape, or is broken.
std::string_view JsonReader::escaped_string(std::size_t begin) {
  decoded_.assign(text_.substr(begin, at_ - begin));
  while (!at('"')) {
    if (at('\\')) {
      if (!escape()) return {};
      continue;
    }
    const auto plain = at_;
    while (at_ < text_.size() && is_plain(text_[at_])) ++at_;
    if (at_ == plain) {
      expected("a character of a string, controls as escapes");
      return {};
    }
    if (!is_utf8(since(plain))) {
      refuse(plain, "from here this string is not UTF-8");
      return {};
    }
    decoded_.append(since(plain));
  }
  ++at_;
  return decoded_;
}

// One value, one spelling: the short escape where there is one, \u00xx in lowercase for the other controls, no other.
bool JsonReader::escape() {
  constexpr std::string_view letters = "\"\\bfnrt";
  constexpr std::string_view meanings = "\"\\\b\f\n\r\t";
  const auto rest = text_.substr(at_);
  if (rest.size() >= 2) {
    const auto letter = letters.find(rest[1]);
    if (letter != std::string_view::npos) {
      decoded_ += meanings[letter];
      at_ += 2;
      return true;
    }
  }
  if (rest.size() >= 6 && rest.starts_with("\\u00") && (rest[4] == '0' || rest[4] == '1')) {
    const auto low = hex_digits.find(rest[5]);
    if (low != std::string_view::npos) {
      const auto control = static_cast<char>((rest[4] - '0') * 16 + static_cast<int>(low));
      if (meanings.find(control) == std::string_view::npos) {
        decoded_ += control;
        at_ += 6;
        return true;
      }
    }
  }
  expected("an escape in its only spelling: \\\" \\\\ \\b \\f \\n \\r \\t, or \\u00xx in lowercase for other controls");
  return false;
}

std::uint64_t JsonReader::uint() {
  if (error_) return 0;
  const auto start = at_;
  std::uint64_t value = 0;
  while (at_ < text_.size() && is_digit(text_[at_]) && at_ - start < 17) {
    value = value * 10 + static_cast<std::uint64_t>(text_[at_++] - '0');
  }
  const auto digits = at_ - start;
  if (digits == 0) {
    expected("a whole number");
    return 0;
  }
  if (digits > 1 && text_[start] == '0') {
    refuse(start, "a number has no leading zero");
    return 0;
  }
  if (value > max_count) {
    refuse(start, "a number is at most 9007199254740991 (2^53-1)");
    return 0;
  }
  return value;
}

void JsonReader::end_of_text() {
  if (!error_ && at_ != text_.size()) expected("the end");
}

}  // namespace cairn
