// bundle: a ledger, or what is needed to understand some of its entries, as one file (FORMAT.md, Bundle).
//
// The same ledger and choice give the same bytes. The file appears whole or not at all; each entry is hashed
// once more on its way and held against the signed root; hash tiles are copied, which cairn-verify computes anew.
#pragma once

#include <filesystem>
#include <functional>
#include <vector>

#include "ledger/ledger.h"
#include "ledger/store/attachments.h"

namespace cairn {

struct Bundled {
  Size entries = 0;
  std::size_t files = 0;
  std::uint64_t bytes = 0;
  Hash digest;  // of the file
  std::size_t attachments = 0;
  std::vector<Hash> attachments_missing;  // named, and not here
};

using Progress = std::function<void(Size done, Size total)>;

// Every entry: what `export` writes. Holds one tile of entries, and with attachments 32 bytes for each.
Result<Bundled> write_complete_bundle(const Ledger& ledger, const Attachments& attachments, bool with_attachments,
                                      const std::filesystem::path& out, const Progress& progress);

// These entries (ascending), each with its proof. Holds 8 bytes for each, and one entry.
Result<Bundled> write_partial_bundle(const Ledger& ledger, const Attachments& attachments, bool with_attachments,
                                     const std::vector<Seq>& seqs, const std::filesystem::path& out,
                                     const Progress& progress);

// Which entries these can not be understood without, and they themselves: entry 0; all that enrolled or changed the
// keys of their authors; the policy in force at each, as it was proposed and adopted. Ascending.
Result<std::vector<Seq>> with_context(const Ledger& ledger, const std::vector<Seq>& chosen);

}  // namespace cairn
