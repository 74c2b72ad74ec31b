// WorldWalk: a World that can be taken to any size of one ledger, forward and back.
//
// Forward it folds on. The newest steps stay in the World's journal, so a step back is undone and not folded again:
// some microseconds. What lies further back starts some steps before the wanted size, which can be undone in their
// turn, from whatever is nearest: a snapshot that the log signed, or the bytes of a World that was passed on the way,
// of which one is kept every `kept_gap` entries. So of a row of steps back one in `window` reads a World and folds at
// most `kept_gap` entries, however rare the log's snapshots are. What is folded is held against the signed tree.
#pragma once

#include <map>
#include <memory>
#include <vector>

#include "ledger/ledger.h"
#include "projections/world.h"

namespace cairn {

class WorldWalk {
 public:
  static constexpr Size window = 256;              // steps that can be taken back after a jump
  static constexpr std::size_t most_steps = 4096;  // that are kept for going back; bounds what the journal holds
  static constexpr Size kept_gap = 1024;
  static constexpr std::size_t most_kept_bytes = 64 << 20;

  explicit WorldWalk(const Ledger& ledger) : ledger_(ledger) {}

  // The World after the first `size` entries; it stays this object's, and is left as it was by who asks it. After an
  // error the next call starts anew.
  Result<World*> at(Size size);

 private:
  bool near(Size size) const;
  Result<void> load(Size size);
  Result<void> fold(Size size);
  void before_entry();
  void keep_bytes();

  const Ledger& ledger_;
  std::unique_ptr<World> world_;
  std::vector<std::size_t> marks_;  // in the journal, before each of the newest entries that were folded
  std::map<Size, Bytes> kept_;      // Worlds that were passed
  std::size_t kept_bytes_ = 0;
};

}  // namespace cairn
