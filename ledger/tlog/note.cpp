#include "ledger/tlog/note.h"

#include <algorithm>
#include <array>
#include <optional>

#include "ledger/base/big_endian.h"
#include "ledger/base/text.h"
#include "ledger/crypto/sha256.h"
#include "ledger/tlog/cosignature.h"

namespace cairn {
namespace {

constexpr std::uint8_t type_ed25519 = 0x01;
constexpr std::uint8_t type_cosignature = 0x04;
constexpr std::size_t ed25519_bytes = 32;
constexpr std::size_t signature_bytes = 64;
constexpr unsigned key_id_bytes = 4;
constexpr std::string_view dash = "\xE2\x80\x94 ";  // U+2014 and a space

// The first four bytes, as key ids are taken from hashes, blobs and vkeys.
std::uint32_t read_key_id(BytesView bytes) {
  return static_cast<std::uint32_t>(from_big_endian(bytes.substr(0, key_id_bytes)));
}

Bytes key_id_in_bytes(std::uint32_t key_id) {
  Bytes bytes;
  append_big_endian(bytes, key_id, key_id_bytes);
  return bytes;
}

Bytes typed_key(std::uint8_t type, const PublicKey& key) {
  return Bytes(1, static_cast<char>(type)) + key.ed25519_raw();
}

std::uint32_t note_key_id(std::string_view name, BytesView type_and_key) {
  return read_key_id(sha256(str(name, '\n', type_and_key)).view());
}

Error malformed_note(std::string_view why) {
  return fault(str("the note is malformed: ", why));
}

Result<SignatureLine> parse_signature_line(std::string_view line) {
  if (!line.starts_with(dash)) return malformed_note("a signature line does not begin with an em dash and a space");
  line.remove_prefix(dash.size());
  const std::size_t space = line.find(' ');
  if (space == std::string_view::npos) return malformed_note("a signature line has no signature");
  const std::string_view name = line.substr(0, space);
  if (!is_note_name(name)) return malformed_note(str("'", printable(name), "' cannot be the name of a key"));
  const Result<Bytes> blob = from_base64(line.substr(space + 1));
  if (!blob.ok()) return malformed_note(str("the signature by ", printable(name), " is not base64"));
  if (blob->size() <= key_id_bytes) return malformed_note(str("the signature by ", printable(name), " is too short"));
  return SignatureLine{name, read_key_id(*blob), blob->substr(key_id_bytes)};
}

// The first verifier that the line names. One key given twice is one verifier; two keys that share name and id are
// refused, because nobody could say which of them is meant.
Result<std::optional<std::size_t>> find_verifier(const SignatureLine& line, std::span<const NoteVerifier> verifiers) {
  std::optional<std::size_t> found;
  for (std::size_t i = 0; i < verifiers.size(); ++i) {
    if (!line.names(verifiers[i])) continue;
    if (!found) {
      found = i;
    } else if (verifiers[i].vkey() != verifiers[*found].vkey()) {
      return usage(str("two different keys have the name ", printable(line.name), " and the same key id; trust one"));
    }
  }
  return found;
}

}  // namespace

Result<std::vector<SignatureLine>> parse_signature_lines(std::string_view lines) {
  if (lines.empty()) return malformed_note("it has no signature");
  if (!lines.ends_with('\n')) return malformed_note("its last signature line does not end in a newline");
  std::vector<SignatureLine> parsed;
  while (!lines.empty()) {
    if (parsed.size() == max_note_signatures) {
      return malformed_note(str("it has more than ", max_note_signatures, " signatures"));
    }
    const std::size_t end = lines.find('\n');
    TRY_LET(line, parse_signature_line(lines.substr(0, end)));
    parsed.push_back(std::move(line));
    lines.remove_prefix(end + 1);
  }
  return parsed;
}

std::string format_signature_line(const SignatureLine& line) {
  return str(dash, line.name, ' ', to_base64(key_id_in_bytes(line.key_id) + line.signature), '\n');
}

Result<NoteParts> split_note(std::string_view note) {
  if (note.size() > max_note_bytes) return malformed_note(str(note.size(), " bytes are more than ", max_note_bytes));
  if (!is_note_text(note)) return malformed_note("it is not UTF-8 lines that each end in a newline");
  const std::size_t at = note.rfind("\n\n");
  if (at == std::string_view::npos) return malformed_note("no empty line stands between text and signatures");
  TRY_LET(lines, parse_signature_lines(note.substr(at + 2)));
  return NoteParts{note.substr(0, at + 1), std::move(lines)};
}

bool is_note_text(std::string_view text) {
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 && c != '\n'; };
  return text.ends_with('\n') && std::none_of(text.begin(), text.end(), is_control) && is_utf8(text);
}

