// ModelHistory: the life of one model name: its versions, where each was at full and until when, the rollouts, what was
// decided about the versions' use and their files, its incidents, under which policies, and what was tried and refused.
//
// Folded from the entries that are about the model or its incidents and those that adopted a policy, in order; others
// may be left out. Pure.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "projections/timeline.h"

namespace cairn {

// An entry as a place to point to.
struct Mention {
  Seq seq = 0;
  Millis recorded = 0;
  std::string author;
};

struct VersionRow {
  Hash model;
  std::string version;
  std::uint64_t files = 0;
  std::uint64_t bytes = 0;
  Mention registered;
};

// A version at full in an environment, from one entry to another.
struct TenureRow {
  std::string environment;
  Hash model;
  Mention began;
  std::string by;  // the rollout, or the incident of the rollback, that brought it there
  std::optional<Mention> ended;
  std::string why_ended;  // "replaced by ...", "rolled back: ..."
};

struct HistoryStep {
  Mention at;
  std::string what;
};

struct RolloutRow {
  std::string rollout;
  std::string environment;
  Hash model;
  std::string state;  // "shadow", "canary, 10 %", "full", "aborted", "superseded"
  std::vector<HistoryStep> steps;
};

struct IncidentRow {
  std::string incident;
  std::string environment;
  Severity severity = Severity::high;
  std::string title;
  IncidentState state = IncidentState::open;
  std::vector<HistoryStep> steps;
};

// A policy, in force from this entry until the next one was.
struct PolicyRow {
  Hash digest;
  Mention adopted;
};

class ModelHistory {
 public:
  explicit ModelHistory(std::string name) : name_(std::move(name)) {}

  void apply(const Recorded& entry);

  const std::string& name() const { return name_; }
  const ModelNames& names() const { return names_; }
  const std::vector<VersionRow>& versions() const { return versions_; }
  const std::vector<TenureRow>& tenures() const { return tenures_; }
  const std::vector<RolloutRow>& rollouts() const { return rollouts_; }
  // Quarantine, retirement, retention, holds, deletion and erasure.
  const std::vector<HistoryStep>& acts() const { return acts_; }
  const std::vector<IncidentRow>& incidents() const { return incidents_; }
  // From the one that was in force when the model was first spoken of.
  const std::vector<PolicyRow>& policies() const { return policies_; }
  const PolicyRow* policy_at(Seq seq) const;  // in force in front of this entry; null: none that was folded
  const std::vector<TimelineRow>& refused() const { return refused_; }

 private:
  struct Fold;

  TenureRow* at_full(const std::string& environment);
  RolloutRow* rollout(const std::string& id);
  IncidentRow* incident(const std::string& id);
  void occupy(const std::string& environment, const Hash& model, const Mention& at, std::string by, std::string why);

  std::string name_;
  ModelNames names_;
  std::vector<VersionRow> versions_;
  std::vector<TenureRow> tenures_;
  std::vector<RolloutRow> rollouts_;
  std::vector<HistoryStep> acts_;
  std::vector<IncidentRow> incidents_;
  std::vector<PolicyRow> policies_;
  std::vector<TimelineRow> refused_;
};

}  // namespace cairn
