#include "commands/views.h"

#include "ledger/base/text.h"
#include "ledger/tlog/snapshot.h"
#include "verify/rule_check.h"

namespace cairn {

namespace {

constexpr int most_snapshots_tried = 16;  // where so many do not hold, a fold from the first entry is sooner done
constexpr std::size_t most_pieces = 64;   // twice what a writer makes (LiveRules)

// The tree that these entries end in is part of the one that the log signed.
Result<void> check_signed(const Ledger& ledger, const Frontier& tree) {
  const Head& head = ledger.checkpoint().head;
  TRY_LET(proof, ledger.prove_consistency(tree.size(), head.size));
  if (check_consistency(tree.size(), tree.root(), head.size, head.root, proof).ok()) return {};
  return not_verified(str("the first ", tree.size(), " entries of this ledger are not those that its log signed; ",
                          "cairn verify names what differs"));
}

// As from_snapshot; `reached` is the size of the last one that was looked at, which is the one that does not hold.
Result<LoadedWorld> laid_over(const Ledger& ledger, AtSize row, Noting noting, Size& reached) {
  std::vector<AtSize> rows;  // the newest first
  std::vector<BytesView> states;
  for (;;) {
    reached = row.size;
    rows.push_back(std::move(row));
    TRY_LET(snapshot, ledger.log_keys().open_sealed(rows.back().size, rows.back().bytes));
    TRY_LET(root, ledger.root_at(reached));
    if (snapshot.head != Head{reached, root}) return not_verified("the snapshot is of another history");
    states.push_back(snapshot.state);
    const std::optional<Size> since = World::changes_since(snapshot.state);
    if (!since) break;
    if (*since >= reached || rows.size() == most_pieces) return not_verified("the snapshot builds on too many");
    TRY_LET(before, ledger.store().snapshot(*since));
    if (!before || before->size != *since) return not_verified("the snapshot builds on one that is not there");
    row = std::move(*before);
  }
  TRY_LET(world, World::decode(states.back()));
  LoadedWorld loaded{std::move(world), {}};
  for (std::size_t i = rows.size(); i-- > 0;) {
    reached = rows[i].size;
    if (i + 1 < rows.size()) TRY(loaded.world->take_changes(states[i]));
    if (loaded.world->position->size != reached) return not_verified("the snapshot is of another size");
    if (noting == Noting::yes) loaded.world->note_changes();
    loaded.snapshots.push_back({reached, rows[i].bytes.size()});
  }
  return loaded;
}

}  // namespace

Result<LoadedWorld> from_snapshot(const Ledger& ledger, AtSize row, Noting noting) {
  Size reached = 0;
  return laid_over(ledger, std::move(row), noting, reached);
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

Result<LoadedWorld> load_world(const Ledger& ledger, Size size, Noting noting) {
  LoadedWorld loaded;
  Size at_most = size;
  for (int tries = 0; tries < most_snapshots_tried && !loaded.world; ++tries) {
    TRY_LET(row, ledger.store().snapshot(at_most));
    if (!row || row->size == 0) break;
    Size reached = 0;
    auto found = laid_over(ledger, std::move(*row), noting, reached);
    if (!found && found.error().kind == ErrorKind::unavailable) return found.error();
    if (found) loaded = std::move(found).value();
    // What lies between builds on the one that does not hold. And nobody goes back behind it: the next one is whole.
    if (tries > 0) loaded.snapshots.clear();
    at_most = reached - 1;
  }
  if (!loaded.world) loaded.world = std::make_unique<World>();
  TRY(fold_on(ledger, *loaded.world, size));
  return loaded;
}

}  // namespace cairn
