// Where a World comes from: the nearest signed snapshot that holds, and the entries after it, hashed up to a signed
// head.
//
// not_verified if these are not the entries that the log signed; a fault if an entry takes a newer cairn to understand.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "ledger/ledger.h"
#include "projections/world.h"

namespace cairn {

struct StoredSnapshot {
  Size size = 0;
  std::size_t bytes = 0;
};

struct LoadedWorld {
  std::unique_ptr<World> world;
  // The whole one that it began with, and those of changes since, each from the one before; none: folded from the first
  // entry, or a later one had to be passed over.
  std::vector<StoredSnapshot> snapshots;
};

// Whether the World notes what changed since its snapshots, which only who writes or compares the next one wants.
enum class Noting { no, yes };

// So many entries are folded in the time that a snapshot takes to load: beyond them one may be nearer.
inline constexpr Size fold_rather_than_load = 2048;

// The World that this snapshot and those that it builds on hold. not_verified if the log's key did not sign one of
// them, or not for this history.
Result<LoadedWorld> from_snapshot(const Ledger& ledger, AtSize row, Noting noting);

// The World after the first `size` entries. A snapshot that the log's key did not sign, whose root is not on this
// history or that does not decode is passed over for the one before it.
Result<LoadedWorld> load_world(const Ledger& ledger, Size size, Noting noting = Noting::no);

// From where that World is to the first `size` entries, which are no fewer; under the same checks.
Result<void> fold_on(const Ledger& ledger, World& world, Size size);

// Entries [begin, end) in order; whoever believes in what came before `begin` may, once this ends well, in these too.
Result<void> walk_signed(const Ledger& ledger, Size begin, Size end,
                         const std::function<Result<void>(const Recorded&)>& each);

// One entry, held against the log's signed head.
Result<Recorded> signed_entry(const Ledger& ledger, Seq seq);

}  // namespace cairn
