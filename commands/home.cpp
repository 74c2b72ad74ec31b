#include "commands/home.h"

#include <cstdlib>

#include "ledger/base/file.h"
#include "ledger/base/text.h"
#include "ledger/crypto/key_file.h"
#include "ledger/events/event.h"
#include "ledger/evidence/readers.h"

namespace cairn {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view possession_begin = "-----BEGIN CAIRN KEY POSSESSION-----\n";
constexpr std::string_view possession_end = "\n-----END CAIRN KEY POSSESSION-----\n";
constexpr std::size_t max_home_file = 1 << 20;

Result<std::string> no_passphrase() {
  return fault("the key file is protected by a passphrase; an actor's key here is not");
}

Result<void> keep(const fs::path& file, BytesView content) {
  TRY(make_directories(file.parent_path(), 0700));
  return replace_file(file, content, owner_only);
}

Result<void> check_file_name(const std::string& name) {
  if (is_name(name) && name.find('/') == std::string::npos) return {};
  return usage("\"" + printable(name) + "\" cannot name a key: letters, digits, '.', '_' and '-', at most 128");
}

}  // namespace

Result<Home> Home::from_environment() {
  if (const char* home = std::getenv("CAIRN_HOME"); home != nullptr && *home != '\0') return Home(fs::path(home));
  if (const char* home = std::getenv("HOME"); home != nullptr && *home != '\0')
    return Home(fs::path(home) / ".config" / "cairn");
  return usage("neither CAIRN_HOME nor HOME is set: there is no place for keys");
}

fs::path Home::key_path(const std::string& name) const {
  return directory_ / "keys" / (name + ".pem");
}
fs::path Home::public_key_path(const std::string& name) const {
  return directory_ / "keys" / (name + ".pub.pem");
}

Result<PrivateKey> Home::read_key(const std::string& name) const {
  TRY(check_file_name(name));
  const fs::path file = key_path(name);
  if (!fs::exists(file)) {
    return fault("no key of " + name + " in " + file.parent_path().string() + "; make one with cairn key new " + name);
  }
  return read_private_key(file, no_passphrase);
}

Result<PublicKey> Home::make_key(const std::string& name, KeyType type) const {
  TRY(check_file_name(name));
  TRY_LET(key, PrivateKey::generate(type));
  TRY_LET(public_file, format_public_key_file(name, key));
  TRY(write_private_key(key_path(name), key, std::nullopt));
  TRY(keep(public_key_path(name), public_file));
  return key.public_key();
}

Result<PrivateKey> Home::make_next_key(const std::string& name, KeyType type) const {
  TRY(check_file_name(name));
  // A rotation that was cut short goes on with the key it had made.
  if (auto made = next_key(name)) return std::move(*made);
  TRY_LET(key, PrivateKey::generate(type));
  TRY(write_private_key(key_path(name + ".next"), key, std::nullopt));
  return key;
}

std::optional<PrivateKey> Home::next_key(const std::string& name) const {
  const fs::path file = key_path(name + ".next");
  if (!fs::exists(file)) return std::nullopt;
  auto key = read_private_key(file, no_passphrase);
  if (!key) return std::nullopt;
  return std::move(key).value();
}

Result<void> Home::replace_key(const std::string& name) const {
  TRY_LET(old_key, read_key(name));
  const auto next = next_key(name);
  if (!next) return fault("no new key of " + name + " to put in place");
  TRY_LET(public_file, format_public_key_file(name, *next));
  TRY(keep(public_key_path(name), public_file));
  // A crash between the two renames leaves the new key as .next and no current one; the message of read_key would
  // mislead, so the old one is copied aside first.
  TRY_LET(old_bytes, read_file(key_path(name), max_home_file));
  TRY(keep(key_path(name + "." + old_key.public_key().id().hex().substr(0, 16)), old_bytes));
  return rename_file(key_path(name + ".next"), key_path(name));
}

