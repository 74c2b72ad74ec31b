// What every fuzz target shares. A target gives hostile bytes to one reader and asserts what holds for whatever it
// accepts: that the writer would have written the same bytes, so that one value has one spelling.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "ledger/base/assert.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace cairn::fuzz {

inline std::string_view view(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

}  // namespace cairn::fuzz
