#include "ledger/tlog/note.h"

#include "ledger/base/text.h"
#include "tests/catch.h"
#include "tests/texts.h"
#include "tests/tlog/golden.h"

using namespace cairn;

namespace {

const std::string dash = "\xE2\x80\x94 ";

bool opens(std::string_view note, const NoteVerifier& verifier) {
  return open_note(note, {&verifier, 1}).ok();
}

Bytes big_endian(std::uint64_t value, std::size_t count) {
  Bytes bytes(count, '\0');
  for (std::size_t i = count; i-- > 0; value >>= 8) bytes[i] = static_cast<char>(value & 0xff);
  return bytes;
}

std::string line(const NoteVerifier& verifier, const Bytes& signature) {
  return dash + verifier.name() + " " + to_base64(big_endian(verifier.key_id(), 4) + signature) + "\n";
}

std::string cosignature(const std::string& witness, const std::string& text, std::uint64_t time) {
  const std::string message = str("cosignature/v1\ntime ", time, "\n", text);
  const Bytes signature = golden::private_key(witness).sign(message).value();
  return line(golden::verifier(witness), big_endian(time, 8) + signature);
}

struct Signed {
  PrivateKey key = golden::private_key(golden::log_name);
  NoteVerifier log = golden::verifier(golden::log_name);
  std::string text = "first line\n\nsecond \xC3\xA4 line\n";
  std::string note = sign_note(text, golden::log_name, key).value();
  std::string signature_line = note.substr(text.size() + 1);
};

}  // namespace

TEST_CASE("a signed note opens to its text and names its verifier") {
  const Signed given;
  const auto opened = open_note(given.note, {&given.log, 1}).value();
  CHECK(opened.text == given.text);
  CHECK(opened.verified_by == std::vector<std::uint32_t>{0});
}

TEST_CASE("a note is split at its last empty line, so that text may hold others and even look signed") {
  const Signed given;
  const auto twice = sign_note(given.note, golden::log_name, given.key).value();
  CHECK(open_note(twice, {&given.log, 1}).value().text == given.note);
}

TEST_CASE("a note with any one bit flipped is refused") {
  const Signed given;
  for (std::size_t i = 0; i < given.note.size(); ++i) {
    for (unsigned bit = 0; bit < 8; ++bit) {
      auto note = given.note;
      note[i] = static_cast<char>(static_cast<unsigned char>(note[i]) ^ 1u << bit);
      CAPTURE(i, bit);
      REQUIRE_FALSE(opens(note, given.log));
    }
  }
}

TEST_CASE("a note with any one byte dropped, doubled or put in is refused") {
  const Signed given;
  for (std::size_t i = 0; i <= given.note.size(); ++i) {
    CAPTURE(i);
    for (const char extra : {'\n', '\r', '\t', ' ', '\0', '\x7f', '0', '=', 'A', '+', '\xE2', '\x80'}) {
      auto note = given.note;
      note.insert(i, 1, extra);
      CAPTURE(static_cast<int>(extra));
      REQUIRE_FALSE(opens(note, given.log));
    }
    if (i == given.note.size()) break;
    auto note = given.note;
    note.erase(i, 1);
    REQUIRE_FALSE(opens(note, given.log));
    REQUIRE_FALSE(opens(std::string_view(given.note).substr(0, i), given.log));
  }
}

TEST_CASE("a signature line has one spelling") {
  const Signed given;
  const auto with_line = [&](const std::string& other) { return given.text + "\n" + other; };
  REQUIRE(opens(with_line(given.signature_line), given.log));
  for (const std::string other : {"\xE2\x80\x93 ", "\xE2\x80\x95 ", "- ", "-- ", "\xE2\x80\x94", "\xE2\x80\x94  ",
                                  " \xE2\x80\x94 ", "\xE2\x80\x94\xC2\xA0", "\xE2\x80\x94\t", ""}) {
    CAPTURE(other);
    CHECK_FALSE(opens(with_line(replaced(given.signature_line, dash, other)), given.log));
  }
  const std::string& line = given.signature_line;
  const std::string name = golden::log_name;
  CHECK_FALSE(opens(with_line(replaced(line, name + " ", name + "  ")), given.log));
  CHECK_FALSE(opens(with_line(replaced(line, name + " ", name + "\t")), given.log));
  CHECK_FALSE(opens(with_line(replaced(line, "\n", " \n")), given.log));
  CHECK_FALSE(opens(with_line(replaced(line, "\n", "\r\n")), given.log));
  CHECK_FALSE(opens(with_line(line + "\n"), given.log));
  CHECK_FALSE(opens(with_line("\n" + line), given.log));
  CHECK_FALSE(opens(with_line(line + "not a signature\n"), given.log));
  CHECK_FALSE(opens(with_line(line + dash + "\n"), given.log));
  CHECK_FALSE(opens(with_line(line + dash + "name\n"), given.log));
  CHECK_FALSE(opens(with_line(line + dash + " AAAAAAAA\n"), given.log));
  CHECK_FALSE(opens(with_line(line + dash + "na+me AAAAAAA=\n"), given.log));
}

