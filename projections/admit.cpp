// What is allowed. One function an event, in the order of event.h; each says no with the values that it saw.
#include "projections/admit.h"

#include <algorithm>
#include <set>

#include "projections/due.h"
#include "projections/questions.h"
#include "projections/retention.h"

namespace cairn {

namespace {

// What is measured while a model runs, by whoever watches it; what is known of the artefact is its deployer's to say.
bool is_watched(EvidenceKind kind) {
  return kind == EvidenceKind::monitoring || kind == EvidenceKind::comparison || kind == EvidenceKind::system ||
         kind == EvidenceKind::business;
}

// One statement before the rules. Each operator() judges one event in the world that the events before it have made.
class EventRules : public Questions {
 public:
  using Questions::Questions;

  void statement_as_a_whole() {
    const bool creates = std::holds_alternative<LedgerCreated>(statement_.events.front());
    if (genesis_ != creates || (genesis_ && !is_genesis())) no(Refusal::misplaced_genesis);
    if (statement_.author == recovery_author && !is_recovery()) no(Refusal::recovery_only_enrols);
    // What goes with it in one statement would be done with rights, or by rules, that nobody else has had time to see.
    if (!genesis_ && mixes_administration()) no(Refusal::administration_not_alone);
    if (!genesis_ && adopts_and_more()) no(Refusal::administration_not_alone, {"a policy is adopted by itself"});
  }

  // ---- the ledger and who may speak in it

  void operator()(const LedgerCreated&) {
    if (!genesis_ || !world_.genesis->origin.empty()) no(Refusal::misplaced_genesis);
  }

  void operator()(const ActorEnrolled& event) {
    administers();
    with_second_admin(event);
    if (fold_case(event.handle) == recovery_author || world_.actors.has(event.handle)) {
      no(Refusal::handle_taken, {"the handle " + event.handle + " is taken"});
    } else {
      spelled_as_before("actor:", event.handle);
    }
    const bool service = event.kind == ActorKind::service;
    const Actor* owner = world_.actors.find(event.owner);
    const bool owned = owner != nullptr && owner->kind == ActorKind::person;
    if (service ? !owned : !event.owner.empty()) no(Refusal::owner_missing, {"owner: \"" + event.owner + "\""});
    for (const Grant& grant : event.roles) fits_kind(event.handle, event.kind, grant);
    holds_key(event.handle, event.key, event.possession);
  }

  void operator()(const RoleGranted& event) {
    administers();
    with_second_admin(event);
    const Actor* actor = enrolled(event.handle);
    if (actor == nullptr) return;
    fits_kind(event.handle, actor->kind, event.grant);
    if (actor->roles.contains(event.grant))
      no(Refusal::grant_unchanged, {event.handle + " has " + to_text(event.grant)});
  }

  void operator()(const RoleRevoked& event) {
    administers();
    const Actor* actor = enrolled(event.handle);
    if (actor == nullptr) return;
    with_second_admin(event);
    if (!actor->roles.contains(event.grant))
      no(Refusal::grant_unchanged, {event.handle + " lacks " + to_text(event.grant)});
    const auto before = quorums_missing(world_.policy());
    const std::size_t mark = world_.journal.mark();
    world_.apply_event(event, statement_, {}, recorded_);
    const auto after = quorums_missing(world_.policy());
    world_.journal.undo_to(mark);
    no_quorum_is_lost(before, after);
  }

  void operator()(const KeyAdded& event) {
    if (event.handle != statement_.author) administers();
    with_second_admin(event);
    if (enrolled(event.handle) != nullptr) holds_key(event.handle, event.key, event.possession);
  }

  // Never held back by a quorum: a stolen key must always be stoppable (DESIGN 6, change of rules). That one was stolen
  // may come out when it is retired already, or to have been earlier than was said.
  void operator()(const KeyRevoked& event) {
    const Key* key = world_.keys.find(event.key);
    if (key == nullptr || key->handle != event.handle) {
      return no(Refusal::unknown_key, {event.handle + " has no key " + event.key.hex().substr(0, 16)});
    }
    const bool news = event.compromised_since > 0 &&
                      (key->compromised_since == 0 || event.compromised_since < key->compromised_since);
    if (key->revoked && !news) no(Refusal::unknown_key, {"entry " + str(*key->revoked) + " has revoked it"});
    if (key->handle != statement_.author) administers();
  }

  // Whether it may be done is asked when it is: of the world then.
  void operator()(const AdministrationRequested& event) {
    administers();
    const auto events = decode_events(event.events);
    if (!events) return no(Refusal::request_invalid, {events.error().message});
    for (const Event& wanted : *events) {
      const bool asks_again = std::holds_alternative<AdministrationRequested>(wanted);
      if (!is_administration(wanted) || asks_again) no(Refusal::request_invalid, {std::string(wire_name(wanted))});
    }
  }

  void operator()(const PolicyProposed& event) {
    administers();
    const auto policy = parse_policy(event.document);
    if (!policy) no(Refusal::policy_invalid, {policy.error().message});
  }

  void operator()(const PolicyApproved& event) {
    administers();
    const OpenProposal* proposal = world_.proposals.find(event.policy);
    if (proposal == nullptr) return no(Refusal::policy_unknown, {"no proposal has the digest " + event.policy.hex()});
    if (event.replaces != world_.policy().digest) {
      no(Refusal::policy_not_in_force, {"in force is " + world_.policy().digest.hex()});
    }
    if (same_hand(proposal->said)) no(Refusal::policy_approval_own, {proposal->said.by + " proposed it"});
    const auto before = proposal->approvals.find(statement_.author);
    if (before != proposal->approvals.end() && before->second.replaces == event.replaces) {
      no(Refusal::policy_approval_own, {str("approved in entry ", before->second.said.seq)});
    }
  }

