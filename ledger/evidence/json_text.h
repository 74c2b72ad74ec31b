// JSON of the field, written: what the scripts' readers expect, with each number as exact as it was measured. Pure.
#pragma once

#include <optional>
#include <string>

#include "ledger/base/decimal.h"
#include "ledger/evidence/json.h"

namespace cairn {

JsonNode json_null();
JsonNode json_text_of(std::string text);
JsonNode json_number(const Decimal& value);     // null for what is no number, which RFC 8259 cannot write
JsonNode json_flag(std::optional<bool> value);  // null: it is not known
JsonNode json_array(std::vector<JsonNode> items);
JsonNode json_object(std::vector<std::pair<std::string, JsonNode>> members);

// Indented by two, members in their order, ASCII, and a line break at its end.
std::string write_json(const JsonNode& value);

}  // namespace cairn
