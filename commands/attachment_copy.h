// The attachments of a ledger that is copied: migrate, backup, restore.
#pragma once

#include <cstddef>
#include <vector>

#include "ledger/store/attachments.h"
#include "projections/world.h"

namespace cairn {

struct CopiedFiles {
  std::size_t copied = 0;
  std::vector<Hash> damaged;  // left behind
};

// Before the entries, as whoever appends them does. Erased ones are not there, and missing ones stay missing; one that
// is damaged keeps nobody from saving the rest.
Result<CopiedFiles> copy_attachments(const Attachments& from, const Attachments& to);

// Those that came along before they were erased at the source, of which `world` is.
Result<void> erase_what_is_erased(const World& world, const Attachments& to);

}  // namespace cairn
