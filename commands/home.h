// CAIRN_HOME: what belongs to a person and never to a ledger. Their keys, the heads they have verified, and, where this
// process sequences, the log's key.
//
//   keys/<name>.pem, keys/<name>.pub.pem     signing keys; the public file also holds the proof of possession
//   logs/<ledger id>.pem                     the log's key; like a signing key it may be a signer file
//   logs/<ledger id>.witnesses, .cosigned/   see commands/witness_files.h
//   logs/<ledger id>.<16 hex of its id>.pem  another one that it signs with, or will
//   keys/<name>.next.pem                     what a rotation under way made; keys/<name>.<16 hex>.pem, what it replaced
//   recovery/<key id>.pem, .passphrase       a recovery key until somebody carries both to a safe, apart
//   heads/<ledger id>.note                   the newest checkpoint that was verified here; .lock beside it
//   ledgers/<sha256 of where>                the ledger id that this place held when it was first seen
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "ledger/base/result.h"
#include "ledger/crypto/keys.h"
#include "ledger/events/log_keys.h"
#include "ledger/events/public_key_file.h"
#include "ledger/tlog/checkpoint.h"

namespace cairn {

// Asks on the terminal, as for each key that is read here: for a token's PIN, or for a passphrase.
AskSecret ask_for_pin(const std::string& name);

class Home {
 public:
  // $CAIRN_HOME, else $HOME/.config/cairn.
  static Result<Home> from_environment();

  // For the user of this number. A usage error if another one, root excepted, owns what lies there, or everybody may
  // write to it: somebody else would say what this home remembers and whose keys it holds.
  static Result<Home> at(std::filesystem::path directory, unsigned user);
  explicit Home(std::filesystem::path directory) : directory_(std::move(directory)) {}

  const std::filesystem::path& directory() const { return directory_; }

  // Keys by the name of their actor. A name with '/' is no file name, and one that ends as our own files do (".pub",
  // ".next", ".<16 hex>") would be taken for a part of another's key: both are refused.
  static Result<void> check_key_name(const std::string& name);
  std::filesystem::path key_path(const std::string& name) const;
  std::filesystem::path public_key_path(const std::string& name) const;
  Result<PrivateKey> read_key(const std::string& name) const;
  Result<PrivateKey> make_key(const std::string& name, KeyType type) const;
  Result<void> keep_key(const std::string& name, const PrivateKey& key) const;  // never over another

  // Writes the public file of a key that was left without one, and returns that key; nothing if none was.
  Result<std::optional<PrivateKey>> complete_key(const std::string& name) const;

  // A rotation keeps the new key beside the old one, and puts it in its place once the ledger knows it.
  Result<void> keep_next_key(const std::string& name, const PrivateKey& key) const;
  Result<std::optional<PrivateKey>> next_key(const std::string& name) const;
  Result<void> replace_key(const std::string& name) const;

  // The log's first key is written under its own id before there is a ledger, and under the ledger's once there is.
  Result<void> keep_new_log_key(const PrivateKey& key) const;
  Result<void> name_log_key(const PublicKey& key, const Hash& ledger) const;
  std::filesystem::path log_key_file(const Hash& ledger) const { return log_key_path(ledger.hex()); }

  // Those that lie here and sign for the ledger at this size; no other is read. A fault if one that signs does not lie
  // here, unless something waits here that may take its place.
  Result<std::vector<PrivateKey>> log_keys(const LogKeys& keys, Size size) const;

  // This one, where it lies here and is none of `keys` yet; read only now. None: it does not lie here.
  Result<std::optional<PrivateKey>> find_log_key(const LogKeys& keys, const NoteVerifier& wanted) const;

  // A key that the log does not sign with yet: one that lies here for it since an earlier try, else a new one.
  Result<PrivateKey> next_log_key(const LogKeys& keys) const;

  // The key, protected, and its passphrase beside it in a file for the owner only: shown on a screen alone it could be
  // lost before anybody read it.
  struct RecoveryFiles {
    std::filesystem::path key;
    std::filesystem::path passphrase;
  };
  Result<RecoveryFiles> keep_recovery_key(const PrivateKey& key, const std::string& passphrase) const;

  // Never goes back, whichever processes of this home remember at once: an older head than the one here is ignored.
  Result<std::optional<std::string>> remembered_head(const Hash& ledger) const;
  Result<void> remember_head(const Hash& ledger, const std::string& note) const;

  // Which ledger this place held when it was seen first.
  Result<std::optional<Hash>> seen_at(const std::string& where) const;
  Result<void> remember_place(const std::string& where, const Hash& ledger) const;
  Result<void> forget_place(const std::string& where) const;

  // The file that holds it; named in messages.
  std::filesystem::path place_file(const std::string& where) const;

 private:
  Result<void> keep_public_key(const std::string& name, const PrivateKey& key) const;

  // Where a key that is the log's, or was, has its file here; and the files here of keys that never were.
  struct LogKeyFile {
    const LogKey* key = nullptr;
    std::filesystem::path file;
  };
  std::vector<LogKeyFile> log_key_files_of(const LogKeys& keys) const;
  Result<std::vector<std::filesystem::path>> waiting_log_keys(const LogKeys& keys) const;
  std::filesystem::path log_key_path(const std::string& name) const { return directory_ / "logs" / (name + ".pem"); }
  std::filesystem::path head_path(const Hash& ledger) const { return directory_ / "heads" / (ledger.hex() + ".note"); }

  std::filesystem::path directory_;
};

}  // namespace cairn