TEST_CASE("base64 of a signature is canonical and padded, also on lines of unknown keys") {
  const Signed given;
  // 68 bytes end in one '=': the last digit before it has two unused bits.
  REQUIRE(given.signature_line.ends_with("=\n"));
  const std::string digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const std::size_t last = given.note.size() - 3;
  const std::size_t value = digits.find(given.note[last]);
  REQUIRE(value % 4 == 0);
  for (std::size_t unused = 1; unused < 4; ++unused) {
    auto note = given.note;
    note[last] = digits[value + unused];
    CHECK_FALSE(opens(note, given.log));
  }
  CHECK(opens(given.note + dash + "someone AAAAAAA=\n", given.log));
  CHECK_FALSE(opens(given.note + dash + "someone AAAAAAB=\n", given.log));
  CHECK_FALSE(opens(given.note + dash + "someone AAAAAAA\n", given.log));
  CHECK_FALSE(opens(given.note + dash + "someone AAAAAA-_\n", given.log));
  CHECK_FALSE(opens(given.note + dash + "someone AAAAAA==\n", given.log));  // 4 bytes: a key id and nothing
}

TEST_CASE("a note that is not UTF-8 or holds a control character is refused even though its signature is good") {
  const Signed given;
  for (const std::string bad : {"\r", "\t", "\x1b", "\x1f", "\xff", "\xC0\x80", "\xED\xA0\x80"}) {
    const std::string text = "a" + bad + "b\n";
    const Bytes signature = given.key.sign(text).value();
    CAPTURE(to_hex(bad));
    CHECK_FALSE(is_note_text(text));
    CHECK_FALSE(opens(text + "\n" + line(given.log, signature), given.log));
    CHECK_FALSE(sign_note(text, golden::log_name, given.key).ok());
  }
  const std::string nul = std::string("a\0b\n", 4);
  CHECK_FALSE(opens(nul + "\n" + line(given.log, given.key.sign(nul).value()), given.log));
}

TEST_CASE("a text without any signature line is malformed, not merely untrusted") {
  const Signed given;
  for (const std::string& note : {given.text + "\n", std::string("\n\n"), std::string("text\n\n")}) {
    const auto result = open_note(note, {&given.log, 1});
    REQUIRE_FALSE(result.ok());
    CHECK(result.error().kind == ErrorKind::fault);
    CHECK(result.error().message.find("no signature") != std::string::npos);
  }
}

TEST_CASE("unknown keys are ignored, but a note without a line by a trusted key is refused") {
  const Signed given;
  const NoteVerifier witness = golden::verifier(golden::witness1);
  CHECK_FALSE(opens(given.note, witness));
  CHECK_FALSE(open_note(given.note, {}).ok());
  CHECK(opens(given.text + "\n" + line(witness, Bytes(72, 'x')) + given.signature_line, given.log));
  // The name alone, or the key id alone, does not make a key known.
  const auto other_id = dash + golden::log_name + " " + to_base64("abcd" + Bytes(64, 'x')) + "\n";
  const auto other_name =
      dash + "example.com/log2 " + to_base64(big_endian(given.log.key_id(), 4) + Bytes(64, 'x')) + "\n";
  CHECK(opens(given.note + other_id + other_name, given.log));
  CHECK_FALSE(opens(given.text + "\n" + other_id + other_name, given.log));
}

TEST_CASE("a known key with one bad line makes the whole note bad, before or behind a good one") {
  const Signed given;
  const NoteVerifier witness = golden::verifier(golden::witness1);
  const std::vector<NoteVerifier> both = {given.log, witness};
  const auto bad_log = line(given.log, Bytes(64, 'x'));
  const auto bad_witness = line(witness, Bytes(72, 'x'));
  CHECK_FALSE(opens(given.note + bad_log, given.log));
  CHECK_FALSE(opens(given.text + "\n" + bad_log + given.signature_line, given.log));
  CHECK_FALSE(open_note(given.note + bad_witness, both).ok());
  CHECK(open_note(given.note + bad_witness, both).error().kind == ErrorKind::not_verified);
  for (const std::size_t length : {1u, 63u, 65u, 72u})
    CHECK_FALSE(opens(given.note + line(given.log, Bytes(length, 'x')), given.log));
}

