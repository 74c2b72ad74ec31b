#include "ledger/evidence/json_text.h"

#include "ledger/evidence/audit_chunk.h"

namespace cairn {
namespace {

constexpr std::size_t step = 2;

Json of_kind(Json::Kind kind) {
  Json json;
  json.kind = kind;
  return json;
}

// As deep as the value is nested, which its maker bounds.
void append(std::string& out, const Json& value, std::size_t indent) {
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

Json json_null() {
  return of_kind(Json::Kind::null);
}

Json json_text_of(std::string text) {
  Json json = of_kind(Json::Kind::string);
  json.text = std::move(text);
  return json;
}

Json json_number(const Decimal& value) {
  if (!value.is_finite()) return json_null();
  Json json = of_kind(Json::Kind::number);
  json.text = value.text();
  return json;
}

Json json_flag(std::optional<bool> value) {
  if (!value) return json_null();
  Json json = of_kind(Json::Kind::boolean);
  json.boolean = *value;
  return json;
}

Json json_array(std::vector<Json> items) {
  Json json = of_kind(Json::Kind::array);
  json.items = std::move(items);
  return json;
}

Json json_object(std::vector<std::pair<std::string, Json>> members) {
  Json json = of_kind(Json::Kind::object);
  for (auto& [name, value] : members) {
    json.names.push_back(std::move(name));
    json.items.push_back(std::move(value));
  }
  return json;
}

std::string write_json(const Json& value) {
  std::string out;
  append(out, value, 0);
  return out + "\n";
}

}  // namespace cairn
