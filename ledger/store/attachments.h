// Attachments: what is long or may have to go lies beside the tree, named by its SHA-256 (DESIGN 4).
//
// Written and durable before the commit that names it. Rules never read one. Unlike a Store this can give something up:
// erasing is why attachments are no entries. Safe from many threads.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "ledger/base/result.h"
#include "ledger/store/store.h"
#include "ledger/tlog/tree.h"

namespace cairn {

inline constexpr std::size_t max_attachment_bytes = 16 << 20;

class Attachments {
 public:
  virtual ~Attachments() = default;

  // Durable when it returns. Present already and whole: left as it is. Present but damaged: replaced.
  virtual Result<Hash> put(BytesView content) const = 0;

  // Checked against its digest: not_verified if the bytes are others, fault if it is not there.
  virtual Result<Bytes> get(const Hash& digest) const = 0;

  virtual Result<bool> has(const Hash& digest) const = 0;

  // Gone for good when it returns, and from then on as if it had never been there. Not there: nothing to do.
  virtual Result<void> erase(const Hash& digest) const = 0;

  // All digests, ascending.
  virtual Result<std::vector<Hash>> list() const = 0;
};

// As files: `directory` holds `<first two hex>/<hex>`, and beside them what a crash in the middle of a put left:
// `<hex>.<16 hex>.tmp`, which nobody reads.
class AttachmentDirectory final : public Attachments {
 public:
  explicit AttachmentDirectory(std::filesystem::path directory) : directory_(std::move(directory)) {}

  // Temporary file, fsync, rename, fsync of the folder. Present already and whole: only the folder is synced again,
  // since whoever renamed it may not have come so far. Makes `directory` if needed.
  Result<Hash> put(BytesView content) const override;
  Result<Bytes> get(const Hash& digest) const override;
  Result<bool> has(const Hash& digest) const override;
  Result<void> erase(const Hash& digest) const override;

  // Files of other names are an error. None if `directory` does not exist yet.
  Result<std::vector<Hash>> list() const override;

 private:
  std::filesystem::path path_of(const Hash& digest) const;
  std::filesystem::path directory_;
};

// As rows beside the ledger's in its database, the only ones that a role of the ledger may delete. Connects when it is
// first asked for something; `mode` and `options` as for the store.
Result<std::unique_ptr<Attachments>> open_postgres_attachments(const std::string& url, StoreMode mode,
                                                               const PostgresOptions& options);

// The error of content that no attachment may have; nothing if it may.
Result<void> check_attachment_size(BytesView content);

}  // namespace cairn
