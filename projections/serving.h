// Whether a version may serve at a stage of an environment now, by what is on record: what an admission hook asks
// before it lets a model start. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "projections/world.h"

namespace cairn {

struct Serving {
  std::vector<std::string> noes;  // why not; empty: it may
  std::optional<Seq> seq;         // the entry that brought it to where it is
};

// At a stage or below it: what is in canary may also be loaded in shadow. A lockdown stops no version that is there.
Serving may_serve(const World& world, const SlotKey& slot, const Hash& model, Stage stage);

}  // namespace cairn