  void operator()(const PolicyAdopted& event) {
    administers();
    const OpenProposal* proposal = world_.proposals.find(event.policy);
    if (proposal == nullptr) return no(Refusal::policy_unknown, {"no proposal has the digest " + event.policy.hex()});
    if (event.replaces != world_.policy().digest) {
      no(Refusal::policy_not_in_force,
         {"it replaces " + event.replaces.hex(), "in force is " + world_.policy().digest.hex()});
    }
    const std::uint64_t asked = policy_approvals_asked();
    const std::size_t given = approvals_of(*proposal);
    if (given < asked) {
      const bool by_two = world_.policy().administration.policy_approvals == 0;
      no(Refusal::policy_approval_missing,
         {str(given, " of ", asked, " approvals hold",
              by_two ? ": the policy in force takes a second admin, so another one has to approve" : "")});
    }
    const auto policy = parse_policy(proposal->document);
    if (!policy) return no(Refusal::policy_invalid, {policy.error().message});
    for (const auto& [environment, rules] : policy->environments) spelled_as_before("environment:", environment);
    for (const Tier& tier : policy->tiers) {
      for (const std::string& model : tier.models) spelled_as_before("model:", model);
    }
    no_quorum_is_lost(genesis_ ? std::vector<ShortQuorum>() : quorums_missing(world_.policy()),
                      quorums_missing(*policy));
  }

  // ---- who signs for the log, and what time it is

  void operator()(const LogKeyAdded& event) {
    administers();
    with_second_admin(event);
    brings_log_key(event.log_key, event.possession);
    const auto& keys = world_.genesis->log_keys;
    const auto signing = std::count_if(keys.begin(), keys.end(), [](const auto& key) { return !key.second.ended; });
    if (signing >= most_log_keys) no(Refusal::log_key_invalid, {str(signing, " sign already, as many as may at once")});
    if (!event.log_key.starts_with(world_.genesis->origin + "+")) {
      no(Refusal::log_key_invalid, {event.log_key + " is not of " + world_.genesis->origin});
    }
  }

  // Never held back by a second admin, for a stolen key must always be stoppable.
  void operator()(const LogKeyRetired& event) {
    administers();
    const LogKeySpan* key = ends_log_key(event.log_key);
    if (key != nullptr && key->ended) no(Refusal::log_key_invalid, {str("entry ", *key->ended, " ended it")});
  }

  // That one was stolen may come out when it has ended, or to have been earlier than was said.
  void operator()(const LogKeyCompromised& event) {
    administers();
    const LogKeySpan* key = ends_log_key(event.log_key);
    if (event.from == 0 || event.from > seq()) {
      no(Refusal::unknown_entry, {str("the log's heads were of 1 to ", seq(), " entries, not ", event.from)});
    }
    if (key != nullptr && key->compromised && event.from >= *key->compromised) {
      no(Refusal::log_key_invalid, {str("it is called compromised from size ", *key->compromised, " on already")});
    }
  }

  void operator()(const ClockCorrected& event) {
    administers();
    with_second_admin(event);
    said_alone();
    const Millis newest = world_.position->recorded;
    if (event.wrong != newest) no(Refusal::clock_unchanged, {"the newest entry is of " + format_time(newest)});
    if (recorded_ >= newest) no(Refusal::clock_unchanged, {"it is " + format_time(recorded_) + " now"});
  }

  void operator()(const LedgerForked& event) {
    administers();
    said_alone();
    const std::string& origin = world_.genesis->origin;
    if (event.origin != origin) no(Refusal::fork_misplaced, {"the ledger above it is " + origin});
    if (event.size != seq() || statement_.basis != Head{event.size, event.root}) {
      no(Refusal::fork_misplaced, {str(seq(), " entries lie above it, and its author stood on these")});
    }
    brings_log_key(event.log_key, event.possession);
    const auto name_of = [](const std::string& vkey) { return vkey.substr(0, vkey.find('+')); };
    for (const auto& [vkey, key] : world_.genesis->log_keys) {
      if (name_of(vkey) == name_of(event.log_key) || origin == name_of(event.log_key)) {
        no(Refusal::fork_misplaced, {name_of(vkey) + " is the origin of an earlier ledger"});
      }
    }
  }

  // ---- models and what is known of them

  void operator()(const ModelRegistered& event) {
    needs(Role::deployer, "", event.name);
    if (const Model* known = world_.models.find(event.model)) {
      no(Refusal::model_known, {"it is " + known->name + " " + known->version + ", entry " + str(known->registered)});
    }
    if (const Hash* taken = world_.versions.find({event.name, event.version});
        taken != nullptr && *taken != event.model) {
      no(Refusal::version_taken, {event.name + " " + event.version + " is " + taken->hex()});
    }
    spelled_as_before("model:", event.name);
    spelled_as_before("version:" + event.name + ":", event.version);
  }

  void operator()(const EvidenceRecorded& event) {
    not_erased(event.digest);
    const Model* model = registered(event.model);
    if (model == nullptr) return;
    if (!event.environment.empty()) governed(event.environment);
    if (is_watched(event.kind)) {
      needs_one_of({Role::monitor, Role::deployer}, event.environment, model->name);
    } else {
      needs(Role::deployer, event.environment, model->name);
    }
  }

