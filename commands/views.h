// Where a World comes from: the nearest signed snapshot that holds, and the entries after it, hashed up to a signed
// head.
//
// not_verified if these are not the entries that the log signed; a fault if an entry takes a newer cairn to understand.
#pragma once

#include <functional>
#include <memory>

#include "ledger/ledger.h"
#include "projections/world.h"

namespace cairn {

struct LoadedWorld {
  std::unique_ptr<World> world;
  Size snapshot = 0;               // the size it started from; 0: folded from the first entry
  std::size_t snapshot_bytes = 0;  // how large its views were
};

// So many entries are folded in the time that a snapshot takes to load: beyond them one may be nearer.
inline constexpr Size fold_rather_than_load = 4096;

// The World that this snapshot holds. not_verified if the log's key did not sign it, or not for this history.
Result<std::unique_ptr<World>> from_snapshot(const Ledger& ledger, const AtSize& row);

// The World after the first `size` entries. A snapshot that the log's key did not sign, whose root is not on this
// history or that does not decode is passed over, with a fold from zero.
Result<LoadedWorld> load_world(const Ledger& ledger, Size size);

// From where that World is to the first `size` entries, which are no fewer; under the same checks.
Result<void> fold_on(const Ledger& ledger, World& world, Size size);

// Entries [begin, end) in order; whoever believes in what came before `begin` may, once this ends well, in these too.
Result<void> walk_signed(const Ledger& ledger, Size begin, Size end,
                         const std::function<Result<void>(const Recorded&)>& each);

// One entry, held against the log's signed head.
Result<Recorded> signed_entry(const Ledger& ledger, Seq seq);

}  // namespace cairn
