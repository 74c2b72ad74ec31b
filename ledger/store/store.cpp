#include "ledger/store/store.h"

#include "ledger/base/text.h"

namespace cairn {

Result<std::vector<Bytes>> Store::gather(std::span<const Seq> seqs) const {
  std::vector<Bytes> found;
  found.reserve(seqs.size());
  for (const Seq seq : seqs) {
    TRY_LET(page, read(seq, {.count = 1}));
    if (page.empty()) return fault(str("the store has no entry ", seq, " below its tip; restore it from a copy"));
    found.push_back(std::move(page.front()));
  }
  return found;
}

}  // namespace cairn
