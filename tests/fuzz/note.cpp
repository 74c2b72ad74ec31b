#include <vector>

#include "ledger/tlog/checkpoint.h"
#include "ledger/tlog/note.h"
#include "tests/fuzz/fuzz.h"

using namespace cairn;

namespace {

const std::vector<NoteVerifier>& verifiers() {
  static const std::vector<NoteVerifier> known = {
      NoteVerifier::from_vkey("example.com/log1+3a0274a6+AbnpI4hLNCOleiCj8S7v9oIxdQcHk3hjyA/DpMUX/pA6").value(),
      NoteVerifier::from_vkey("witness.example/w1+ed8c37d6+BLDvac9mmAMfo6UM3ZhuGEswRR4MUnSlB9TyBI0y+MK1").value(),
  };
  return known;
}

}  // namespace

// The first byte says whether the rest is a note or a verifier key.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto text = fuzz::view(data + 1, size - 1);
  if (data[0] % 2 == 0) {
    const auto verifier = NoteVerifier::from_vkey(text);
    if (verifier) ASSERT(verifier->vkey() == text && is_note_name(verifier->name()));
    return 0;
  }
  const auto note = open_note(text, verifiers());
  if (note) ASSERT(text.starts_with(note->text) && is_note_text(note->text) && !note->verified_by.empty());
  const auto checkpoint = open_checkpoint(text, verifiers().front());
  if (checkpoint) ASSERT(claimed_size(text).ok() && claimed_size(text).value() == checkpoint->head.size);
  return 0;
}
