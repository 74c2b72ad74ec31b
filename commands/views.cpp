#include "commands/views.h"

#include "ledger/base/text.h"
#include "ledger/tlog/snapshot.h"
#include "verify/rule_check.h"

namespace cairn {

namespace {

// The tree that these entries end in is part of the one that the log signed.
Result<void> check_signed(const Ledger& ledger, const Frontier& tree) {
  const Head& head = ledger.checkpoint().head;
  TRY_LET(proof, ledger.prove_consistency(tree.size(), head.size));
  if (check_consistency(tree.size(), tree.root(), head.size, head.root, proof).ok()) return {};
  return not_verified(str("the first ", tree.size(), " entries of this ledger are not those that its log signed; ",
                          "cairn verify names what differs"));
}

}  // namespace

Result<std::unique_ptr<World>> from_snapshot(const Ledger& ledger, const AtSize& row) {
  TRY_LET(snapshot, open_snapshot(row.bytes, ledger.log_key().key()));
  TRY_LET(root, ledger.root_at(row.size));
  if (snapshot.head != Head{row.size, root}) return not_verified("the snapshot is of another history");
  TRY_LET(world, World::decode(snapshot.state));
  if (world->position->size != row.size) return not_verified("the snapshot is of another size");
  return world;
}

// What is stored is believed for the log's signature alone, and so is what follows from it: each leaf goes into the
// tree that a signed snapshot, or nothing at all, began.
Result<void> walk_signed(const Ledger& ledger, Size begin, Size end,
                         const std::function<Result<void>(const Recorded&)>& each) {
  TRY_LET(peaks, ledger.store().nodes(Frontier::peak_ids(begin)));
  Frontier tree(begin, std::move(peaks));
  const auto step = [&](const Recorded& entry) -> Result<void> {
    TRY(check_known(entry));
    tree.push(entry.leaf);
    return each(entry);
  };
  TRY(ledger.walk(begin, end, step));
  return check_signed(ledger, tree);
}

Result<Recorded> signed_entry(const Ledger& ledger, Seq seq) {
  TRY_LET(entry, ledger.entry(seq));
  const Head& head = ledger.checkpoint().head;
  TRY_LET(proof, ledger.prove_inclusion(seq, head.size));
  if (!check_inclusion(entry.leaf, seq, head.size, proof, head.root).ok()) {
    return not_verified(str("entry ", seq, " is not the one that the log signed; cairn verify names what differs"));
  }
  return entry;
}

Result<void> fold_on(const Ledger& ledger, World& world, Size size) {
  return walk_signed(ledger, world.position->size, size, [&world](const Recorded& entry) -> Result<void> {
    world.apply(entry);
    return {};
  });
}

Result<LoadedWorld> load_world(const Ledger& ledger, Size size) {
  TRY_LET(row, ledger.store().snapshot(size));
  LoadedWorld loaded;
  if (row) {
    auto world = from_snapshot(ledger, *row);
    if (world) loaded = {std::move(world).value(), row->size, row->bytes.size()};
  }
  if (!loaded.world) loaded.world = std::make_unique<World>();
  TRY(fold_on(ledger, *loaded.world, size));
  return loaded;
}

}  // namespace cairn
