// From what is wanted to what has then been done. Pure: World and Command in, events out. Nothing is refused here
// (DESIGN, idea 5): a promote that skips shadow is said, signed, and refused by admit, on the record.
#include <algorithm>

#include "commands/command.h"
#include "commands/decide_rollback.h"
#include "ledger/base/text.h"
#include "projections/admit.h"
#include "projections/due.h"

namespace cairn {

namespace {

Result<const Rollout*> find_rollout(const World& world, const std::string& id) {
  const Rollout* rollout = world.rollouts.find(id);
  if (rollout != nullptr) return rollout;
  return usage("there is no rollout " + printable(id) + "; cairn status lists those under way");
}

Error no_incident(const std::string& id) {
  return usage("there is no incident " + printable(id) + "; cairn incident list shows them");
}

// The end of a way back: what was watched in shadow takes the slot.
void arrive(const World& world, const Rollout& way, Proposal& proposal) {
  const Tenure* full = world.at_full({way.name, way.environment});
  const Incident* incident = world.incidents.find(way.rollback_incident);
  proposal.events.push_back(
      RollbackExecuted{way.name, way.environment, full == nullptr ? Hash{} : full->model, way.model,
                       Trigger::regression, incident == nullptr ? "rollback" : incident->title, way.rollback_incident});
}

// The step of a rollout, and the archiving of the version that gives way to it at full.
void advance(const World& world, const std::string& id, const SlotKey& slot, const Hash& model, NextStep step,
             Proposal& proposal) {
  const Rollout* rollout = world.rollouts.find(id);
  if (rollout != nullptr && rollout->goes_back() && step.stage == Stage::full) return arrive(world, *rollout, proposal);
  proposal.events.push_back(RolloutAdvanced{id, step.stage, step.percent});
  if (step.stage != Stage::full) return;
  if (const Tenure* before = world.at_full(slot); before != nullptr && before->model != model) {
    proposal.events.push_back(ModelArchived{before->model, slot.second, model});
  }
}

// Compared by their text: a NaN equals nothing, itself included, and would be news for ever.
bool holds_all(const NamedValues& recorded, const NamedValues& values) {
  return std::all_of(values.begin(), values.end(), [&](const auto& value) {
    const auto found = recorded.find(value.first);
    return found != recorded.end() && found->second.text() == value.second.text();
  });
}

// What of this evidence is not on record yet in the same words. A reading of the same file that knows less than the one
// on record is none: the audit root of an imported chunk would go with the next deploy.
bool is_news(const World& world, const EvidenceRecorded& evidence) {
  const EvidenceRow* row = world.evidence.find({evidence.model, evidence.environment, evidence.kind});
  return row == nullptr || row->digest != evidence.digest || !holds_all(row->values, evidence.values);
}

void register_what_is_new(const World& world, const RegisterModel& wanted, Proposal& proposal) {
  if (!world.models.has(wanted.model)) {
    proposal.events.push_back(ModelRegistered{wanted.name, wanted.version, wanted.model, wanted.files, wanted.bytes});
  }
  for (const EvidenceRecorded& evidence : wanted.evidence) {
    if (is_news(world, evidence)) proposal.events.push_back(evidence);
  }
}

Proposal nothing_to_do(std::string why, Event stands) {
  Proposal proposal;
  proposal.unchanged = Unchanged{std::move(why), {std::move(stands)}};
  return proposal;
}

// One statement's worth; what is left is still due the next time.
constexpr std::size_t most_due_at_once = 128;

struct Decide {
  const World& world;

  Result<Proposal> operator()(const CreateLedger& wanted) const {
    Proposal proposal;
    proposal.events.push_back(wanted.ledger);
    for (const ActorEnrolled& actor : wanted.actors) proposal.events.push_back(actor);
    proposal.events.push_back(PolicyProposed{wanted.policy});
    proposal.events.push_back(PolicyAdopted{sha256(wanted.policy), Hash{}});
    return proposal;
  }

  Result<Proposal> operator()(const EnrolActor& wanted) const { return administer({wanted.actor}, wanted.by); }

