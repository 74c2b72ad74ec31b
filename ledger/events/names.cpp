#include "ledger/events/names.h"

#include <array>

#include "ledger/base/text.h"

namespace cairn {
namespace {

constexpr std::array<std::string_view, 2> actor_kinds{"person", "service"};
constexpr std::array<std::string_view, 6> roles{"admin",   "deployer",           "approver",
                                                "monitor", "incident-commander", "auditor"};
constexpr std::array<std::string_view, 3> stages{"shadow", "canary", "full"};
constexpr std::array<std::string_view, 3> triggers{"regression", "safety", "system"};
constexpr std::array<std::string_view, 4> severities{"critical", "high", "medium", "low"};
constexpr std::array<std::string_view, 4> guards{"soak", "freeze", "approvals", "gates"};
constexpr std::array<std::string_view, 7> due_kinds{"check", "alert",  "incident", "action",
                                                    "lift",  "review", "approval"};
constexpr std::array<std::string_view, 11> evidence_kinds{"structure",  "metrics",    "card",        "audit_chunk",
                                                          "monitoring", "comparison", "system",      "business",
                                                          "training",   "deployment", "cohort_drift"};
constexpr std::array<std::string_view, 3> artefact_matches{"match", "mismatch", "not_reachable"};
constexpr std::array<std::string_view, 2> deletion_grounds{"retention", "legal"};
constexpr std::array<std::string_view, 3> report_kinds{"incident", "rollout", "period"};
constexpr std::array<std::string_view, 4> report_formats{"text", "md", "html", "json"};

template <class Word, std::size_t n>
std::string_view word_of(Word value, const std::array<std::string_view, n>& words) {
  const auto index = static_cast<std::size_t>(value);
  ASSERT(index < n);
  return words[index];
}

std::string quoted(std::string_view text) {
  return str('"', printable(text.substr(0, 64)), '"');
}

template <class Word, std::size_t n>
Result<Word> parse_word(std::string_view text, const std::array<std::string_view, n>& words, std::string_view what) {
  for (std::size_t i = 0; i < n; ++i) {
    if (words[i] == text) return static_cast<Word>(i);
  }
  std::string known;
  for (std::size_t i = 0; i < n; ++i) known += str(i == 0 ? "" : ", ", words[i]);
  return fault(str(quoted(text), " is not ", what, "; known are ", known));
}

// The value behind `key` at the front of `text`, up to a comma or the end; takes both off.
bool take(std::string_view& text, std::string_view key, std::string& value) {
  if (!text.starts_with(key)) return false;
  text.remove_prefix(key.size());
  const auto end = text.find(',');
  value = std::string(text.substr(0, end));
  text.remove_prefix(end == std::string_view::npos ? text.size() : end);
  return true;
}

}  // namespace

std::string_view to_text(ActorKind value) {
  return word_of(value, actor_kinds);
}
std::string_view to_text(Role value) {
  return word_of(value, roles);
}
std::string_view to_text(Stage value) {
  return word_of(value, stages);
}
std::string_view to_text(Trigger value) {
  return word_of(value, triggers);
}
std::string_view to_text(Severity value) {
  return word_of(value, severities);
}
std::string_view to_text(Guard value) {
  return word_of(value, guards);
}
std::string_view to_text(DueKind value) {
  return word_of(value, due_kinds);
}
std::string_view to_text(EvidenceKind value) {
  return word_of(value, evidence_kinds);
}
std::string_view to_text(ArtefactMatch value) {
  return word_of(value, artefact_matches);
}
std::string_view to_text(DeletionGround value) {
  return word_of(value, deletion_grounds);
}
std::string_view to_text(ReportKind value) {
  return word_of(value, report_kinds);
}
std::string_view to_text(ReportFormat value) {
  return word_of(value, report_formats);
}

Result<ActorKind> parse_actor_kind(std::string_view text) {
  return parse_word<ActorKind>(text, actor_kinds, "a kind of actor");
}
Result<Role> parse_role(std::string_view text) {
  return parse_word<Role>(text, roles, "a role");
}
Result<Stage> parse_stage(std::string_view text) {
  return parse_word<Stage>(text, stages, "a stage");
}
Result<Trigger> parse_trigger(std::string_view text) {
  return parse_word<Trigger>(text, triggers, "a trigger");
}
Result<Severity> parse_severity(std::string_view text) {
  return parse_word<Severity>(text, severities, "a severity");
}
Result<Guard> parse_guard(std::string_view text) {
  return parse_word<Guard>(text, guards, "something that breaking the glass lifts");
}
Result<DueKind> parse_due_kind(std::string_view text) {
  return parse_word<DueKind>(text, due_kinds, "a kind of what is due");
}
Result<EvidenceKind> parse_evidence_kind(std::string_view text) {
  return parse_word<EvidenceKind>(text, evidence_kinds, "a kind of evidence");
}
Result<ArtefactMatch> parse_artefact_match(std::string_view text) {
  return parse_word<ArtefactMatch>(text, artefact_matches, "an artefact's match");
}
Result<DeletionGround> parse_deletion_ground(std::string_view text) {
  return parse_word<DeletionGround>(text, deletion_grounds, "a ground of deletion");
}
Result<ReportKind> parse_report_kind(std::string_view text) {
  return parse_word<ReportKind>(text, report_kinds, "a kind of report");
}
Result<ReportFormat> parse_report_format(std::string_view text) {
  return parse_word<ReportFormat>(text, report_formats, "a format of reports");
}

bool Scope::covers(std::string_view in_environment, std::string_view of_model) const {
  return (in_environment.empty() || environment == "*" || environment == in_environment) &&
         (of_model.empty() || model == "*" || model == of_model);
}

std::string to_text(const Scope& scope) {
  if (scope.environment == "*" && scope.model == "*") return "all";
  if (scope.model == "*") return str("environment=", scope.environment);
  if (scope.environment == "*") return str("model=", scope.model);
  return str("environment=", scope.environment, ",model=", scope.model);
}

Result<Scope> parse_scope(std::string_view text) {
  const auto wrong = [&] {
    return fault(str(quoted(text), " is not a scope: all, environment=E, model=M or environment=E,model=M"));
  };
  Scope scope;
  if (text == "all") return scope;
  auto rest = text;
  const bool has_environment = take(rest, "environment=", scope.environment);
  if (has_environment && !is_environment(scope.environment)) return wrong();
  const bool has_model = take(rest, has_environment ? ",model=" : "model=", scope.model);
  if (has_model && !is_name(scope.model)) return wrong();
  if ((!has_environment && !has_model) || !rest.empty()) return wrong();
  return scope;
}

std::string to_text(const Grant& grant) {
  if (grant.scope == Scope{}) return std::string(to_text(grant.role));
  return str(to_text(grant.role), '@', to_text(grant.scope));
}

Result<Grant> parse_grant(std::string_view text) {
  Grant grant;
  const auto at = text.find('@');
  TRY_LET(role, parse_role(text.substr(0, at)));
  grant.role = role;
  if (at == std::string_view::npos) return grant;
  TRY_LET(scope, parse_scope(text.substr(at + 1)));
  if (scope == Scope{}) return fault(str(quoted(text), " is not a grant: a role for all is written without a scope"));
  grant.scope = scope;
  return grant;
}

bool is_environment(std::string_view text) {
  return is_name(text) && text.find('/') == std::string_view::npos;
}

std::string to_text(const RolloutId& id) {
  return str(id.name, '/', id.environment, '/', id.number);
}

Result<RolloutId> parse_rollout_id(std::string_view text) {
  const auto wrong = [&](std::string_view why) {
    return fault(str(quoted(text), " is not a rollout's id, NAME/ENVIRONMENT/N: ", why));
  };
  if (text.size() > max_rollout_id_bytes) return wrong("it is longer than 192 bytes");
  const auto second = text.rfind('/');
  if (second == std::string_view::npos || second == 0) return wrong("it has less than three parts");
  const auto first = text.rfind('/', second - 1);
  if (first == std::string_view::npos) return wrong("it has less than three parts");
  const auto name = text.substr(0, first);
  const auto environment = text.substr(first + 1, second - first - 1);
  const auto number = parse_uint(text.substr(second + 1));
  if (!is_name(name)) return wrong("it does not begin with a model's name");
  if (!is_environment(environment)) return wrong("its second part is not an environment's name");
  if (!number.ok() || *number == 0 || *number > max_count) return wrong("it does not end in a number from 1");
  return RolloutId{std::string(name), std::string(environment), *number};
}

}  // namespace cairn
