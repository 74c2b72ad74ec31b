#include "verify/pages_ahead.h"

#include <algorithm>

namespace cairn {
namespace {

// Whether the source holds these leaf hashes; where it does not, the audit asks again and says which.
bool holds_leaves(const EvidenceSource& source, const AuditPage& page) {
  std::vector<NodeId> ids;
  for (std::size_t i = 0; i < page.count; ++i) ids.push_back({0, page.first + i});
  const Result<std::optional<std::vector<Hash>>> stored = source.stored_nodes(ids);
  const std::span<const Hash> leaves = page.tile->level(0);
  return stored.ok() && stored->has_value() &&
         std::equal(leaves.begin(), leaves.end(), (*stored)->begin(), (*stored)->end());
}

void read_page(const EvidenceSource& source, bool understood, AuditPage& page) {
  const Result<std::vector<Bytes>> read = source.entries(page.first, page.count);
  if (!read.ok() || read->size() != page.count) return;
  page.tile = std::make_shared<LeafTile>();
  if (understood) page.entries.reserve(page.count);
  for (std::size_t i = 0; i < page.count; ++i) {
    page.tile->set(i, read_entry(page.first + i, (*read)[i], understood ? &page.entries : nullptr));
  }
  page.leaves_compared = page.count == tile_width && holds_leaves(source, page);
  page.whole = true;
}

}  // namespace

Hash read_entry(Seq seq, BytesView bytes, std::vector<ReadEntry>* entries) {
  if (entries == nullptr) return leaf_hash(bytes);
  ReadEntry entry{decode_recorded(seq, bytes), {}};
  const Hash leaf = entry.recorded.ok() ? entry.recorded->leaf : leaf_hash(bytes);
  if (entry.recorded.ok()) entry.tags = index_tags(entry.recorded->statement, entry.recorded->entry.outcome);
  entries->push_back(std::move(entry));
  return leaf;
}

void PagesAhead::begin_one() {
  auto page = std::make_shared<AuditPage>();
  page->first = begun_;
  page->count = static_cast<std::size_t>(std::min<Size>(tile_width, end_ - begun_));
  begun_ += page->count;
  workers_.begin([&source = source_, understood = understood_, page] {
    read_page(source, understood, *page);
    page->ready = true;
  });
  pages_.push_back(std::move(page));
}

std::shared_ptr<AuditPage> PagesAhead::next() {
  while (begun_ < end_ && pages_.size() < 2 * workers_.threads()) begin_one();
  if (pages_.empty()) return nullptr;
  std::shared_ptr<AuditPage> page = std::move(pages_.front());
  pages_.pop_front();
  workers_.wait_for([&page] { return page->ready.load(); });
  return page;
}

}  // namespace cairn