TEST_CASE("repeated lines of one key count once, and so does a key that is trusted twice") {
  const Signed given;
  const NoteVerifier witness = golden::verifier(golden::witness1);
  const std::vector<NoteVerifier> trusted = {witness, given.log, witness};
  const auto note = given.note + given.signature_line + cosignature(golden::witness1, given.text, 7) +
                    cosignature(golden::witness1, given.text, 8) + given.signature_line;
  CHECK(open_note(note, trusted).value().verified_by == std::vector<std::uint32_t>{0, 1});
}

TEST_CASE("two different keys of one name and one key id are refused, for nobody could say which is meant") {
  // Found by search: with these seeds both keys have the id bc6d215f under the name "log".
  const auto first = PrivateKey::from_ed25519_seed(std::string(27, '0') + "40422").value();
  const auto second = PrivateKey::from_ed25519_seed(std::string(26, '0') + "119988").value();
  const std::vector<NoteVerifier> both = {NoteVerifier::for_log("log", first.public_key()).value(),
                                          NoteVerifier::for_log("log", second.public_key()).value()};
  REQUIRE(both[0].key_id() == both[1].key_id());
  REQUIRE(both[0].vkey() != both[1].vkey());
  for (const PrivateKey& key : {first, second}) {
    const auto note = sign_note("text\n", "log", key).value();
    CHECK(open_note(note, both).error().message.find("same key id") != std::string::npos);
    CHECK(opens(note, both[0]) != opens(note, both[1]));
  }
}

TEST_CASE("a note has at most 64 signatures and 1 MiB") {
  const Signed given;
  std::string lines;
  for (std::size_t i = 0; i < max_note_signatures - 1; ++i) lines += dash + "someone AAAAAAA=\n";
  CHECK(opens(given.note + lines, given.log));
  CHECK_FALSE(opens(given.note + lines + dash + "someone AAAAAAA=\n", given.log));
  CHECK_FALSE(opens(given.note + lines + given.signature_line, given.log));

  const std::size_t overhead = given.note.size() - given.text.size();
  const std::string most = std::string(max_note_bytes - overhead - 1, 'a') + "\n";
  const auto signed_most = sign_note(most, golden::log_name, given.key);
  REQUIRE(signed_most.ok());
  CHECK(signed_most->size() == max_note_bytes);
  CHECK(opens(*signed_most, given.log));
  const std::string more = "a" + most;
  CHECK_FALSE(sign_note(more, golden::log_name, given.key).ok());
  CHECK_FALSE(opens(more + "\n" + line(given.log, given.key.sign(more).value()), given.log));
}

TEST_CASE("a cosignature binds its time, which stays below 2^63") {
  const Signed given;
  const NoteVerifier witness = golden::verifier(golden::witness1);
  const std::uint64_t first_too_large = std::uint64_t{1} << 63;
  for (const std::uint64_t time : {std::uint64_t{0}, std::uint64_t{1795401602}, first_too_large - 1}) {
    CHECK(opens(given.note + cosignature(golden::witness1, given.text, time), witness));
  }
  CHECK_FALSE(opens(given.note + cosignature(golden::witness1, given.text, first_too_large), witness));
  CHECK_FALSE(opens(given.note + cosignature(golden::witness1, given.text, ~std::uint64_t{0}), witness));

  const Bytes signature = golden::private_key(golden::witness1).sign("cosignature/v1\ntime 7\n" + given.text).value();
  CHECK(opens(given.note + line(witness, big_endian(7, 8) + signature), witness));
  CHECK_FALSE(opens(given.note + line(witness, big_endian(8, 8) + signature), witness));
  CHECK_FALSE(opens(given.note + line(witness, big_endian(7, 8) + signature + "x"), witness));
  CHECK_FALSE(opens(given.note + line(witness, signature), witness));
  const Bytes plain = golden::private_key(golden::witness1).sign(given.text).value();
  CHECK_FALSE(opens(given.note + line(witness, plain), witness));
  CHECK_FALSE(opens(given.note + line(witness, big_endian(7, 8) + plain), witness));
}

TEST_CASE("a witness's key is no log's") {
  CHECK(NoteVerifier::from_log_vkey(golden::vkey(golden::log_name)).ok());
  CHECK_FALSE(NoteVerifier::from_log_vkey(golden::vkey(golden::witness1)).ok());
}

