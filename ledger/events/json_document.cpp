#include "ledger/events/json_document.h"

#include <nlohmann/json.hpp>

#include "ledger/base/text.h"

namespace cairn {
namespace {

constexpr std::size_t max_depth = 32;
constexpr std::size_t max_members = 1024;  // of one object: each name is held against those before it

// Builds the tree from the parser's events; returning false stops the parser.
class Builder final : public nlohmann::json_sax<nlohmann::json> {
 public:
  bool null() override { return add({}); }
  bool boolean(bool value) override {
    JsonValue json;
    json.kind = JsonValue::Kind::boolean;
    json.boolean = value;
    return add(std::move(json));
  }
  bool number_unsigned(std::uint64_t value) override {
    JsonValue json;
    json.kind = JsonValue::Kind::uint;
    json.uint = value;
    return add(std::move(json));
  }
  bool number_integer(std::int64_t value) override { return other_number(std::to_string(value)); }
  bool number_float(double, const std::string& spelling) override { return other_number(spelling); }
  bool string(std::string& value) override {
    JsonValue json;
    json.kind = JsonValue::Kind::string;
    json.text = value;
    return add(std::move(json));
  }
  bool binary(nlohmann::json::binary_t&) override { return false; }  // only CBOR and its like have these

  bool start_object(std::size_t) override { return open(JsonValue::Kind::object); }
  bool start_array(std::size_t) override { return open(JsonValue::Kind::array); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }

  bool key(std::string& name) override {
    auto& object = open_.back();
    if (object.members.size() == max_members) {
      error_ = str("more than ", max_members, " members at ", path());
      return false;
    }
    const bool repeated = object.member(name) != nullptr;
    object.members.push_back({name, {}});
    if (repeated) error_ = str("the member ", path(), " stands there twice; keep one");
    return !repeated;
  }

  bool parse_error(std::size_t position, const std::string&, const nlohmann::json::exception& exception) override {
    error_ = str("not JSON at byte ", position, ": ", printable(exception.what()));
    return false;
  }

  Result<JsonValue> take(bool parsed) {
    if (!parsed) return fault(error_);
    return std::move(root_);
  }

 private:
  bool other_number(std::string spelling) {
    JsonValue json;
    json.kind = JsonValue::Kind::other_number;
    json.text = std::move(spelling);
    return add(std::move(json));
  }

  bool open(JsonValue::Kind kind) {
    if (open_.size() == max_depth) {
      error_ = str("more than ", max_depth, " levels deep at ", path());
      return false;
    }
    open_.emplace_back();
    open_.back().kind = kind;
    return true;
  }

  bool close() {
    auto done = std::move(open_.back());
    open_.pop_back();
    return add(std::move(done));
  }

  bool add(JsonValue value) {
    if (open_.empty()) {
      root_ = std::move(value);
    } else if (open_.back().kind == JsonValue::Kind::array) {
      open_.back().items.push_back(std::move(value));
    } else {
      open_.back().members.back().value = std::move(value);
    }
    return true;
  }

  // Where the builder stands: "environments.production.ladder[1].soak".
  std::string path() const {
    std::string text;
    for (const auto& value : open_) {
      if (value.kind == JsonValue::Kind::array) {
        text += str('[', value.items.size(), ']');
      } else if (!value.members.empty()) {
        text += str(text.empty() ? "" : ".", printable(value.members.back().name));
      }
    }
    return text;
  }

  JsonValue root_;
  std::vector<JsonValue> open_;  // from the root to the innermost array or object that is not closed yet
  std::string error_ = "not JSON";
};

}  // namespace

const JsonValue* JsonValue::member(std::string_view name) const {
  for (const auto& [key, value] : members) {
    if (key == name) return &value;
  }
  return nullptr;
}

Result<void> check_json_bytes(std::string_view text) {
  if (text.starts_with("\xef\xbb\xbf")) return fault("not JSON at byte 0: a byte order mark");
  const auto nul = text.find('\0');
  if (nul != std::string_view::npos) return fault(str("not JSON at byte ", nul, ": a NUL byte"));
  return {};
}

Result<JsonValue> read_json(std::string_view text) {
  TRY(check_json_bytes(text));
  Builder builder;
  const bool parsed = nlohmann::json::sax_parse(text.begin(), text.end(), &builder);
  return builder.take(parsed);
}

std::string_view describe(const JsonValue& value) {
  switch (value.kind) {
    case JsonValue::Kind::null:
      return "null";
    case JsonValue::Kind::boolean:
      return "a boolean";
    case JsonValue::Kind::uint:
      return "a whole number";
    case JsonValue::Kind::other_number:
      return "a number with sign, fraction or exponent";
    case JsonValue::Kind::string:
      return "a string";
    case JsonValue::Kind::array:
      return "an array";
    case JsonValue::Kind::object:
      return "an object";
  }
  return "nothing known";
}

}  // namespace cairn
