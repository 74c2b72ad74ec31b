// What tests of all folders do with texts.
#pragma once

#include <string>
#include <string_view>

#include "ledger/base/text.h"
#include "ledger/base/types.h"
#include "tests/catch.h"

namespace cairn {

inline bool says(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

inline std::size_t occurrences(std::string_view text, std::string_view part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != std::string_view::npos; at = text.find(part, at + part.size())) ++found;
  return found;
}

// The first `what`, which must be there, by `with`.
inline std::string replaced(std::string text, std::string_view what, std::string_view with) {
  const std::size_t at = text.find(what);
  REQUIRE(at != std::string::npos);
  return text.replace(at, what.size(), with);
}

inline Bytes bytes_of_hex(std::string_view hex) {
  return from_hex(hex).value();
}

}  // namespace cairn
