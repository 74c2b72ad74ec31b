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

Result<void> Store::snapshots(Size at_most, const std::function<Result<void>(const AtSize&)>& each) const {
  std::vector<Size> sizes;
  for (Size next = at_most; next > 0; next = sizes.back() - 1) {
    TRY_LET(row, snapshot(next));
    if (!row || row->size == 0 || row->size > next) break;
    sizes.push_back(row->size);
  }
  for (auto size = sizes.rbegin(); size != sizes.rend(); ++size) {
    TRY_LET(row, snapshot(*size));
    if (row) TRY(each(*row));
  }
  return {};
}

Result<std::vector<std::string>> Store::wrong_rows(std::size_t) const {
  return std::vector<std::string>();
}

Result<std::vector<std::string>> Store::damaged_files() const {
  return std::vector<std::string>();
}

}  // namespace cairn
