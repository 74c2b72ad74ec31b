// World: everything that the rules can ask about, folded from the entries of one ledger.
//
// It holds only what admit needs (DESIGN 7), so its size follows subjects, not entries. It is changed by one method,
// apply, and it is pure: no clock, no file, no ledger. The same entries give the same bytes in encode().
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ledger/base/named_values.h"
#include "ledger/base/result.h"
#include "ledger/base/types.h"
#include "ledger/events/entry.h"
#include "ledger/events/event.h"
#include "ledger/events/policy.h"
#include "projections/genesis.h"
#include "projections/quorum.h"
#include "projections/recent_ids.h"
#include "projections/table.h"

namespace cairn {

struct Actor {
  ActorKind kind = ActorKind::person;
  std::string owner;
  std::string enrolled_by;
  std::set<Grant> roles;
  Seq enrolled = 0;
};

struct Key {
  std::string handle;
  Bytes spki;
  // Who put it under this handle, if not its holder: they may hold it themselves. A key that its holder added by such a
  // key is no better.
  std::string vouched_by;
  Seq added = 0;
  std::optional<Seq> revoked;    // the entry that revoked it
  Millis compromised_since = 0;  // 0: not
};

// Who said the first half of what another person has to complete, by which key, and when.
struct Spoken {
  std::string by;
  std::string voucher;  // who put that key under their handle, if not themselves
  KeyId key;
  Seq seq = 0;
  Millis recorded = 0;
};
inline constexpr Millis request_validity = 7 * day;  // for how long it can be completed

// When something was said, and where.
struct Moment {
  Seq seq = 0;
  Millis recorded = 0;
};

struct Model {
  std::string name;
  std::string version;
  std::uint64_t files = 0;
  std::uint64_t bytes = 0;
  Seq registered = 0;
  Millis recorded = 0;
  std::optional<Seq> quarantined;  // until released
  std::optional<Moment> left;      // when it was last at full, or on its way, in a slot that it then left
  std::optional<Moment> retired;
  std::optional<Seq> deleted;     // its files
  std::set<std::string> classes;  // of retention

  std::vector<std::string> out_of_use() const;  // why it is not gone back to; empty: it may be
};

// The newest evidence of one kind about a model, as an artefact (no environment) or in an environment.
struct EvidenceKey {
  Hash model;
  std::string environment;
  EvidenceKind kind = EvidenceKind::metrics;
  auto operator<=>(const EvidenceKey&) const = default;
};
struct EvidenceRow {
  Seq seq = 0;
  Millis recorded = 0;
  std::string author;
  Hash digest;
  NamedValues values;
};

enum class RolloutState : std::uint8_t { active, full, superseded, aborted };
std::string_view to_text(RolloutState state);

enum class ApprovalState : std::uint8_t { granted, denied, withdrawn, voided };
std::string_view to_text(ApprovalState state);

struct Approval {
  std::string person;
  Stage stage = Stage::full;
  Hash rules;
  ApprovalState state = ApprovalState::granted;
  KeyId key;
  Seq seq = 0;
  Millis recorded = 0;
  std::string reason;
};

// How long a stage has been watched and found good (DESIGN 6, soak).
struct Soak {
  Millis total = 0;
  std::optional<Millis> last_pass;  // recorded time of the newest record, if it passed; the stage's start counts as one
  bool doubted = false;             // a record of this stage did not pass
};

// The newest request for approval of a stage, until that stage or a later one begins.
struct ApprovalRequest {
  Stage stage = Stage::full;
  std::string by;
  std::set<std::string> of;  // empty: of anybody who may
  Seq seq = 0;
  Millis recorded = 0;
};

struct Rollout {
  Hash model;
  std::string name;
  std::string environment;
  std::string proposer;
  RolloutState state = RolloutState::active;
  Stage stage = Stage::shadow;
  std::uint64_t percent = 0;
  Seq proposed = 0;
  Seq stage_entry = 0;     // the entry that began the present stage or step
  Millis stage_since = 0;  // its recorded time
  Soak soak;
  std::optional<Seq> notified;
  std::optional<Seq> paused;
  std::string rollback_incident;    // of the way back to a version that was at full; empty: of a way up
  std::vector<Approval> approvals;  // in the order given
  std::optional<ApprovalRequest> request;

  bool goes_back() const { return !rollback_incident.empty(); }
};

using SlotKey = std::pair<std::string, std::string>;  // model name, environment

// A version that was or is at full in a slot.
struct Tenure {
  Hash model;
  Seq seq = 0;
  Millis since = 0;
};

struct Slot {
  std::vector<Tenure> history;        // every version that went to full, oldest first
  bool occupied = false;              // history.back() is at full now
  std::set<Hash> rolled_back;         // versions that were rolled back from, and did not reach full again since
  std::optional<std::string> active;  // the rollout under way
  std::uint64_t rollouts = 0;         // ever proposed

