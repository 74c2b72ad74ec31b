#include <algorithm>
#include <set>

#include "ledger/base/text.h"
#include "ledger/events/event.h"
#include "ledger/events/json_document.h"
#include "ledger/events/policy.h"

namespace cairn {
namespace {

using Kind = JsonValue::Kind;

constexpr std::size_t max_gates = 128;
constexpr std::size_t max_environments = 64;
constexpr std::uint64_t max_approvals = 16;
constexpr std::uint64_t max_refusals_per_hour = 100000;  // and at least one: no policy keeps attempts off the record
constexpr std::uint64_t min_refusal_bytes = 1024;
constexpr std::uint64_t max_refusal_bytes = 61440;

std::string quoted(std::string_view text) {
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

Result<Comparison> parse_comparison(std::string_view text) {
  for (int i = 0; i <= static_cast<int>(Comparison::rise_at_most); ++i) {
    if (to_text(static_cast<Comparison>(i)) == text) return static_cast<Comparison>(i);
  }
  return fault(str(quoted(text), " is not a comparison; known are >=, >, <=, <, ==, age<=, drop<=, rise<="));
}

Result<EvidenceClass> parse_evidence_class(std::string_view text) {
  for (int i = 0; i <= static_cast<int>(EvidenceClass::baseline); ++i) {
    if (to_text(static_cast<EvidenceClass>(i)) == text) return static_cast<EvidenceClass>(i);
  }
  return fault(str(quoted(text), " is not a class of evidence; known are artefact, stage, baseline"));
}

void read_threshold(Members& members, Gate& gate) {
  if (gate.comparison == Comparison::age_at_most) {
    Millis age = 0;
    members.duration("threshold", age, false);
    gate.threshold = Decimal::from_int(age);
    return;
  }
  const auto parsed = Decimal::parse(members.text("threshold", "a decimal in quotes such as \"0.85\""));
  if (!parsed.ok()) return members.refuse("threshold", parsed.error().message);
  if (!parsed->is_finite()) return members.refuse("threshold", "is not finite, so nothing could be held against it");
  gate.threshold = *parsed;
}

Gate read_gate(const JsonValue& value, const std::string& path, std::optional<Error>& error) {
  Members members(value, path, error);
  Gate gate;
  members.name("name", gate.name);
  members.word("evidence", gate.evidence, parse_evidence_kind);
  members.name("value", gate.value);
  members.word("is", gate.comparison, parse_comparison);
  read_threshold(members, gate);
  members.word("class", gate.evidence_class, parse_evidence_class);
  const bool compares = gate.comparison == Comparison::drop_at_most || gate.comparison == Comparison::rise_at_most;
  if (compares != (gate.evidence_class == EvidenceClass::baseline)) {
    members.refuse("is", "drop<= and rise<= go with the class baseline, the other comparisons with artefact and stage");
  }
  if (members.has("max_age")) members.duration("max_age", gate.max_age, false);
  return gate;
}

void read_gates(Members& document, Policy& policy) {
  const auto* gates = document.get("gates", Kind::array, "an array of gates");
  if (gates == nullptr) return;
  if (gates->items.size() > max_gates) document.refuse("gates", str("more than ", max_gates, " of them"));
  std::set<std::string> names;
  for (std::size_t i = 0; i < gates->items.size(); ++i) {
    const auto path = document.path_of(str("gates[", i, ']'));
    policy.gates.push_back(read_gate(gates->items[i], path, document.error()));
    if (!names.insert(policy.gates.back().name).second) {
      document.refuse(str("gates[", i, "].name"),
                      str(quoted(policy.gates.back().name), " is the name of another gate too"));
    }
  }
}

void read_canary(Members& members, StageRules& stage) {
  const auto bounds = members.uints("percent", 1, 99);
  if (bounds.size() != 2 || bounds[0] > bounds[1]) {
    members.refuse("percent", "is not [least, most], two percentages of the traffic");
    return;
  }
  stage.min_percent = bounds[0];
  stage.max_percent = bounds[1];
  stage.steps = members.uints("steps", stage.min_percent, stage.max_percent);
  const auto not_growing = std::adjacent_find(stage.steps.begin(), stage.steps.end(), std::greater_equal<>{});
  if (stage.steps.empty() || not_growing != stage.steps.end())
    members.refuse("steps", "is not one or more growing percentages");
}

StageRules read_stage(const JsonValue& value, const std::string& path, std::optional<Error>& error) {
  Members members(value, path, error);
  StageRules stage;
  members.word("stage", stage.stage, parse_stage);
  if (stage.stage == Stage::canary) read_canary(members, stage);
  if (members.has("soak")) members.duration("soak", stage.soak, true);
  if (members.has("approvals")) members.uint("approvals", stage.approvals, 0, max_approvals);
  if (stage.approvals > 0) {
    members.word("approver", stage.approver, parse_role);
    members.duration("approval_valid", stage.approval_validity, false);
  }
  if (members.has("notice")) {
    if (const auto* notice = members.get("notice", Kind::boolean, "true or false")) stage.notice = notice->boolean;
  }
  return stage;
}

void read_ladder(Members& members, EnvironmentRules& environment) {
  const auto* ladder = members.get("ladder", Kind::array, "an array of stages");
  if (ladder == nullptr) return;
  for (std::size_t i = 0; i < ladder->items.size() && i < 4; ++i) {
    const auto path = members.path_of(str("ladder[", i, ']'));
    environment.ladder.push_back(read_stage(ladder->items[i], path, members.error()));
  }
  const auto not_above = [](const StageRules& a, const StageRules& b) { return a.stage >= b.stage; };
  const auto& stages = environment.ladder;
  const bool climbs = std::adjacent_find(stages.begin(), stages.end(), not_above) == stages.end();
  if (!climbs || stages.empty() || stages.back().stage != Stage::full) {
    members.refuse("ladder", "is not shadow, canary, full in this order, each at most once, ending in full");
  }
}

EnvironmentRules read_environment(const JsonValue& value, const std::string& path, std::optional<Error>& error) {
  Members members(value, path, error);
  EnvironmentRules environment;
  read_ladder(members, environment);
  if (!members.has("shadow_counts_from") && !members.has("shadow_valid")) return environment;
  members.duration("shadow_valid", environment.shadow_valid, false);
  const auto* names = members.get("shadow_counts_from", Kind::array, "an array of environments' names");
  if (names == nullptr) return environment;
  for (std::size_t i = 0; i < names->items.size(); ++i) {
    const auto& item = names->items[i];
    const auto place = str("shadow_counts_from[", i, ']');
    if (item.kind != Kind::string) members.refuse(place, str("is ", describe(item), ", not an environment's name"));
    const auto& seen = environment.shadow_counts_from;
    if (std::find(seen.begin(), seen.end(), item.text) != seen.end()) members.refuse(place, "stands there twice");
    environment.shadow_counts_from.push_back(item.text);
  }
  return environment;
}

void read_environments(Members& document, Policy& policy) {
  const auto* environments = document.get("environments", Kind::object, "an object of environments");
  if (environments == nullptr) return;
  if (environments->members.empty() || environments->members.size() > max_environments) {
    document.refuse("environments", str("has ", environments->members.size(), " members, not 1 to ", max_environments));
  }
  std::set<std::string> folded;
  for (const auto& [name, value] : environments->members) {
    const auto place = str("environments.", printable(name));
    if (!folded.insert(fold_case(name)).second) document.refuse(place, "differs from another one by case alone");
    if (!is_environment(name)) document.refuse(place, "is not an environment's name (a name without '/')");
    policy.environments.emplace(name, read_environment(value, document.path_of(place), document.error()));
  }
  for (const auto& [name, environment] : policy.environments) {
    for (const auto& other : environment.shadow_counts_from) {
      if (policy.environment(other) != nullptr) continue;
      document.refuse(str("environments.", name, ".shadow_counts_from"),
                      str(quoted(other), " is not an environment of this policy"));
    }
  }
}

void read_document(const JsonValue& json, Policy& policy, std::optional<Error>& error) {
  Members document(json, "", error);
  document.name("name", policy.name);
  document.uint("rules", policy.rules, 1, UINT64_MAX);
  if (policy.rules > newest_rules) {
    document.refuse("rules", str(policy.rules, " needs a newer cairn; this one knows rules up to ", newest_rules),
                    ErrorKind::needs_newer);
  }
  read_gates(document, policy);
  read_environments(document, policy);
  if (const auto* value = document.get("monitoring", Kind::object, "an object")) {
    Members(*value, "monitoring", error).duration("max_gap", policy.max_gap, false);
  }
  if (const auto* value = document.get("refusals", Kind::object, "an object")) {
    Members refusals(*value, "refusals", error);
    refusals.uint("per_hour", policy.refusals_per_hour, 1, max_refusals_per_hour);
    refusals.uint("max_bytes", policy.refusal_bytes, min_refusal_bytes, max_refusal_bytes);
  }
}

}  // namespace

Result<Policy> parse_policy(std::string_view text) {
  if (text.size() > max_policy_bytes) {
    return fault(str("policy: the document has ", text.size(), " bytes; at most ", max_policy_bytes));
  }
  const auto json = read_json(text);
  if (!json.ok()) return fault(str("policy: ", json.error().message));
  Policy policy;
  std::optional<Error> error;
  read_document(*json, policy, error);
  if (error) return *error;
  policy.digest = sha256(text);
  for (auto& [name, environment] : policy.environments) {
    for (auto& stage : environment.ladder) stage.hash = sha256(stage_rules_text(policy, name, stage));
  }
  return policy;
}

}  // namespace cairn
