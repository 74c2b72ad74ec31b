// Everything that can be said in a Cairn ledger, on one page.
//
// An event is a fact in the past tense. A statement holds one or more of them, signed by one author, and takes effect
// whole or not at all. The words in comments are the wire names; they never change, and a change of meaning is a new
// number. Grammar and examples: ledger/FORMAT.md. What is allowed is another page: projections/admit.cpp.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "ledger/base/decimal.h"
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

// "policy.proposed/1": the whole document, byte for byte. "policy.adopted/1": from this entry on it is in force.
struct PolicyProposed {
  std::string document;
};
struct PolicyAdopted {
  Hash policy;    // SHA-256 of the document
  Hash replaces;  // of the one in force before; zeros in entry 0
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
  std::map<std::string, Decimal> values;  // names as in is_name; an unreadable value is NaN, an absent one is absent
  std::vector<std::string> findings;      // what is wrong with the file, for people; at most 64
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

// ---- incidents ------------------------------------------------------------------------------------------------------

// "incident.opened/1"
struct IncidentOpened {
  std::string incident;  // "INC-<n>": the ledger's n-th, from 1
  Severity severity = Severity::high;
  std::string title;
  std::string name;  // the slot it is about
  std::string environment;
};

using Event = std::variant<LedgerCreated, ActorEnrolled, RoleGranted, RoleRevoked, KeyAdded, KeyRevoked, PolicyProposed,
                           PolicyAdopted, ModelRegistered, EvidenceRecorded, ArtefactChecked, ModelArchived,
                           RolloutProposed, RolloutAdvanced, RolloutAborted, StakeholdersNotified, RollbackExecuted,
                           SlotEmptied, ApprovalGranted, ApprovalDenied, ApprovalWithdrawn, IncidentOpened>;

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

// What a key signs to show that its holder wants it enrolled under this handle:
// "cairn key possession v0\n<handle>\n<key id in hex>\n".
std::string possession_text(std::string_view handle, const KeyId& key);

// Whether `possession` is that signature by this SPKI; not_verified or fault says why not. Pure.
Result<void> verify_possession(std::string_view handle, BytesView spki, BytesView possession);

}  // namespace cairn
