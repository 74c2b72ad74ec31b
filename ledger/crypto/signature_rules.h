// Which spellings of signatures and points are valid, asked before any library is: pure functions on bytes.
//
// Libraries differ in what they let through (RFC 8032 leaves it open, and ECDSA signatures come in pairs), so these
// rules are ours and any verifier behind them must agree (DESIGN 4, Keys).
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "ledger/base/result.h"
#include "ledger/base/types.h"

namespace cairn {

// 64 bytes, s < L, R canonical and not of small order.
Result<void> check_ed25519_signature(BytesView signature);

// 32 bytes, canonical, not of small order. Whether the point is on the curve, verifying finds out.
Result<void> check_ed25519_point(BytesView point);

// r and s of ECDSA P-256, big-endian.
struct EcdsaPair {
  std::array<std::uint8_t, 32> r{};
  std::array<std::uint8_t, 32> s{};
};

Bytes encode_ecdsa(const EcdsaPair& pair);             // DER
std::optional<EcdsaPair> decode_ecdsa(BytesView der);  // exactly what encode_ecdsa writes

bool is_low_s(const EcdsaPair& pair);  // s <= n/2
bool lower_s(EcdsaPair& pair);         // of the two valid values of s the lower; false, and no change, if s >= n

}  // namespace cairn
