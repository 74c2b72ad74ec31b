// What a store says of its format, which every engine keeps in one row, and who may open it.
#pragma once

#include <string>
#include <string_view>

#include "ledger/base/result.h"
#include "ledger/store/store.h"

namespace cairn {

// What the row says of a store in this state.
std::string_view version_for(Copying copying);

// A fault if this program does not read `found`, or if somebody would write who does not copy while a copy is under
// way.
Result<void> check_version(std::string_view found, StoreMode mode, const std::string& place);

}  // namespace cairn
