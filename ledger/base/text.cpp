#include "ledger/base/text.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace cairn {
namespace {

constexpr std::string_view hex_digits = "0123456789abcdef";
constexpr std::string_view base64_digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

constexpr std::uint32_t not_a_digit = 0xff;

constexpr std::array<std::uint8_t, 256> values_of(std::string_view digits) {
  std::array<std::uint8_t, 256> values{};
  for (auto& value : values) value = not_a_digit;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    values[static_cast<unsigned char>(digits[i])] = static_cast<std::uint8_t>(i);
  }
  return values;
}

constexpr auto hex_values = values_of(hex_digits);
constexpr auto base64_values = values_of(base64_digits);

std::uint32_t byte_at(std::string_view text, std::size_t at) {
  return static_cast<unsigned char>(text[at]);
}

char to_char(std::uint32_t value) {
  return static_cast<char>(static_cast<unsigned char>(value & 0xff));
}

// One code point and how many bytes it takes; length 0 if the bytes at `at` are not UTF-8.
struct CodePoint {
  std::uint32_t value = 0;
  std::size_t length = 0;
};

CodePoint code_point_at(std::string_view text, std::size_t at) {
  const auto first = byte_at(text, at);
  if (first < 0x80) return {first, 1};

  std::size_t length = 0;
  std::uint32_t value = 0;
  std::uint32_t least = 0;
  if (first >= 0xc0 && first < 0xe0) {
    length = 2, value = first & 0x1f, least = 0x80;
  } else if (first >= 0xe0 && first < 0xf0) {
    length = 3, value = first & 0x0f, least = 0x800;
  } else if (first >= 0xf0 && first < 0xf8) {
    length = 4, value = first & 0x07, least = 0x10000;
  } else {
    return {};
  }
  if (text.size() - at < length) return {};
  for (std::size_t i = 1; i < length; ++i) {
    const auto next = byte_at(text, at + i);
    if ((next & 0xc0) != 0x80) return {};
    value = value << 6 | (next & 0x3f);
  }
  const bool surrogate = value >= 0xd800 && value <= 0xdfff;
  if (value < least || value > 0x10ffff || surrogate) return {};
  return {value, length};
}

bool is_ascii_control(std::uint32_t code) {
  return code < 0x20 || code == 0x7f;
}

// How many characters at the front are ASCII that prints.
std::size_t plain_length(std::string_view text) {
  const auto end = std::find_if(text.begin(), text.end(), [](char c) { return c < ' ' || c > '~'; });
  return static_cast<std::size_t>(end - text.begin());
}

bool is_hidden(std::uint32_t code) {
  const bool c1 = code >= 0x80 && code <= 0x9f;
  const bool mark = code == 0x061c || code == 0x200e || code == 0x200f;
  const bool embedding = code >= 0x202a && code <= 0x202e;
  const bool isolate = code >= 0x2066 && code <= 0x2069;
  return c1 || mark || embedding || isolate;
}

bool eight_are_ascii(std::string_view text, std::size_t at) {
  std::uint64_t word = 0;
  std::memcpy(&word, text.data() + at, sizeof word);
  return (word & 0x8080808080808080) == 0;
}

constexpr bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c);
}

// Of a name, behind its first character.
constexpr std::array<bool, 256> name_bytes = [] {
  std::array<bool, 256> fits{};
  for (std::size_t c = 0; c < 128; ++c) {
    const auto letter = static_cast<char>(c);
    fits[c] = is_letter_or_digit(letter) || letter == '.' || letter == '_' || letter == '/' || letter == '-';
  }
  return fits;
}();

}  // namespace

std::string to_hex(BytesView bytes) {
  std::string text(bytes.size() * 2, '0');
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const auto byte = byte_at(bytes, i);
    text[2 * i] = hex_digits[byte >> 4];
    text[2 * i + 1] = hex_digits[byte & 15];
  }
  return text;
}

