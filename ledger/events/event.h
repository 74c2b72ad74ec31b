// Everything that can be said in a Cairn ledger, on one page.
//
// An event is a fact in the past tense. A statement holds one or more of them, signed by one author, and takes effect
// whole or not at all. The words in comments are the wire names; they never change, and a change of meaning is a new
// number. Grammar and examples: ledger/FORMAT.md. What is allowed is another page: projections/admit.cpp.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "ledger/base/named_values.h"
#include "ledger/base/types.h"
#include "ledger/crypto/keys.h"
#include "ledger/crypto/sha256.h"
#include "ledger/events/names.h"

namespace cairn {

inline constexpr std::size_t max_text_bytes = 1024;     // longer text is an attachment (DESIGN 4)
inline constexpr std::size_t max_policy_bytes = 49152;  // a policy document, inline
inline constexpr std::size_t max_events = 1024;         // in one statement

// ---- the ledger and who may speak in it -----------------------------------------------------------------------------

// "ledger.created/1": only and always in entry 0, whose leaf hash is the ledger's id.
struct LedgerCreated {
  std::string origin;   // the name in every checkpoint
  std::string log_key;  // the log's vkey (C2SP signed-note)
  Hash nonce;           // 32 random bytes: no two ledgers share an id
  Bytes recovery_key;   // SPKI; can do one thing, enrol an admin
};

// "actor.enrolled/1": a handle, never reused, with its first key and roles.
struct ActorEnrolled {
  std::string handle;
  ActorKind kind = ActorKind::person;
  std::string owner;         // of a service: the person who answers for it; empty for a person
  Bytes key;                 // SPKI
  Bytes possession;          // by that key, over possession_text(handle, key)
  std::vector<Grant> roles;  // ascending, none twice
};

// "role.granted/1", "role.revoked/1"
struct RoleGranted {
  std::string handle;
  Grant grant;
};
struct RoleRevoked {
  std::string handle;
  Grant grant;
};

// "key.added/1": a further key of an enrolled actor; a rotation adds one and revokes one in the same statement.
struct KeyAdded {
  std::string handle;
  Bytes key;
  Bytes possession;
};

// "key.revoked/1": from this entry on the key signs nothing.
struct KeyRevoked {
  std::string handle;
  KeyId key;
  Millis compromised_since = 0;  // 0: not compromised, only retired
  std::string reason;
};

// "administration.requested/1": an admin asks for exactly these events, which another admin then says: where the policy
// asks for two of them, neither enrols, nor gives a say or a key to others, alone.
struct AdministrationRequested {
  std::string events;  // the bytes of the `events` member that confirms it
};

// "policy.proposed/1": the whole document, byte for byte. "policy.adopted/1": from this entry on it is in force.
struct PolicyProposed {
  std::string document;
};
// "policy.approved/1": by an admin other than the proposer; binds what it would replace.
struct PolicyApproved {
  Hash policy;
  Hash replaces;
};
struct PolicyAdopted {
  Hash policy;    // SHA-256 of the document
  Hash replaces;  // of the one in force before; zeros in entry 0
};

// "log.key_added/1": every checkpoint after this entry is signed with this key as well.
struct LogKeyAdded {
  std::string log_key;  // its vkey, under the ledger's origin
  Bytes possession;     // by that key, over log_possession_text(ledger, log_key)
};

// "log.key_retired/1": no checkpoint after this entry is signed with it.
struct LogKeyRetired {
  std::string log_key;
  std::string reason;
};

// "log.key_compromised/1": the same; and a head of this size or more that it alone signed may be a thief's.
struct LogKeyCompromised {
  std::string log_key;
  Size from = 0;
  std::string reason;
};

// "ledger.clock_corrected/1": the newest entry's recorded time is ahead of what time it is. Its own recorded time,
// alone of all, may be an earlier one.
struct ClockCorrected {
  Millis wrong = 0;  // the newest recorded time, as it was
  std::string reason;
};

// "ledger.forked/1": an older copy goes on as a ledger of its own, whose id is this entry's leaf hash. What lies above
// is the other ledger's as well.
struct LedgerForked {
  std::string origin;   // of the ledger that it continues
  Size size = 0;        // as many entries of it as lie above this one,
  Hash root;            // and their root
  std::string newest;   // its newest checkpoint that is known, a note; empty: none is known
  std::string log_key;  // the vkey that signs from here on, alone; its name is the new origin
  Bytes possession;     // by that key, over log_possession_text(the other ledger, log_key)
  std::string reason;
};

// ---- models and what is known of them -------------------------------------------------------------------------------

// "model.registered/1": one version of a model, named by the digest of its manifest (in-toto dirHash1).
struct ModelRegistered {
  std::string name;
  std::string version;
  Hash model;  // SHA-256 of the manifest, which is an attachment
  std::uint64_t files = 0;
  std::uint64_t bytes = 0;
};

// "evidence.recorded/1": values that somebody read out of a file. Gates compare the values; the file is an attachment.
struct EvidenceRecorded {
  EvidenceKind kind = EvidenceKind::metrics;
  Hash model;
  std::string environment;  // empty: about the artefact, not about a place
  std::string source;       // the file's name, without folders
  Hash digest;              // SHA-256 of the file
  std::uint64_t bytes = 0;
  NamedValues values;                 // names as in is_name; an unreadable value is NaN, an absent one is absent
  std::vector<std::string> findings;  // what is wrong with the file, for people; at most 64
};

// "alert.acknowledged/1": somebody has seen that a monitoring record failed.
struct AlertAcknowledged {
  Seq alert = 0;  // the record's entry
  std::string note;
};

// "retraining.requested/1"
struct RetrainingRequested {
  Hash model;
  std::string reason;
  std::string ticket;  // where it is followed up; may be empty
};

// "due.recorded/1": somebody, perhaps a scheduler, found that this was overdue.
struct DueRecorded {
  DueKind kind = DueKind::check;
  std::string subject;
  Millis due = 0;
};

// "artefact.checked/1": the files were compared with the manifest just now.
struct ArtefactChecked {
  Hash model;
  ArtefactMatch result = ArtefactMatch::match;
};

// "model.archived/1": the version that was at full in the slot gave way to another.
struct ModelArchived {
  Hash model;
  std::string environment;
  Hash replaced_by;
};

// "model.quarantined/1", "model.released/1": between the two it neither enters a slot, nor goes on in one, nor is gone
// back to.
struct ModelQuarantined {
  Hash model;
  std::string reason;
};
struct ModelReleased {
  Hash model;
  std::string reason;
};

// "model.retired/1": for good.
struct ModelRetired {
  Hash model;
  std::string reason;
};

// "retention.set/1": classes of the policy, as a whole, that say for how long at least the version's files are kept.
struct RetentionSet {
  Hash model;
  std::set<std::string> classes;  // none: only what its state asks for
};

// "hold.placed/1", "hold.released/1": for a case at law; between the two nothing of what it covers is deleted.
struct HoldPlaced {
  std::string case_id;
  std::string name;  // the models'; empty: every model
  std::string reason;
};
struct HoldReleased {
  std::string case_id;
  std::string name;
  std::string reason;
};

// "artefact.deleted/1": the version's files go, wherever the team keeps them; what was said of them stays.
struct ArtefactDeleted {
  Hash model;
  DeletionGround ground = DeletionGround::retention;
  std::string reason;
};

// "attachment.erased/1": said first; then the file goes, and its digest stays.
struct AttachmentErased {
  Hash digest;
  Seq entry = 0;  // one that names it
  Hash model;     // that the entry names it for; zeros: none, as for a post-mortem
  DeletionGround ground = DeletionGround::retention;
  std::string reason;
};

// ---- rollouts: a version's way up the ladder of one slot (model name x environment) ---------------------------------

// "rollout.proposed/1": enters shadow.
struct RolloutProposed {
  std::string rollout;  // "<name>/<environment>/<n>": the slot's n-th, from 1
  Hash model;
  std::string name;
  std::string environment;
};

// "rollout.advanced/1"
struct RolloutAdvanced {
  std::string rollout;
  Stage stage = Stage::canary;
  std::uint64_t percent = 0;  // of traffic: 100 at full
};

// "rollout.paused/1", "rollout.resumed/1": between the two it takes no step, and keeps the traffic that it has.
struct RolloutPaused {
  std::string rollout;
  std::string reason;
};
struct RolloutResumed {
  std::string rollout;
  std::string reason;
};

// "rollout.aborted/1"
struct RolloutAborted {
  std::string rollout;
  std::string reason;
};

// "stakeholders.notified/1"
struct StakeholdersNotified {
  std::string rollout;
  std::string to;
};

// "rollback.begun/1": for a regression, a version that was at full before is in shadow, on its way back there. What
// runs stays until rollback.executed follows.
struct RollbackBegun {
  std::string rollout;  // the slot's next, as of a proposed one
  std::string name;
  std::string environment;
  Hash from;
  Hash to;
  std::string reason;
  std::string incident;
};

// "rollback.executed/1": the slot went back, at once and at full, to a version that was at full before.
struct RollbackExecuted {
  std::string name;
  std::string environment;
  Hash from;
  Hash to;
  Trigger trigger = Trigger::regression;
  std::string reason;
  std::string incident;
};

// "slot.emptied/1": a rollback that found nothing to go back to; nothing runs there now.
struct SlotEmptied {
  std::string name;
  std::string environment;
  Hash from;
  Trigger trigger = Trigger::regression;
  std::string reason;
  std::string incident;
};

// "drill.recorded/1": a rollback was practised. It changes nothing.
struct DrillRecorded {
  std::string name;
  std::string environment;
  Hash from;
  Hash to;  // zeros: there was nothing to go back to
  Trigger trigger = Trigger::regression;
  ArtefactMatch files = ArtefactMatch::not_reachable;  // of the target
  std::string reason;
};

// ---- approvals ------------------------------------------------------------------------------------------------------

// "approval.granted/1": binds exactly this digest, environment, stage and the rules of that stage.
struct ApprovalGranted {
  std::string rollout;
  Hash model;
  std::string environment;
  Stage stage = Stage::full;
  Hash rules;             // stage_rules_hash of the policy in force
  std::vector<Seq> seen;  // the evidence that the approver was shown, ascending
  std::string reason;
};

// "approval.denied/1", "approval.withdrawn/1"
struct ApprovalDenied {
  std::string rollout;
  Stage stage = Stage::full;
  std::string reason;
};
struct ApprovalWithdrawn {
  std::string rollout;
  Stage stage = Stage::full;
  std::string reason;
};

// "approval.requested/1": the newest is the one that counts, until the stage begins.
struct ApprovalRequested {
  std::string rollout;
  Stage stage = Stage::full;
  std::set<std::string> of;  // whose; empty: of anybody who may
  std::string reason;
};

// ---- protection -----------------------------------------------------------------------------------------------------

// "lockdown.engaged/1": within its scope no rollout is proposed, advanced or resumed, and no quarantine released.
// "lockdown.lift_requested/1" by one, and "lockdown.lifted/1" by another person, end it.
struct LockdownEngaged {
  Scope scope;
  std::string reason;
};
struct LockdownLiftRequested {
  Scope scope;
  std::string reason;
};
struct LockdownLifted {
  Scope scope;
  std::string reason;
};

// "freeze.declared/1": within its scope nothing is proposed, advanced or resumed, unless the glass is broken for it.
// "freeze.ended/1"
struct FreezeDeclared {
  Scope scope;
  Millis until = 0;  // 0: until it is ended
  std::string reason;
};
struct FreezeEnded {
  Scope scope;
  std::string reason;
};

// "break_glass.invoked/1": for one slot and until then these guards do not hold.
// "break_glass.reviewed/1": another person looked at what was done under it; ends it, if it was not over.
struct BreakGlassInvoked {
  std::string name;
  std::string environment;
  std::vector<Guard> lifts;  // ascending, at least one
  Millis until = 0;
  std::string incident;
  std::string reason;
};
struct BreakGlassReviewed {
  std::string name;
  std::string environment;
  std::string finding;
};

// ---- incidents ------------------------------------------------------------------------------------------------------

// "incident.opened/1"
struct IncidentOpened {
  std::string incident;  // "INC-<n>": the ledger's n-th, from 1
  Severity severity = Severity::high;
  std::string title;
  std::string name;  // the slot it is about
  std::string environment;
};

// "incident.acknowledged/1": somebody has it in hand.
struct IncidentAcknowledged {
  std::string incident;
  std::string note;
};

// "incident.noted/1"
struct IncidentNoted {
  std::string incident;
  std::string note;
  std::vector<Seq> about;  // the entries that it speaks of, ascending
};

// "incident.escalated/1": to somebody, with this severity from now on, which is never a lower one.
struct IncidentEscalated {
  std::string incident;
  Severity severity = Severity::high;
  std::string to;
  std::string reason;
};

// "incident.mitigated/1": the harm has stopped. "incident.resolved/1": its cause is gone.
struct IncidentMitigated {
  std::string incident;
  std::string how;
};
struct IncidentResolved {
  std::string incident;
  std::string how;
};

// "postmortem.published/1": the newest is the one that counts.
struct PostmortemPublished {
  std::string incident;
  std::string source;  // the file's name, without folders
  Hash digest;         // SHA-256 of the file, which is an attachment
  std::uint64_t bytes = 0;
};

// "action.opened/1", "action.closed/1": what is to be done so that it does not come again.
struct ActionOpened {
  std::string incident;
  std::uint64_t action = 1;  // the incident's n-th, from 1
  std::string owner;
  Millis due = 0;
  std::string task;
};
struct ActionClosed {
  std::string incident;
  std::uint64_t action = 1;
  std::string how;
};

// "incident.closed/1": nothing is left to be done.
struct IncidentClosed {
  std::string incident;
};

// "report.recorded/1": a report on what is on record was made, with this digest; who holds such a file can show that
// it is the one.
struct ReportRecorded {
  ReportKind kind = ReportKind::incident;
  std::string subject;  // an incident's or a rollout's id, or the period in words
  ReportFormat format = ReportFormat::text;
  Hash digest;              // SHA-256 of the report
  std::uint64_t bytes = 0;  // its length
  Size size = 0;            // of the checkpoint that it was made at
};

using Event =
    std::variant<LedgerCreated, ActorEnrolled, RoleGranted, RoleRevoked, KeyAdded, KeyRevoked, AdministrationRequested,
                 PolicyProposed, PolicyApproved, PolicyAdopted, LogKeyAdded, LogKeyRetired, LogKeyCompromised,
                 ClockCorrected, LedgerForked, ModelRegistered, EvidenceRecorded, AlertAcknowledged,
                 RetrainingRequested, DueRecorded, ArtefactChecked, ModelArchived, ModelQuarantined, ModelReleased,
                 ModelRetired, RetentionSet, HoldPlaced, HoldReleased, ArtefactDeleted, AttachmentErased,
                 RolloutProposed, RolloutAdvanced, RolloutPaused, RolloutResumed, RolloutAborted, StakeholdersNotified,
                 RollbackBegun, RollbackExecuted, SlotEmptied, DrillRecorded, ApprovalGranted, ApprovalDenied,
                 ApprovalWithdrawn, ApprovalRequested, LockdownEngaged, LockdownLiftRequested, LockdownLifted,
                 FreezeDeclared, FreezeEnded, BreakGlassInvoked, BreakGlassReviewed, IncidentOpened,
                 IncidentAcknowledged, IncidentNoted, IncidentEscalated, IncidentMitigated, IncidentResolved,
                 PostmortemPublished, ActionOpened, ActionClosed, IncidentClosed, ReportRecorded>;

// "rollout.advanced/1"
std::string_view wire_name(const Event& event);

// Every event's, in the order above.
std::vector<std::string_view> wire_names();

// A model that an event names by its digest; `name` is empty where the event does not say it, and points into the
// event.
struct NamedModel {
  Hash digest;
  std::string_view name;
};

// Those an event names, in its members' order; zeros name none.
std::vector<NamedModel> models_of(const Event& event);

// The file that an event puts on record, which is an attachment; none: it names no file.
struct NamedAttachment {
  Hash digest;
  Hash model;  // that it is about; zeros: none
  auto operator<=>(const NamedAttachment&) const = default;
};
std::optional<NamedAttachment> attachment_of(const Event& event);

// What a key signs to show that its holder wants it enrolled under this handle:
// "cairn key possession v1\n<handle>\n<key id in hex>\n".
std::string possession_text(std::string_view handle, const KeyId& key);

// What the log's new key signs, for a ledger with this id: "cairn log key possession v1\n<ledger in hex>\n<vkey>\n".
std::string log_possession_text(const Hash& ledger, std::string_view vkey);

// Whether it is that signature: usage if the vkey is none, else as verify_possession. Pure.
Result<void> verify_log_possession(const Hash& ledger, std::string_view vkey, BytesView possession);

// Whether `possession` is that signature by this SPKI; not_verified or fault says why not. Pure.
Result<void> verify_possession(std::string_view handle, BytesView spki, BytesView possession);

}  // namespace cairn
