// Key files: created exclusively with mode 0600, synced before anyone is told that they exist, and refused when others
// could read them. What lies in one is a private key, or a signer file: who signs in its place. Does file I/O.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "ledger/base/result.h"
#include "ledger/crypto/keys.h"
#include "ledger/crypto/signer_file.h"

namespace cairn {

// Fails if the file exists: a key is never overwritten. Parent directories are made with mode 0700.
Result<void> write_private_key(const std::filesystem::path& file, const PrivateKey& key,
                               const std::optional<std::string>& passphrase);

// Fails, naming the mode and the chmod that mends it, if group or others may read or write the file. At most 64 KiB.
// `secret` gives the passphrase of an encrypted key, now; or the PIN of a token, at the first signature.
Result<PrivateKey> read_private_key(const std::filesystem::path& file, const AskSecret& secret);

// A secret in a file of its own, under the same conditions: the file's text without the line breaks at its end.
Result<Secret> read_secret_file(const std::filesystem::path& file);

// A key that signs as this file says. The token is opened at the first signature; its PIN is read from the file that
// the URI names, or asked for. Copies share the token's session, and any thread may sign.
PrivateKey signing_as(const SignerFile& file, const AskSecret& pin);

// What the token shows of the key without a PIN.
Result<PublicKey> public_key_on_token(const Pkcs11Uri& uri);

}  // namespace cairn
