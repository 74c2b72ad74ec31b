// The refusals' words: wire name, rule and remedy, one line each and in the order of precedence.
#include <array>

#include "projections/admit.h"

namespace cairn {

namespace {

struct Words {
  Refusal refusal;
  std::string_view wire;
  std::string_view rule;
  std::string_view remedy;
};

constexpr std::array words = {
    Words{Refusal::basis_not_on_history, "basis_not_on_history",
          "A statement's basis must be a head of this log's history.",
          "Find out who showed the author another history: compare both signed heads."},
    Words{Refusal::misplaced_genesis, "misplaced_genesis",
          "ledger.created is said once, first in entry 0, with the first admin and a policy.",
          "Make ledgers with cairn init."},
    Words{Refusal::recovery_only_enrols, "recovery_only_enrols",
          "The recovery key can do one thing: enrol a person as admin of everything.",
          "Let the new admin do the rest."},
    Words{Refusal::administration_not_alone, "administration_not_alone",
          "A statement that changes actors, roles, keys or the policy does nothing else.",
          "Say the rest in a statement of its own."},
    Words{Refusal::role_missing, "role_missing", "The author needs the role that this act takes, within its scope.",
          "An admin: cairn actor role NAME --grant ROLE."},
    Words{Refusal::service_not_allowed, "service_not_allowed", "Services never approve, lift, review or administer.",
          "A person with that role."},
    Words{Refusal::unknown_actor, "unknown_actor", "An actor must be enrolled before it is spoken of.",
          "An admin: cairn actor add."},
    Words{Refusal::handle_taken, "handle_taken", "A handle is given once and never again.", "Choose another handle."},
    Words{Refusal::differs_by_case, "differs_by_case", "A name may not differ from an existing one by case alone.",
          "Use the spelling that is there, or another name."},
    Words{Refusal::owner_missing, "owner_missing", "A service has a person who answers for it; a person has none.",
          "Name an enrolled person with --owner."},
    Words{Refusal::possession_not_proved, "possession_not_proved",
          "Whoever enrols a key shows that the actor holds it.",
          "Pass the file that cairn key new wrote for this handle; it holds the proof."},
    Words{Refusal::key_known, "key_known", "A key enrols once in a ledger's life.", "Make a new one: cairn key new."},
    Words{Refusal::unknown_key, "unknown_key", "The key must be one of that actor and not revoked.",
          "cairn actor list shows the keys."},
    Words{Refusal::grant_unchanged, "grant_unchanged", "A role is granted to who lacks it and revoked from who has it.",
          "Nothing needs to be done."},
    Words{Refusal::second_admin_missing, "second_admin_missing",
          "Where there are two admins, neither enrols, nor gives a say or a key to others, alone.",
          "Say it again: that asks for it; another admin: cairn actor confirm SEQ."},
    Words{Refusal::request_invalid, "request_invalid",
          "What is asked of another admin are changes of actors, roles and keys.",
          "Use cairn actor add and cairn actor role, which ask where they have to."},
    Words{Refusal::quorum_unreachable, "quorum_unreachable",
          "No change may leave too few persons to approve a stage or to change the rules.",
          "Grant the role to somebody else first."},
    Words{Refusal::policy_invalid, "policy_invalid", "A policy must read as FORMAT.md says.",
          "cairn policy check FILE names every error."},
    Words{Refusal::policy_unknown, "policy_unknown", "Only a policy that was proposed can be adopted.",
          "cairn policy propose FILE, or cairn policy adopt FILE, which says both."},
    Words{Refusal::policy_not_in_force, "policy_not_in_force", "An adoption names the policy that it replaces.",
          "Look at the newest policy and adopt again."},
    Words{Refusal::policy_approval_own, "policy_approval_own",
          "A policy is approved by admins other than who proposed it, each once.",
          "Another admin: cairn policy approve FILE."},
    Words{Refusal::policy_approval_missing, "policy_approval_missing",
          "A policy is adopted once as many other admins as the one in force asks for have approved it.",
          "cairn policy propose FILE; then other admins: cairn policy approve FILE."},
    Words{Refusal::unknown_model, "unknown_model",
          "A model must be registered before it is spoken of, under its own name.",
          "A deployer: cairn register --model-path DIR."},
    Words{Refusal::model_known, "model_known", "A digest is registered once.", "Nothing needs to be done."},
    Words{Refusal::version_taken, "version_taken", "One name and version is one digest for ever.",
          "Give the new files a new version: --version."},
    Words{
        Refusal::model_in_use, "model_in_use",
        "What is at full or on its way somewhere is neither retired nor deleted, and a manifest goes after its files.",
        "Roll it back, abort or replace it first; then cairn retain delete, for its files, before the manifest."},
    Words{Refusal::quarantine_unchanged, "quarantine_unchanged",
          "A model is quarantined once, and released from quarantine only.", "Nothing needs to be done."},
    Words{Refusal::unknown_class, "unknown_class", "A retention class is one that the policy in force names.",
          "cairn policy show lists them; an admin adopts a policy with more."},
    Words{Refusal::unknown_entry, "unknown_entry",
          "What a statement names lies before it; an erased attachment's entry names it.",
          "cairn log shows the entries, and which name files."},
    Words{Refusal::retention_unchanged, "retention_unchanged", "Classes are set where they are others than before.",
          "Nothing needs to be done."},
    Words{Refusal::hold_unchanged, "hold_unchanged", "A case holds a model once, and what it holds is released.",
          "cairn hold list shows what is held."},
    Words{Refusal::on_hold, "on_hold", "While a legal hold covers a model, nothing of it is deleted or erased.",
          "Who may place holds: cairn hold release CASE --model MODEL --reason TEXT; cairn hold list shows them."},
    Words{Refusal::retention_not_over, "retention_not_over",
          "Files are kept for as long as their state and each of their classes ask for.",
          "Time; or an admin, where the law wants them gone: --ground legal."},
    Words{Refusal::attachment_erased, "attachment_erased", "An attachment is erased once, and does not come back.",
          "Nothing; or record another file, without what had to go."},
    Words{Refusal::unknown_environment, "unknown_environment", "An environment is governed once the policy names it.",
          "An admin adopts a policy with a ladder for it."},
    Words{Refusal::unknown_rollout, "unknown_rollout", "The rollout must be one that was proposed.",
          "cairn status lists them."},
    Words{Refusal::rollout_over, "rollout_over", "Only a rollout under way can go on.",
          "Deploy again to begin another."},
    Words{Refusal::unknown_incident, "unknown_incident", "The incident must be one that was opened.",
          "cairn incident list shows them."},
    Words{Refusal::incident_over, "incident_over", "A closed incident takes notes only.",
          "Open another one, and note which it continues."},
    Words{Refusal::wrong_number, "wrong_number", "Rollouts of a slot and incidents are numbered without gaps.",
          "Somebody was first: try again."},
    Words{Refusal::slot_busy, "slot_busy", "A slot has one rollout under way.",
          "Finish it, or roll it back; in shadow another digest replaces it."},
    Words{Refusal::already_at_full, "already_at_full", "What is at full in the slot need not be rolled out there.",
          "Nothing needs to be done."},
    Words{Refusal::locked_down, "locked_down",
          "In a lockdown no rollout is proposed, advanced or resumed, and no quarantine released.",
          "Two persons: cairn lockdown lift --scope SCOPE, one to ask and another to confirm."},
    Words{Refusal::model_quarantined, "model_quarantined",
          "A quarantined model enters no slot, goes no further, and is not gone back to.",
          "An incident commander or admin: cairn quarantine MODEL@VERSION --release --reason TEXT."},
    Words{Refusal::model_retired, "model_retired", "A retired model is gone for good.", "Deploy another version."},
    Words{Refusal::artefact_deleted, "artefact_deleted", "What is deleted is neither deployed nor gone back to.",
          "Nothing, if it was to be deleted; else deploy another version."},
    Words{Refusal::frozen, "frozen", "In a freeze no rollout is proposed, advanced or resumed.",
          "Time, or cairn freeze end --scope SCOPE; in an incident cairn break-glass invoke."},
    Words{Refusal::review_missing, "review_missing",
          "Where the glass was broken, normal promotions wait until another person has reviewed it.",
          "Another person: cairn break-glass review --scope SCOPE --finding TEXT."},
    Words{Refusal::pause_unchanged, "pause_unchanged", "What goes on is paused, and what is paused is resumed.",
          "Nothing needs to be done."},
    Words{Refusal::rollout_paused, "rollout_paused", "A paused rollout takes no step.", "cairn resume ROLLOUT."},
    Words{Refusal::stage_order, "stage_order",
          "Shadow comes before canary and canary before full; no stage is skipped.",
          "Take the stages in their order: cairn promote ROLLOUT."},
    Words{Refusal::percent_order, "percent_order",
          "Canary percentages only grow, within the policy's limits; full is 100.",
          "Choose a percentage that the ladder allows."},
    Words{Refusal::soak_missing, "soak_missing",
          "A stage is left only after it was watched, and found good, for as long as the policy says.",
          "Time, and passing monitoring records: cairn monitor record FILE."},
    Words{Refusal::notice_missing, "notice_missing", "Stakeholders are notified before the stage is entered.",
          "A deployer: cairn notify ROLLOUT --to TEXT."},
    Words{Refusal::approver_is_proposer, "approver_is_proposer",
          "Nobody approves what they, or a service of theirs, proposed.", "Another person with the role."},
    Words{Refusal::approval_not_asked, "approval_not_asked",
          "Approvals are asked for, and given, where a coming stage asks for them, by those who may.",
          "cairn status shows what each rollout waits for."},
    Words{Refusal::approval_not_bound, "approval_not_bound",
          "A grant binds the rollout's digest, environment, stage and the rules in force.",
          "Look again, and approve again."},
    Words{Refusal::approval_repeated, "approval_repeated",
          "A person's grant counts once, and only an own answer is withdrawn.", "Nothing needs to be done."},
    Words{Refusal::approval_denied, "approval_denied", "A stage is not entered while one who could approve it says no.",
          "Who said no: cairn approve ROLLOUT --stage STAGE --withdraw; or an admin, who revokes the role."},
    Words{Refusal::approval_missing, "approval_missing", "The stage needs grants of distinct persons that still hold.",
          "Persons with the roles, other than the proposer: cairn approve ROLLOUT --stage STAGE."},
    Words{Refusal::archive_missing, "archive_missing",
          "A version that gives way at full is archived in the same statement, with what replaced it.",
          "Use cairn promote or cairn deploy, which say both."},
    Words{Refusal::no_rollback_target, "no_rollback_target",
          "A slot is emptied only if nothing is there to go back to.", "Roll back to the version that history names."},
    Words{Refusal::target_not_eligible, "target_not_eligible",
          "A rollback goes to another version that was at full in the slot.", "cairn history MODEL lists them."},
    Words{Refusal::nothing_to_roll_back, "nothing_to_roll_back", "A rollback leaves what takes traffic in the slot.",
          "cairn status shows what runs where."},
    Words{Refusal::rollout_still_active, "rollout_still_active",
          "A rollback aborts the slot's rollout in the same statement.", "Use cairn rollback, which says both."},
    Words{Refusal::target_not_watched, "target_not_watched",
          "For a regression the version that is gone back to is seen to work in shadow first.",
          "Record a passing report of it: cairn monitor record FILE; then cairn promote ROLLOUT."},
    Words{Refusal::lockdown_missing, "lockdown_missing",
          "A rollback for safety locks its slot down in the same statement.",
          "Use cairn rollback --trigger safety, which says both."},
    Words{Refusal::incident_missing, "incident_missing", "Every rollback opens its incident in the same statement.",
          "Use cairn rollback, which says both."},
    Words{Refusal::artefact_mismatch, "artefact_mismatch",
          "The target's files are checked, and may not differ from its manifest.",
          "Restore the files, or choose another version: --to VERSION."},
    Words{Refusal::lockdown_unchanged, "lockdown_unchanged",
          "A scope is locked down once, and asked about or lifted while it is.", "cairn status shows the lockdowns."},
    Words{Refusal::lift_not_requested, "lift_not_requested", "A lockdown is lifted once somebody has asked for it.",
          "Ask: cairn lockdown lift --scope SCOPE --reason TEXT; another person then says the same."},
    Words{Refusal::lift_by_requester, "lift_by_requester", "Who asks to lift a lockdown does not confirm it.",
          "Another person with the role: cairn lockdown lift --scope SCOPE."},
    Words{Refusal::freeze_unchanged, "freeze_unchanged", "A scope is frozen once, and its freeze ended while it is.",
          "cairn status shows the freezes."},
    Words{Refusal::until_out_of_range, "until_out_of_range",
          "An end lies ahead, and a broken glass ends within what the policy allows.", "Choose another end."},
    Words{Refusal::glass_not_broken, "glass_not_broken", "Only a broken glass that waits for it is reviewed.",
          "cairn status shows what waits for review."},
    Words{Refusal::reviewer_broke_glass, "reviewer_broke_glass", "Who broke the glass does not review it.",
          "Another person with the role: cairn break-glass review."},
    Words{Refusal::alert_not_open, "alert_not_open", "An alert is acknowledged once, while it is there.",
          "cairn due lists those that nobody has acknowledged."},
    Words{Refusal::not_due, "not_due", "On record goes only what is overdue by what the ledger holds.",
          "cairn due lists what is."},
    Words{Refusal::incident_order, "incident_order",
          "An incident goes from open over acknowledged and mitigated to resolved and closed, never back, nor to a "
          "lower severity.",
          "cairn incident show INCIDENT says where it is."},
    Words{Refusal::action_unknown, "action_unknown", "An action item is closed once, by its number.",
          "cairn incident show INCIDENT lists them."},
    Words{Refusal::postmortem_missing, "postmortem_missing",
          "An incident of this severity is closed once its post-mortem is published.",
          "cairn incident postmortem INCIDENT --file FILE."},
    Words{Refusal::actions_open, "actions_open", "An incident is closed once its action items are.",
          "Their owners: cairn incident action INCIDENT --close N --how TEXT."},
    Words{Refusal::gates_not_passed, "gates_not_passed",
          "Every gate that the step asks for must PASS; missing, stale and NaN never do.",
          "Better evidence: register or record it, and try again."},
};

const Words& words_of(Refusal refusal) {
  const Words& found = words.at(static_cast<std::size_t>(refusal));
  ASSERT(found.refusal == refusal);
  return found;
}

}  // namespace

std::string_view wire_name(Refusal refusal) {
  return words_of(refusal).wire;
}
std::string_view rule_of(Refusal refusal) {
  return words_of(refusal).rule;
}
std::string_view remedy_of(Refusal refusal) {
  return words_of(refusal).remedy;
}

std::optional<Refusal> parse_refusal(std::string_view wire) {
  for (const Words& row : words) {
    if (row.wire == wire) return row.refusal;
  }
  return std::nullopt;
}

}  // namespace cairn