  Result<Proposal> operator()(const ChangeRoles& wanted) const {
    std::vector<Event> events;
    for (const Grant& grant : wanted.grant) events.push_back(RoleGranted{wanted.handle, grant});
    for (const Grant& grant : wanted.revoke) events.push_back(RoleRevoked{wanted.handle, grant});
    if (events.empty()) return usage("no change: give --grant ROLE or --revoke ROLE");
    return administer(std::move(events), wanted.by);
  }

  Result<Proposal> operator()(const ConfirmRequest& wanted) const {
    for (const auto& [hash, request] : world.requests.rows()) {
      if (request.said.seq != wanted.request) continue;
      TRY_LET(events, decode_events(request.events));
      return Proposal{std::move(events), {}, default_validity};
    }
    return usage(str("entry ", wanted.request, " asks for nothing that is open; cairn actor list shows what is"));
  }

  // Where two admins are needed and the other has not asked of late, this asks.
  Result<Proposal> administer(std::vector<Event> events, const Speaker& by) const {
    const bool touches_a_say = std::any_of(events.begin(), events.end(), [&](const Event& event) {
      return std::visit(TouchesASay{by.person, world.policy()}, event);
    });
    if (!touches_a_say || by.person == recovery_author || !world.takes_second_admin()) {
      return Proposal{std::move(events), {}, default_validity};
    }
    TRY_LET(bytes, encode_events(events));
    const OpenRequest* request = world.requests.find(sha256(bytes));
    const bool asked = request != nullptr && request->said.by != by.person &&
                       world.still_counts(request->said, {Role::admin}, {}, by.moment);
    if (asked) return Proposal{std::move(events), {}, default_validity};
    return Proposal{{AdministrationRequested{bytes}}, {}, default_validity};
  }

  Result<Proposal> operator()(const RotateKey& wanted) const {
    Proposal proposal;
    proposal.events.push_back(KeyAdded{wanted.handle, wanted.new_key, wanted.possession});
    proposal.events.push_back(KeyRevoked{wanted.handle, wanted.old_key, 0, "rotated"});
    return proposal;
  }

  Result<Proposal> operator()(const RevokeKey& wanted) const {
    const Key* key = world.keys.find(wanted.key);
    if (key == nullptr) return usage("no key " + wanted.key.hex() + " is enrolled; cairn actor list shows the keys");
    Proposal proposal;
    proposal.events.push_back(KeyRevoked{key->handle, wanted.key, wanted.compromised_since, wanted.reason});
    return proposal;
  }

  Result<Proposal> operator()(const ChangeLogKeys& wanted) const {
    std::vector<Event> events;
    if (wanted.added) events.push_back(*wanted.added);
    for (const std::string& vkey : wanted.ended) {
      if (wanted.compromised_from) {
        events.push_back(LogKeyCompromised{vkey, *wanted.compromised_from, wanted.reason});
      } else {
        events.push_back(LogKeyRetired{vkey, wanted.reason});
      }
    }
    return administer(std::move(events), wanted.by);
  }

  // What is only asked for is recorded at the time that is wrong, and so has to be signed as of it.
  Result<Proposal> operator()(const CorrectClock& wanted) const {
    const Millis newest = world.position->recorded;
    TRY_LET(proposal, administer({ClockCorrected{newest, wanted.reason}}, wanted.by));
    const bool asks = std::holds_alternative<AdministrationRequested>(proposal.events.front());
    if (asks && newest > wanted.by.moment) proposal.at = newest;
    return proposal;
  }

  Result<Proposal> operator()(const ProposePolicy& wanted) const {
    return Proposal{{PolicyProposed{wanted.document}}, {}, default_validity};
  }

  Result<Proposal> operator()(const ApprovePolicy& wanted) const {
    return Proposal{{PolicyApproved{wanted.policy, world.policy().digest}}, {}, default_validity};
  }

