#include "commands/ledger_source.h"

#include <algorithm>

#include "ledger/tlog/tile.h"

namespace cairn {

namespace {

// One that cannot be read hides none of its neighbours: those before it are handed out, and the next question is about
// it alone. `ask` gives what follows these, at most so many.
template <class Row, class Ask>
Result<std::vector<Row>> up_to_damage(std::size_t count, const Ask& ask) {
  std::vector<Row> readable;
  auto whole = ask(readable, count);
  if (whole || count <= 1) return whole;
  while (readable.size() < count) {
    auto one = ask(readable, 1);
    if (!one && readable.empty()) return one.error();
    if (!one || one->empty()) break;
    readable.push_back(std::move(one->front()));
  }
  return readable;
}

}  // namespace

Result<std::string> LedgerSource::newest_checkpoint() const {
  if (!tip_.ok()) return tip_.error();
  return tip_->checkpoint;
}

// What lies between the two is newer, and behind both nothing belongs.
Result<Size> LedgerSource::size_now() const {
  TRY_LET(now, store_.tip());
  return now.size;
}

Result<std::vector<Bytes>> LedgerSource::entries(Seq from, std::size_t count) const {
  if (tip_.ok()) count = from < tip_->size ? std::min<Size>(count, tip_->size - from) : 0;
  if (count == 0) return std::vector<Bytes>();
  return up_to_damage<Bytes>(count, [&](const std::vector<Bytes>& before, std::size_t most) {
    ReadLimit limit;
    limit.count = most;
    return store_.read(from + before.size(), limit);
  });
}

Result<std::vector<SizedNote>> LedgerSource::checkpoints(Size from, std::size_t limit) const {
  auto rows = up_to_damage<AtSize>(limit, [&](const std::vector<AtSize>& before, std::size_t most) {
    return store_.checkpoints(before.empty() ? from : before.back().size + 1, most);
  });
  if (!rows) return rows.error();
  if (tip_.ok() && !rows->empty() && rows->back().size > tip_->size) {
    TRY_LET(now, size_now());
    std::erase_if(*rows, [&](const AtSize& row) { return row.size > tip_->size && row.size <= now; });
  }
  std::vector<SizedNote> notes;
  for (AtSize& row : *rows) notes.push_back({row.size, std::move(row.bytes)});
  return notes;
}

// A store keeps the nodes of whole tiles, and works out what lies between from them (docs/decisions/0003): to compare
// that as well would be to compute the tree twice.
Result<std::optional<std::vector<Hash>>> LedgerSource::stored_nodes(std::span<const NodeId> ids) const {
  if (!ids.empty() && ids.front().level % tile_height != 0) return std::optional<std::vector<Hash>>();
  TRY_LET(hashes, store_.nodes(ids));
  return std::optional<std::vector<Hash>>(std::move(hashes));
}

Result<std::optional<std::vector<Seq>>> LedgerSource::postings(const std::string& tag, Seq from,
                                                               std::size_t limit) const {
  TRY_LET(found, store_.find(tag, from, limit));
  if (tip_.ok() && !found.empty() && found.back() >= tip_->size) {
    TRY_LET(now, size_now());
    std::erase_if(found, [&](Seq seq) { return seq >= tip_->size && seq < now; });
  }
  return std::optional<std::vector<Seq>>(std::move(found));
}

Result<std::optional<std::vector<std::string>>> LedgerSource::tags(const std::string& after, std::size_t limit) const {
  TRY_LET(found, store_.tags(after, limit));
  return std::optional<std::vector<std::string>>(std::move(found));
}

Result<std::optional<SizedNote>> LedgerSource::snapshot(Size at_most) const {
  TRY_LET(row, store_.snapshot(at_most));
  if (!row) return std::optional<SizedNote>();
  return std::optional<SizedNote>(SizedNote{row->size, std::move(row->bytes)});
}

Result<std::optional<Bytes>> LedgerSource::attachment(const Hash& digest) const {
  TRY_LET(there, attachments_.has(digest));
  if (!there) return std::optional<Bytes>();
  TRY_LET(bytes, attachments_.get(digest));
  return std::optional<Bytes>(std::move(bytes));
}

}  // namespace cairn
