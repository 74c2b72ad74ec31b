// Our bytes as OpenSSL's functions want them.
#pragma once

#include "ledger/base/types.h"

namespace cairn {

inline const unsigned char* data_of(BytesView bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

}  // namespace cairn
