// The closed vocabularies of statements: each word has one spelling, on the wire and on the command line. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "ledger/base/result.h"
#include "ledger/base/types.h"

namespace cairn {

enum class ActorKind : std::uint8_t { person, service };
enum class Role : std::uint8_t { admin, deployer, approver, monitor, incident_commander, auditor };
enum class Stage : std::uint8_t { shadow, canary, full };
enum class Trigger : std::uint8_t { regression, safety, system };
enum class Severity : std::uint8_t { critical, high, medium, low };

// What breaking the glass can lift for one slot and a while (DESIGN 6, precedence).
enum class Guard : std::uint8_t { soak, freeze, approvals, gates };

// What waits for somebody (projections/due.h).
enum class DueKind : std::uint8_t { check, alert, incident, action, lift, review, approval };

// What a piece of evidence is; gates ask for one of these.
enum class EvidenceKind : std::uint8_t {
  structure,
  metrics,
  card,
  audit_chunk,
  monitoring,
  comparison,
  system,
  business,
  training,
  deployment,
  cohort_drift,
};

// Why something may go: its time is over, or the law wants it gone.
enum class DeletionGround : std::uint8_t { retention, legal };

// What a report is about, and how it was written down.
enum class ReportKind : std::uint8_t { incident, rollout, period };
enum class ReportFormat : std::uint8_t { text, md, html, json };

// Whether the files of a model are still the ones that were registered.
enum class ArtefactMatch : std::uint8_t { match, mismatch, not_reachable };

std::string_view to_text(ActorKind value);       // "person"
std::string_view to_text(Role value);            // "incident-commander"
std::string_view to_text(Stage value);           // "shadow"
std::string_view to_text(Trigger value);         // "regression"
std::string_view to_text(Severity value);        // "critical"
std::string_view to_text(Guard value);           // "soak"
std::string_view to_text(DueKind value);         // "check"
std::string_view to_text(EvidenceKind value);    // "audit_chunk"
std::string_view to_text(ArtefactMatch value);   // "not_reachable"
std::string_view to_text(DeletionGround value);  // "legal"
std::string_view to_text(ReportKind value);      // "incident"
std::string_view to_text(ReportFormat value);    // "md"

Result<ActorKind> parse_actor_kind(std::string_view text);
Result<Role> parse_role(std::string_view text);
Result<Stage> parse_stage(std::string_view text);
Result<Trigger> parse_trigger(std::string_view text);
Result<Severity> parse_severity(std::string_view text);
Result<Guard> parse_guard(std::string_view text);
Result<DueKind> parse_due_kind(std::string_view text);
Result<EvidenceKind> parse_evidence_kind(std::string_view text);
Result<ArtefactMatch> parse_artefact_match(std::string_view text);
Result<DeletionGround> parse_deletion_ground(std::string_view text);
Result<ReportKind> parse_report_kind(std::string_view text);
Result<ReportFormat> parse_report_format(std::string_view text);

// Where a role or a protection reaches: one environment or all, one model or all.
struct Scope {
  std::string environment = "*";
  std::string model = "*";

  bool covers(std::string_view in_environment, std::string_view of_model) const;  // "": not asked about
  auto operator<=>(const Scope&) const = default;
};

// "all", "environment=E", "model=M" or "environment=E,model=M"
std::string to_text(const Scope& scope);
Result<Scope> parse_scope(std::string_view text);

// A role within a scope: "deployer", "deployer@environment=staging".
struct Grant {
  Role role = Role::auditor;
  Scope scope;
  auto operator<=>(const Grant&) const = default;
};

std::string to_text(const Grant& grant);
Result<Grant> parse_grant(std::string_view text);

inline constexpr std::size_t max_rollout_id_bytes = 192;  // as a tag, "rollout:" and this, it has to fit a Posting

// A name without '/', so that a rollout's id can be taken apart from its end.
bool is_environment(std::string_view text);

// "<name>/<environment>/<n>": the n-th rollout of a slot, from 1.
struct RolloutId {
  std::string name;
  std::string environment;
  std::uint64_t number = 1;
  auto operator<=>(const RolloutId&) const = default;
};

std::string to_text(const RolloutId& id);
Result<RolloutId> parse_rollout_id(std::string_view text);

}  // namespace cairn
