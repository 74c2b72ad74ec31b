// WorldDiff: what stands otherwise after one entry of a ledger than after an earlier one, and the entries between that
// made it so.
//
// Two Worlds say what differs; the entries between, applied in order, say which of them did it and who. What came and
// went in between, such as a lockdown that was engaged and lifted, has a line as well. Pure.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "ledger/events/entry.h"
#include "projections/model_history.h"
#include "projections/world.h"
#include "projections/world_facts.h"

namespace cairn {

// Where a version stands in a slot.
struct Place {
  Stage stage = Stage::full;
  std::uint64_t percent = 0;  // of traffic
  Seq seq = 0;                // the entry that brought it there
  bool operator==(const Place&) const = default;
};

struct PlaceChange {
  std::string environment;
  std::string name;
  Hash model;
  std::string version;
  std::optional<Place> before;  // none: it was not there
  std::optional<Place> after;
  std::vector<HistoryStep> steps;  // that moved something in this slot
};

struct FactChange {
  FactKey key;
  std::optional<WorldFact> before;  // none: it was not there
  std::optional<WorldFact> after;
  std::vector<HistoryStep> steps;  // the entries between that touched it

  bool came_back() const { return before == after; }  // touched, and stands as before
};

class WorldDiff {
 public:
  // A moment: what has an end, such as a freeze, is looked at then.
  struct Side {
    const World& world;
    Millis moment = 0;
  };
  WorldDiff(Side before, Side after, Scope wanted);

  // An admitted entry between the two, in order. One that says only evidence may be left out.
  void apply(const Recorded& entry);

  // Another one that was refused.
  void count_refusal(Seq seq, const std::string& outcome) { refused_[outcome].push_back(seq); }

  const PolicyInForce& policy_before() const { return *before_.world.force; }
  const PolicyInForce& policy_after() const { return *after_.world.force; }
  const std::vector<HistoryStep>& adoptions() const { return adoptions_; }

  std::vector<PlaceChange> places() const;  // by environment, model, then version
  std::vector<FactChange> facts() const;    // by kind and subject
  const std::map<std::string, std::vector<Seq>>& refused() const { return refused_; }

 private:
  struct Touch;

  Side before_;
  Side after_;
  Scope wanted_;
  ModelNames names_;
  std::vector<HistoryStep> adoptions_;
  std::map<SlotKey, std::vector<HistoryStep>> slots_;
  std::map<FactKey, std::vector<HistoryStep>> touched_;
  std::map<std::string, std::vector<Seq>> refused_;
};

}  // namespace cairn
