// PagesAhead: a source's entries in pages of 256, read, hashed and taken apart by all threads while the one that folds
// is at an earlier page.
//
// At most two pages for each thread are under way or waiting, so what is held does not grow with the log: 16 MiB a page
// where every entry is as large as it may be, half a megabyte where they are of 1 KiB.
#pragma once

#include <atomic>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "ledger/events/entry.h"
#include "verify/evidence_source.h"
#include "verify/leaf_tile.h"
#include "verify/workers.h"

namespace cairn {

struct ReadEntry {
  Result<Recorded> recorded;  // an error: it does not decode
  std::vector<std::string> tags;
};

// One entry, hashed and, if it is to be understood, taken apart.
Hash read_entry(Seq seq, BytesView bytes, std::vector<ReadEntry>* entries);

struct AuditPage {
  Seq first = 0;
  std::size_t count = 0;
  bool whole = false;  // every entry of it could be read; else what follows is empty, and whoever asks again hears why
  std::shared_ptr<LeafTile> tile;
  bool leaves_compared = false;     // there are 256, and the source holds the same hashes of them
  std::vector<ReadEntry> entries;   // none if only hashes are asked for
  std::atomic<bool> ready = false;  // all above is there
};

class PagesAhead {
 public:
  // Entries [0, end). `understood`: they are decoded besides.
  PagesAhead(const EvidenceSource& source, Workers& workers, Size end, bool understood)
      : source_(source), workers_(workers), end_(end), understood_(understood) {}

  // The next page; null at the end. Needs that the workers live until all pages that were begun are done.
  std::shared_ptr<AuditPage> next();

 private:
  void begin_one();

  const EvidenceSource& source_;
  Workers& workers_;
  Size end_;
  bool understood_;
  Seq begun_ = 0;  // entries below are of pages that were begun
  std::deque<std::shared_ptr<AuditPage>> pages_;
};

}  // namespace cairn