TEST_CASE("a verifier key is read back as it is written") {
  for (const std::string& name : {golden::log_name, golden::witness1, golden::witness2}) {
    const std::string vkey = golden::vkey(name);
    const auto verifier = NoteVerifier::from_vkey(vkey).value();
    CHECK(verifier.vkey() == vkey);
    CHECK(verifier.name() == name);
    CHECK(verifier.key().ed25519_raw() == golden::private_key(name).public_key().ed25519_raw());
  }
  const auto key = golden::private_key(golden::log_name).public_key();
  CHECK(NoteVerifier::for_log(golden::log_name, key)->vkey() == golden::vkey(golden::log_name));
}

TEST_CASE("a verifier key with any one character changed, dropped or added is refused") {
  const std::string vkey = golden::vkey(golden::log_name);
  for (std::size_t i = 0; i <= vkey.size(); ++i) {
    CAPTURE(i);
    for (const char other : {'+', 'A', 'a', '0', '=', ' ', '\n', '\xff'}) {
      REQUIRE_FALSE(NoteVerifier::from_vkey(std::string(vkey).insert(i, 1, other)).ok());
      if (i == vkey.size() || vkey[i] == other) continue;
      auto changed = vkey;
      changed[i] = other;
      REQUIRE_FALSE(NoteVerifier::from_vkey(changed).ok());
    }
    if (i < vkey.size()) REQUIRE_FALSE(NoteVerifier::from_vkey(std::string(vkey).erase(i, 1)).ok());
  }
}

TEST_CASE("a verifier key of an unsupported type or length is refused even with its true key id") {
  const auto vkey_of = [](const std::string& name, const Bytes& typed) {
    const Hash id = sha256(name + "\n" + typed);
    return name + "+" + to_hex(id.view().substr(0, 4)) + "+" + to_base64(typed);
  };
  const Bytes raw = golden::private_key(golden::log_name).public_key().ed25519_raw();
  REQUIRE(NoteVerifier::from_vkey(vkey_of("log", "\x01" + raw)).ok());
  REQUIRE(NoteVerifier::from_vkey(vkey_of("log", "\x04" + raw)).ok());
  for (const char type : {'\0', '\2', '\3', '\5', '\6', '\xff'}) {
    CHECK_FALSE(NoteVerifier::from_vkey(vkey_of("log", type + raw)).ok());
  }
  CHECK_FALSE(NoteVerifier::from_vkey(vkey_of("log", "\x01" + raw + "x")).ok());
  CHECK_FALSE(NoteVerifier::from_vkey(vkey_of("log", "\x01" + raw.substr(1))).ok());
  CHECK_FALSE(NoteVerifier::from_vkey(vkey_of("log", "\x01")).ok());
  CHECK_FALSE(NoteVerifier::from_vkey(vkey_of("log", "")).ok());
  CHECK_FALSE(NoteVerifier::from_vkey(vkey_of("my log", "\x01" + raw)).ok());
  CHECK_FALSE(NoteVerifier::from_vkey(vkey_of("", "\x01" + raw)).ok());
}

TEST_CASE("an ML-DSA-44 key is refused with its type named: this build cannot verify it") {
  const auto refused = NoteVerifier::from_vkey(golden::vkey(golden::ml_dsa_witness));
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().message.find("key type 6 is not supported") != std::string::npos);
}

TEST_CASE("a key's name holds no space of Unicode, no plus sign and no control character") {
  for (const char* good : {"example.com/log1", "a", "\xC3\xA4rger", "\xE6\x97\xA5\xE6\x9C\xAC", "a-b_c:d"})
    CHECK(is_note_name(good));
  for (const char* bad : {"", "a b", " a", "a\n", "a\tb", "a+b", "+", "a\xC2\x85", "a\xC2\xA0", "\xE1\x9A\x80",
                          "\xE2\x80\x80", "\xE2\x80\x8A", "x\xE2\x80\xA8", "x\xE2\x80\xA9", "\xE2\x80\xAF",
                          "\xE2\x81\x9F", "\xE3\x80\x80", "\xff", "a\x01"}) {
    CAPTURE(to_hex(bad));
    CHECK_FALSE(is_note_name(bad));
  }
}

TEST_CASE("what could not be opened is not signed") {
  const auto key = golden::private_key(golden::log_name);
  for (const char* text : {"", "no newline", "a\r\n", "\xff\n"})
    CHECK_FALSE(sign_note(text, golden::log_name, key).ok());
  for (const char* name : {"", "my log", "a+b"}) CHECK_FALSE(sign_note("text\n", name, key).ok());
  const auto other_type = PrivateKey::generate(KeyType::ecdsa_p256).value();
  CHECK_FALSE(sign_note("text\n", "log", other_type).ok());
  CHECK_FALSE(NoteVerifier::for_log("log", other_type.public_key()).ok());
}
