// Key files: created exclusively with mode 0600, synced before anyone is told that they exist, and refused when others
// could read them. Does file I/O; holds no state.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "ledger/base/result.h"
#include "ledger/crypto/keys.h"

namespace cairn {

// Fails if the file exists: a key is never overwritten. Parent directories are made with mode 0700.
Result<void> write_private_key(const std::filesystem::path& file, const PrivateKey& key,
                               const std::optional<std::string>& passphrase);

// Fails, naming the mode and the chmod that mends it, if group or others may read or write the file. At most 64 KiB.
Result<PrivateKey> read_private_key(const std::filesystem::path& file,
                                    const std::function<Result<std::string>()>& passphrase);

}  // namespace cairn
