// Where a World comes from: the nearest signed snapshot that holds, and the entries after it, hashed up to a signed
// head.
//
// not_verified if these are not the entries that the log signed; a fault if an entry takes a newer cairn to understand.
#pragma once

#include <memory>

#include "ledger/ledger.h"
#include "projections/world.h"

namespace cairn {

struct LoadedWorld {
  std::unique_ptr<World> world;
  Size snapshot = 0;               // the size it started from; 0: folded from the first entry
  std::size_t snapshot_bytes = 0;  // how large its views were
};

// The World after the first `size` entries. A snapshot that the log's key did not sign, whose root is not on this
// history or that does not decode is passed over, with a fold from zero.
Result<LoadedWorld> load_world(const Ledger& ledger, Size size);

// not_verified unless the tree that these entries end in is part of the one that the log signed.
Result<void> check_signed(const Ledger& ledger, const Frontier& tree);

// From where that World is to the first `size` entries, which are no fewer; under the same checks.
Result<void> fold_on(const Ledger& ledger, World& world, Size size);

}  // namespace cairn
