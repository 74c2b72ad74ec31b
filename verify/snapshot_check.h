// SnapshotCheck: the sealed snapshots that the source holds, each against the views folded to its size.
#pragma once

#include <vector>

#include "ledger/events/log_keys.h"
#include "ledger/tlog/snapshot.h"
#include "projections/world.h"
#include "verify/evidence_source.h"
#include "verify/finding.h"

namespace cairn {

// A sealed snapshot of this size, by the key that seals there, also where that is called compromised: for who makes its
// state again and need not believe it.
Result<Snapshot> open_to_compare(const LogKeys& log, Size size, BytesView sealed);

class SnapshotCheck {
 public:
  explicit SnapshotCheck(const EvidenceSource& source) : source_(source) {}

  // Looks which there are.
  Result<void> list(Size at_most, Findings& findings);

  bool is_at(Size size) const { return !sizes_.empty() && sizes_.back() == size; }

  // Needs is_at(head.size). Without a world only the signature and the root are compared; so it is with views of
  // another version's layout, which nobody reads any more.
  Result<void> at(const Head& head, World* world, const LogKeys& log, Findings& findings);

  // Those that are left are of sizes that the walk never came to.
  void finish(Findings& findings);

  Size checked() const { return checked_; }

 private:
  static void compare(const Snapshot& snapshot, World& world, Findings& findings);

  const EvidenceSource& source_;
  std::vector<Size> sizes_;  // descending: the next one is at the end
  Size checked_ = 0;
};

}  // namespace cairn
