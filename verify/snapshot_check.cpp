#include "verify/snapshot_check.h"

#include <algorithm>
#include <optional>

#include "ledger/base/text.h"
#include "ledger/tlog/snapshot.h"
#include "verify/past_damage.h"

namespace cairn {
namespace {

Finding wrong(std::string what) {
  return {FindingKind::snapshot_wrong, std::nullopt, std::move(what)};
}

}  // namespace

Result<Snapshot> open_to_compare(const LogKeys& log, Size size, BytesView sealed) {
  const auto signs = [size](const LogKey& key) { return key.signs(size); };
  const auto key = std::find_if(log.all().begin(), log.all().end(), signs);
  return key != log.all().end() ? open_snapshot(sealed, key->verifier.key()) : log.open_sealed(size, sealed);
}

Result<void> SnapshotCheck::list(Size at_most, Findings& findings) {
  for (;;) {
    const Result<std::optional<SizedNote>> found = source_.snapshot(at_most);
    if (!found.ok()) {
      if (found.error().kind == ErrorKind::unavailable) return found.error();
      findings.push_back(wrong(found.error().message));
      const auto readable = [&](Size distance) { return was_readable(source_.snapshot(at_most - distance)); };
      TRY_LET(distance, distance_past_damage(at_most, readable));
      if (!distance) return {};
      at_most -= *distance;
      continue;
    }
    if (!found->has_value()) return {};
    const Size size = (*found)->size;
    if (size == 0 || size > at_most) {
      findings.push_back(wrong(str("a snapshot of size ", size, " lies where one of 1 to ", at_most, " belongs")));
      return {};
    }
    sizes_.push_back(size);
    at_most = size - 1;
  }
}

Result<void> SnapshotCheck::at(const Head& head, World* world, const LogKeys& log, Findings& findings) {
  sizes_.pop_back();
  const Result<std::optional<SizedNote>> found = source_.snapshot(head.size);
  TRY_LET(readable, was_readable(found));
  if (!readable) {
    findings.push_back(wrong(found.error().message));
    if (world != nullptr) world->note_changes();  // it may have been the first whole one
    return {};
  }
  const std::optional<SizedNote>& row = *found;
  if (!row || row->size != head.size) {
    findings.push_back(wrong(str("the snapshot of size ", head.size, " was there before and is not any more")));
    return {};
  }
  ++checked_;
  const Result<Snapshot> opened = open_to_compare(log, head.size, row->note);
  if (!opened.ok()) {
    findings.push_back(wrong(str("the snapshot of size ", head.size, ": ", opened.error().message)));
    if (world != nullptr) world->note_changes();
  } else if (opened->head != head) {
    findings.push_back(wrong(str("the snapshot of size ", head.size, " is of size ", opened->head.size, " and root ",
                                 opened->head.root.hex(), ", the entries have root ", head.root.hex())));
  } else if (world != nullptr && World::is_of_now(opened->state)) {
    compare(*opened, *world, findings);
  }
  return {};
}

// What changed is noted since the first whole one, and then since the newest that holds: no writer goes back behind it.
void SnapshotCheck::compare(const Snapshot& snapshot, World& world, Findings& findings) {
  const Size size = snapshot.head.size;
  const std::optional<Size> since = World::changes_since(snapshot.state);
  if (since && !world.changes_noted_since(*since)) {
    findings.push_back(wrong(str("the snapshot of size ", size, " holds what changed since ", *since,
                                 ", which is not between the newest whole one and itself")));
  } else if (snapshot.state != (since ? world.encode_changes(*since) : world.encode())) {
    findings.push_back(wrong(str("the snapshot of size ", size, " is not what these entries fold to")));
  } else if (!since) {
    world.forget_changes(size);
  }
  if (!since) world.note_changes();
}

void SnapshotCheck::finish(Findings& findings) {
  for (const Size size : sizes_)
    findings.push_back(wrong(str("the snapshot of size ", size, " is of entries that are not here")));
  sizes_.clear();
}

}  // namespace cairn
