// What a store says of its format, which every engine keeps in one row, and who may open it.
#pragma once

#include <string>
#include <string_view>

#include "ledger/base/result.h"
#include "ledger/store/store.h"

namespace cairn {

// What the engines of this version write and read.
inline constexpr std::string_view store_version = "cairn store 1";
inline constexpr std::string_view unfinished_version = "cairn store 1, an unfinished copy";
inline constexpr std::string_view backup_version = "cairn store 1, a backup";
inline constexpr std::string_view older_version = "cairn store 1, an older copy";

// What the row says of a store in this state, and of one that is new.
std::string_view version_for(Copying copying);
std::string_view version_of_new(StoreMode mode);

// A fault if this program does not read `found`, or if somebody would write who may not: while a copy is under way who
// copies may and nobody else, to a backup only who backs up, and to an older copy only who forks.
Result<void> check_version(std::string_view found, StoreMode mode, const std::string& place);

// What writers are told but who copies.
Error unfinished_copy(std::string_view place);

}  // namespace cairn
