// Signing by a command: the bytes to sign on its stdin, the signature on its stdout, exit code 0 (FORMAT.md, "Signer
// file"). Starts one process a signature, without a shell, and waits for it.
#pragma once

#include "ledger/base/result.h"
#include "ledger/base/types.h"
#include "ledger/crypto/signer_file.h"

namespace cairn {

// Long enough for somebody to touch a device, or for a service in the network.
inline constexpr Millis signer_patience = 30'000;

// The raw answer, at most 1,024 bytes, which nobody has verified. The command has none of our descriptors, of our
// environment what its file names, and our stdin is not its own. What it says on stderr is passed on to ours, escaped,
// up to 16 KiB. A fault, after it was killed, if it answers more or is not done in time; and if it ends otherwise than
// with exit code 0.
Result<Bytes> sign_by_command(const SignerCommand& command, BytesView message, Millis patience = signer_patience);

}  // namespace cairn
