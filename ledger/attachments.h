// Attachments: what is long or may have to go lies beside the tree as files named by their SHA-256 (DESIGN 4).
//
// Written and synced before the commit that names it. Rules never read one. `directory` holds `<first two hex>/<hex>`,
// and beside them what a crash in the middle of a put left: `<hex>.<16 hex>.tmp`, which nobody reads.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "ledger/base/result.h"
#include "ledger/crypto/sha256.h"

namespace cairn {

inline constexpr std::size_t max_attachment_bytes = 16 << 20;

class Attachments {
 public:
  explicit Attachments(std::filesystem::path directory) : directory_(std::move(directory)) {}

  // Durable when it returns: temporary file, fsync, rename, fsync of the folder. Present already and whole: only the
  // folder is synced again, since whoever renamed it may not have come so far. Present but damaged: replaced. Makes
  // `directory` if needed.
  Result<Hash> put(BytesView content) const;

  // Checked against its digest: not_verified if the bytes are others, fault if it is not there.
  Result<Bytes> get(const Hash& digest) const;

  bool has(const Hash& digest) const;

  // Gone for good when it returns, and from then on as if it had never been there. Not there: nothing to do.
  Result<void> erase(const Hash& digest) const;

  // All digests, ascending; files of other names are an error. None if `directory` does not exist yet.
  Result<std::vector<Hash>> list() const;

 private:
  std::filesystem::path path_of(const Hash& digest) const;
  std::filesystem::path directory_;
};

}  // namespace cairn