Result<void> Home::keep_new_log_key(const PrivateKey& key) const {
  return write_private_key(log_key_path("new-" + key.public_key().id().hex()), key, std::nullopt);
}

Result<void> Home::name_log_key(const PublicKey& key, const Hash& ledger) const {
  return rename_file(log_key_path("new-" + key.id().hex()), log_key_path(ledger.hex()));
}

bool Home::has_log_key(const Hash& ledger, const NoteVerifier& expected) const {
  return fs::exists(log_key_path(ledger.hex())) || fs::exists(log_key_path("new-" + expected.key().id().hex()));
}

Result<PrivateKey> Home::log_key(const Hash& ledger, const NoteVerifier& expected) const {
  // init names the key once entry 0 is durable; a crash in between leaves the first name.
  if (!fs::exists(log_key_path(ledger.hex())) && fs::exists(log_key_path("new-" + expected.key().id().hex()))) {
    TRY(name_log_key(expected.key(), ledger));
  }
  const fs::path file = log_key_path(ledger.hex());
  if (!fs::exists(file)) {
    return fault("this CAIRN_HOME does not hold the log's key (" + file.string() +
                 "): write a signed statement with --sign-only FILE, and have it submitted by whoever does");
  }
  return read_private_key(file, no_passphrase);
}

Result<fs::path> Home::keep_recovery_key(const PrivateKey& key, const std::string& passphrase) const {
  const fs::path file = directory_ / "recovery" / (key.public_key().id().hex().substr(0, 16) + ".pem");
  TRY(write_private_key(file, key, passphrase));
  return file;
}

Result<std::optional<std::string>> Home::remembered_head(const Hash& ledger) const {
  const fs::path file = directory_ / "heads" / (ledger.hex() + ".note");
  // A head that is there and cannot be read is an error: forgetting it would let a fork pass.
  if (!fs::exists(file)) return std::optional<std::string>();
  TRY_LET(note, read_file(file, max_home_file));
  return std::optional<std::string>(std::move(note));
}

Result<void> Home::remember_head(const Hash& ledger, const std::string& note) const {
  return keep(directory_ / "heads" / (ledger.hex() + ".note"), note);
}

fs::path Home::place_file(const std::string& where) const {
  return directory_ / "ledgers" / sha256(where).hex();
}

Result<std::optional<Hash>> Home::seen_at(const std::string& where) const {
  if (!fs::exists(place_file(where))) return std::optional<Hash>();
  TRY_LET(line, read_file(place_file(where), max_home_file));
  if (line.size() != 65 || line.back() != '\n') return fault(place_file(where).string() + " is damaged; remove it");
  TRY_LET(ledger, Hash::from_hex(std::string_view(line).substr(0, 64)));
  return std::optional<Hash>(ledger);
}

Result<void> Home::remember_place(const std::string& where, const Hash& ledger) const {
  return keep(place_file(where), ledger.hex() + "\n");
}

Result<std::string> format_public_key_file(const std::string& handle, const PrivateKey& key) {
  TRY_LET(possession, key.sign(possession_text(handle, key.public_key().id())));
  return key.public_key().to_pem() + std::string(possession_begin) + to_base64(possession) +
         std::string(possession_end);
}

Result<PublicKeyFile> parse_public_key_file(std::string_view text) {
  TRY_LET(key, PublicKey::from_pem(text));
  const std::size_t begin = text.find(possession_begin);
  const std::size_t end = text.find(possession_end);
  if (begin == std::string_view::npos || end == std::string_view::npos || begin + possession_begin.size() > end) {
    return usage("the file holds no proof of possession; cairn key new writes one beside the key");
  }
  const std::size_t from = begin + possession_begin.size();
  TRY_LET(possession, from_base64(text.substr(from, end - from)));
  return PublicKeyFile{std::move(key), std::move(possession)};
}

}  // namespace cairn
