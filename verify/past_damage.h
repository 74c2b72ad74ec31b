// How an audit goes on behind what cannot be read, so that one damaged place hides none of the others.
#pragma once

#include <functional>
#include <optional>

#include "ledger/base/result.h"
#include "ledger/base/types.h"

namespace cairn {

// The least distance from 1 to `most` at which `readable` says true, if what is damaged lies in one piece; nothing if
// it says so nowhere. Asks about twice as often as that distance has bits. An error of `readable` ends it.
Result<std::optional<Size>> distance_past_damage(Size most, const std::function<Result<bool>(Size distance)>& readable);

// `what` could be read, or is damaged; unavailable: the source is away.
template <class T>
Result<bool> was_readable(const Result<T>& what) {
  if (!what.ok() && what.error().kind == ErrorKind::unavailable) return what.error();
  return what.ok();
}

}  // namespace cairn
