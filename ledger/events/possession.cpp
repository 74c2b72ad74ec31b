#include "ledger/events/event.h"
#include "ledger/tlog/note.h"

namespace cairn {

Result<void> verify_possession(std::string_view handle, BytesView spki, BytesView possession) {
  TRY_LET(key, PublicKey::from_spki(spki));
  return key.verify(possession_text(handle, key.id()), possession);
}

Result<void> verify_log_possession(const Hash& ledger, std::string_view vkey, BytesView possession) {
  const Result<NoteVerifier> key = NoteVerifier::from_log_vkey(vkey);
  if (!key) return usage(key.error().message);
  return key->key().verify(log_possession_text(ledger, vkey), possession);
}

}  // namespace cairn