Result<Bytes> from_hex(std::string_view text) {
  if (text.size() % 2 != 0) return fault(str("hexadecimal text has ", text.size(), " digits; two make a byte"));
  Bytes bytes(text.size() / 2, '\0');
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const std::uint32_t high = hex_values[byte_at(text, i)];
    const std::uint32_t low = hex_values[byte_at(text, i + 1)];
    if (high == not_a_digit || low == not_a_digit) {
      return fault(str("not a lowercase hexadecimal digit at position ", high == not_a_digit ? i : i + 1));
    }
    bytes[i / 2] = to_char(high << 4 | low);
  }
  return bytes;
}

std::string to_base64(BytesView bytes) {
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const auto count = std::min<std::size_t>(3, bytes.size() - i);
    std::uint32_t group = 0;
    for (std::size_t j = 0; j < 3; ++j) group = group << 8 | (j < count ? byte_at(bytes, i + j) : 0);
    for (std::size_t j = 0; j < 4; ++j) {
      text += j <= count ? base64_digits[group >> (18 - 6 * j) & 63] : '=';
    }
  }
  return text;
}

Result<Bytes> from_base64(std::string_view text) {
  if (text.size() % 4 != 0) {
    return fault(str("base64 text has ", text.size(), " characters; with its padding it would be a multiple of four"));
  }
  Bytes bytes;
  bytes.reserve(text.size() / 4 * 3);
  for (std::size_t i = 0; i < text.size(); i += 4) {
    const bool last = i + 4 == text.size();
    const std::size_t padding = !last || text[i + 3] != '=' ? 0 : text[i + 2] != '=' ? 1 : 2;
    std::uint32_t group = 0;
    for (std::size_t j = 0; j < 4; ++j) {
      const std::uint32_t value = j < 4 - padding ? base64_values[byte_at(text, i + j)] : 0;
      if (value == not_a_digit) return fault(str("not a base64 character at position ", i + j));
      group = group << 6 | value;
    }
    const std::uint32_t unused = padding == 0 ? 0 : padding == 1 ? 0xff : 0xffff;
    if ((group & unused) != 0) return fault("base64 text ends in bits that stand for no byte");
    for (std::size_t j = 0; j < 3 - padding; ++j) bytes += to_char(group >> (16 - 8 * j));
  }
  return bytes;
}

Result<std::uint64_t> parse_uint(std::string_view text) {
  const auto wrong = [&](std::string_view why) {
    return fault(str("not a whole number: \"", printable(text.substr(0, 40)), "\" ", why));
  };
  if (text.empty()) return wrong("is empty");
  if (text.size() > 1 && text[0] == '0') return wrong("begins with a zero");
  std::uint64_t value = 0;
  for (const char c : text) {
    if (!is_digit(c)) return wrong("has a character that is no digit");
    const auto digit = static_cast<std::uint64_t>(c - '0');
    if (value > (UINT64_MAX - digit) / 10) return wrong("is above 2^64-1");
    value = value * 10 + digit;
  }
  return value;
}

bool is_utf8(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    if (text.size() - at >= 8 && eight_are_ascii(text, at)) {
      at += 8;
      continue;
    }
    const auto length = code_point_at(text, at).length;
    if (length == 0) return false;
    at += length;
  }
  return true;
}

bool is_name(std::string_view text) {
  if (text.empty() || text.size() > 128 || !is_letter_or_digit(text[0])) return false;
  return std::all_of(text.begin(), text.end(), [](char c) { return name_bytes[static_cast<unsigned char>(c)]; });
}

std::string fold_case(std::string_view text) {
  std::string folded(text);
  for (char& c : folded) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return folded;
}

std::string printable(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t plain = plain_length(text.substr(at));
    out += text.substr(at, plain);
    at += plain;
    if (at == text.size()) break;
    const auto [code, length] = code_point_at(text, at);
    if (length == 0 || is_ascii_control(code)) {
      out += "\\x" + to_hex(text.substr(at, 1));
      ++at;
      continue;
    }
    if (is_hidden(code)) {
      const char big_endian[] = {to_char(code >> 8), to_char(code)};
      out += "\\u{" + to_hex({big_endian, 2}) + "}";
    } else {
      out += text.substr(at, length);
    }
    at += length;
  }
  return out;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    const auto end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

}  // namespace cairn
