// Policy: the rules' data, one JSON document that a team adopts by event. `examples/policy-default.json` is the
// guide's.
//
// The document is read strictly: an unknown member, a repeated one or a value out of range is an error that names its
// path. White space and member order are the author's; its digest is SHA-256 of its exact bytes. Pure.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/base/decimal.h"
#include "ledger/base/result.h"
#include "ledger/base/time.h"
#include "ledger/crypto/sha256.h"
#include "ledger/events/names.h"

namespace cairn {

inline constexpr std::uint64_t newest_rules = 1;  // a policy that asks for more needs a newer cairn

// How a gate compares the value with its threshold.
enum class Comparison : std::uint8_t {
  at_least,      // ">="
  more_than,     // ">"
  at_most,       // "<="
  less_than,     // "<"
  equal,         // "=="
  age_at_most,   // "age<=": the value is a time in ms, the threshold a duration before `recorded`
  drop_at_most,  // "drop<=": baseline's value minus this one
  rise_at_most,  // "rise<=": this value minus the baseline's
};

std::string_view to_text(Comparison comparison);

// Which evidence counts (DESIGN 6): about the artefact at any time, about the present stage, or against the version at
// full.
enum class EvidenceClass : std::uint8_t { artefact, stage, baseline };

std::string_view to_text(EvidenceClass value);

struct Gate {
  std::string name;  // shown to people: "accuracy"
  EvidenceKind evidence = EvidenceKind::metrics;
  std::string value;  // its name in the evidence
  Comparison comparison = Comparison::at_least;
  Decimal threshold;  // for age_at_most: milliseconds
  EvidenceClass evidence_class = EvidenceClass::artefact;
  Millis max_age = 0;  // of the evidence, by its recorded time; 0: no limit
};

// Places to be filled before a stage is entered: of each role so many persons, nobody in two places. A role that is not
// named is not asked.
using Quorum = std::map<Role, std::uint64_t>;

// Models that take another quorum where a stage names their tier, and how soon whoever is asked to approve answers.
struct Tier {
  std::string name;
  std::set<std::string> models;  // each in one tier at most
  Millis answer_within = 0;      // 0: no such clock
};

// What it takes to stand on one stage of an environment's ladder, and to leave it.
struct StageRules {
  Stage stage = Stage::shadow;
  Millis soak = 0;                // before the next stage; 0: none
  std::uint64_t min_percent = 0;  // canary only
  std::uint64_t max_percent = 0;
  std::vector<std::uint64_t> steps;  // canary: what `promote` proposes, ascending
  Quorum approvals;                  // by persons other than the proposer, before entering; empty: none
  Millis approval_validity = 0;
  bool notice = false;  // stakeholders must have been notified before entering
  Hash hash;            // stage_rules_hash: what a grant binds
};

struct EnvironmentRules {
  std::vector<StageRules> ladder;  // shadow, canary, full: each at most once, in this order, full last
  std::map<std::string, std::vector<StageRules>> ladder_of_tier;  // the same with the approvals of each tier
  std::vector<std::string> shadow_counts_from;  // environments whose completed shadow of the same digest counts here
  Millis shadow_valid = 0;                      // for how long
  bool regression_through_shadow = false;       // a version that is gone back to for a regression is watched first
};

// Who may do what in an emergency, and for how long (DESIGN 6, precedence). Without the section: these.
struct ProtectionRules {
  std::set<Role> lift = {Role::admin, Role::incident_commander};  // asks for, and confirms, the lift of a lockdown
  std::set<Role> freeze = {Role::admin, Role::incident_commander};
  std::set<Role> break_glass = {Role::incident_commander};
  std::set<Role> review = {Role::admin, Role::approver};
  Millis break_glass_most = 4 * hour;
};

// A freeze by the calendar: two UTC instants, and the rule that they were worked out from (a time zone's, say), which
// is for people.
struct FreezeWindow {
  std::string name;
  Scope scope;
  Millis from = 0;
  Millis until = 0;  // not in it any more
  std::string rule;
};

// What an incident of one severity asks for; 0: no such clock. Clocks run from its opening.
struct IncidentRules {
  Millis acknowledge = 0;
  Millis mitigate = 0;
  Millis resolve = 0;
  bool postmortem = false;  // without one it is not closed
};

// A duty towards an authority, which an incident of this severity or a graver one may bring; whether it does is for
// people to say.
struct RegulatoryClock {
  std::string name;
  Severity severity = Severity::critical;
  Millis within = 0;
};

struct IncidentPolicy {
  std::map<Severity, IncidentRules> of;  // every severity
  Millis escalate_after = 0;             // unacknowledged for so long
  std::vector<RegulatoryClock> regulatory;
};

// How often a version is to be looked at while its stage is younger than `first`; 0: from then on.
struct Cadence {
  Millis first = 0;
  Millis every = 0;
};

// Where the guide's emergency decision tree branches.
struct AdviceRules {
  Decimal accuracy_below;
  Decimal error_rate_above;
};

// The guide's, for a policy without the members: every 15 min in the first hour, 2 h in the first day, then 6 h;
// accuracy 0.8, error rate 0.05.
std::vector<Cadence> guide_cadence();
AdviceRules guide_advice();

// The guide's clocks, for a policy without the section: critical 15 min, 30 min, 4 h; high 1 h, 2 h, 8 h; medium 4 h;
// low 24 h; a post-mortem for the first two; escalation after 30 min; GDPR Art. 33, 72 h and EU AI Act Art. 73, 15 d
// for critical ones.
IncidentPolicy guide_incidents();

// What changes of who may do what, and of the rules, take beside an admin. Without the section: nothing.
struct AdministrationRules {
  bool second_admin = false;           // once there are two: enrolment, grants of a say, keys of others
  std::uint64_t policy_approvals = 0;  // by admins other than the proposer, before a policy is adopted
};

// For how long a version's files are kept at least, and who may speak about it. Without the section: these, which are
// the guide's.
struct RetentionRules {
  Millis candidate = 30 * day;  // never at full: from its registration, or from when it last left a slot
  Millis archived = 365 * day;  // was at full: from when it last left one
  Millis retired = 365 * day;   // from then, if that is later
  std::map<std::string, std::optional<Millis>> classes;  // from registration; none: for good
  std::set<Role> hold = {Role::admin, Role::auditor};
  std::set<Role> remove = {Role::admin};
};

struct Policy {
  std::string name;
  std::uint64_t rules = 1;
  std::vector<Gate> gates;
  std::map<std::string, EnvironmentRules> environments;
  Millis max_gap = 0;  // between two monitoring records that count as one soak
  std::vector<Cadence> cadence = guide_cadence();
  AdviceRules advice = guide_advice();
  std::vector<Tier> tiers;  // in the document's order
  AdministrationRules administration;
  ProtectionRules protection;
  std::vector<FreezeWindow> freezes;  // in the document's order; they may overlap
  IncidentPolicy incidents = guide_incidents();
  RetentionRules retention;
  std::uint64_t refusals_per_hour = 60;  // an actor's recorded refusals; more are turned away at the door
  std::uint64_t refusal_bytes = 8192;    // the largest statement whose refusal is recorded
  Hash digest;

  const EnvironmentRules* environment(std::string_view name) const;  // null: not governed
  const Tier* tier_of(std::string_view model) const;                 // null: in none
  bool asks_approval_by(Role role) const;                            // at some stage, of some tier
  // For this model, with what its tier asks; null: not on the ladder.
  const StageRules* stage(std::string_view environment, Stage stage, std::string_view model) const;
};

// What an approval of a stage binds, as text: FORMAT.md, "Stage rules". Its SHA-256 is the stage's `hash`.
std::string stage_rules_text(const Policy& policy, std::string_view environment, const StageRules& stage);

// At most max_policy_bytes. The error names the path: `environments.production.ladder[1].soak: "1 day" is not a
// duration ...`.
Result<Policy> parse_policy(std::string_view document);

}  // namespace cairn
