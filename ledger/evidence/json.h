// JSON of the field as a value that keeps what was written: members in order, numbers by their lexeme.
//
// Strict RFC 8259 but for one thing: Python's bare NaN, Infinity and -Infinity are numbers with that lexeme. Repeated
// members, a byte order mark, nesting beyond 64 and more than a million values are errors, each with its position. A
// number of any size is a number. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/base/result.h"
#include "ledger/evidence/input.h"

namespace cairn {

inline constexpr std::size_t max_json_depth = 64;

struct JsonNode {
  enum class Kind : std::uint8_t { null, boolean, number, string, array, object };

  Kind kind = Kind::null;
  bool boolean = false;
  std::string text;                // a string's characters, or a number's lexeme
  std::vector<JsonNode> items;     // an array's, or an object's values
  std::vector<std::string> names;  // of an object's values, in the order of the file

  bool is_object() const { return kind == Kind::object; }
  bool is_array() const { return kind == Kind::array; }
  bool is_string() const { return kind == Kind::string; }
  bool is_number() const { return kind == Kind::number; }
  const JsonNode* member(std::string_view name) const;  // null: no such member, or no object
};

bool is_true(const JsonNode* json);  // there, and true

// "an object", "a string", ...: for messages.
std::string_view describe(JsonNode::Kind kind);

Result<JsonNode> parse_json(std::string_view text);

// A file that holds one object; the error names the file.
Result<JsonNode> parse_object(std::string_view source, std::string_view content);

// Of nothing, nothing.
const JsonNode* member_of(const JsonNode* json, std::string_view name);

struct JsonProblem {
  std::uint64_t position = 0;
  std::string what;
};

// Whether the bytes are RFC 8259 JSON (so without NaN) in UTF-8 and nested at most 64 levels deep, in memory that does
// not grow with them. Repeated members are not found.
Result<std::optional<JsonProblem>> check_json(ByteSource& source);

}  // namespace cairn