  Result<Proposal> operator()(const AdoptPolicy& wanted) const {
    const Hash digest = sha256(wanted.document);
    if (digest == world.policy().digest) {
      return nothing_to_do("this policy is in force already", PolicyAdopted{digest, digest});
    }
    Proposal proposal;
    if (!world.proposals.has(digest)) proposal.events.push_back(PolicyProposed{wanted.document});
    proposal.events.push_back(PolicyAdopted{digest, world.policy().digest});
    return proposal;
  }

  // Evidence grows old (the gates' max_age), so registering a known model says again what was found when it was read
  // just now.
  Result<Proposal> operator()(const RegisterModel& wanted) const {
    Proposal proposal;
    if (world.models.has(wanted.model)) {
      for (const EvidenceRecorded& evidence : wanted.evidence) proposal.events.push_back(evidence);
    } else {
      register_what_is_new(world, wanted, proposal);
    }
    if (proposal.events.empty()) {
      return nothing_to_do(world.name_of(wanted.model) + " is registered, and nothing lies beside it",
                           ModelRegistered{wanted.name, wanted.version, wanted.model, wanted.files, wanted.bytes});
    }
    expect_unchanged(world, "model:" + wanted.name, proposal);
    return proposal;
  }

  Result<Proposal> operator()(const Deploy& wanted) const {
    Proposal proposal;
    register_what_is_new(world, wanted.model, proposal);
    const SlotKey slot{wanted.model.name, wanted.environment};
    const Rollout* active = world.under_way(slot);
    const bool under_way = active != nullptr && active->model == wanted.model.model;
    std::string rollout;
    if (under_way) {
      rollout = *world.slots.find(slot)->active;
      expect_unchanged(world, "rollout:" + rollout, proposal);
    } else {
      rollout = world.next_rollout(slot);
    }
    // In shadow already, a further `deploy --deployment-mode shadow` has only its news to record.
    const bool in_shadow = under_way && active->stage == Stage::shadow;
    if (!under_way) {
      proposal.events.push_back(RolloutProposed{rollout, wanted.model.model, wanted.model.name, wanted.environment});
    }
    if (wanted.mode != Stage::shadow) {
      const NextStep step{wanted.mode, wanted.mode == Stage::full ? 100 : wanted.percent};
      advance(world, rollout, slot, wanted.model.model, step, proposal);
    } else if (under_way && !in_shadow) {
      proposal.events.push_back(RolloutAdvanced{rollout, Stage::shadow, 0});
    }
    if (proposal.events.empty()) {
      return nothing_to_do(rollout + " is in shadow already, and nothing beside the model has changed",
                           RolloutAdvanced{rollout, Stage::shadow, 0});
    }
    return proposal;
  }

  Result<Proposal> operator()(const Promote& wanted) const {
    TRY_LET(rollout, find_rollout(world, wanted.rollout));
    NextStep step = next_step(world, *rollout).value_or(NextStep{});
    if (wanted.percent) step = {*wanted.percent == 100 ? Stage::full : Stage::canary, *wanted.percent};
    Proposal proposal;
    advance(world, wanted.rollout, {rollout->name, rollout->environment}, rollout->model, step, proposal);
    expect_unchanged(world, "rollout:" + wanted.rollout, proposal);
    return proposal;
  }

  Result<Proposal> operator()(const Approve& wanted) const {
    TRY_LET(rollout, find_rollout(world, wanted.rollout));
    Proposal proposal;
    proposal.validity = approval_validity;
    if (wanted.verdict == ApprovalVerdict::deny) {
      proposal.events.push_back(ApprovalDenied{wanted.rollout, wanted.stage, wanted.reason});
    } else if (wanted.verdict == ApprovalVerdict::withdraw) {
      proposal.events.push_back(ApprovalWithdrawn{wanted.rollout, wanted.stage, wanted.reason});
    } else {
      const StageRules* rules = world.rules_of(*rollout, wanted.stage);
      proposal.events.push_back(ApprovalGranted{wanted.rollout, rollout->model, rollout->environment, wanted.stage,
                                                rules == nullptr ? Hash{} : rules->hash,
                                                evidence_about(world, *rollout), wanted.reason});
    }
    return proposal;
  }

