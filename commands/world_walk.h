// WorldWalk: a World that can be taken to any size of one ledger, forward and back.
//
// Forward it folds on. The newest steps stay in the World's journal, so a step back is undone and not folded again.
// What lies further back starts from the nearest snapshot some steps before the wanted size, and those steps can be
// undone in their turn: of a row of steps back one in `window` reads a snapshot and folds what follows it, the others
// take microseconds.
#pragma once

#include <memory>
#include <vector>

#include "ledger/ledger.h"
#include "projections/world.h"

namespace cairn {

class WorldWalk {
 public:
  static constexpr Size window = 256;              // steps that can be taken back after a jump
  static constexpr std::size_t most_steps = 4096;  // that are kept for going back; bounds what the journal holds

  explicit WorldWalk(const Ledger& ledger) : ledger_(ledger) {}

  // The World after the first `size` entries; it stays this object's, and is left as it was by who asks it. After an
  // error the next call starts anew.
  Result<World*> at(Size size);

 private:
  bool near(Size size) const;
  Result<void> load(Size size);
  Result<void> fold(Size size);

  const Ledger& ledger_;
  std::unique_ptr<World> world_;
  std::vector<std::size_t> marks_;  // in the journal, before each of the newest entries that were folded
};

}  // namespace cairn
