// Ed25519 (RFC 8032) as libsodium computes it, at half the time of OpenSSL (docs/decisions/0032). Keys, their files and
// the rules of spelling are not here: see keys.h and signature_rules.h.
#pragma once

#include "ledger/base/types.h"

namespace cairn {

// The 64 bytes of a signature by the key of this seed, whose point has to be `point`; both of 32 bytes.
Bytes sign_ed25519(BytesView seed, BytesView point, BytesView message);

// Cofactorless, over 64 bytes that check_ed25519_signature let through, and a point that check_ed25519_point did.
bool holds_ed25519(BytesView point, BytesView message, BytesView signature);

}  // namespace cairn
