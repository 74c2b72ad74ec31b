// Counterfactual: the world that the statements of a history would have made under another policy.
//
// From entry 0 on the other policy is in force; adoptions are passed over. What it admits takes effect, what it refuses
// does not. A statement that stands on what this world lacks is moot: nobody would have said it. Rollouts and incidents
// are numbered by this world; a number that was right when it was said is right here, and so is the archiving of
// whatever a version at full replaces. Pure; its size follows subjects, like the World's.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "ledger/events/entry.h"
#include "projections/admit.h"
#include "projections/world.h"

namespace cairn {

// What a statement stands on and this world has not.
struct LostGround {
  std::string missing;      // "rollout net/prod/2"; empty: what the rules here said no to
  std::optional<Seq> from;  // the entry that made it, on record
};

using Renamed = std::vector<std::pair<std::string, std::string>>;  // a rollout or incident on record -> here

class Counterfactual {
 public:
  explicit Counterfactual(PolicyInForce other) : other_(std::move(other)) {}

  struct Judged {
    std::string outcome;               // as of an entry; of a moot one what the rules here said, if they were asked
    Verdict verdict;                   // of the rules here; empty where they were not asked
    std::optional<LostGround> ground;  // set: moot
    Renamed renamed;                   // what it speaks of under another name
  };

  // Judges the next entry and lets it take effect, or not. `recorded` is the world in front of it, as recorded.
  Judged apply(World& recorded, const Recorded& entry, Basis basis);

  const World& world() const { return world_; }

 private:
  // As it would be said here.
  struct Said {
    std::optional<Statement> statement;  // none: in the same words
    Renamed fresh;                       // what it begins
    Renamed renamed;                     // all that has another name here
  };
  struct AsRecorded {};  // it speaks of what neither world has
  using Translated = std::variant<Said, LostGround, AsRecorded>;

  Judged begin(const Recorded& entry);
  bool lacks_ground(const Verdict& verdict, World& recorded, const Recorded& entry, Basis basis) const;
  Translated translated(const World& recorded, const Recorded& entry) const;
  std::optional<LostGround> author_missing(const World& recorded, const Recorded& entry) const;
  std::optional<Renamed> begun(const World& recorded, const std::vector<Event>& events) const;
  std::variant<std::string, LostGround, AsRecorded> name_here(const World& recorded, const std::string& name) const;
  void archive_what_is_here(const World& recorded, std::vector<Event>& events) const;
  void take_effect(const Recorded& entry, const Statement* other_words, const std::string& outcome);

  PolicyInForce other_;
  World world_;
  std::map<std::string, std::string> names_;  // of rollouts and incidents that were begun here
};

}  // namespace cairn