  void operator()(const AlertAcknowledged& event) {
    bool known = false;
    for (const auto& [key, alert] : world_.alerts.rows()) {
      if (key.entry != event.alert) continue;
      known = true;
      const Model* model = world_.models.find(key.model);
      needs_one_of({Role::deployer, Role::incident_commander}, key.environment, model == nullptr ? "" : model->name);
      if (alert.acknowledged) no(Refusal::alert_not_open, {str("acknowledged in entry ", *alert.acknowledged)});
    }
    if (!known) no(Refusal::alert_not_open, {str("entry ", event.alert, " raised none, or it is over")});
    by_person();
  }

  void operator()(const RetrainingRequested& event) {
    const Model* model = registered(event.model);
    if (model != nullptr) needs_one_of({Role::deployer, Role::monitor, Role::incident_commander}, "", model->name);
  }

  void operator()(const DueRecorded& event) {
    needs_one_of({Role::deployer, Role::monitor, Role::incident_commander, Role::auditor}, "", "");
    const std::vector<Due> due = due_at(world_, recorded_);
    const bool holds = std::any_of(due.begin(), due.end(), [&](const Due& one) {
      return one.kind == event.kind && one.subject == event.subject && one.due == event.due && one.overdue(recorded_);
    });
    if (!holds) no(Refusal::not_due, {str(to_text(event.kind), " of ", event.subject, ", ", format_time(event.due))});
  }

  void operator()(const ArtefactChecked& event) {
    const Model* model = registered(event.model);
    if (model != nullptr) needs_one_of({Role::deployer, Role::incident_commander}, "", model->name);
  }

  // Says what the step to full in the same statement did; it can be said nowhere else.
  void operator()(const ModelArchived& event) {
    const Model* model = registered(event.replaced_by);
    const Slot* slot = model == nullptr ? nullptr : world_.slots.find({model->name, event.environment});
    const std::size_t count = slot == nullptr ? 0 : slot->history.size();
    const bool just_replaced = count >= 2 && slot->history[count - 1].seq == seq() &&
                               slot->history[count - 1].model == event.replaced_by &&
                               slot->history[count - 2].model == event.model;
    if (!just_replaced) no(Refusal::archive_missing, {"nothing was replaced in this statement"});
  }

  // Whatever can see harm may stop it; going on takes a person who can say why.
  void operator()(const ModelQuarantined& event) {
    const Model* model = registered(event.model);
    if (model == nullptr) return;
    needs_one_of({Role::deployer, Role::incident_commander, Role::monitor}, "", model->name);
    if (model->quarantined) no(Refusal::quarantine_unchanged, {str("since entry ", *model->quarantined)});
  }

  void operator()(const ModelReleased& event) {
    const Model* model = registered(event.model);
    if (model == nullptr) return;
    needs_one_of({Role::incident_commander, Role::admin}, "*", model->name);  // it holds everywhere
    by_person();
    not_locked_down(*model);
    if (!model->quarantined) no(Refusal::quarantine_unchanged, {"it is in no quarantine"});
  }

  void operator()(const ModelRetired& event) {
    const Model* model = registered(event.model);
    if (model == nullptr) return;
    needs(Role::deployer, "*", model->name);
    by_person();
    if (model->retired) no(Refusal::model_retired, {str("in entry ", model->retired->seq)});
    if (taken_somewhere(world_, event.model)) no(Refusal::model_in_use, {"it is at full or on its way in some slot"});
  }

  // Who deploys may say that it has to be kept for longer; for less takes who may delete.
  void operator()(const RetentionSet& event) {
    const Model* model = registered(event.model);
    if (model == nullptr) return;
    const RetentionRules& rules = world_.policy().retention;
    if (std::includes(event.classes.begin(), event.classes.end(), model->classes.begin(), model->classes.end())) {
      std::set<Role> roles = rules.remove;
      roles.insert(Role::deployer);
      needs_one_of(roles, "", model->name);
    } else {
      needs_one_of(rules.remove, "*", model->name);
    }
    std::string known = "the policy's classes:";
    for (const auto& [name, period] : rules.classes) known += " " + name;
    for (const std::string& name : event.classes) {
      if (!rules.classes.contains(name) && !model->classes.contains(name)) no(Refusal::unknown_class, {name, known});
    }
    if (event.classes == model->classes) no(Refusal::retention_unchanged, {"they are the same"});
  }

  void operator()(const HoldPlaced& event) {
    may_hold(event.name);
    const Hold* hold = world_.holds.find({event.case_id, event.name});
    if (hold != nullptr) no(Refusal::hold_unchanged, {str("since entry ", hold->placed)});
  }

  void operator()(const HoldReleased& event) {
    may_hold(event.name);
    if (world_.holds.has({event.case_id, event.name})) return;
    std::string held;
    for (const auto& [key, hold] : world_.holds.rows()) {
      if (key.first == event.case_id)
        held += (held.empty() ? "" : ", ") + (key.second.empty() ? "every model" : key.second);
    }
    no(Refusal::hold_unchanged, {"case " + event.case_id + " holds " + (held.empty() ? "nothing" : held)});
  }

  void operator()(const ArtefactDeleted& event) {
    const Model* model = registered(event.model);
    if (model == nullptr) return;
    may_remove(event.ground, *model, event.model);
    if (taken_somewhere(world_, event.model)) no(Refusal::model_in_use, {"it is at full or on its way in some slot"});
    if (model->deleted) no(Refusal::artefact_deleted, {str("in entry ", *model->deleted)});
    if (model->quarantined) no(Refusal::model_quarantined, {str("since entry ", *model->quarantined)});
  }

