#include "ledger/store/store_format.h"

#include "ledger/base/text.h"

namespace cairn {

std::string_view version_for(Copying copying) {
  return copying == Copying::done ? store_version : unfinished_version;
}

Result<void> check_version(std::string_view found, StoreMode mode, const std::string& place) {
  const bool writes = mode == StoreMode::create || mode == StoreMode::write;
  if (found == unfinished_version) return writes ? unfinished_copy(place) : Result<void>();
  if (found == store_version) return {};
  return fault(str("the ledger at ", place, " has the format '", printable(found), "', this program reads '",
                   store_version, "': use the program that wrote it"));
}

}  // namespace cairn
