// State diff: what one entry changed in the World, table by table and field by field.
//
// Generic: it knows how a row is spelled, and nothing of the events that change rows; whatever an event did is in it,
// and nothing else. Texts are those of entries: whoever shows them on a terminal passes them through printable(). Pure;
// O(rows of both Worlds).
#pragma once

#include <string>
#include <vector>

#include "projections/world.h"

namespace cairn {

// "rollout net/prod/1", "stage": "shadow" -> "canary". An empty field: the row is one value; an empty value: nothing
// there.
struct StateChange {
  std::string row;
  std::string field;
  std::string before;
  std::string after;
  bool operator==(const StateChange&) const = default;
};

// Changes of one row beside each other. What runs and what is on its way first, then what holds it back and what is
// known of it, who may act, and last what the ledger keeps for itself: last mentions, refusals counted, ids, its size.
std::vector<StateChange> state_diff(const World& before, const World& after);

}  // namespace cairn