  // That the entry names it for this model is for the auditor to see: a rule reads no entries. The newest evidence and
  // the manifests are known here, and one file may be on record for several models: what stands against any of them
  // stands against it.
  void operator()(const AttachmentErased& event) {
    not_erased(event.digest);
    if (event.entry >= seq()) no(Refusal::unknown_entry, {str("entry ", event.entry, " does not exist yet")});
    std::set<Hash> whose = {event.model};
    for (const auto& [key, row] : world_.evidence.rows()) {
      if (row.digest == event.digest) whose.insert(key.model);
    }
    if (const Model* manifests = world_.models.find(event.digest)) {
      whose.insert(event.digest);
      if (!manifests->deleted)
        no(Refusal::model_in_use,
           {"it is the manifest of " + world_.name_of(event.digest) + ", whose files are there"});
    }
    for (const Hash& digest : whose) {
      if (digest == Hash{}) {
        may_erase_of_no_model(event.ground);
      } else if (const Model* model = registered(digest)) {
        may_remove(event.ground, *model, digest);
      }
    }
  }

  // ---- rollouts

  void operator()(const RolloutProposed& event) {
    needs(Role::deployer, event.environment, event.name);
    if (!governed(event.environment)) return;
    const Model* model = registered(event.model);
    if (model == nullptr) return;
    if (model->name != event.name) no(Refusal::unknown_model, {"that digest is registered as " + model->name});

    const SlotKey key{event.name, event.environment};
    next_in_slot(key, event.rollout);
    const Rollout* other = world_.under_way(key);
    if (other != nullptr && (other->stage != Stage::shadow || other->model == event.model || other->goes_back())) {
      no(Refusal::slot_busy,
         {*world_.slots.find(key)->active + " is under way, at " + std::string(to_text(other->stage))});
    }
    if (const Tenure* full = world_.at_full(key); full != nullptr && full->model == event.model) {
      no(Refusal::already_at_full, {"since entry " + str(full->seq)});
    }
    may_move(key, event.model);
    gates_pass(WhichGates::before_shadow, {event.model, key, std::nullopt, event.environment, recorded_});
  }

  void operator()(const RolloutAdvanced& event) {
    const Rollout* rollout = under_way(event.rollout);
    if (rollout == nullptr) return;
    const SlotKey slot{rollout->name, rollout->environment};
    needs(Role::deployer, rollout->environment, rollout->name);
    may_move(slot, rollout->model);
    if (rollout->paused) no(Refusal::rollout_paused, {str("since entry ", *rollout->paused)});
    if (rollout->goes_back()) {
      return no(Refusal::stage_order,
                {"it is the way back for " + rollout->rollback_incident + ", which ends with rollback.executed"});
    }
    if (!step_in_order(*rollout, event)) return;

    if (const Millis missing = soak_missing(world_, *rollout, recorded_); missing > 0) {
      guarded(Guard::soak, slot, Refusal::soak_missing,
              {std::string(to_text(rollout->stage)) + " has soaked " + describe_duration(rollout->soak.total),
               "still missing: " + describe_duration(missing)},
              recorded_ + missing);
    }
    const StageRules& rules = *world_.rules_of(*rollout, event.stage);
    if (rules.notice && !rollout->notified) no(Refusal::notice_missing, {"no notice is recorded for " + event.rollout});
    for (const Approval& denial : standing_denials(world_, *rollout, event.stage)) {
      const std::string why = denial.reason.empty() ? "" : ": " + denial.reason;
      guarded(Guard::approvals, slot, Refusal::approval_denied,
              {"denied by " + denial.person + " in entry " + str(denial.seq) + why});
    }
    const Quorum filled = filled_places(world_, *rollout, event.stage, recorded_);
    if (filled != rules.approvals) {
      guarded(Guard::approvals, slot, Refusal::approval_missing, {describe(filled, rules.approvals) + " hold"});
    }
    if (event.stage == Stage::full) predecessor_archived(slot, rollout->model);
    gates_pass(WhichGates::all, question_for(world_, *rollout, recorded_));
  }

  // What watches may pause; only who deploys lets it go on. A way back is never held up.
  void operator()(const RolloutPaused& event) {
    const Rollout* rollout = under_way(event.rollout);
    if (rollout == nullptr) return;
    needs_one_of({Role::deployer, Role::incident_commander, Role::monitor}, rollout->environment, rollout->name);
    if (rollout->paused) no(Refusal::pause_unchanged, {str("paused since entry ", *rollout->paused)});
    if (rollout->goes_back()) no(Refusal::pause_unchanged, {"a way back is aborted, not paused"});
  }

  void operator()(const RolloutResumed& event) {
    const Rollout* rollout = under_way(event.rollout);
    if (rollout == nullptr) return;
    needs_one_of({Role::deployer, Role::incident_commander}, rollout->environment, rollout->name);
    if (!rollout->paused) no(Refusal::pause_unchanged, {event.rollout + " is not paused"});
    may_move({rollout->name, rollout->environment}, rollout->model);
  }

  void operator()(const RolloutAborted& event) {
    const Rollout* rollout = under_way(event.rollout);
    if (rollout == nullptr) return;
    needs_one_of({Role::deployer, Role::incident_commander}, rollout->environment, rollout->name);
  }

  void operator()(const StakeholdersNotified& event) {
    const Rollout* rollout = under_way(event.rollout);
    if (rollout != nullptr) needs(Role::deployer, rollout->environment, rollout->name);
  }

