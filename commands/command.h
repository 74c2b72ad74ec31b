// Everything that a user can want of a ledger, on one page.
//
// A command is an intent in the imperative. decide turns it, with the World as it is, into the events that say it has
// been done; whether that is allowed is not asked here but of admit, on the signed statement (DESIGN, idea 5). What a
// command needs from outside (files that were read, keys, random numbers) was put into it before.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "ledger/base/result.h"
#include "ledger/events/event.h"
#include "ledger/events/statement.h"
#include "projections/world.h"

namespace cairn {

// cairn init
struct CreateLedger {
  LedgerCreated ledger;
  std::vector<ActorEnrolled> actors;  // the first signs
  std::string policy;                 // the document
};

// Who says it, and when, where that decides what is to be said.
struct Speaker {
  std::string person;
  Millis moment = 0;
};

// cairn actor add, cairn actor role: asked of another admin where the policy takes two, unless one has asked for it
struct EnrolActor {
  ActorEnrolled actor;
  Speaker by;
};
struct ChangeRoles {
  std::string handle;
  std::vector<Grant> grant;
  std::vector<Grant> revoke;
  Speaker by;
};

// cairn actor confirm: what another admin asked for in that entry
struct ConfirmRequest {
  Seq request = 0;
};

// cairn key rotate, cairn key revoke
struct RotateKey {
  std::string handle;
  KeyId old_key;
  Bytes new_key;
  Bytes possession;
};
struct RevokeKey {
  KeyId key;
  Millis compromised_since = 0;
  std::string reason;
};

// cairn log-key add, replace, retire: asked of another admin as above, where a key is added
struct ChangeLogKeys {
  std::optional<LogKeyAdded> added;
  std::vector<std::string> ended;        // vkeys
  std::optional<Size> compromised_from;  // of those that end; none: they are only retired
  std::string reason;
  Speaker by;
};

// cairn clock correct: likewise
struct CorrectClock {
  std::string reason;
  Speaker by;
};

// cairn policy propose, approve, adopt
struct ProposePolicy {
  std::string document;
};
struct ApprovePolicy {
  Hash policy;
};
struct AdoptPolicy {
  std::string document;
};

// cairn register: a model as it was found in a directory, with the evidence that lay beside it
struct RegisterModel {
  std::string name;
  std::string version;
  Hash model;
  std::uint64_t files = 0;
  std::uint64_t bytes = 0;
  std::vector<EvidenceRecorded> evidence;
};

// cairn deploy: register what is new, then bring it to this stage of this environment
struct Deploy {
  RegisterModel model;
  std::string environment;
  Stage mode = Stage::shadow;
  std::uint64_t percent = 10;  // for canary
};

// cairn promote: the next step of the ladder, or this percentage of canary
struct Promote {
  std::string rollout;
  std::optional<std::uint64_t> percent;
};

// cairn approve, --deny, --withdraw
enum class ApprovalVerdict { grant, deny, withdraw };
struct Approve {
  std::string rollout;
  Stage stage = Stage::full;
  ApprovalVerdict verdict = ApprovalVerdict::grant;
  std::string reason;
};

// cairn notify
struct Notify {
  std::string rollout;
  std::string to;
};

// cairn monitor record: one reading for each model of the file, in the environment where it ran
struct RecordMonitoring {
  std::vector<EvidenceRecorded> evidence;
};

// cairn import: what other tools have written about models that are registered
struct ImportEvidence {
  std::vector<EvidenceRecorded> evidence;
};

// A model that lies in a directory, by what its files and their names say.
struct FoundModel {
  std::string version;
  Hash model;
};

// cairn rollback: to what was at full before, unless a version is named. A drill says what would have been done.
enum class InEarnest { yes, drill };
struct Rollback {
  std::string name;
  std::string environment;
  std::string reason;
  Trigger trigger = Trigger::regression;
  std::optional<std::string> to_version;
  std::optional<std::vector<FoundModel>> found;  // what lies where the target's files should; none: not reachable
  InEarnest in_earnest = InEarnest::yes;
};

// cairn lockdown lift: asks for it, or confirms what another person has asked for
struct LiftLockdown {
  Scope scope;
  std::string reason;
  Speaker by;
};

// cairn incident open, cairn incident action
struct OpenIncident {
  Severity severity = Severity::high;
  std::string title;
  std::string name;
  std::string environment;
};
struct OpenAction {
  std::string incident;
  std::string owner;
  Millis due = 0;
  std::string task;
};

// cairn due --record: all that is overdue at that moment
struct RecordDue {
  Millis moment = 0;
};

// Everything that is one fact whatever the World holds: cairn pause, resume, abort; quarantine, archive --retire; alert
// ack, retrain; retain set, delete, erase; hold; approve --request; lockdown engage, freeze, break-glass; incident ack,
// note, escalate, mitigate, resolve, postmortem, action --close, close
struct Record {
  Event event;
};

using Command = std::variant<CreateLedger, EnrolActor, ChangeRoles, ConfirmRequest, RotateKey, RevokeKey, ChangeLogKeys,
                             CorrectClock, ProposePolicy, ApprovePolicy, AdoptPolicy, RegisterModel, Deploy, Promote,
                             Approve, Notify, RecordMonitoring, ImportEvidence, Rollback, LiftLockdown, OpenIncident,
                             OpenAction, RecordDue, Record>;

// What is wanted is so already: a job that runs again has done its work, and nothing is said twice.
struct Unchanged {
  std::string why;
  std::vector<Event> stands;  // the events that would have brought it about
};

// What decide has to say: the events, and what must not have changed meanwhile; or, without events, why there is
// nothing to do.
struct Proposal {
  std::vector<Event> events;
  std::map<std::string, Seq> expects;
  Millis validity = default_validity;
  std::optional<Millis> at = std::nullopt;  // to be signed as of then: the ledger's clock, where the author's is right
  std::optional<Unchanged> unchanged = std::nullopt;
};

// Pure. A usage error only where the words make no sense: an unknown rollout, an empty change.
Result<Proposal> decide(const World& world, const Command& command);

}  // namespace cairn
