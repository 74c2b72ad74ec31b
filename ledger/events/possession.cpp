#include "ledger/events/event.h"

namespace cairn {

Result<void> verify_possession(std::string_view handle, BytesView spki, BytesView possession) {
  TRY_LET(key, PublicKey::from_spki(spki));
  return key.verify(possession_text(handle, key.id()), possession);
}

}  // namespace cairn
