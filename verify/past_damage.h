// How an audit goes on behind what cannot be read, so that one damaged place hides none of the others.
#pragma once

#include <functional>
#include <optional>

#include "ledger/base/result.h"
#include "ledger/base/types.h"

namespace cairn {

// The least distance from 1 to `most` at which `readable` says true; nothing if it says so nowhere. One after the other
// is asked for, and beyond 64 in steps that double: of larger damage the end is found if it lies in one piece, else
// what lies between may be passed by. An error of `readable` ends it.
Result<std::optional<Size>> distance_past_damage(Size most, const std::function<Result<bool>(Size distance)>& readable);

// `what` could be read, or is damaged; unavailable: the source is away.
template <class T>
Result<bool> was_readable(const Result<T>& what) {
  if (!what.ok() && what.error().kind == ErrorKind::unavailable) return what.error();
  return what.ok();
}

}  // namespace cairn
