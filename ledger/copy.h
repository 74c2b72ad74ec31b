// Copying a ledger from one store into another (cairn migrate): the same entries under the same signed heads.
//
// The source is believed in nothing but its log's signatures. Every entry is hashed anew, the tree is grown from the
// hashes, and every checkpoint has to be signed by the log and have the root that the tree has at its size, before it
// is committed. Tags are read out of the entries, nodes follow from them; a snapshot is taken along only if it
// verifies, for whoever misses one folds without it. A copy that was cut short is gone on with; whoever copies
// marks the target meanwhile (Store::mark), for whoever else wrote to it would make a fork.
#pragma once

#include <functional>

#include "ledger/ledger.h"
#include "ledger/store/store.h"

namespace cairn {

struct Copied {
  Size before = 0;  // entries that the target had already
  Head head;        // of both now
  std::size_t checkpoints = 0;
  std::size_t snapshots = 0;
  std::size_t snapshots_left = 0;  // that do not verify
};

// The tree of what `to` holds already: nothing, or the beginning of `from`. not_verified: it is another history.
Result<Frontier> copied_so_far(const Ledger& from, const Store& to);

// Up to the newest checkpoint that `from` had when it was opened. `to` was opened to copy and is empty, or holds what
// an earlier copy left. not_verified: one of them is not what the log signed, or they are two histories.
Result<Copied> copy_ledger(const Ledger& from, Store& to, const std::function<void(Size done, Size total)>& progress);

}  // namespace cairn