  Result<Proposal> operator()(const Notify& wanted) const {
    TRY_LET(rollout, find_rollout(world, wanted.rollout));
    (void)rollout;
    return Proposal{{StakeholdersNotified{wanted.rollout, wanted.to}}, {}, default_validity};
  }

  Result<Proposal> operator()(const RecordMonitoring& wanted) const {
    if (wanted.evidence.empty()) return usage("the file speaks of no model that is registered");
    Proposal proposal;
    for (const EvidenceRecorded& evidence : wanted.evidence) proposal.events.push_back(evidence);
    return proposal;
  }

  Result<Proposal> operator()(const ImportEvidence& wanted) const {
    if (wanted.evidence.empty()) return usage("no file speaks of a model that is registered");
    Proposal proposal;
    for (const EvidenceRecorded& evidence : wanted.evidence) {
      if (is_news(world, evidence)) proposal.events.push_back(evidence);
    }
    if (proposal.events.empty()) return nothing_to_do("all of it is on record already", wanted.evidence.front());
    return proposal;
  }

  Result<Proposal> operator()(const Rollback& wanted) const { return decide_rollback(world, wanted); }

  Result<Proposal> operator()(const LiftLockdown& wanted) const {
    const Lockdown* lockdown = world.lockdowns.find(wanted.scope);
    if (lockdown == nullptr) return usage(to_text(wanted.scope) + " is not locked down; cairn status shows what is");
    const bool asked = lockdown->lift && world.still_counts(*lockdown->lift, world.policy().protection.lift,
                                                            wanted.scope, wanted.by.moment);
    if (!asked || lockdown->lift->by == wanted.by.person) {
      if (wanted.reason.empty()) return usage("asking to lift a lockdown needs its --reason");
      return Proposal{{LockdownLiftRequested{wanted.scope, wanted.reason}}, {}, default_validity};
    }
    return Proposal{{LockdownLifted{wanted.scope, wanted.reason}}, {}, default_validity};
  }

  Result<Proposal> operator()(const OpenIncident& wanted) const {
    return Proposal{
        {IncidentOpened{world.next_incident(), wanted.severity, wanted.title, wanted.name, wanted.environment}},
        {},
        default_validity};
  }

  Result<Proposal> operator()(const OpenAction& wanted) const {
    const Incident* incident = world.incidents.find(wanted.incident);
    if (incident == nullptr) return no_incident(wanted.incident);
    Proposal proposal;
    proposal.events.push_back(
        ActionOpened{wanted.incident, incident->actions.size() + 1, wanted.owner, wanted.due, wanted.task});
    expect_unchanged(world, "incident:" + wanted.incident, proposal);
    return proposal;
  }

  Result<Proposal> operator()(const RecordDue& wanted) const {
    Proposal proposal;
    for (const Due& one : due_at(world, wanted.moment)) {
      const bool fits = proposal.events.size() < most_due_at_once;
      if (fits && one.overdue(wanted.moment)) proposal.events.push_back(DueRecorded{one.kind, one.subject, one.due});
    }
    if (proposal.events.empty()) proposal.unchanged = Unchanged{"nothing is overdue", {}};
    return proposal;
  }

  // What is misspelt is the caller's mistake, and no attempt.
  Result<Proposal> operator()(const Record& wanted) const {
    const auto check = [this](const auto& event) -> Result<void> {
      if constexpr (requires { event.rollout; }) {
        TRY_LET(rollout, find_rollout(world, event.rollout));
        (void)rollout;
      }
      if constexpr (requires { event.incident; }) {
        if (!world.incidents.has(event.incident)) return no_incident(event.incident);
      }
      return {};
    };
    TRY(std::visit(check, wanted.event));
    return Proposal{{wanted.event}, {}, default_validity};
  }
};

}  // namespace

Result<Proposal> decide(const World& world, const Command& command) {
  return std::visit(Decide{world}, command);
}

}  // namespace cairn