  bool had_at_full(const Hash& model) const;  // now or before
};

// A completed shadow of a digest in an environment: soaked, and its newest monitoring record passed.
struct ShadowDone {
  Millis soaked = 0;
  Millis recorded = 0;
  Seq entry = 0;        // the record that completed it
  Seq stage_entry = 0;  // where that shadow began: its evidence counts from here
};

struct ActionItem {
  std::string owner;
  Millis due = 0;
  std::string task;
  Seq opened = 0;
  std::optional<Seq> closed;
};

enum class IncidentState : std::uint8_t { open, acknowledged, mitigated, resolved, closed };
std::string_view to_text(IncidentState state);

struct Incident {
  Severity severity = Severity::high;
  std::string title;
  std::string name;
  std::string environment;
  Seq opened = 0;
  Millis recorded = 0;
  IncidentState state = IncidentState::open;
  std::optional<Moment> acknowledged;  // by the first who acted on it
  std::optional<Moment> escalated;     // the newest
  std::optional<Moment> mitigated;     // at the latest when it was resolved
  std::optional<Moment> resolved;
  std::optional<Moment> postmortem;  // the newest
  std::optional<Moment> closed;
  std::vector<ActionItem> actions;
};

// A monitoring record of what runs, or is on its way, that failed; over once a newer one passes, or it is left.
struct AlertKey {
  Seq entry = 0;  // the record's
  Hash model;
  std::string environment;
  auto operator<=>(const AlertKey&) const = default;
};
struct Alert {
  Millis recorded = 0;
  std::optional<Seq> acknowledged;
};

struct Lockdown {
  std::string by;
  std::string reason;
  Seq engaged = 0;
  Millis recorded = 0;
  std::optional<Spoken> lift;  // who asked for it last
};

struct Freeze {
  std::string by;
  std::string reason;
  Millis until = 0;  // 0: until it is ended
  Seq declared = 0;
  Millis recorded = 0;
};

// For a case at law.
struct Hold {
  std::string by;
  std::string reason;
  Seq placed = 0;
  Millis recorded = 0;
};

// Waits for its review, over or not.
struct BrokenGlass {
  Spoken said;
  std::string incident;
  std::set<Guard> lifts;
  Millis until = 0;
};

// An admin's yes to a proposal, as a change of the policy that was in force then.
struct Consent {
  Hash replaces;
  Spoken said;
};

// A policy that was proposed and is not in force; an author has one at a time.
struct OpenProposal {
  Spoken said;
  std::string document;
  std::map<std::string, Consent> approvals;  // by admins
};

// Events that an admin asked for and nobody has said yet.
struct OpenRequest {
  Spoken said;
  std::string events;  // as in administration.requested
};
inline constexpr std::size_t max_open_requests = 16;  // of one admin; the oldest gives way

struct PolicyInForce {
  std::shared_ptr<const Policy> policy;  // null before entry 0
  std::string document;
  Seq adopted = 0;
};

struct Position {
  Size size = 0;        // entries folded
  Millis recorded = 0;  // the latest time that any of them was recorded at since the clock was corrected
  // Which entry did that; 0: none. What stands on a head from before it may have been recorded under an id that was
  // forgotten while the clock ran ahead, and is taken no more.
  Seq corrected = 0;
};

// For how long an id is kept: the longest validity, and the skew by which its author's clock may have been ahead when
// it was recorded. What is older is late, not new.
inline constexpr Millis id_memory = max_validity + clock_skew;

class World {
 public:
  World();
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  // Folds the next entry in, as it was recorded. A refused entry leaves only its id and its author's count of refusals.
  // What an event speaks of and is not there is passed over: an auditor folds ledgers that lie.
  void apply(const Recorded& entry);

  // One admitted event by itself, as apply does for each; admit uses it to judge the next event of the same statement.
  void apply_event(const Event& event, const Statement& statement, const KeyId& key, Millis recorded);

  // What was recorded later than `now` counts as recorded now, for the clock was wrong.
  void set_clock_back(Millis now);

  // What was applied stays: nothing before now is taken back, and what no rule can ask for any more is forgotten.
  void keep();

  // Canonical bytes, and the World they came from. FORMAT.md, "Snapshot". Its rows stay bytes, which it keeps a copy
  // of, until they are asked for; so even a question is asked by one thread at a time. A row that no fold could have
  // made reads as an empty one.
  Bytes encode() const;
  static Result<std::unique_ptr<World>> decode(BytesView bytes);

  // Whether bytes are of the layout, and by the rules, of this program; others it can neither read nor compare. And the
  // size since which they have the changes; nothing if they are a whole World.
  static bool is_of_now(BytesView bytes);
  static std::optional<Size> changes_since(BytesView bytes);

  // The same of what changed after the first `since` entries, if that was noted; of changes taken, by each as a whole.
  Bytes encode_changes(Size since) const;
  void note_changes();
  void forget_changes(Size before);
  bool changes_noted_since(Size since) const;

