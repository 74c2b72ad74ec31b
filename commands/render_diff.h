// What `cairn diff` shows, for people and as JSON. Pure.
#pragma once

#include <string>

#include "commands/moments.h"
#include "commands/status.h"
#include "ledger/ledger.h"
#include "projections/world_diff.h"

namespace cairn {

struct DiffBounds {
  Point from;
  Point to;
  StatusFilter filter = {};
};

std::string diff_text(const WorldDiff& diff, const DiffBounds& bounds, const Ledger& ledger);

// {origin, ledger, from, to, model?, environment?, entries, same, policy?, slots[], facts[], refused[], checkpoint}:
// each change with the entries that made it, and how it stood at either point with the entry that this rests on.
std::string diff_json(const WorldDiff& diff, const DiffBounds& bounds, const Ledger& ledger);

}  // namespace cairn
