// Text spellings, each strict: one value, one spelling. Pure, no I/O.
//
// Everything here is used on hostile input, so each parser returns an error for any text that the
// matching formatter would not have written.
#pragma once

#include <charconv>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "ledger/base/result.h"
#include "ledger/base/types.h"

namespace cairn {

// ASCII, whatever the locale.
constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// Lowercase hexadecimal, two digits a byte.
std::string to_hex(BytesView bytes);
Result<Bytes> from_hex(std::string_view text);

// RFC 4648 section 4: standard alphabet, padded, unused bits zero.
std::string to_base64(BytesView bytes);
Result<Bytes> from_base64(std::string_view text);

// Decimal without sign or leading zero, at most 2^64-1.
Result<std::uint64_t> parse_uint(std::string_view text);

// RFC 3629: no overlong forms, no surrogates, at most U+10FFFF.
bool is_utf8(std::string_view text);

// DESIGN 4, names of actors, models, versions, environments, roles: [A-Za-z0-9][A-Za-z0-9._/-]{0,127}
bool is_name(std::string_view text);

// ASCII letters lowered; for finding names that differ by case alone.
std::string fold_case(std::string_view text);

// For terminals: control characters, DEL, C1 controls, bidirectional controls and invalid UTF-8 as \xNN or \u{NNNN}.
std::string printable(std::string_view text);

// The parts between separators; "" has one empty part.
std::vector<std::string_view> split(std::string_view text, char separator);

// "a, b": a container's texts in its order.
template <class Texts>
std::string joined(const Texts& texts, std::string_view between) {
  std::string all;
  for (const auto& text : texts) {
    if (&text != &*texts.begin()) all += between;
    all += text;
  }
  return all;
}

template <class Part>
void append_part(std::string& out, const Part& part) {
  if constexpr (std::is_convertible_v<const Part&, std::string_view>) {
    out += std::string_view(part);
  } else if constexpr (std::is_same_v<Part, char>) {
    out += part;
  } else {
    // Bytes and truth values are no numbers that anybody means to read.
    static_assert(std::is_integral_v<Part> && sizeof(Part) > 1);
    char digits[24];
    out.append(digits, std::to_chars(digits, digits + sizeof digits, part).ptr);
  }
}

// Texts, characters and whole numbers, one after the other.
template <class... Parts>
std::string str(const Parts&... parts) {
  std::string out;
  (append_part(out, parts), ...);
  return out;
}

}  // namespace cairn