  // A way back needs the role and a reason, never soak, freeze, lockdown, gates or approvals: it must always be open.
  // For a regression it leads through shadow, where one passing record is enough; all else goes to full at once.
  void operator()(const RollbackBegun& event) {
    const SlotKey key{event.name, event.environment};
    if (!rollback_in_order(key, event.from, event.incident)) return;
    next_in_slot(key, event.rollout);
    if (world_.policy().stage(event.environment, Stage::shadow, event.name) == nullptr) {
      no(Refusal::stage_order, {"the ladder of " + event.environment + " has no shadow"});
    }
    if (const Tenure* full = world_.at_full(key); full != nullptr && full->model == event.to) {
      no(Refusal::already_at_full, {"since entry " + str(full->seq)});
    }
    target_in_order(key, event.from, event.to, Trigger::regression);
  }

  void operator()(const RollbackExecuted& event) {
    const SlotKey key{event.name, event.environment};
    const Rollout* way = event.trigger == Trigger::regression ? way_back(key, event.to) : nullptr;
    if (way != nullptr) return arrives(*way, event);
    if (!rollback_in_order(key, event.from, event.incident)) return;
    target_in_order(key, event.from, event.to, event.trigger);
    locked_down_for(event.trigger, key);
    const EnvironmentRules* rules = world_.policy().environment(event.environment);
    const Tenure* full = world_.at_full(key);
    const bool gives_way = full != nullptr && full->model != event.to;  // else what is left is a canary beside it
    if (event.trigger == Trigger::regression && rules != nullptr && rules->regression_through_shadow && gives_way) {
      no(Refusal::target_not_watched, {"no way back is under way in shadow"});
    }
  }

  void operator()(const SlotEmptied& event) {
    const SlotKey key{event.name, event.environment};
    if (!rollback_in_order(key, event.from, event.incident)) return;
    const std::optional<Tenure> target = world_.rollback_target(
        key, event.from, event.trigger, [this](const Hash& model) { return found_mismatched(model); });
    if (target) no(Refusal::no_rollback_target, {"history names " + target->model.hex()});
    locked_down_for(event.trigger, key);
  }

  void operator()(const DrillRecorded& event) {
    const SlotKey key{event.name, event.environment};
    needs_one_of({Role::deployer, Role::incident_commander}, event.environment, event.name);
    if (world_.rollback_source(key) != event.from) {
      no(Refusal::nothing_to_roll_back, {event.from.hex() + " takes no traffic in " + key.first + "/" + key.second});
    }
    if (event.to != Hash{}) registered(event.to);
  }

  // ---- approvals

  void operator()(const ApprovalGranted& event) {
    const Rollout* rollout = under_way(event.rollout);
    if (rollout == nullptr) return;
    const StageRules* rules = approvable(*rollout, event.stage);
    if (rules == nullptr) return;
    if (world_.answers_for(statement_.author, rollout->proposer)) {
      no(Refusal::approver_is_proposer, {rollout->proposer + " proposed " + event.rollout});
    }
    if (event.model != rollout->model)
      no(Refusal::approval_not_bound, {"the rollout's digest is " + rollout->model.hex()});
    if (event.environment != rollout->environment)
      no(Refusal::approval_not_bound, {"it is in " + rollout->environment});
    if (event.rules != rules->hash)
      no(Refusal::approval_not_bound, {"the rules of the stage are " + rules->hash.hex()});
    saw_the_evidence(*rollout, event.seen);
    for (const Approval& grant : valid_grants(world_, *rollout, event.stage, recorded_)) {
      if (grant.person == statement_.author) no(Refusal::approval_repeated, {"granted in entry " + str(grant.seq)});
    }
  }

  void operator()(const ApprovalDenied& event) {
    const Rollout* rollout = under_way(event.rollout);
    if (rollout != nullptr) approvable(*rollout, event.stage);
  }

  void operator()(const ApprovalWithdrawn& event) {
    const Rollout* rollout = under_way(event.rollout);
    if (rollout == nullptr) return;
    const bool own = std::any_of(rollout->approvals.begin(), rollout->approvals.end(), [&](const Approval& approval) {
      return approval.person == statement_.author && approval.stage == event.stage &&
             (approval.state == ApprovalState::granted || approval.state == ApprovalState::denied);
    });
    if (!own) no(Refusal::approval_repeated, {"no answer of " + statement_.author + " to withdraw"});
  }

  void operator()(const ApprovalRequested& event) {
    const Rollout* rollout = under_way(event.rollout);
    if (rollout == nullptr) return;
    needs(Role::deployer, rollout->environment, rollout->name);
    const StageRules* rules = asks_approval(*rollout, event.stage);
    if (rules != nullptr) could_approve(*rollout, *rules, event.of);
  }

  // ---- protection

  // Whatever sees harm may stop everything; going on again takes two persons.
  void operator()(const LockdownEngaged& event) {
    needs_one_of({Role::deployer, Role::incident_commander, Role::monitor, Role::admin}, event.scope.environment,
                 event.scope.model);
    if (const Lockdown* lockdown = world_.lockdowns.find(event.scope)) {
      no(Refusal::lockdown_unchanged, {str("since entry ", lockdown->engaged)});
    }
  }

  void operator()(const LockdownLiftRequested& event) {
    const Lockdown* lockdown = lift_of(event.scope);
    if (lockdown == nullptr || !lift_asked(*lockdown, event.scope) || !same_hand(*lockdown->lift)) return;
    no(Refusal::lockdown_unchanged, {str("asked for in entry ", lockdown->lift->seq)});
  }

