#include "ledger/evidence/json_text.h"

#include "ledger/evidence/audit_chunk.h"

namespace cairn {
namespace {

constexpr std::size_t step = 2;

JsonNode of_kind(JsonNode::Kind kind) {
  JsonNode json;
  json.kind = kind;
  return json;
}

// As deep as the value is nested, which its maker bounds.
void append(std::string& out, const JsonNode& value, std::size_t indent) {
  const bool nested = value.is_object() || value.is_array();
  if (!nested || value.items.empty()) {
    out += python_dumps(value);
    return;
  }
  const std::string inner(indent + step, ' ');
  out += value.is_object() ? "{\n" : "[\n";
  for (std::size_t i = 0; i < value.items.size(); ++i) {
    if (i > 0) out += ",\n";
    out += inner;
    if (value.is_object()) out += python_dumps(json_text_of(value.names[i])) + ": ";
    append(out, value.items[i], indent + step);
  }
  out += "\n" + std::string(indent, ' ') + (value.is_object() ? "}" : "]");
}

}  // namespace

JsonNode json_null() {
  return of_kind(JsonNode::Kind::null);
}

JsonNode json_text_of(std::string text) {
  JsonNode json = of_kind(JsonNode::Kind::string);
  json.text = std::move(text);
  return json;
}

JsonNode json_number(const Decimal& value) {
  if (!value.is_finite()) return json_null();
  JsonNode json = of_kind(JsonNode::Kind::number);
  json.text = value.text();
  return json;
}

JsonNode json_flag(std::optional<bool> value) {
  if (!value) return json_null();
  JsonNode json = of_kind(JsonNode::Kind::boolean);
  json.boolean = *value;
  return json;
}

JsonNode json_array(std::vector<JsonNode> items) {
  JsonNode json = of_kind(JsonNode::Kind::array);
  json.items = std::move(items);
  return json;
}

JsonNode json_object(std::vector<std::pair<std::string, JsonNode>> members) {
  JsonNode json = of_kind(JsonNode::Kind::object);
  for (auto& member : members) {
    json.names.push_back(std::move(member.first));
    json.items.push_back(std::move(member.second));
  }
  return json;
}

std::string write_json(const JsonNode& value) {
  std::string out;
  append(out, value, 0);
  return out + "\n";
}

}  // namespace cairn
