// What tests of all folders do with a Result that must hold a value.
#pragma once

#include <utility>

#include "ledger/base/result.h"
#include "tests/catch.h"

namespace cairn {

template <class T>
T must(Result<T> result) {
  INFO((result.ok() ? "" : result.error().message));
  REQUIRE(result.ok());
  return std::move(result).value();
}

}  // namespace cairn
