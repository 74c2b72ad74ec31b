// JsonValue: a JSON document that a person or another tool wrote, with any white space and member order. Never for
// signed bytes: those have one spelling and JsonReader. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/base/result.h"

namespace cairn {

struct JsonMember;

struct JsonValue {
  enum class Kind : std::uint8_t { null, boolean, uint, other_number, string, array, object };

  Kind kind = Kind::null;
  bool boolean = false;
  std::uint64_t uint = 0;
  std::string text;                 // of a string; of another number its spelling
  std::vector<JsonValue> items;     // of an array
  std::vector<JsonMember> members;  // of an object, in the document's order

  const JsonValue* member(std::string_view name) const;  // null: absent, or no object
};

struct JsonMember {
  std::string name;
  JsonValue value;
};

// RFC 8259. A syntax error names its byte, a repeated member its path; at most 32 levels, 1024 members an object.
Result<JsonValue> read_json(std::string_view text);

// To be asked before the JSON library is: it takes a NUL for the end of the text, whatever follows, and skips a byte
// order mark. An error names the byte.
Result<void> check_json_bytes(std::string_view text);

// "a string", "a number": for messages.
std::string_view describe(const JsonValue& value);

}  // namespace cairn
