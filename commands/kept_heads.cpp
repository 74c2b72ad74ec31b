#include "commands/kept_heads.h"

#include <algorithm>
#include <optional>

#include "ledger/base/text.h"
#include "verify/tiles_source.h"

namespace cairn {

namespace {

constexpr std::size_t checkpoints_a_page = 4096;

}  // namespace

// They are found forwards only, so the search goes back in growing steps.
Result<AtSize> newest_note(const Store& store, Size at_most) {
  for (Size step = 64;; step *= 16) {
    const Size from = at_most > step ? at_most - step : 0;
    std::optional<AtSize> newest;
    for (Size next = from;;) {
      TRY_LET(rows, store.checkpoints(next, checkpoints_a_page));
      for (AtSize& row : rows) {
        if (row.size <= at_most) newest = std::move(row);
      }
      if (rows.size() < checkpoints_a_page || rows.back().size >= at_most) break;
      next = rows.back().size + 1;
    }
    if (newest) return *std::move(newest);
    if (from == 0) return usage(str("no checkpoint of at most ", at_most, " entries was kept; choose a later moment"));
  }
}

Result<std::vector<FormerHead>> former_heads(const Ledger& ledger) {
  std::vector<FormerHead> heads;
  for (const LogKey& key : ledger.log_keys().all()) {
    if (!key.ended) continue;
    // From where it is called compromised its heads show nothing.
    const Size last = key.compromised ? std::min(*key.ended, *key.compromised - 1) : *key.ended;
    if (last <= key.added) continue;
    Result<AtSize> row = newest_note(ledger.store(), last);
    if (!row && row.error().kind != ErrorKind::usage) return row.error();
    if (!row || !key.signs(row->size)) continue;  // it never signed a head
    heads.push_back({last_signed_name(key.verifier.key_id()), std::move(row->bytes)});
  }
  std::sort(heads.begin(), heads.end(), [](const FormerHead& a, const FormerHead& b) { return a.file < b.file; });
  return heads;
}

}  // namespace cairn
