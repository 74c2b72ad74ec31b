#include "commands/decide_rollback.h"

#include <set>

#include "ledger/base/text.h"

namespace cairn {

namespace {

struct DecideRollback {
  const World& world;
  const Rollback& wanted;
  const SlotKey slot{wanted.name, wanted.environment};

  Result<Proposal> decide() const {
    const std::optional<Hash> from = world.rollback_source(slot);
    if (!from) return usage("nothing of " + wanted.name + " takes traffic in " + wanted.environment);
    if (wanted.in_earnest == InEarnest::drill) return drill(*from);
    if (wanted.reason.empty()) return usage("a rollback needs its --reason");
    Proposal proposal;
    const std::string incident = world.next_incident();
    const bool safety = wanted.trigger == Trigger::safety;
    if (safety && world.lockdown_over(slot) == nullptr) {
      proposal.events.push_back(LockdownEngaged{{wanted.environment, wanted.name}, wanted.reason});
    }
    const Slot& row = *world.slots.find(slot);
    if (row.active) {
      proposal.events.push_back(RolloutAborted{*row.active, "rolled back: " + wanted.reason});
      expect_unchanged(world, "rollout:" + *row.active, proposal);
    }
    TRY_LET(to, target_of(*from, proposal));
    if (!to) {
      proposal.events.push_back(
          SlotEmptied{wanted.name, wanted.environment, *from, wanted.trigger, wanted.reason, incident});
    } else {
      proposal.events.push_back(ArtefactChecked{*to, match_of(*to)});
      if (begins_in_shadow(*to)) {
        proposal.events.push_back(RollbackBegun{world.next_rollout(slot), wanted.name, wanted.environment, *from, *to,
                                                wanted.reason, incident});
      } else {
        proposal.events.push_back(
            RollbackExecuted{wanted.name, wanted.environment, *from, *to, wanted.trigger, wanted.reason, incident});
      }
    }
    proposal.events.push_back(IncidentOpened{incident, safety ? Severity::critical : Severity::high,
                                             "Rollback: " + wanted.reason, wanted.name, wanted.environment});
    return proposal;
  }

  // What runs beside a failed canary is only left to itself, and an empty slot has no time; else the target is seen to
  // work first.
  bool begins_in_shadow(const Hash& to) const {
    const EnvironmentRules* rules = world.policy().environment(wanted.environment);
    const Tenure* full = world.at_full(slot);
    return wanted.trigger == Trigger::regression && rules != nullptr && rules->regression_through_shadow &&
           full != nullptr && full->model != to;
  }

  Result<Proposal> drill(const Hash& from) const {
    Proposal aside;  // which files were found to differ is no finding of a drill
    TRY_LET(to, target_of(from, aside));
    const ArtefactMatch files = to ? match_of(*to) : ArtefactMatch::not_reachable;
    return Proposal{{DrillRecorded{wanted.name, wanted.environment, from, to.value_or(Hash{}), wanted.trigger, files,
                                   wanted.reason}},
                    {},
                    default_validity};
  }

  // A file of the target's version with another digest is a mismatch, and so is the only model of a place that was
  // named for the target; a place that holds others only says nothing about it.
  ArtefactMatch match_of(const Hash& to) const {
    if (!wanted.found) return ArtefactMatch::not_reachable;
    const Model* model = world.models.find(to);
    bool other_files = wanted.found->size() == 1;
    for (const FoundModel& found : *wanted.found) {
      if (found.model == to) return ArtefactMatch::match;
      other_files = other_files || (model != nullptr && found.version == model->version);
    }
    return other_files ? ArtefactMatch::mismatch : ArtefactMatch::not_reachable;
  }

  // The version that was named, or the newest of history whose files are not known to differ. Which ones were passed
  // over for that goes on record, each once.
  Result<std::optional<Hash>> target_of(const Hash& from, Proposal& proposal) const {
    if (wanted.to_version) {
      const Hash* version = world.versions.find({wanted.name, *wanted.to_version});
      if (version == nullptr) {
        return usage("no version " + printable(*wanted.to_version) + " of " + printable(wanted.name) +
                     " is registered; cairn history lists them");
      }
      return std::optional<Hash>(*version);
    }
    std::set<Hash> differing;
    const auto tenure = world.rollback_target(slot, from, wanted.trigger, [&](const Hash& model) {
      if (match_of(model) != ArtefactMatch::mismatch) return false;
      if (differing.insert(model).second) proposal.events.push_back(ArtefactChecked{model, ArtefactMatch::mismatch});
      return true;
    });
    return tenure ? std::optional<Hash>(tenure->model) : std::nullopt;
  }
};

}  // namespace

void expect_unchanged(const World& world, const std::string& subject, Proposal& proposal) {
  if (const Seq* last = world.subjects.find(subject)) proposal.expects[subject] = *last;
}

Result<Proposal> decide_rollback(const World& world, const Rollback& wanted) {
  return DecideRollback{world, wanted}.decide();
}

}  // namespace cairn