  void operator()(const LockdownLifted& event) {
    const Lockdown* lockdown = lift_of(event.scope);
    if (lockdown == nullptr) return;
    if (!lift_asked(*lockdown, event.scope)) {
      no(Refusal::lift_not_requested,
         {str("engaged in entry ", lockdown->engaged, ", and nobody who may has asked of late")});
    } else if (same_hand(*lockdown->lift)) {
      no(Refusal::lift_by_requester, {str(lockdown->lift->by, " asked for it in entry ", lockdown->lift->seq)});
    }
  }

  void operator()(const FreezeDeclared& event) {
    needs_one_of(world_.policy().protection.freeze, event.scope.environment, event.scope.model);
    const Freeze* before = world_.freezes.find(event.scope);
    if (before != nullptr && (before->until == 0 || recorded_ < before->until)) {
      no(Refusal::freeze_unchanged, {str("since entry ", before->declared)});
    }
    if (event.until != 0 && event.until <= recorded_) {
      no(Refusal::until_out_of_range, {format_time(event.until) + " has passed"});
    }
  }

  void operator()(const FreezeEnded& event) {
    needs_one_of(world_.policy().protection.freeze, event.scope.environment, event.scope.model);
    if (!world_.freezes.has(event.scope)) no(Refusal::freeze_unchanged, {to_text(event.scope) + " is not frozen"});
  }

  void operator()(const BreakGlassInvoked& event) {
    const ProtectionRules& rules = world_.policy().protection;
    needs_one_of(rules.break_glass, event.environment, event.name);
    by_person();
    governed(event.environment);
    const Incident* about = incident(event.incident);
    if (about != nullptr && about->state >= IncidentState::resolved) {
      no(Refusal::incident_over, {event.incident + " is resolved"});
    }
    if (about != nullptr && SlotKey{about->name, about->environment} != SlotKey{event.name, event.environment}) {
      no(Refusal::unknown_incident, {event.incident + " is about " + about->name + " in " + about->environment});
    }
    // What is broken again before a review is one breach with the first, and as long as one: else it could be renewed
    // for ever without anybody else looking.
    Millis since = recorded_;
    if (const auto* glass = world_.glass.find({event.name, event.environment})) {
      since = glass->front().said.recorded;
      for (const BrokenGlass& before : *glass) {
        if (before.until <= recorded_) no(Refusal::review_missing, {str("broken in entry ", before.said.seq)});
      }
    }
    if (event.until <= recorded_ || event.until - since > rules.break_glass_most) {
      no(Refusal::until_out_of_range, {format_time(event.until) + " is not within " +
                                       describe_duration(rules.break_glass_most) + " from " + format_time(since)});
    }
  }

  void operator()(const BreakGlassReviewed& event) {
    needs_one_of(world_.policy().protection.review, event.environment, event.name);
    by_person();
    const std::vector<BrokenGlass>* glass = world_.glass.find({event.name, event.environment});
    if (glass == nullptr) return no(Refusal::glass_not_broken, {event.name + " in " + event.environment});
    for (const BrokenGlass& broken : *glass) {
      if (same_hand(broken.said)) {
        no(Refusal::reviewer_broke_glass, {str(broken.said.by, " in entry ", broken.said.seq)});
      }
    }
  }

  // ---- incidents

  void operator()(const IncidentOpened& event) {
    needs_one_of({Role::deployer, Role::incident_commander, Role::monitor}, event.environment, event.name);
    const std::string expected = world_.next_incident();
    if (event.incident != expected) no(Refusal::wrong_number, {"the next incident is " + expected});
  }

  void operator()(const IncidentAcknowledged& event) { reaches(event.incident, IncidentState::acknowledged); }
  void operator()(const IncidentMitigated& event) { reaches(event.incident, IncidentState::mitigated); }
  void operator()(const IncidentResolved& event) { reaches(event.incident, IncidentState::resolved); }

  // By anybody who is enrolled, and of a closed one too.
  void operator()(const IncidentNoted& event) {
    if (!world_.incidents.has(event.incident))
      no(Refusal::unknown_incident, {"there is no incident " + event.incident});
    if (!event.about.empty() && event.about.back() >= seq()) {
      no(Refusal::incident_order, {str("entry ", event.about.back(), " does not exist yet")});
    }
  }

  void operator()(const IncidentEscalated& event) {
    const Incident* about = incident(event.incident);
    if (about == nullptr) return;
    needs_one_of({Role::deployer, Role::incident_commander, Role::monitor}, about->environment, about->name);
    if (event.severity > about->severity) {
      no(Refusal::incident_order, {str(event.incident, " is ", to_text(about->severity), " already")});
    }
  }

  void operator()(const PostmortemPublished& event) {
    not_erased(event.digest);
    const Incident* about = responded_to(event.incident);
    if (about != nullptr && about->state < IncidentState::resolved) {
      no(Refusal::incident_order, {str(event.incident, " is ", to_text(about->state), ", not resolved")});
    }
  }

  void operator()(const ActionOpened& event) {
    const Incident* about = responded_to(event.incident);
    if (about == nullptr) return;
    enrolled(event.owner);
    const std::uint64_t expected = about->actions.size() + 1;
    if (event.action != expected) no(Refusal::wrong_number, {str("the next action of it is ", expected)});
  }

  void operator()(const ActionClosed& event) {
    const Incident* about = incident(event.incident);
    if (about == nullptr) return;
    const bool known = event.action >= 1 && event.action <= about->actions.size();
    if (!known || about->actions[event.action - 1].closed) {
      return no(Refusal::action_unknown, {str(event.incident, " has no open action ", event.action)});
    }
    if (about->actions[event.action - 1].owner == statement_.author) return;
    needs_one_of({Role::deployer, Role::incident_commander}, about->environment, about->name);
    by_person();
  }

