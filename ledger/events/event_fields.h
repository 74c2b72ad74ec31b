// The wire form of every event: its name and, once for both directions, its members in their order. FORMAT.md,
// "Events", says what each means; forms.h what may stand in it.
#pragma once

#include "ledger/events/fields.h"

namespace cairn {

template <class E>
inline constexpr std::string_view wire_name_of = {};

template <>
inline constexpr std::string_view wire_name_of<LedgerCreated> = "ledger.created/1";
template <class Io>
void fields(Io& io, Of<Io, LedgerCreated>& e) {
  io("origin", e.origin, form::origin);
  io("log_key", e.log_key, form::vkey);
  io("nonce", e.nonce);
  io.binary("recovery_key", e.recovery_key);
}

template <>
inline constexpr std::string_view wire_name_of<ActorEnrolled> = "actor.enrolled/1";
template <class Io>
void fields(Io& io, Of<Io, ActorEnrolled>& e) {
  io("handle", e.handle, form::name);
  io("kind", e.kind);
  io("owner", e.owner, form::name_or_none);
  io.binary("key", e.key);
  io.binary("possession", e.possession);
  io("roles", e.roles);
}

template <>
inline constexpr std::string_view wire_name_of<RoleGranted> = "role.granted/1";
template <class Io>
void fields(Io& io, Of<Io, RoleGranted>& e) {
  io("handle", e.handle, form::name);
  io("grant", e.grant);
}

template <>
inline constexpr std::string_view wire_name_of<RoleRevoked> = "role.revoked/1";
template <class Io>
void fields(Io& io, Of<Io, RoleRevoked>& e) {
  io("handle", e.handle, form::name);
  io("grant", e.grant);
}

template <>
inline constexpr std::string_view wire_name_of<KeyAdded> = "key.added/1";
template <class Io>
void fields(Io& io, Of<Io, KeyAdded>& e) {
  io("handle", e.handle, form::name);
  io.binary("key", e.key);
  io.binary("possession", e.possession);
}

template <>
inline constexpr std::string_view wire_name_of<KeyRevoked> = "key.revoked/1";
template <class Io>
void fields(Io& io, Of<Io, KeyRevoked>& e) {
  io("handle", e.handle, form::name);
  io("key", e.key);
  io("compromised_since", e.compromised_since);
  io("reason", e.reason, form::text);
}

template <>
inline constexpr std::string_view wire_name_of<AdministrationRequested> = "administration.requested/1";
template <class Io>
void fields(Io& io, Of<Io, AdministrationRequested>& e) {
  io("events", e.events, form::document);
}

template <>
inline constexpr std::string_view wire_name_of<PolicyProposed> = "policy.proposed/1";
template <class Io>
void fields(Io& io, Of<Io, PolicyProposed>& e) {
  io("document", e.document, form::document);
}

template <>
inline constexpr std::string_view wire_name_of<PolicyApproved> = "policy.approved/1";
template <class Io>
void fields(Io& io, Of<Io, PolicyApproved>& e) {
  io("policy", e.policy);
  io("replaces", e.replaces);
}

template <>
inline constexpr std::string_view wire_name_of<PolicyAdopted> = "policy.adopted/1";
template <class Io>
void fields(Io& io, Of<Io, PolicyAdopted>& e) {
  io("policy", e.policy);
  io("replaces", e.replaces);
}

template <>
inline constexpr std::string_view wire_name_of<LogKeyAdded> = "log.key_added/1";
template <class Io>
void fields(Io& io, Of<Io, LogKeyAdded>& e) {
  io("log_key", e.log_key, form::vkey);
  io.binary("possession", e.possession);
}

template <>
inline constexpr std::string_view wire_name_of<LogKeyRetired> = "log.key_retired/1";
template <class Io>
void fields(Io& io, Of<Io, LogKeyRetired>& e) {
  io("log_key", e.log_key, form::vkey);
  io("reason", e.reason, form::words);
}

template <>
inline constexpr std::string_view wire_name_of<LogKeyCompromised> = "log.key_compromised/1";
template <class Io>
void fields(Io& io, Of<Io, LogKeyCompromised>& e) {
  io("log_key", e.log_key, form::vkey);
  io("from", e.from);
  io("reason", e.reason, form::words);
}

template <>
inline constexpr std::string_view wire_name_of<ClockCorrected> = "ledger.clock_corrected/1";
template <class Io>
void fields(Io& io, Of<Io, ClockCorrected>& e) {
  io("wrong", e.wrong);
  io("reason", e.reason, form::words);
}

template <>
inline constexpr std::string_view wire_name_of<LedgerForked> = "ledger.forked/1";
template <class Io>
void fields(Io& io, Of<Io, LedgerForked>& e) {
  io("origin", e.origin, form::origin);
  io("size", e.size);
  io("root", e.root);
  io("newest", e.newest, form::text);
  io("log_key", e.log_key, form::vkey);
  io.binary("possession", e.possession);
  io("reason", e.reason, form::words);
}

template <>
inline constexpr std::string_view wire_name_of<ModelRegistered> = "model.registered/1";
template <class Io>
void fields(Io& io, Of<Io, ModelRegistered>& e) {
  io("name", e.name, form::name);
  io("version", e.version, form::name);
  io("model", e.model);
  io("files", e.files);
  io("bytes", e.bytes);
}

template <>
inline constexpr std::string_view wire_name_of<EvidenceRecorded> = "evidence.recorded/1";
template <class Io>
void fields(Io& io, Of<Io, EvidenceRecorded>& e) {
  io("kind", e.kind);
  io("model", e.model);
  io("environment", e.environment, form::environment_or_none);
  io("source", e.source, form::file_name);
  io("digest", e.digest);
  io("bytes", e.bytes);
  io("values", e.values);
  io("findings", e.findings, form::text);
}

template <>
inline constexpr std::string_view wire_name_of<AlertAcknowledged> = "alert.acknowledged/1";
template <class Io>
void fields(Io& io, Of<Io, AlertAcknowledged>& e) {
  io("alert", e.alert);
  io("note", e.note, form::text);
}

template <>
inline constexpr std::string_view wire_name_of<RetrainingRequested> = "retraining.requested/1";
template <class Io>
void fields(Io& io, Of<Io, RetrainingRequested>& e) {
  io("model", e.model);
  io("reason", e.reason, form::words);
  io("ticket", e.ticket, form::text);
}

template <>
inline constexpr std::string_view wire_name_of<DueRecorded> = "due.recorded/1";
template <class Io>
void fields(Io& io, Of<Io, DueRecorded>& e) {
  io("kind", e.kind);
  io("subject", e.subject, form::words);
  io("due", e.due);
}

template <>
inline constexpr std::string_view wire_name_of<ArtefactChecked> = "artefact.checked/1";
template <class Io>
void fields(Io& io, Of<Io, ArtefactChecked>& e) {
  io("model", e.model);
  io("result", e.result);
}

template <>
inline constexpr std::string_view wire_name_of<ModelArchived> = "model.archived/1";
template <class Io>
void fields(Io& io, Of<Io, ModelArchived>& e) {
  io("model", e.model);
  io("environment", e.environment, form::environment);
  io("replaced_by", e.replaced_by);
}

template <>
inline constexpr std::string_view wire_name_of<ModelQuarantined> = "model.quarantined/1";
template <class Io>
void fields(Io& io, Of<Io, ModelQuarantined>& e) {
  io("model", e.model);
  io("reason", e.reason, form::words);
}

template <>
inline constexpr std::string_view wire_name_of<ModelReleased> = "model.released/1";
template <class Io>
void fields(Io& io, Of<Io, ModelReleased>& e) {
  io("model", e.model);
  io("reason", e.reason, form::words);
}

template <>
inline constexpr std::string_view wire_name_of<ModelRetired> = "model.retired/1";
template <class Io>
void fields(Io& io, Of<Io, ModelRetired>& e) {
  io("model", e.model);
  io("reason", e.reason, form::words);
}

template <>
inline constexpr std::string_view wire_name_of<RetentionSet> = "retention.set/1";
template <class Io>
void fields(Io& io, Of<Io, RetentionSet>& e) {
  io("model", e.model);
  io("classes", e.classes, form::name);
}

template <>
inline constexpr std::string_view wire_name_of<HoldPlaced> = "hold.placed/1";
template <class Io>
void fields(Io& io, Of<Io, HoldPlaced>& e) {
  io("case", e.case_id, form::name);
  io("name", e.name, form::name_or_none);
  io("reason", e.reason, form::words);
}

template <>
inline constexpr std::string_view wire_name_of<HoldReleased> = "hold.released/1";
template <class Io>
void fields(Io& io, Of<Io, HoldReleased>& e) {
  io("case", e.case_id, form::name);
  io("name", e.name, form::name_or_none);
  io("reason", e.reason, form::words);
}

template <>
inline constexpr std::string_view wire_name_of<ArtefactDeleted> = "artefact.deleted/1";
template <class Io>
void fields(Io& io, Of<Io, ArtefactDeleted>& e) {
  io("model", e.model);
  io("ground", e.ground);
  io("reason", e.reason, form::words);
}

template <>
inline constexpr std::string_view wire_name_of<AttachmentErased> = "attachment.erased/1";
template <class Io>
void fields(Io& io, Of<Io, AttachmentErased>& e) {
  io("digest", e.digest);
  io("entry", e.entry);
  io("model", e.model);
  io("ground", e.ground);
  io("reason", e.reason, form::words);
}

template <>
inline constexpr std::string_view wire_name_of<RolloutProposed> = "rollout.proposed/1";
template <class Io>
void fields(Io& io, Of<Io, RolloutProposed>& e) {
  io("rollout", e.rollout, form::rollout_id);
  io("model", e.model);
  io("name", e.name, form::name);
  io("environment", e.environment, form::environment);
}

template <>
inline constexpr std::string_view wire_name_of<RolloutAdvanced> = "rollout.advanced/1";
template <class Io>
void fields(Io& io, Of<Io, RolloutAdvanced>& e) {
  io("rollout", e.rollout, form::rollout_id);
  io("stage", e.stage);
  io("percent", e.percent, 100);
}

template <>
inline constexpr std::string_view wire_name_of<RolloutPaused> = "rollout.paused/1";
template <class Io>
void fields(Io& io, Of<Io, RolloutPaused>& e) {
  io("rollout", e.rollout, form::rollout_id);
  io("reason", e.reason, form::words);
}

template <>
inline constexpr std::string_view wire_name_of<RolloutResumed> = "rollout.resumed/1";
template <class Io>
void fields(Io& io, Of<Io, RolloutResumed>& e) {
  io("rollout", e.rollout, form::rollout_id);
  io("reason", e.reason, form::text);
}

template <>
inline constexpr std::string_view wire_name_of<RolloutAborted> = "rollout.aborted/1";
template <class Io>
void fields(Io& io, Of<Io, RolloutAborted>& e) {
  io("rollout", e.rollout, form::rollout_id);
  io("reason", e.reason, form::words);
}

template <>
inline constexpr std::string_view wire_name_of<StakeholdersNotified> = "stakeholders.notified/1";
template <class Io>
void fields(Io& io, Of<Io, StakeholdersNotified>& e) {
  io("rollout", e.rollout, form::rollout_id);
  io("to", e.to, form::words);
}

template <>
inline constexpr std::string_view wire_name_of<RollbackBegun> = "rollback.begun/1";
template <class Io>
void fields(Io& io, Of<Io, RollbackBegun>& e) {
  io("rollout", e.rollout, form::rollout_id);
  io("name", e.name, form::name);
  io("environment", e.environment, form::environment);
  io("from", e.from);
  io("to", e.to);
  io("reason", e.reason, form::words);
  io("incident", e.incident, form::incident_id);
}

template <>
inline constexpr std::string_view wire_name_of<RollbackExecuted> = "rollback.executed/1";
template <class Io>
void fields(Io& io, Of<Io, RollbackExecuted>& e) {
  io("name", e.name, form::name);
  io("environment", e.environment, form::environment);
  io("from", e.from);
  io("to", e.to);
  io("trigger", e.trigger);
  io("reason", e.reason, form::words);
  io("incident", e.incident, form::incident_id);
}

template <>
inline constexpr std::string_view wire_name_of<SlotEmptied> = "slot.emptied/1";
template <class Io>
void fields(Io& io, Of<Io, SlotEmptied>& e) {
  io("name", e.name, form::name);
  io("environment", e.environment, form::environment);
  io("from", e.from);
  io("trigger", e.trigger);
  io("reason", e.reason, form::words);
  io("incident", e.incident, form::incident_id);
}

template <>
inline constexpr std::string_view wire_name_of<DrillRecorded> = "drill.recorded/1";
template <class Io>
void fields(Io& io, Of<Io, DrillRecorded>& e) {
  io("name", e.name, form::name);
  io("environment", e.environment, form::environment);
  io("from", e.from);
  io("to", e.to);
  io("trigger", e.trigger);
  io("files", e.files);
  io("reason", e.reason, form::text);
}

template <>
inline constexpr std::string_view wire_name_of<ApprovalGranted> = "approval.granted/1";
template <class Io>
void fields(Io& io, Of<Io, ApprovalGranted>& e) {
  io("rollout", e.rollout, form::rollout_id);
  io("model", e.model);
  io("environment", e.environment, form::environment);
  io("stage", e.stage);
  io("rules", e.rules);
  io("seen", e.seen);
  io("reason", e.reason, form::text);
}

template <>
inline constexpr std::string_view wire_name_of<ApprovalDenied> = "approval.denied/1";
template <class Io>
void fields(Io& io, Of<Io, ApprovalDenied>& e) {
  io("rollout", e.rollout, form::rollout_id);
  io("stage", e.stage);
  io("reason", e.reason, form::text);
}

template <>
inline constexpr std::string_view wire_name_of<ApprovalWithdrawn> = "approval.withdrawn/1";
template <class Io>
void fields(Io& io, Of<Io, ApprovalWithdrawn>& e) {
  io("rollout", e.rollout, form::rollout_id);
  io("stage", e.stage);
  io("reason", e.reason, form::text);
}

template <>
inline constexpr std::string_view wire_name_of<ApprovalRequested> = "approval.requested/1";
template <class Io>
void fields(Io& io, Of<Io, ApprovalRequested>& e) {
  io("rollout", e.rollout, form::rollout_id);
  io("stage", e.stage);
  io("of", e.of, form::name);
  io("reason", e.reason, form::text);
}

template <>
inline constexpr std::string_view wire_name_of<LockdownEngaged> = "lockdown.engaged/1";
template <class Io>
void fields(Io& io, Of<Io, LockdownEngaged>& e) {
  io("scope", e.scope);
  io("reason", e.reason, form::words);
}

template <>
inline constexpr std::string_view wire_name_of<LockdownLiftRequested> = "lockdown.lift_requested/1";
template <class Io>
void fields(Io& io, Of<Io, LockdownLiftRequested>& e) {
  io("scope", e.scope);
  io("reason", e.reason, form::words);
}

template <>
inline constexpr std::string_view wire_name_of<LockdownLifted> = "lockdown.lifted/1";
template <class Io>
void fields(Io& io, Of<Io, LockdownLifted>& e) {
  io("scope", e.scope);
  io("reason", e.reason, form::text);
}

template <>
inline constexpr std::string_view wire_name_of<FreezeDeclared> = "freeze.declared/1";
template <class Io>
void fields(Io& io, Of<Io, FreezeDeclared>& e) {
  io("scope", e.scope);
  io("until", e.until);
  io("reason", e.reason, form::words);
}

template <>
inline constexpr std::string_view wire_name_of<FreezeEnded> = "freeze.ended/1";
template <class Io>
void fields(Io& io, Of<Io, FreezeEnded>& e) {
  io("scope", e.scope);
  io("reason", e.reason, form::text);
}

template <>
inline constexpr std::string_view wire_name_of<BreakGlassInvoked> = "break_glass.invoked/1";
template <class Io>
void fields(Io& io, Of<Io, BreakGlassInvoked>& e) {
  io("name", e.name, form::name);
  io("environment", e.environment, form::environment);
  io("lifts", e.lifts);
  io("until", e.until);
  io("incident", e.incident, form::incident_id);
  io("reason", e.reason, form::words);
}

template <>
inline constexpr std::string_view wire_name_of<BreakGlassReviewed> = "break_glass.reviewed/1";
template <class Io>
void fields(Io& io, Of<Io, BreakGlassReviewed>& e) {
  io("name", e.name, form::name);
  io("environment", e.environment, form::environment);
  io("finding", e.finding, form::words);
}

template <>
inline constexpr std::string_view wire_name_of<IncidentOpened> = "incident.opened/1";
template <class Io>
void fields(Io& io, Of<Io, IncidentOpened>& e) {
  io("incident", e.incident, form::incident_id);
  io("severity", e.severity);
  io("title", e.title, form::words);
  io("name", e.name, form::name);
  io("environment", e.environment, form::environment);
}

template <>
inline constexpr std::string_view wire_name_of<IncidentAcknowledged> = "incident.acknowledged/1";
template <class Io>
void fields(Io& io, Of<Io, IncidentAcknowledged>& e) {
  io("incident", e.incident, form::incident_id);
  io("note", e.note, form::text);
}

template <>
inline constexpr std::string_view wire_name_of<IncidentNoted> = "incident.noted/1";
template <class Io>
void fields(Io& io, Of<Io, IncidentNoted>& e) {
  io("incident", e.incident, form::incident_id);
  io("note", e.note, form::words);
  io("about", e.about);
}

template <>
inline constexpr std::string_view wire_name_of<IncidentEscalated> = "incident.escalated/1";
template <class Io>
void fields(Io& io, Of<Io, IncidentEscalated>& e) {
  io("incident", e.incident, form::incident_id);
  io("severity", e.severity);
  io("to", e.to, form::words);
  io("reason", e.reason, form::words);
}

template <>
inline constexpr std::string_view wire_name_of<IncidentMitigated> = "incident.mitigated/1";
template <class Io>
void fields(Io& io, Of<Io, IncidentMitigated>& e) {
  io("incident", e.incident, form::incident_id);
  io("how", e.how, form::words);
}

template <>
inline constexpr std::string_view wire_name_of<IncidentResolved> = "incident.resolved/1";
template <class Io>
void fields(Io& io, Of<Io, IncidentResolved>& e) {
  io("incident", e.incident, form::incident_id);
  io("how", e.how, form::words);
}

template <>
inline constexpr std::string_view wire_name_of<PostmortemPublished> = "postmortem.published/1";
template <class Io>
void fields(Io& io, Of<Io, PostmortemPublished>& e) {
  io("incident", e.incident, form::incident_id);
  io("source", e.source, form::file_name);
  io("digest", e.digest);
  io("bytes", e.bytes);
}

template <>
inline constexpr std::string_view wire_name_of<ActionOpened> = "action.opened/1";
template <class Io>
void fields(Io& io, Of<Io, ActionOpened>& e) {
  io("incident", e.incident, form::incident_id);
  io("action", e.action);
  io("owner", e.owner, form::name);
  io("due", e.due);
  io("task", e.task, form::words);
}

template <>
inline constexpr std::string_view wire_name_of<ActionClosed> = "action.closed/1";
template <class Io>
void fields(Io& io, Of<Io, ActionClosed>& e) {
  io("incident", e.incident, form::incident_id);
  io("action", e.action);
  io("how", e.how, form::words);
}

template <>
inline constexpr std::string_view wire_name_of<IncidentClosed> = "incident.closed/1";
template <class Io>
void fields(Io& io, Of<Io, IncidentClosed>& e) {
  io("incident", e.incident, form::incident_id);
}

template <>
inline constexpr std::string_view wire_name_of<ReportRecorded> = "report.recorded/1";
template <class Io>
void fields(Io& io, Of<Io, ReportRecorded>& e) {
  io("kind", e.kind);
  io("subject", e.subject, form::words);
  io("format", e.format);
  io("digest", e.digest);
  io("bytes", e.bytes);
  io("size", e.size);
}

}  // namespace cairn
