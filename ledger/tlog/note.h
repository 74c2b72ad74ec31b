// C2SP signed-note v1.0.0: a text, an empty line, and signature lines. Pure.
//
// A note is verified before anyone reads its text: open_note is the only way to a Note.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/base/result.h"
#include "ledger/crypto/keys.h"

namespace cairn {

inline constexpr std::size_t max_note_bytes = 1 << 20;
inline constexpr std::size_t max_note_signatures = 64;

// A verifier key: "<name>+<8 hex of key id>+<base64(type || public key)>". Types 0x01 (Ed25519) and 0x04 (timestamped
// Ed25519 cosignature, C2SP tlog-cosignature) are known here.
class NoteVerifier {
 public:
  static Result<NoteVerifier> from_vkey(std::string_view vkey);
  static Result<NoteVerifier> from_log_vkey(std::string_view vkey);  // type 0x01 only: no cosignature stands for a log
  static Result<NoteVerifier> from_witness_vkey(std::string_view vkey);                  // type 0x04 only
  static Result<NoteVerifier> for_log(std::string_view name, const PublicKey& key);      // type 0x01
  static Result<NoteVerifier> for_witness(std::string_view name, const PublicKey& key);  // type 0x04

  const std::string& name() const { return name_; }
  std::uint32_t key_id() const { return key_id_; }
  bool is_witness() const;
  const PublicKey& key() const { return key_; }
  std::string vkey() const;

  // `signature` without its key id.
  Result<void> verify(std::string_view text, BytesView signature) const;

 private:
  static Result<NoteVerifier> of_type(std::uint8_t type, std::string_view name, const PublicKey& key);

  std::string name_;
  std::uint32_t key_id_ = 0;
  std::uint8_t type_ = 1;
  PublicKey key_;
};

// What stands below the text of a note; not verified by itself.
struct SignatureLine {
  std::string_view name;  // within what was parsed
  std::uint32_t key_id = 0;
  Bytes signature;  // without its key id

  bool names(const NoteVerifier& verifier) const { return key_id == verifier.key_id() && name == verifier.name(); }
};

// One or more lines, each with its newline; at most 64. What is formatted again is what was parsed.
Result<std::vector<SignatureLine>> parse_signature_lines(std::string_view lines);
Result<std::vector<SignatureLine>> parse_signature_lines(std::string&&) = delete;  // they would outlive it
std::string format_signature_line(const SignatureLine& line);

// A note in its parts, unverified: for finding out whose keys it has to be opened with. Never for trust.
struct NoteParts {
  std::string_view text;
  std::vector<SignatureLine> lines;
};
Result<NoteParts> split_note(std::string_view note);
Result<NoteParts> split_note(std::string&&) = delete;  // the parts would outlive it

struct Note {
  std::string text;                        // ends in a newline; this is what was signed
  std::vector<std::uint32_t> verified_by;  // indices into the verifiers given to open, ascending, none twice
};

// Verifies, then hands out the text. Unknown signature lines are ignored; a known key whose line does not verify makes
// the whole note bad; so does no line by a known key.
Result<Note> open_note(std::string_view note, std::span<const NoteVerifier> verifiers);

// The text plus one Ed25519 line for each key, in this order; at least one. `name` must fit signed-note's rule and
// `text` end in a newline.
Result<std::string> sign_note(std::string_view text, std::string_view name, std::span<const PrivateKey> keys);
Result<std::string> sign_note(std::string_view text, std::string_view name, const PrivateKey& key);

// Whether a text may be signed: valid UTF-8, ends in a newline, no other control byte.
bool is_note_text(std::string_view text);

// Whether a name may stand in a signature line: not empty, no Unicode space, no '+', valid UTF-8.
bool is_note_name(std::string_view name);

}  // namespace cairn