  // Straight after decode, or another of these: is then the World that gave the changes. On an error it is of no use.
  Result<void> take_changes(BytesView bytes);

  const Policy& policy() const;  // the one in force; an empty one, which allows nothing, before entry 0
  bool empty() const { return position->size == 0; }

  // Questions that several rules and commands ask.
  bool has_role(std::string_view handle, Role role, std::string_view environment, std::string_view model) const;
  const Key* signing_key(const KeyId& key) const;  // null: not enrolled, or revoked
  // A person, for their own acts and for those of a service that they own, enrolled or gave a key: nobody says of
  // another's service that it is not theirs.
  bool answers_for(std::string_view person, const std::string& handle) const;
  const Tenure* at_full(const SlotKey& slot) const;                       // null: empty
  const Rollout* under_way(const SlotKey& slot) const;                    // null: none
  bool stands_in(const SlotKey& slot, const Hash& model) const;           // at full, or on its way there
  const StageRules* rules_of(const Rollout& rollout, Stage stage) const;  // in force; null: not on its ladder
  std::string name_of(const Hash& model) const;         // "net v1"; of an unknown one, its first digits
  bool has_model(const std::string& name) const;        // of whatever version
  std::string next_rollout(const SlotKey& slot) const;  // the id that the slot's next one has to have
  std::string next_incident() const;
  std::optional<Hash> rollback_source(const SlotKey& slot) const;  // what a rollback would leave: canary, else full
  // The newest other version that was at full, was not rolled back from, and is not to be passed over; for safety one
  // without recorded violations.
  std::optional<Tenure> rollback_target(const SlotKey& slot, const Hash& from, Trigger trigger,
                                        const std::function<bool(const Hash&)>& passed_over) const;
  // The card that speaks of violations by this version, or that cannot be read; none: no violation is recorded.
  std::optional<Seq> violations_recorded(const Hash& model) const;
  // What holds this model's slot at that moment: the first that covers it; null: nothing.
  const Lockdown* lockdown_over(const SlotKey& slot) const;
  const Freeze* freeze_over(const SlotKey& slot, Millis moment) const;
  // The glass of this slot that is broken for this guard at that moment; null: none.
  const BrokenGlass* glass_broken(const SlotKey& slot, Guard guard, Millis moment) const;

  // Whether what one person said still counts when another completes it: a role of these is theirs still, the key was
  // not compromised before, and it is not too long ago.
  bool still_counts(const Spoken& said, const std::set<Role>& roles, const Scope& scope, Millis moment) const;
  // Whether the policy asks for a second admin now: once two persons are admins of everything, with keys or without.
  bool takes_second_admin() const;

  std::set<std::string> persons_with(Role role, std::string_view environment,
                                     std::string_view model) const;  // with a key that signs
  // Persons with a key that signs who have roles of this quorum there; "*": for every model.
  Approvers approvers(const Quorum& quorum, std::string_view environment, std::string_view model) const;
  // The places that such persons could fill of what some deployer of this environment proposes; of the deployer for
  // whom these are most. Where nobody deploys, by all of them.
  Quorum most_approvals(const Quorum& quorum, std::string_view environment, std::string_view model) const;

  Journal journal;
  Cell<Position> position{journal};
  Cell<Genesis> genesis{journal};
  Cell<PolicyInForce> force{journal};
  Table<Hash, OpenProposal> proposals{journal};
  Table<Hash, OpenRequest> requests{journal};  // by the SHA-256 of the events' bytes
  Table<std::string, Actor> actors{journal};
  Table<KeyId, Key> keys{journal};
  Table<Hash, Model> models{journal};
  Table<std::pair<std::string, std::string>, Hash> versions{journal};  // (name, version) -> digest
  Table<EvidenceKey, EvidenceRow> evidence{journal};
  Table<std::string, Rollout> rollouts{journal};
  Table<SlotKey, Slot> slots{journal};
  Table<std::pair<Hash, std::string>, ShadowDone> shadows{journal};  // (digest, environment)
  Table<AlertKey, Alert> alerts{journal};
  Table<Scope, Lockdown> lockdowns{journal};
  Table<Scope, Freeze> freezes{journal};
  Table<SlotKey, std::vector<BrokenGlass>> glass{journal};  // not reviewed yet
  Table<std::string, Incident> incidents{journal};
  Table<std::pair<std::string, std::string>, Hold> holds{journal};  // (case, model name or none for every model)
  Table<Hash, Seq> erased{journal};                                 // attachments, and by which entry
  Table<std::string, Seq> subjects{journal};                        // "rollout:ID" -> seq of its last admitted entry
  Table<std::string, std::string> spellings{journal};               // "actor:dana" in lower case -> as first written
  Table<std::string, std::deque<Millis>> refusals{journal};         // actor -> recorded times within the last hour
  Table<std::string, std::deque<Millis>> forks{journal};  // the same of basis_not_on_history, which has its own limit
  RecentIds ids{journal};
};

}  // namespace cairn
