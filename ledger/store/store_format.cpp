#include "ledger/store/store_format.h"

#include "ledger/base/text.h"

namespace cairn {

std::string_view version_for(Copying copying) {
  switch (copying) {
    case Copying::under_way:
      return unfinished_version;
    case Copying::done:
      return store_version;
    case Copying::older:
      return older_version;
  }
  return unfinished_version;
}

std::string_view version_of_new(StoreMode mode) {
  return mode == StoreMode::backup ? backup_version : store_version;
}

Result<void> check_version(std::string_view found, StoreMode mode, const std::string& place) {
  const bool known =
      found == store_version || found == unfinished_version || found == backup_version || found == older_version;
  if (!known) {
    return fault(str("the ledger at ", place, " has the format '", printable(found), "', this program reads '",
                     store_version, "': use the program that wrote it"));
  }
  if (mode == StoreMode::read) return {};
  if (mode == StoreMode::backup && found != backup_version) {
    return fault(str("there is a ledger at ", place, ", and no backup: choose another directory"));
  }
  if (mode == StoreMode::fork && found != older_version && found != backup_version) {
    return fault(str("the ledger at ", place, " is no older copy that was restored, and only such a one is forked"));
  }
  if (mode != StoreMode::backup && found == backup_version) {
    return fault(str("the ledger at ", place, " is a backup, and takes nothing: `cairn --ledger WHERE restore ", place,
                     "` puts it in place", mode == StoreMode::fork ? "; then fork what lies there" : ""));
  }
  if (mode != StoreMode::fork && found == older_version) {
    return fault(str("the ledger at ", place,
                     " is an older copy that was restored, and takes nothing: restore a newer ",
                     "backup; where there is none, `cairn fork` makes a ledger of its own of it"));
  }
  const bool writes = mode == StoreMode::create || mode == StoreMode::write;
  return writes && found == unfinished_version ? unfinished_copy(place) : Result<void>();
}

Error unfinished_copy(std::string_view place) {
  return fault(str("the ledger at ", place, " is a copy that is not finished, and takes nothing yet: run the same ",
                   "`cairn migrate` again, which goes on with it"));
}

}  // namespace cairn
