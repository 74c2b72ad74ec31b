#include "ledger/evidence/audit_chunk.h"

#include <algorithm>
#include <numeric>
#include <vector>

#include "ledger/base/text.h"
#include "ledger/crypto/sha256.h"

namespace cairn {
namespace {

// JSON's escape of one UTF-16 unit.
void append_unit(std::string& out, std::uint32_t unit) {
  static constexpr std::string_view digits = "0123456789abcdef";
  out += "\\u";
  for (int shift = 12; shift >= 0; shift -= 4) out += digits[unit >> shift & 15];
}

// The code point at `at` of valid UTF-8, past which `at` is moved.
std::uint32_t take_code_point(std::string_view text, std::size_t& at) {
  const auto first = static_cast<unsigned char>(text[at++]);
  if (first < 0x80) return first;
  const std::size_t more = first < 0xe0 ? 1 : first < 0xf0 ? 2 : 3;
  std::uint32_t value = first & (0x3fu >> more);
  for (std::size_t i = 0; i < more; ++i) value = value << 6 | (static_cast<unsigned char>(text[at++]) & 0x3fu);
  return value;
}

// ensure_ascii: everything outside ' '..'~' is escaped, beyond the basic plane as a surrogate pair.
void append_string(std::string& out, std::string_view text) {
  static constexpr std::string_view plain_escapes = "\"\\\b\f\n\r\t";
  static constexpr std::string_view escape_letters = "\"\\bfnrt";
  out += '"';
  for (std::size_t at = 0; at < text.size();) {
    const auto code = take_code_point(text, at);
    const auto escape = code < 0x80 ? plain_escapes.find(static_cast<char>(code)) : std::string_view::npos;
    if (escape != std::string_view::npos) {
      out += '\\';
      out += escape_letters[escape];
    } else if (code >= 0x20 && code < 0x7f) {
      out += static_cast<char>(code);
    } else if (code < 0x10000) {
      append_unit(out, code);
    } else {
      append_unit(out, 0xd800 + ((code - 0x10000) >> 10));
      append_unit(out, 0xdc00 + ((code - 0x10000) & 0x3ff));
    }
  }
  out += '"';
}

void append_value(std::string& out, const JsonNode& value);

void append_object(std::string& out, const JsonNode& value) {
  // Python sorts by code point, and so do the bytes of UTF-8.
  std::vector<std::size_t> order(value.names.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](auto a, auto b) { return value.names[a] < value.names[b]; });
  out += '{';
  for (std::size_t i = 0; i < order.size(); ++i) {
    if (i > 0) out += ", ";
    append_string(out, value.names[order[i]]);
    out += ": ";
    append_value(out, value.items[order[i]]);
  }
  out += '}';
}

// As deep as the value is nested, which the reader bounds.
void append_value(std::string& out, const JsonNode& value) {
  switch (value.kind) {
    case JsonNode::Kind::null:
      out += "null";
      return;
    case JsonNode::Kind::boolean:
      out += value.boolean ? "true" : "false";
      return;
    case JsonNode::Kind::number:
      out += value.text;
      return;
    case JsonNode::Kind::string:
      append_string(out, value.text);
      return;
    case JsonNode::Kind::object:
      append_object(out, value);
      return;
    case JsonNode::Kind::array:
      out += '[';
      for (std::size_t i = 0; i < value.items.size(); ++i) {
        if (i > 0) out += ", ";
        append_value(out, value.items[i]);
      }
      out += ']';
      return;
  }
}

}  // namespace

std::string python_dumps(const JsonNode& value) {
  std::string out;
  append_value(out, value);
  return out;
}

std::string chunk_root(const JsonNode& events) {
  std::vector<std::string> level;
  level.reserve(events.items.size());
  for (const auto& event : events.items) level.push_back(sha256(python_dumps(event)).hex());
  if (level.empty()) return {};
  while (level.size() > 1) {
    if (level.size() % 2 != 0) level.push_back(level.back());
    std::vector<std::string> above;
    above.reserve(level.size() / 2);
    for (std::size_t i = 0; i < level.size(); i += 2) above.push_back(sha256(level[i] + level[i + 1]).hex());
    level = std::move(above);
  }
  return level[0];
}

std::string audit_root_of_card(std::string_view content) {
  const auto card = parse_json(content);
  const auto* root = card.ok() ? card->member("audit_merkle_root") : nullptr;
  return root != nullptr && root->is_string() && Hash::from_hex(root->text).ok() ? root->text : std::string();
}

}  // namespace cairn