  void operator()(const IncidentClosed& event) {
    const Incident* about = responded_to(event.incident);
    if (about == nullptr) return;
    if (about->state != IncidentState::resolved) {
      no(Refusal::incident_order, {str(event.incident, " is ", to_text(about->state), ", not resolved")});
    }
    if (world_.policy().incidents.of.at(about->severity).postmortem && !about->postmortem) {
      no(Refusal::postmortem_missing, {str(event.incident, " is ", to_text(about->severity))});
    }
    for (std::size_t i = 0; i < about->actions.size(); ++i) {
      const ActionItem& item = about->actions[i];
      if (!item.closed) no(Refusal::actions_open, {str(i + 1, ", of ", item.owner, ": ", item.task)});
    }
  }

  // By anybody whom a role lets act here, whatever it lets them do.
  void operator()(const ReportRecorded& event) {
    needs_one_of({Role::admin, Role::deployer, Role::approver, Role::monitor, Role::incident_commander, Role::auditor},
                 "", "");
    if (event.kind == ReportKind::incident && !world_.incidents.has(event.subject)) {
      no(Refusal::unknown_incident, {"there is no incident " + event.subject});
    }
    if (event.kind == ReportKind::rollout && !world_.rollouts.has(event.subject)) {
      no(Refusal::unknown_rollout, {"there is no rollout " + event.subject});
    }
    if (event.size == 0 || event.size > seq()) {
      no(Refusal::unknown_entry, {str("the log held ", seq(), " entries, not ", event.size)});
    }
  }

 private:
  void not_erased(const Hash& attachment) {
    const Seq* erased = world_.erased.find(attachment);
    if (erased != nullptr) no(Refusal::attachment_erased, {str("in entry ", *erased)});
  }

  // What is kept, held or deleted is so everywhere: a role in one environment is not enough.
  void may_hold(const std::string& name) {
    needs_one_of(world_.policy().retention.hold, "*", name.empty() ? "*" : name);
    by_person();
    if (!name.empty() && !world_.has_model(name))
      no(Refusal::unknown_model, {"no version of " + name + " is registered"});
  }

  void none_released_here() {
    if (any_event<HoldReleased>([](const HoldReleased&) { return true; }))
      no(Refusal::on_hold, {"a hold is released in this very statement, where nobody could object"});
  }

  // Time over, or the law: and no case at law in the way of either.
  void may_remove(DeletionGround ground, const Model& model, const Hash& digest) {
    needs_one_of(world_.policy().retention.remove, "*", model.name);
    none_released_here();
    if (auto holds = holds_over(world_, model.name); !holds.empty()) no(Refusal::on_hold, std::move(holds));
    if (ground == DeletionGround::legal) return by_person();
    if (model.quarantined) no(Refusal::model_quarantined, {str("since entry ", *model.quarantined)});
    const Kept kept = kept_until(world_, digest, model);
    if (!kept.until) {
      no(Refusal::retention_not_over, {taken_somewhere(world_, digest) ? "it is in use" : "kept for good: " + kept.by});
    } else if (recorded_ < *kept.until) {
      no(Refusal::retention_not_over, {"kept until " + format_time(*kept.until) + ": " + kept.by}, kept.until);
    }
  }

  // A post-mortem, of whatever model: any case may need it.
  void may_erase_of_no_model(DeletionGround ground) {
    needs_one_of(world_.policy().retention.remove, "*", "*");
    by_person();
    none_released_here();
    const auto& holds = world_.holds.rows();
    if (!holds.empty()) no(Refusal::on_hold, holds_over(world_, holds.begin()->first.second));
    if (ground != DeletionGround::legal)
      no(Refusal::retention_not_over, {"what belongs to no model has no end of its own"});
  }

  // By those who are admins still, of what would be replaced now.
  std::size_t approvals_of(const OpenProposal& proposal) const {
    std::set<std::string> hands;
    for (const auto& [admin, consent] : proposal.approvals) {
      const bool holds =
          consent.replaces == world_.policy().digest && world_.still_counts(consent.said, {Role::admin}, {}, recorded_);
      if (holds) hands.insert(consent.said.voucher.empty() ? admin : consent.said.voucher);
    }
    return hands.size();
  }

  // Where two admins are needed for a grant, neither changes alone the policy that says so.
  std::uint64_t policy_approvals_asked() const {
    if (genesis_) return 0;
    return std::max<std::uint64_t>(world_.policy().administration.policy_approvals,
                                   world_.takes_second_admin() ? 1 : 0);
  }

  // The rules that come with a policy judge nothing of the statement that brings it.
  bool adopts_and_more() const {
    const auto& events = statement_.events;
    const bool adopts = std::any_of(events.begin(), events.end(),
                                    [](const Event& event) { return std::holds_alternative<PolicyAdopted>(event); });
    return adopts && !std::all_of(events.begin(), events.end(), [](const Event& event) {
             return std::holds_alternative<PolicyAdopted>(event) || std::holds_alternative<PolicyProposed>(event) ||
                    std::holds_alternative<PolicyApproved>(event);
           });
  }

  void next_in_slot(const SlotKey& slot, const std::string& rollout) {
    const std::string expected = world_.next_rollout(slot);
    if (rollout != expected) no(Refusal::wrong_number, {"the next rollout of the slot is " + expected});
  }

