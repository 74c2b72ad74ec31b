// replay: folds a ledger from its first entry, asks the rules about every statement again and compares every view that
// was kept.
//
// It trusts no snapshot: several threads each begin in one, but what is reported then is that the entries before it
// came to the very same bytes; else all is folded again by one, from nothing. Signatures are not asked: they are
// verify's. The root that a statement of long ago stood on is taken from the stored tree.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "ledger/ledger.h"

namespace cairn {

// One thing that came out otherwise than it was recorded.
struct Difference {
  std::optional<Seq> seq;
  std::string what;
};

struct Replayed {
  Size entries = 0;
  Size admitted = 0;
  Size refused = 0;
  Size policies = 0;   // that one after another were in force
  Size snapshots = 0;  // stored ones that were compared
  Hash state;          // SHA-256 of the views' canonical bytes at the end
  std::vector<Difference> differences;
};

// The first `size` entries, by at most so many threads, each with a World of its own; one is the least. `progress` is
// called by one of them at a time.
Result<Replayed> replay(const Ledger& ledger, Size size, std::size_t threads,
                        const std::function<void(Size done, Size total)>& progress);

}  // namespace cairn
