#include "commands/views.h"

#include "ledger/tlog/snapshot.h"

namespace cairn {

namespace {

Result<std::unique_ptr<World>> from_snapshot(const Ledger& ledger, const AtSize& row) {
  TRY_LET(snapshot, open_snapshot(row.bytes, ledger.log_key().key()));
  TRY_LET(root, ledger.root_at(row.size));
  if (snapshot.head != Head{row.size, root}) return not_verified("the snapshot is of another history");
  TRY_LET(world, World::decode(snapshot.state));
  if (world->position->size != row.size) return not_verified("the snapshot is of another size");
  return world;
}

Result<void> fold_on(const Ledger& ledger, World& world, Size size) {
  return ledger.walk(world.position->size, size, [&](const Recorded& entry) -> Result<void> {
    world.apply(entry);
    return {};
  });
}

}  // namespace

Result<LoadedWorld> load_world(const Ledger& ledger, Size size) {
  TRY_LET(row, ledger.store().snapshot(size));
  LoadedWorld loaded;
  if (row) {
    auto world = from_snapshot(ledger, *row);
    if (world) loaded = {std::move(world).value(), row->size};
  }
  if (!loaded.world) loaded.world = std::make_unique<World>();
  TRY(fold_on(ledger, *loaded.world, size));
  return loaded;
}

Result<std::unique_ptr<World>> fold_world(const Ledger& ledger, Size size) {
  auto world = std::make_unique<World>();
  TRY(fold_on(ledger, *world, size));
  return world;
}

}  // namespace cairn