  // Those who are asked are persons who may, and who did not propose it.
  void could_approve(const Rollout& rollout, const StageRules& rules, const std::set<std::string>& handles) {
    const Approvers able = world_.approvers(rules.approvals, rollout.environment, rollout.name);
    for (const std::string& handle : handles) {
      if (enrolled(handle) == nullptr) continue;
      if (world_.answers_for(handle, rollout.proposer)) {
        const std::string whose = handle == rollout.proposer ? "" : " answers for " + rollout.proposer + ", who";
        no(Refusal::approval_not_asked, {handle + whose + " proposed it"});
      } else if (!able.contains(handle)) {
        no(Refusal::approval_not_asked,
           {handle + " is no person who fills a place there: " + describe({}, rules.approvals)});
      }
    }
  }

  // The end of a way back that was watched in shadow.
  void arrives(const Rollout& way, const RollbackExecuted& event) {
    needs_one_of({Role::deployer, Role::incident_commander}, event.environment, event.name);
    const Tenure* full = world_.at_full({event.name, event.environment});
    if (full == nullptr || full->model != event.from) {
      no(Refusal::nothing_to_roll_back, {event.from.hex() + " is not at full there"});
    }
    if (way.rollback_incident != event.incident) {
      no(Refusal::incident_missing, {"it was begun for " + way.rollback_incident});
    }
    const Model* target = world_.models.find(way.model);
    if (target != nullptr && target->quarantined) {
      no(Refusal::target_not_eligible, {str("entry ", *target->quarantined, " put it in quarantine")});
    }
    if (!watched_and_found_good(way)) {
      no(Refusal::target_not_watched, {str("no passing record since entry ", way.stage_entry)});
    }
  }

  bool lift_asked(const Lockdown& lockdown, const Scope& scope) const {
    return lockdown.lift && world_.still_counts(*lockdown.lift, world_.policy().protection.lift, scope, recorded_);
  }

  const Lockdown* lift_of(const Scope& scope) {
    needs_one_of(world_.policy().protection.lift, scope.environment, scope.model);
    by_person();
    const Lockdown* lockdown = world_.lockdowns.find(scope);
    if (lockdown == nullptr) no(Refusal::lockdown_unchanged, {to_text(scope) + " is not locked down"});
    return lockdown;
  }

  // Those who deploy or command answer an incident, in person.
  const Incident* responded_to(const std::string& id) {
    const Incident* about = incident(id);
    if (about == nullptr) return nullptr;
    needs_one_of({Role::deployer, Role::incident_commander}, about->environment, about->name);
    by_person();
    return about;
  }

  void reaches(const std::string& id, IncidentState state) {
    const Incident* about = responded_to(id);
    if (about != nullptr && about->state >= state) {
      no(Refusal::incident_order, {str(id, " is ", to_text(about->state), " already")});
    }
  }

  // ---- statements of a fixed shape

  // Entry 0: the ledger, its first admin, who signs, perhaps more actors, and a policy in force.
  bool is_genesis() const {
    const auto* first = statement_.events.size() > 1 ? std::get_if<ActorEnrolled>(&statement_.events[1]) : nullptr;
    const bool led =
        first != nullptr && first->handle == statement_.author && first->kind == ActorKind::person &&
        std::find(first->roles.begin(), first->roles.end(), Grant{Role::admin, Scope{}}) != first->roles.end();
    const bool only_beginnings =
        std::all_of(statement_.events.begin(), statement_.events.end(), [](const Event& event) {
          return std::holds_alternative<LedgerCreated>(event) || std::holds_alternative<ActorEnrolled>(event) ||
                 std::holds_alternative<PolicyProposed>(event) || std::holds_alternative<PolicyAdopted>(event);
        });
    return led && only_beginnings && std::holds_alternative<PolicyAdopted>(statement_.events.back());
  }

  bool is_recovery() const {
    const auto* admin = std::get_if<ActorEnrolled>(&statement_.events.front());
    return statement_.events.size() == 1 && admin != nullptr && admin->kind == ActorKind::person &&
           admin->roles == std::vector<Grant>{{Role::admin, Scope{}}};
  }
};

}  // namespace

Verdict explain(World& world, const Statement& statement, const KeyId& key, Basis basis, Millis recorded) {
  Verdict verdict;
  if (basis == Basis::not_on_history) {
    verdict.refused =
        refused(Refusal::basis_not_on_history,
                {str("the author saw root ", statement.basis.root.hex(), " at size ", statement.basis.size)});
    return verdict;
  }
  const bool outermost = !world.journal.recording();
  const std::size_t mark = world.journal.mark();
  EventRules rules(world, statement, key, recorded);
  rules.statement_as_a_whole();
  std::vector<Refused> noes = rules.take_noes();
  for (const Event& event : statement.events) {
    if (!noes.empty()) break;
    std::visit(rules, event);
    noes = rules.take_noes();
    const bool another_follows = &event != &statement.events.back();  // to be judged in the world that this one makes
    if (noes.empty() && another_follows) world.apply_event(event, statement, key, recorded);
  }
  world.journal.undo_to(mark);
  if (outermost) world.journal.keep();

  verdict.gates = rules.take_gates();
  verdict.lifted = rules.take_lifted();
  if (noes.empty()) return verdict;
  std::stable_sort(noes.begin(), noes.end(), [](const Refused& a, const Refused& b) { return a.refusal < b.refusal; });
  verdict.refused = noes.front();
  verdict.also.assign(noes.begin() + 1, noes.end());
  return verdict;
}

std::string outcome_of(const Verdict& verdict) {
  return verdict.refused ? std::string(wire_name(verdict.refused->refusal)) : std::string();
}

}  // namespace cairn
