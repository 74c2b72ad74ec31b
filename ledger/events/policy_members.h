// Members: one object of a policy document, read strictly. For the readers of its sections only.
#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/base/text.h"
#include "ledger/base/time.h"
#include "ledger/events/event.h"
#include "ledger/events/json_document.h"
#include "ledger/events/policy.h"

namespace cairn::policy_document {

using Kind = JsonValue::Kind;

inline std::string quoted(std::string_view text) {
  return str('"', printable(text.substr(0, 64)), '"');
}

// One object of the document: hands out its members by name and, at the end, refuses those that nobody asked for. Keeps
// the first thing wrong in `error`, which all objects of a document share.
class Members {
 public:
  Members(const JsonValue& object, std::string path, std::optional<Error>& error)
      : object_(object), path_(std::move(path)), error_(error) {
    if (object.kind != Kind::object) refuse("", str("is ", describe(object), ", not an object"));
  }

  ~Members() {
    for (const auto& [name, value] : object_.members) {
      if (!asked_.contains(name)) refuse(name, "is not a member that this cairn knows; remove or correct it");
    }
  }
  Members(const Members&) = delete;
  Members& operator=(const Members&) = delete;

  void refuse(std::string_view member, const std::string& why, ErrorKind kind = ErrorKind::fault) {
    if (!error_) error_ = Error{kind, str("policy: ", path_of(member), ": ", why)};
  }

  std::string path_of(std::string_view member) const {
    if (path_.empty()) return member.empty() ? "the document" : printable(member);
    return member.empty() ? path_ : str(path_, '.', printable(member));
  }

  bool has(std::string_view member) const { return object_.member(member) != nullptr; }

  // Null, and refused, if it is missing or of another kind.
  const JsonValue* get(std::string_view member, Kind kind, std::string_view what) {
    asked_.emplace(member);
    const auto* value = object_.member(member);
    if (value == nullptr) {
      refuse(member, str("is missing; it is ", what));
    } else if (value->kind != kind) {
      refuse(member, str("is ", describe(*value), ", not ", what));
      return nullptr;
    }
    return value;
  }

  // Null also if it is not there, which is no error.
  const JsonValue* section(std::string_view member) {
    return has(member) ? get(member, Kind::object, "an object") : nullptr;
  }

  std::string_view text(std::string_view member, std::string_view what) {
    const auto* value = get(member, Kind::string, what);
    return value == nullptr ? std::string_view{} : std::string_view(value->text);
  }

  void name(std::string_view member, std::string& value) {
    value = std::string(text(member, "a name"));
    if (!is_name(value)) refuse(member, str(quoted(value), " is not a name ([A-Za-z0-9][A-Za-z0-9._/-]{0,127})"));
  }

  void duration(std::string_view member, Millis& value, bool may_be_zero) {
    const auto parsed = parse_duration(text(member, "a duration such as \"24h\""));
    if (!parsed.ok()) return refuse(member, parsed.error().message);
    if (*parsed == 0 && !may_be_zero) return refuse(member, "is no time at all");
    value = *parsed;
  }

  void uint(std::string_view member, std::uint64_t& value, std::uint64_t least, std::uint64_t most) {
    if (const auto* json = get(member, Kind::uint, "a whole number")) value = checked(member, json->uint, least, most);
  }

  std::vector<std::uint64_t> uints(std::string_view member, std::uint64_t least, std::uint64_t most) {
    std::vector<std::uint64_t> values;
    const auto* array = get(member, Kind::array, "an array of whole numbers");
    if (array == nullptr) return values;
    for (std::size_t i = 0; i < array->items.size(); ++i) {
      const auto place = str(member, '[', i, ']');
      const auto& item = array->items[i];
      if (item.kind != Kind::uint) refuse(place, str("is ", describe(item), ", not a whole number"));
      values.push_back(checked(place, item.uint, least, most));
    }
    return values;
  }

  template <class T>
  void word(std::string_view member, T& value, Result<T> (*parse)(std::string_view)) {
    const auto parsed = parse(text(member, "a word"));
    if (!parsed.ok()) return refuse(member, parsed.error().message);
    value = *parsed;
  }

  void decimal(std::string_view member, Decimal& value) {
    const auto parsed = Decimal::parse(text(member, "a decimal in quotes such as \"0.85\""));
    if (!parsed.ok()) return refuse(member, parsed.error().message);
    if (!parsed->is_finite()) return refuse(member, "is not finite, so nothing could be held against it");
    value = *parsed;
  }

  void boolean(std::string_view member, bool& value) {
    if (const auto* json = get(member, Kind::boolean, "true or false")) value = json->boolean;
  }

  std::optional<Error>& error() { return error_; }

 private:
  std::uint64_t checked(std::string_view place, std::uint64_t value, std::uint64_t least, std::uint64_t most) {
    if (value < least || value > most) refuse(place, str(value, " is not within ", least, " to ", most));
    return value;
  }

  const JsonValue& object_;
  std::string path_;
  std::optional<Error>& error_;
  std::set<std::string, std::less<>> asked_;
};

// The sections that may be absent: then the guide's numbers hold.
void read_administration(const JsonValue& section, AdministrationRules& rules, std::optional<Error>& error);
void read_protection(const JsonValue& section, ProtectionRules& rules, std::optional<Error>& error);
void read_advice(const JsonValue& section, AdviceRules& rules, std::optional<Error>& error);
void read_cadence(Members& monitoring, std::vector<Cadence>& cadence);
void read_freezes(Members& document, std::vector<FreezeWindow>& freezes);
void read_tiers(Members& document, std::vector<Tier>& tiers);
void read_incidents(const JsonValue& section, IncidentPolicy& policy, std::optional<Error>& error);
void read_retention(const JsonValue& section, RetentionRules& rules, std::optional<Error>& error);

// A stage's places, and those of the tiers that it names.
Quorum read_quorum(Members& members, std::string_view member);
std::map<std::string, Quorum> read_approvals_of_tier(Members& stage, const std::vector<Tier>& tiers);

}  // namespace cairn::policy_document
