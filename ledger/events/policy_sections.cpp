// The sections "administration", "advice", "protection", "incidents" and "retention" of a policy document, and the
// cadence of "monitoring".
#include "ledger/events/forms.h"
#include "ledger/events/policy_members.h"

namespace cairn::policy_document {

namespace {

constexpr std::size_t max_clocks = 32;
constexpr std::size_t max_windows = 128;
constexpr std::size_t max_classes = 64;
constexpr std::uint64_t max_policy_approvals = 16;
constexpr Millis max_break_glass = 7 * day;

void read_roles(Members& members, std::string_view member, std::set<Role>& roles) {
  if (!members.has(member)) return;
  const auto* array = members.get(member, Kind::array, "an array of roles");
  if (array == nullptr) return;
  roles.clear();
  for (std::size_t i = 0; i < array->items.size(); ++i) {
    const auto place = str(member, '[', i, ']');
    const auto role = parse_role(array->items[i].text);
    if (array->items[i].kind != Kind::string || !role.ok()) {
      members.refuse(place, array->items[i].kind == Kind::string ? role.error().message : "is not a role");
    } else if (!roles.insert(*role).second) {
      members.refuse(place, "stands there twice");
    }
  }
  if (roles.empty()) members.refuse(member, "names no role, so nobody could");
}

void read_instant(Members& members, std::string_view member, Millis& value) {
  const auto parsed = parse_time(members.text(member, "a time such as \"2026-12-20T00:00:00Z\""));
  if (!parsed.ok()) return members.refuse(member, parsed.error().message);
  value = *parsed;
}

FreezeWindow read_window(const JsonValue& value, const std::string& path, std::optional<Error>& error) {
  Members members(value, path, error);
  FreezeWindow window;
  members.name("name", window.name);
  members.word("scope", window.scope, parse_scope);
  read_instant(members, "from", window.from);
  read_instant(members, "until", window.until);
  if (window.until <= window.from) members.refuse("until", "is not after from");
  if (members.has("rule")) window.rule = std::string(members.text("rule", "a text"));
  if (!form::text.fits(window.rule)) members.refuse("rule", str("is not ", form::text.what));
  return window;
}

void read_severity(const JsonValue& value, const std::string& path, IncidentRules& rules, std::optional<Error>& error) {
  Members members(value, path, error);
  rules = {};
  if (members.has("acknowledge")) members.duration("acknowledge", rules.acknowledge, false);
  if (members.has("mitigate")) members.duration("mitigate", rules.mitigate, false);
  if (members.has("resolve")) members.duration("resolve", rules.resolve, false);
  if (members.has("postmortem")) members.boolean("postmortem", rules.postmortem);
}

RegulatoryClock read_clock(const JsonValue& value, const std::string& path, std::optional<Error>& error) {
  Members members(value, path, error);
  RegulatoryClock clock;
  members.name("name", clock.name);
  members.word("severity", clock.severity, parse_severity);
  members.duration("within", clock.within, false);
  return clock;
}

}  // namespace

void read_administration(const JsonValue& section, AdministrationRules& rules, std::optional<Error>& error) {
  Members members(section, "administration", error);
  if (members.has("second_admin")) members.boolean("second_admin", rules.second_admin);
  if (members.has("policy_approvals"))
    members.uint("policy_approvals", rules.policy_approvals, 0, max_policy_approvals);
}

void read_protection(const JsonValue& section, ProtectionRules& rules, std::optional<Error>& error) {
  Members members(section, "protection", error);
  read_roles(members, "lift", rules.lift);
  read_roles(members, "freeze", rules.freeze);
  read_roles(members, "break_glass", rules.break_glass);
  read_roles(members, "review", rules.review);
  if (members.has("break_glass_most")) members.duration("break_glass_most", rules.break_glass_most, false);
  if (rules.break_glass_most > max_break_glass) members.refuse("break_glass_most", "is more than 7d");
}

void read_advice(const JsonValue& section, AdviceRules& rules, std::optional<Error>& error) {
  Members members(section, "advice", error);
  if (members.has("accuracy_below")) members.decimal("accuracy_below", rules.accuracy_below);
  if (members.has("error_rate_above")) members.decimal("error_rate_above", rules.error_rate_above);
}

void read_cadence(Members& monitoring, std::vector<Cadence>& cadence) {
  if (!monitoring.has("cadence")) return;
  const auto* rows = monitoring.get("cadence", Kind::array, "an array of rhythms");
  if (rows == nullptr) return;
  if (rows->items.empty() || rows->items.size() > max_clocks)
    monitoring.refuse("cadence", str("is not 1 to ", max_clocks, " rhythms"));
  cadence.clear();
  for (std::size_t i = 0; i < rows->items.size(); ++i) {
    Members row(rows->items[i], monitoring.path_of(str("cadence[", i, ']')), monitoring.error());
    Cadence rhythm;
    if (row.has("first")) row.duration("first", rhythm.first, false);
    row.duration("every", rhythm.every, false);
    const bool last = i + 1 == rows->items.size();
    if (last != (rhythm.first == 0)) row.refuse("first", "is there in all but the last, which holds from then on");
    if (!cadence.empty() && !last && rhythm.first <= cadence.back().first)
      row.refuse("first", "is not after the one before");
    cadence.push_back(rhythm);
  }
}

void read_freezes(Members& document, std::vector<FreezeWindow>& freezes) {
  if (!document.has("freezes")) return;
  const auto* rows = document.get("freezes", Kind::array, "an array of freeze windows");
  if (rows == nullptr) return;
  if (rows->items.size() > max_windows) document.refuse("freezes", str("more than ", max_windows, " of them"));
  std::set<std::string> names;
  for (std::size_t i = 0; i < rows->items.size() && i < max_windows; ++i) {
    freezes.push_back(read_window(rows->items[i], document.path_of(str("freezes[", i, ']')), document.error()));
    if (!names.insert(freezes.back().name).second) {
      document.refuse(str("freezes[", i, "].name"),
                      str(quoted(freezes.back().name), " is the name of another one too"));
    }
  }
}

void read_incidents(const JsonValue& section, IncidentPolicy& policy, std::optional<Error>& error) {
  Members members(section, "incidents", error);
  for (auto& [severity, rules] : policy.of) {
    const std::string name(to_text(severity));
    if (const auto* value = members.section(name)) read_severity(*value, members.path_of(name), rules, error);
  }
  if (members.has("escalate_after")) members.duration("escalate_after", policy.escalate_after, false);
  if (!members.has("regulatory")) return;
  const auto* clocks = members.get("regulatory", Kind::array, "an array of clocks");
  if (clocks == nullptr) return;
  if (clocks->items.size() > max_clocks) members.refuse("regulatory", str("more than ", max_clocks, " of them"));
  policy.regulatory.clear();
  for (std::size_t i = 0; i < clocks->items.size(); ++i) {
    policy.regulatory.push_back(read_clock(clocks->items[i], members.path_of(str("regulatory[", i, ']')), error));
  }
}

void read_retention(const JsonValue& section, RetentionRules& rules, std::optional<Error>& error) {
  Members members(section, "retention", error);
  if (members.has("candidate")) members.duration("candidate", rules.candidate, true);
  if (members.has("archived")) members.duration("archived", rules.archived, true);
  if (members.has("retired")) members.duration("retired", rules.retired, true);
  read_roles(members, "hold", rules.hold);
  read_roles(members, "delete", rules.remove);
  const auto* classes = members.section("classes");
  if (classes == nullptr) return;
  if (classes->members.size() > max_classes) members.refuse("classes", str("more than ", max_classes, " of them"));
  Members named(*classes, members.path_of("classes"), error);
  for (const auto& [name, value] : classes->members) {
    if (!is_name(name)) named.refuse(name, "is not a name ([A-Za-z0-9][A-Za-z0-9._/-]{0,127})");
    std::optional<Millis>& period = rules.classes[name];
    if (named.text(name, "a duration such as \"2190d\", or \"for-good\"") == "for-good") continue;
    named.duration(name, period.emplace(), false);
  }
}

}  // namespace cairn::policy_document
