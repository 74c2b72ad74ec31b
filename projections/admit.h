// admit: the one set of rules. Asked by the writer before it appends and by the auditor years later. Pure.
//
// Three answers, in this order. The door turns away what is not recorded at all (DESIGN, idea 5). The rules then admit
// or refuse, and both are recorded. explain is the same function with its reasons, for receipts, dry runs, `status` and
// the auditor.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "ledger/base/text.h"
#include "ledger/events/statement.h"
#include "projections/gates.h"
#include "projections/quorum.h"
#include "projections/world.h"

namespace cairn {

// Ordered by precedence: where several rules say no, the first of this list is the outcome that is recorded.
enum class Refusal : std::uint8_t {
  basis_not_on_history,
  misplaced_genesis,
  recovery_only_enrols,
  administration_not_alone,
  role_missing,
  service_not_allowed,
  unknown_actor,
  handle_taken,
  differs_by_case,
  owner_missing,
  possession_not_proved,
  key_known,
  unknown_key,
  grant_unchanged,
  second_admin_missing,
  request_invalid,
  quorum_unreachable,
  policy_invalid,
  policy_unknown,
  policy_not_in_force,
  policy_approval_own,
  policy_approval_missing,
  log_key_invalid,
  last_log_key,
  clock_unchanged,
  fork_misplaced,
  unknown_model,
  model_known,
  version_taken,
  model_in_use,
  quarantine_unchanged,
  unknown_class,
  unknown_entry,
  retention_unchanged,
  hold_unchanged,
  on_hold,
  retention_not_over,
  attachment_erased,
  unknown_environment,
  unknown_rollout,
  rollout_over,
  unknown_incident,
  incident_over,
  wrong_number,
  slot_busy,
  already_at_full,
  locked_down,
  model_quarantined,
  model_retired,
  artefact_deleted,
  frozen,
  review_missing,
  pause_unchanged,
  rollout_paused,
  stage_order,
  percent_order,
  soak_missing,
  notice_missing,
  approver_is_proposer,
  approval_not_asked,
  approval_not_bound,
  approval_repeated,
  approval_denied,
  approval_missing,
  archive_missing,
  no_rollback_target,
  target_not_eligible,
  nothing_to_roll_back,
  rollout_still_active,
  target_not_watched,
  lockdown_missing,
  incident_missing,
  artefact_mismatch,
  lockdown_unchanged,
  lift_not_requested,
  lift_by_requester,
  freeze_unchanged,
  until_out_of_range,
  glass_not_broken,
  reviewer_broke_glass,
  alert_not_open,
  not_due,
  incident_order,
  action_unknown,
  postmortem_missing,
  actions_open,
  gates_not_passed,
};

std::string_view wire_name(Refusal refusal);  // "soak_missing"
std::optional<Refusal> parse_refusal(std::string_view wire);

// The no, and what a person needs to get to a yes.
struct Refused {
  Refusal refusal = Refusal::role_missing;
  std::string rule;                  // in one sentence
  std::vector<std::string> reasons;  // the values it saw, and what is missing
  std::string remedy;                // who or what can clear it
  std::optional<Millis> due;         // if only time is missing: when to ask again, for --wait
};

// A no that does not count, because the glass was broken for it.
struct Lifted {
  Refused refused;
  Guard guard = Guard::soak;
  Seq invoked = 0;  // where the glass was broken
};

// What explain found: refused or admitted, every other rule that said no to the same event, every gate that was asked,
// and what was lifted.
struct Verdict {
  std::optional<Refused> refused;
  std::vector<Refused> also;
  std::vector<GateOutcome> gates;
  std::vector<Lifted> lifted;
};

// The refusal's standing texts, for admit and for documentation.
std::string_view rule_of(Refusal refusal);    // the rule in one sentence
std::string_view remedy_of(Refusal refusal);  // who or what can clear it

// Judges the events in order, each in the world that the ones before have made, and leaves the world as it was.
Verdict explain(World& world, const Statement& statement, const KeyId& key, Basis basis, Millis recorded);

// At the door: nothing of this is recorded.
struct Door {
  enum class Kind { repeated, conflict, turned_away };
  Kind kind = Kind::turned_away;
  Seq first = 0;        // for repeated: where the same statement lies
  std::string reason;   // "late", "early", "id_used", ...
  std::string message;  // one line: what, and what to do
};

struct Decision {
  std::optional<Door> door;  // if set, nothing is recorded and `verdict` is empty or says what would have been refused
  Verdict verdict;
};

// The whole answer for one verified statement. `payload_bytes` bounds what a refusal may cost the log.
Decision admit(World& world, const Statement& statement, const KeyId& key, std::size_t payload_bytes, Basis basis,
               Millis recorded);

// Whether an event enrols somebody, or gives or takes a say: what takes a second admin where the policy asks for one.
struct TouchesASay {
  const std::string& author;
  const Policy& policy;

  bool operator()(const ActorEnrolled&) const { return true; }
  bool operator()(const RoleGranted& event) const {
    const Role role = event.grant.role;
    return role == Role::admin || role == Role::approver || policy.asks_approval_by(role);
  }
  bool operator()(const RoleRevoked& event) const { return event.grant.role == Role::admin; }
  bool operator()(const KeyAdded& event) const { return event.handle != author; }
  bool operator()(const LogKeyAdded&) const { return true; }
  bool operator()(const ClockCorrected&) const { return true; }
  template <class Other>
  bool operator()(const Other&) const {
    return false;
  }
};

// The outcome that goes into the entry: empty for admitted.
std::string outcome_of(const Verdict& verdict);

// A rollout's standing towards its next step: what promote would meet now. For status, decide and dry runs.
struct NextStep {
  Stage stage = Stage::full;
  std::uint64_t percent = 100;
};
std::optional<NextStep> next_step(const World& world, const Rollout& rollout);  // none: it is over

// Grants for this stage that still hold at this moment, by distinct persons (DESIGN 6, approvals), and those that would
// but for their age.
std::vector<Approval> valid_grants(const World& world, const Rollout& rollout, Stage stage, Millis recorded);
std::vector<Approval> expired_grants(const World& world, const Rollout& rollout, Stage stage, Millis recorded);

// The places of this stage that those grants fill, by persons who have the roles still; and the handles of those whose
// grant would fill one more. Both empty where nothing is asked.
Quorum filled_places(const World& world, const Rollout& rollout, Stage stage, Millis recorded);
std::vector<std::string> awaited_approvers(const World& world, const Rollout& rollout, Stage stage, Millis recorded);

// Whether the rollout's request for approval is open: places are, somebody who was asked could fill one, and nobody
// has said no.
bool request_waits(const World& world, const Rollout& rollout, Millis recorded);

// Those who said no to this stage, have not taken it back, and could still say yes.
std::vector<Approval> standing_denials(const World& world, const Rollout& rollout, Stage stage);

// The newest evidence of each kind about the rollout's digest, by seq: what an approver is shown, and says they have
// seen.
std::vector<Seq> evidence_about(const World& world, const Rollout& rollout);

// What the present stage asks for; a way back asks for none.
Millis soak_needed(const World& world, const Rollout& rollout);

// Millis still missing of the soak of the present stage; 0 when done, also by a shadow counted from elsewhere.
Millis soak_missing(const World& world, const Rollout& rollout, Millis recorded);

}  // namespace cairn
