// Why: the causes behind a rollout, an incident or an entry, as a graph whose nodes are entries.
//
// A node's edges lead to the entries that it stands on (projections/causes.h); they are followed for so many steps,
// each entry once, and entry 0 ends the walk. Deterministic: no clock is read but for what would hold a rollout's next
// step back now. Cost: one fold forward over the entries between the nodes of one depth, or a snapshot's load where
// these lie far apart, and one question to the rules for each node.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "commands/status.h"
#include "ledger/ledger.h"
#include "projections/causes.h"
#include "projections/timeline.h"

namespace cairn {

struct WhyNode {
  TimelineRow row;
  Verdict verdict;            // empty where the causes were not asked for
  std::vector<Cause> causes;  // the edges
  std::vector<Seq> soak;      // records of the stage that it ends, as far as they were admitted
  std::string seen;           // of a grant: what its author had verified and seen
  bool asked = false;         // for its causes
  // Whether the outcome that the log recorded is the one that the rules give.
  bool agrees() const { return !asked || outcome_of(verdict) == row.outcome; }
};

// What a rollout's next step would meet at this moment.
struct WhyNext {
  NextStep step;
  Verdict verdict;
  std::vector<Cause> causes;
};

struct Why {
  enum class Kind : std::uint8_t { rollout, incident, entry };
  Kind kind = Kind::entry;
  std::string subject;
  std::string stands;  // what it is now, in words
  Seq root = 0;
  std::map<Seq, WhyNode> nodes;
  std::optional<WhyNext> next;  // of a rollout under way whose next step would be refused
  std::vector<Seq> led_to;      // of an incident: what followed from it, ascending
  std::size_t depth = 0;
  Hash ledger;
  Head head;            // the newest checkpoint, under which all of it lies
  bool agrees() const;  // every node that was asked
};
std::string_view to_text(Why::Kind kind);

// `world` is the ledger's newest; `subject` is a rollout's or an incident's id, an entry's number or a statement's id.
// A usage error, which says what there is, for any other.
Result<Why> why_of(const Ledger& ledger, World& world, const std::string& subject, std::size_t depth, Millis moment);

}  // namespace cairn
