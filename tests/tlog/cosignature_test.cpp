#include "ledger/tlog/cosignature.h"

#include "ledger/base/text.h"
#include "ledger/tlog/checkpoint.h"
#include "tests/catch.h"
#include "tests/texts.h"
#include "tests/tlog/golden.h"

using namespace cairn;

namespace {

// Made by Python's hashlib and `openssl pkeyutl -sign -rawin`, which share no code with ours.
const std::string openssl_name = "witness.example.org/openssl";
const std::string openssl_vkey = "witness.example.org/openssl+c4850d41+BLUo9wOe31ckNpjG/zeuUP/x87ezR5Rwevi+nTFeM6vj";
const std::string openssl_text = "example.org/log\n5\nfKo0Xb2JKmZFTWxlEuo8PqPw0+whvj/C4jdXBf049nI=\n";
const std::string openssl_line =
    "\xE2\x80\x94 witness.example.org/openssl "
    "xIUNQQAAAABrCfZYXjtUcEj7Cg0mtRKF5MzTuQCJeuqtgeg/iZgyj2Q+dij1hPCTT90TtzwLR6S3XUyDRBa8YWXPg5jpfxLaA3DJDA==\n";
constexpr std::uint64_t openssl_time = 1795815000;

PrivateKey openssl_key() {
  return PrivateKey::from_ed25519_seed(bytes_of_hex("a36fd8f8bbc7bbebf4425a64f30563e620d544a16f90d742afc10ff55a530b54"))
      .value();
}

NoteVerifier openssl_witness() {
  return NoteVerifier::from_witness_vkey(openssl_vkey).value();
}

Result<Cosignature> opened(std::string_view lines) {
  return open_cosignature(lines, openssl_text, openssl_witness());
}

}  // namespace

TEST_CASE("a cosignature is, byte for byte, the one that openssl makes of the specification's message") {
  const Cosignature made = cosign(openssl_text, openssl_name, openssl_key(), openssl_time).value();
  CHECK(made.line == openssl_line);
  CHECK(made.time == openssl_time);
  CHECK(NoteVerifier::for_witness(openssl_name, openssl_key().public_key())->vkey() == openssl_vkey);
  CHECK(cosignature_message("a\n", 7) == "cosignature/v1\ntime 7\na\n");
}

TEST_CASE("a cosignature made elsewhere is opened to its time and line") {
  CHECK(opened(openssl_line)->time == openssl_time);
  CHECK(opened(openssl_line)->line == openssl_line);
  // Of the published notes, whose cosignatures an implementation in Go verified as well.
  const std::string note = golden::note_named("log + 2 cosignatures/v1 + ML-DSA-44").note;
  const NoteParts parts = split_note(note).value();
  const std::string_view lines = std::string_view(note).substr(parts.text.size() + 1);
  for (const std::string& name : {golden::witness1, golden::witness2}) {
    const Cosignature cosignature = open_cosignature(lines, parts.text, golden::verifier(name)).value();
    CHECK(cosign(parts.text, name, golden::private_key(name), cosignature.time)->line == cosignature.line);
  }
}

TEST_CASE("the verifier key of a public witness is read, and names itself a witness's") {
  // Of the test data of transparency-dev/formats.
  const std::string vkey = "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2";
  CHECK(NoteVerifier::from_witness_vkey(vkey)->vkey() == vkey);
  CHECK(NoteVerifier::from_witness_vkey(vkey)->is_witness());
}

TEST_CASE("a log's key is no witness's, though it be the same key") {
  CHECK_FALSE(NoteVerifier::from_witness_vkey(golden::vkey(golden::log_name)).ok());
  CHECK_FALSE(golden::verifier(golden::log_name).is_witness());
  const auto as_log = NoteVerifier::for_log(openssl_name, openssl_key().public_key()).value();
  CHECK(as_log.key_id() != openssl_witness().key_id());
  CHECK_FALSE(open_cosignature(openssl_line, openssl_text, as_log).ok());
  CHECK_FALSE(NoteVerifier::for_witness("a b", openssl_key().public_key()).ok());
  CHECK_FALSE(NoteVerifier::for_witness("w", PrivateKey::generate(KeyType::ecdsa_p256)->public_key()).ok());
}

TEST_CASE("a cosignature with any one bit flipped is refused") {
  for (std::size_t i = 0; i < openssl_line.size(); ++i) {
    for (unsigned bit = 0; bit < 8; ++bit) {
      auto line = openssl_line;
      line[i] = static_cast<char>(static_cast<unsigned char>(line[i]) ^ 1u << bit);
      CAPTURE(i, bit);
      REQUIRE_FALSE(opened(line).ok());
    }
  }
}

