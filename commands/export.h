// export: a ledger as C2SP tlog-tiles, for any static file host: tile/..., tile/entries/..., attachment/<sha256>,
// checkpoint.
//
// Every file appears whole or not at all, and the checkpoint last: a reader never sees one whose tiles are not there.
// Done again it adds what is new: full tiles below the exported checkpoint stay, partial ones stay until their full
// tile is published (tlog-tiles: a client of an older checkpoint may still ask for them). What is published is hashed
// once more on its way out.
#pragma once

#include <filesystem>
#include <functional>

#include "ledger/base/time.h"
#include "ledger/ledger.h"
#include "ledger/store/attachments.h"

namespace cairn {

struct Exported {
  Size before = 0;  // entries that were in the directory
  Size size = 0;    // that are in it now
  std::size_t tiles = 0;
  std::size_t bundles = 0;
  std::size_t attachments = 0;          // files written
  std::size_t attachments_missing = 0;  // named by the new entries, and not here
};

// Waits so long for another export into this directory, and is then a fault.
inline constexpr Millis export_patience = 30 * second;

// usage: the directory holds something else, or another log. not_verified: what was exported before and this ledger are
// not one history, with both heads in the message.
Result<Exported> export_tiles(const Ledger& ledger, const Attachments& attachments,
                              const std::filesystem::path& directory,
                              const std::function<void(Size done, Size total)>& progress,
                              Millis patience = export_patience);

}  // namespace cairn