bool is_note_name(std::string_view name) {
  if (name.empty() || name.find('+') != std::string_view::npos || !is_utf8(name)) return false;
  if (std::any_of(name.begin(), name.end(), [](char c) { return static_cast<unsigned char>(c) <= 0x20; })) return false;
  // Unicode's White_Space beyond ASCII; UTF-8 is self-synchronising, so bytes can be searched.
  static constexpr std::array<std::string_view, 19> spaces = {
      "\u00A0", "\u1680", "\u2000", "\u2001", "\u2002", "\u2003", "\u2004", "\u2005", "\u2006",  "\u2007",
      "\u2008", "\u2009", "\u200A", "\u2028", "\u2029", "\u202F", "\u205F", "\u3000", "\xC2\x85"};
  return std::none_of(spaces.begin(), spaces.end(),
                      [name](std::string_view space) { return name.find(space) != std::string_view::npos; });
}

Result<NoteVerifier> NoteVerifier::from_log_vkey(std::string_view vkey) {
  TRY_LET(verifier, from_vkey(vkey));
  if (verifier.type_ == type_ed25519) return verifier;
  return fault(str("verifier key '", printable(vkey.substr(0, 120)), "' is refused: it is a witness's, and no log's"));
}

Result<NoteVerifier> NoteVerifier::from_witness_vkey(std::string_view vkey) {
  TRY_LET(verifier, from_vkey(vkey));
  if (verifier.is_witness()) return verifier;
  return fault(str("verifier key '", printable(vkey.substr(0, 120)), "' is refused: it is a log's, and no witness's"));
}

Result<NoteVerifier> NoteVerifier::from_vkey(std::string_view vkey) {
  const auto refused = [vkey](std::string_view why) {
    return fault(str("verifier key '", printable(vkey.substr(0, 120)), "' is refused: ", why));
  };
  const std::size_t first = vkey.find('+');
  const std::size_t second = first == std::string_view::npos ? first : vkey.find('+', first + 1);
  if (second == std::string_view::npos) return refused("it is not <name>+<key id>+<key>");
  const std::string_view name = vkey.substr(0, first);
  if (!is_note_name(name)) return refused("the name is empty, not UTF-8, or holds a space");
  const Result<Bytes> id = from_hex(vkey.substr(first + 1, second - first - 1));
  if (!id.ok() || id->size() != key_id_bytes) return refused("the key id is not 8 lowercase hexadecimal digits");
  const Result<Bytes> typed = from_base64(vkey.substr(second + 1));
  if (!typed.ok() || typed->empty()) return refused("the key is not base64");
  const std::uint32_t key_id = read_key_id(*id);
  if (note_key_id(name, *typed) != key_id) return refused("the key id is not the one of this name and key");
  const auto type = static_cast<std::uint8_t>(typed->front());
  if (type != type_ed25519 && type != type_cosignature) {
    return refused(str("key type ", unsigned{type}, " is not supported; 1 (Ed25519) and 4 (cosignature) are"));
  }
  if (typed->size() != 1 + ed25519_bytes) return refused("an Ed25519 key has 32 bytes");
  TRY_LET(key, PublicKey::from_ed25519(BytesView(*typed).substr(1)));
  NoteVerifier verifier;
  verifier.name_ = name;
  verifier.key_id_ = key_id;
  verifier.type_ = type;
  verifier.key_ = std::move(key);
  return verifier;
}