TEST_CASE("a cosignature line has one spelling") {
  const std::string bare = openssl_line.substr(0, openssl_line.size() - 1);
  for (const std::string& other :
       {std::string(), bare, bare + "\r\n", bare + " \n", openssl_line + "\n", "\n" + openssl_line, " " + openssl_line,
        openssl_line.substr(4), replaced(openssl_line, "==\n", "\n"), replaced(openssl_line, "A==\n", "B==\n"),
        replaced(openssl_line, "openssl ", "openssl  "), openssl_line + "more"}) {
    CAPTURE(other);
    CHECK_FALSE(opened(other).ok());
  }
}

TEST_CASE("a cosignature holds for its own text and no other") {
  for (const std::string& other : {std::string("example.org/log\n5\n"), openssl_text + "more\n", openssl_text + "\n",
                                   replaced(openssl_text, "5", "6"), replaced(openssl_text, "org", "com")}) {
    CAPTURE(other);
    CHECK_FALSE(open_cosignature(openssl_line, other, openssl_witness()).ok());
  }
}

TEST_CASE("lines of other keys are ignored, the newest of this witness counts, and a bad one makes all bad") {
  const auto at = [](std::uint64_t time) {
    return cosign(openssl_text, openssl_name, openssl_key(), time).value().line;
  };
  const std::string stranger = "\xE2\x80\x94 someone AAAAAAA=\n";
  CHECK(opened(stranger + at(9) + at(11) + stranger + at(10))->time == 11);
  CHECK(opened(stranger + at(9) + at(11) + stranger + at(10))->line == at(11));
  const auto none = opened(stranger);
  REQUIRE_FALSE(none.ok());
  CHECK(none.error().kind == ErrorKind::not_verified);
  const std::string bad = cosign(replaced(openssl_text, "5", "6"), openssl_name, openssl_key(), 12).value().line;
  CHECK_FALSE(opened(at(9) + bad).ok());
  CHECK_FALSE(opened(bad + at(9)).ok());
}

TEST_CASE("a cosignature has a time, from 1 to 2^63-1") {
  const std::uint64_t too_late = std::uint64_t{1} << 63;
  CHECK(opened(cosign(openssl_text, openssl_name, openssl_key(), 1)->line)->time == 1);
  CHECK(opened(cosign(openssl_text, openssl_name, openssl_key(), too_late - 1)->line)->time == too_late - 1);
  CHECK_FALSE(cosign(openssl_text, openssl_name, openssl_key(), 0).ok());
  CHECK_FALSE(cosign(openssl_text, openssl_name, openssl_key(), too_late).ok());
  const Bytes signature = openssl_key().sign(cosignature_message(openssl_text, 0)).value();
  const Bytes of_no_time = Bytes(8, '\0') + signature;
  const std::string timeless = format_signature_line({openssl_name, openssl_witness().key_id(), of_no_time});
  CHECK_FALSE(opened(timeless).ok());
  CHECK_FALSE(opened(openssl_line + timeless).ok());
}

TEST_CASE("only a checkpoint is cosigned, its extension lines with it") {
  const std::string extended = openssl_text + "an extension\n";
  const auto line = cosign(extended, openssl_name, openssl_key(), 9).value().line;
  CHECK(open_cosignature(line, extended, openssl_witness()).ok());
  CHECK_FALSE(open_cosignature(line, openssl_text, openssl_witness()).ok());
  for (const std::string& text :
       {std::string(), std::string("text\n"), std::string("example.org/log\n5\n"), openssl_text + "\n",
        "time 7\n" + openssl_text, openssl_text.substr(0, openssl_text.size() - 1)}) {
    CAPTURE(text);
    CHECK_FALSE(cosign(text, openssl_name, openssl_key(), 9).ok());
  }
}

TEST_CASE("a note is taken apart without being verified, and put together again as it was") {
  const std::string note = golden::note_named("log + 2 cosignatures/v1 + ML-DSA-44").note;
  const NoteParts parts = split_note(note).value();
  std::string again = str(parts.text, '\n');
  for (const SignatureLine& line : parts.lines) again += format_signature_line(line);
  CHECK(again == note);
  CHECK(parts.lines.size() == 4);
  CHECK_FALSE(split_note(parts.text).ok());
  CHECK_FALSE(parse_signature_lines(std::string_view()).ok());
}
