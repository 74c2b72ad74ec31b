// Whole numbers as bytes, the most significant first, as every format of ours has them. Pure.
#pragma once

#include <cstddef>
#include <cstdint>

#include "ledger/base/types.h"

namespace cairn {

// The lowest `count` bytes of the value, at most 8.
inline void append_big_endian(Bytes& bytes, std::uint64_t value, unsigned count) {
  for (unsigned i = count; i-- > 0;) bytes += static_cast<char>(static_cast<unsigned char>(value >> (8 * i) & 0xff));
}

// Of all these bytes, at most 8.
inline std::uint64_t from_big_endian(BytesView bytes) {
  std::uint64_t value = 0;
  for (const char byte : bytes) value = value << 8 | static_cast<unsigned char>(byte);
  return value;
}

}  // namespace cairn