Result<NoteVerifier> NoteVerifier::of_type(std::uint8_t type, std::string_view name, const PublicKey& key) {
  const std::string_view whose = type == type_cosignature ? "witness " : "log ";
  if (!is_note_name(name)) {
    return usage(str("'", printable(name), "' cannot be the name of a ", whose, "key: no spaces, no '+', not empty"));
  }
  if (key.type() != KeyType::ed25519) return usage(str("the key of ", whose, printable(name), " must be Ed25519"));
  NoteVerifier verifier;
  verifier.name_ = name;
  verifier.key_id_ = note_key_id(name, typed_key(type, key));
  verifier.type_ = type;
  verifier.key_ = key;
  return verifier;
}

Result<NoteVerifier> NoteVerifier::for_log(std::string_view name, const PublicKey& key) {
  return of_type(type_ed25519, name, key);
}

Result<NoteVerifier> NoteVerifier::for_witness(std::string_view name, const PublicKey& key) {
  return of_type(type_cosignature, name, key);
}

bool NoteVerifier::is_witness() const {
  return type_ == type_cosignature;
}

std::string NoteVerifier::vkey() const {
  return str(name_, '+', to_hex(key_id_in_bytes(key_id_)), '+', to_base64(typed_key(type_, key_)));
}

Result<void> NoteVerifier::verify(std::string_view text, BytesView signature) const {
  const std::size_t time_bytes = type_ == type_cosignature ? 8 : 0;
  if (signature.size() != time_bytes + signature_bytes) {
    return not_verified(str("the signature by ", printable(name_), " has ", signature.size(), " bytes where ",
                            time_bytes + signature_bytes, " are needed"));
  }
  if (type_ == type_ed25519) return key_.verify(text, signature);
  const std::uint64_t time = from_big_endian(signature.substr(0, time_bytes));
  if (time >> 63 != 0) return not_verified(str("the time of the cosignature by ", printable(name_), " is too large"));
  return key_.verify(cosignature_message(text, time), signature.substr(time_bytes));
}

Result<Note> open_note(std::string_view note, std::span<const NoteVerifier> verifiers) {
  TRY_LET(parts, split_note(note));
  std::vector<std::uint32_t> verified_by;
  for (const SignatureLine& line : parts.lines) {
    TRY_LET(index, find_verifier(line, verifiers));
    if (!index) continue;
    if (const Result<void> verified = verifiers[*index].verify(parts.text, line.signature); !verified.ok()) {
      return not_verified(
          str("the note's signature by ", printable(line.name), " does not verify: ", verified.error().message));
    }
    verified_by.push_back(static_cast<std::uint32_t>(*index));
  }
  if (verified_by.empty()) return not_verified("the note has no signature by a trusted key; check which key you trust");
  std::sort(verified_by.begin(), verified_by.end());
  verified_by.erase(std::unique(verified_by.begin(), verified_by.end()), verified_by.end());
  return Note{std::string(parts.text), std::move(verified_by)};
}

Result<std::string> sign_note(std::string_view text, std::string_view name, const PrivateKey& key) {
  return sign_note(text, name, {&key, 1});
}

Result<std::string> sign_note(std::string_view text, std::string_view name, std::span<const PrivateKey> keys) {
  ASSERT(!keys.empty());
  if (!is_note_text(text)) return usage("only UTF-8 lines that each end in a newline can be signed as a note");
  std::string note = str(text, '\n');
  for (const PrivateKey& key : keys) {
    TRY_LET(verifier, NoteVerifier::for_log(name, key.public_key()));
    TRY_LET(signature, key.sign(text));
    note += format_signature_line({name, verifier.key_id(), signature});
  }
  if (note.size() > max_note_bytes) return usage(str("a note has at most ", max_note_bytes, " bytes"));
  return note;
}

}  // namespace cairn
