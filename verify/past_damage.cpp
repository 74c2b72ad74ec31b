#include "verify/past_damage.h"

#include <algorithm>

namespace cairn {
namespace {

constexpr Size one_by_one = 64;

}  // namespace

Result<std::optional<Size>> distance_past_damage(Size most, const std::function<Result<bool>(Size)>& readable) {
  Size damaged = 0;
  Size good = 0;
  for (Size step = 1; good == 0 && damaged < most; step *= damaged < one_by_one ? 1 : 2) {
    const Size distance = damaged + std::min(step, most - damaged);
    TRY_LET(holds, readable(distance));
    (holds ? good : damaged) = distance;
  }
  if (good == 0) return std::optional<Size>();
  while (good - damaged > 1) {
    const Size middle = damaged + (good - damaged) / 2;
    TRY_LET(holds, readable(middle));
    (holds ? good : damaged) = middle;
  }
  return std::optional<Size>(good);
}

}  // namespace cairn
