#include "commands/home.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>

#include "commands/passphrase.h"
#include "ledger/base/file.h"
#include "ledger/base/text.h"
#include "ledger/base/time.h"
#include "ledger/crypto/key_file.h"
#include "ledger/events/event.h"
#include "ledger/evidence/readers.h"

namespace cairn {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t max_home_file = 1 << 20;
constexpr std::size_t old_key_digits = 16;     // of its id, in the name under which a rotation keeps it
constexpr Millis head_patience = 10 * second;  // others hold the lock for one small file's time

AskSecret ask_for(const std::string& key) {
  return [key] {
    return ask_secret("Passphrase or PIN of " + key + ": ",
                      "name a file that holds a token's PIN as pin-source (cairn key refer --help)");
  };
}

Result<void> keep(const fs::path& file, BytesView content) {
  TRY(make_directories(file.parent_path(), 0700));
  return replace_file(file, content, owner_only);
}

bool ends_as_our_files(const std::string& name) {
  if (name.ends_with(".pub") || name.ends_with(".next")) return true;
  const std::size_t dot = name.rfind('.');
  if (dot == std::string::npos || name.size() - dot - 1 != old_key_digits) return false;
  return name.find_first_not_of("0123456789abcdef", dot + 1) == std::string::npos;
}

// A head's lock file holds a byte while the head is put in place: whoever finds one there cannot tell whether its name
// was synced. What a power cut leaves of it does not matter, since what is seen after that is on the disk.
bool is_marked(const fs::path& lock) {
  std::error_code error;
  const auto size = fs::file_size(lock, error);
  return !error && size > 0;
}

Result<void> mark(const Descriptor& lock, bool unsynced, const fs::path& path) {
  const bool done = unsynced ? ::pwrite(lock.get(), "u", 1, 0) == 1 : ::ftruncate(lock.get(), 0) == 0;
  if (!done) return file_error("write", path, errno);
  return {};
}

// How far what this note says goes; 0 for none.
Result<Size> size_of(const std::optional<std::string>& note) {
  return note ? claimed_size(*note) : Result<Size>(Size{0});
}

}  // namespace

AskSecret ask_for_pin(const std::string& name) {
  return ask_for("the key " + name);
}

Result<Home> Home::from_environment() {
  if (const char* home = std::getenv("CAIRN_HOME"); home != nullptr && *home != '\0') return at(home, ::geteuid());
  if (const char* home = std::getenv("HOME"); home != nullptr && *home != '\0')
    return at(fs::path(home) / ".config" / "cairn", ::geteuid());
  return usage("neither CAIRN_HOME nor HOME is set: there is no place for keys");
}

// Whoever may rename what lies there decides where keys go and which heads are remembered.
Result<Home> Home::at(fs::path directory, unsigned user) {
  struct stat status {};
  if (::stat(directory.c_str(), &status) != 0) return Home(std::move(directory));  // made, or missed, when it is needed
  const std::string name = printable(directory.string());
  if (status.st_uid != user && status.st_uid != 0) {
    return fault(str("the home ", name, " is the user ", status.st_uid, "'s, who could put other keys there; set ",
                     "CAIRN_HOME to a directory of your own"));
  }
  if ((status.st_mode & S_IWOTH) == 0) return Home(std::move(directory));
  return fault(str("everybody may write to the home ", name,
                   " and put other keys there; set CAIRN_HOME to a directory ",
                   "of your own, or have this one yours alone: chmod o-w ", name));
}

Result<void> Home::check_key_name(const std::string& name) {
  if (!is_name(name) || name.find('/') != std::string::npos) {
    return usage("\"" + printable(name) + "\" cannot name a key: letters, digits, '.', '_' and '-', at most 128");
  }
  if (!ends_as_our_files(name)) return {};
  return usage("\"" + name + "\" cannot name a key: <name>.pub, <name>.next and <name>.<16 hex> are files of the key " +
               name.substr(0, name.rfind('.')) + "; choose another name");
}

fs::path Home::key_path(const std::string& name) const {
  return directory_ / "keys" / (name + ".pem");
}
fs::path Home::public_key_path(const std::string& name) const {
  return directory_ / "keys" / (name + ".pub.pem");
}

Result<PrivateKey> Home::read_key(const std::string& name) const {
  TRY(check_key_name(name));
  const fs::path file = key_path(name);
  TRY_LET(there, file_exists(file));
  if (!there) {
    return fault("no key of " + name + " in " + file.parent_path().string() + "; make one with cairn key new " + name);
  }
  return read_private_key(file, ask_for_pin(name));
}

Result<PrivateKey> Home::make_key(const std::string& name, KeyType type) const {
  TRY(check_key_name(name));
  TRY_LET(left, complete_key(name));
  if (left && left->public_key().type() == type) return std::move(*left);
  TRY_LET(key, PrivateKey::generate(type));
  TRY(keep_key(name, key));
  return key;
}

Result<void> Home::keep_key(const std::string& name, const PrivateKey& key) const {
  TRY(check_key_name(name));
  const fs::path public_path = public_key_path(name);
  TRY_LET(taken, file_exists(public_path));
  TRY_LET(there, file_exists(key_path(name)));
  if (taken && !there) {
    return usage(printable(public_path.string()) +
                 " exists without its private key; move it away, or choose another name");
  }
  TRY(write_private_key(key_path(name), key, std::nullopt));
  const auto kept = keep_public_key(name, key);
  if (kept) return {};
  // Nobody was told of this key yet, and left here its files would stand in the way of another try.
  ::unlink(public_path.c_str());
  ::unlink(key_path(name).c_str());
  return kept;
}

Result<void> Home::keep_public_key(const std::string& name, const PrivateKey& key) const {
  TRY_LET(public_file, format_public_key_file(name, key));
  return keep(public_key_path(name), public_file);
}

// Of a key whose maker ended between its two files. A signer file is no key that was made here.
Result<std::optional<PrivateKey>> Home::complete_key(const std::string& name) const {
  TRY_LET(private_half, file_exists(key_path(name)));
  TRY_LET(public_half, file_exists(public_key_path(name)));
  if (!private_half || public_half) return std::optional<PrivateKey>();
  TRY_LET(key, read_key(name));
  if (key.signer()) return std::optional<PrivateKey>();
  TRY(keep_public_key(name, key));
  return std::optional<PrivateKey>(std::move(key));
}

Result<void> Home::keep_next_key(const std::string& name, const PrivateKey& key) const {
  TRY(check_key_name(name));
  return write_private_key(key_path(name + ".next"), key, std::nullopt);
}

Result<std::optional<PrivateKey>> Home::next_key(const std::string& name) const {
  const fs::path file = key_path(name + ".next");
  TRY_LET(there, file_exists(file));
  if (!there) return std::optional<PrivateKey>();
  TRY_LET(key, read_private_key(file, ask_for("the next key of " + name)));
  return std::optional<PrivateKey>(std::move(key));
}

// A crash before the rename leaves the old key in its place and the new one as .next: the next `key rotate` finds it,
// asks the ledger whether it signs, and ends here again. The old key stays under its id, for whoever has to read what
// was meant for it; nothing of ours asks for it.
Result<void> Home::replace_key(const std::string& name) const {
  TRY_LET(old_key, read_key(name));
  TRY_LET(next, next_key(name));
  if (!next) return fault("no new key of " + name + " to put in place");
  TRY_LET(public_file, format_public_key_file(name, *next));
  TRY_LET(old_bytes, read_file(key_path(name), max_home_file));
  TRY(keep(key_path(name + "." + old_key.public_key().id().hex().substr(0, old_key_digits)), old_bytes));
  TRY(keep(public_key_path(name), public_file));
  return rename_file(key_path(name + ".next"), key_path(name));
}

Result<void> Home::keep_new_log_key(const PrivateKey& key) const {
  return write_private_key(log_key_path("new-" + key.public_key().id().hex()), key, std::nullopt);
}

Result<void> Home::name_log_key(const PublicKey& key, const Hash& ledger) const {
  return rename_file(log_key_path("new-" + key.id().hex()), log_key_path(ledger.hex()));
}

namespace {

// That the log never signed with.
bool is_new(const PrivateKey& key, const LogKeys& keys) {
  return std::none_of(keys.all().begin(), keys.all().end(), [&](const LogKey& one) {
    return held_key({&key, 1}, one.verifier) != nullptr;
  });
}

// Of the log's keys by file name: logs/<ledger>.pem first, then logs/<ledger>.<16 hex>.pem.
Result<std::vector<fs::path>> log_key_files(const fs::path& directory, const std::string& ledger) {
  std::vector<fs::path> files;
  std::error_code error;
  for (fs::directory_iterator at(directory, error), end; !error && at != end; at.increment(error)) {
    const std::string name = at->path().filename().string();
    if (!name.starts_with(ledger + ".") || !name.ends_with(".pem")) continue;
    const bool first = name == ledger + ".pem";
    if (first || name.size() == ledger.size() + 1 + old_key_digits + std::string_view(".pem").size()) {
      files.push_back(at->path());
    }
  }
  if (error && error != std::errc::no_such_file_or_directory) return file_error("list", directory, error.value());
  std::sort(files.begin(), files.end(), [](const fs::path& a, const fs::path& b) {
    const std::size_t left = a.native().size();
    const std::size_t right = b.native().size();
    return left != right ? left < right : a < b;
  });
  return files;
}

}  // namespace

std::vector<Home::LogKeyFile> Home::log_key_files_of(const LogKeys& keys) const {
  std::vector<LogKeyFile> files;
  for (const LogKey& key : keys.all()) {
    if (key.ledger != keys.ledger()) continue;
    const std::string digits =  // the first of this ledger has none
        files.empty() ? "" : "." + key.verifier.key().id().hex().substr(0, old_key_digits);
    files.push_back({&key, log_key_path(keys.ledger().hex() + digits)});
  }
  return files;
}

Result<std::vector<fs::path>> Home::waiting_log_keys(const LogKeys& keys) const {
  TRY_LET(waiting, log_key_files(directory_ / "logs", keys.ledger().hex()));
  for (const LogKeyFile& known : log_key_files_of(keys)) std::erase(waiting, known.file);
  return waiting;
}

Result<std::optional<PrivateKey>> Home::find_log_key(const LogKeys& keys, const NoteVerifier& wanted) const {
  TRY_LET(waiting, waiting_log_keys(keys));
  const std::string digits = "." + wanted.key().id().hex().substr(0, old_key_digits) + ".pem";
  for (const fs::path& file : waiting) {
    if (!file.native().ends_with(digits)) continue;  // as next_log_key named it
    TRY_LET(key, read_private_key(file, ask_for("the log's key")));
    if (held_key({&key, 1}, wanted) != nullptr) return std::optional<PrivateKey>(std::move(key));
  }
  return std::optional<PrivateKey>();
}

// A token asks for its PIN at every read. So neither a key that has ended is read, whose passphrase nobody may know any
// more, nor one that waits to be added, until it is.
Result<std::vector<PrivateKey>> Home::log_keys(const LogKeys& keys, Size size) const {
  std::vector<PrivateKey> held;
  for (const LogKeyFile& known : log_key_files_of(keys)) {
    if (!known.key->signs(size)) continue;
    TRY_LET(there, file_exists(known.file));
    if (!there) continue;
    TRY_LET(key, read_private_key(known.file, ask_for("the log's key")));
    held.push_back(std::move(key));
  }
  TRY_LET(waiting, waiting_log_keys(keys));
  for (const NoteVerifier& signer : keys.at(size)) {
    if (held_key(held, signer) != nullptr) continue;
    // init and fork name the key once its first entry is durable; a crash in between leaves the first name.
    TRY_LET(unnamed, file_exists(log_key_path("new-" + signer.key().id().hex())));
    if (unnamed) {
      TRY(name_log_key(signer.key(), keys.ledger()));
      TRY_LET(key, read_private_key(log_key_path(keys.ledger().hex()), ask_for("the log's key")));
      held.push_back(std::move(key));
      continue;
    }
    if (!waiting.empty()) continue;  // what waits may take its place
    return fault("this CAIRN_HOME does not hold the log's key " + signer.vkey() + " (" +
                 log_key_path(keys.ledger().hex()).string() +
                 "): write a signed statement with --sign-only FILE, and have it submitted by whoever does; if it is "
                 "lost, an admin replaces it with cairn log-key replace");
  }
  return held;
}

Result<PrivateKey> Home::next_log_key(const LogKeys& keys) const {
  TRY_LET(waiting, waiting_log_keys(keys));
  for (const fs::path& file : waiting) {
    TRY_LET(key, read_private_key(file, ask_for("the log's key")));
    if (is_new(key, keys)) return key;
  }
  TRY_LET(key, PrivateKey::generate(KeyType::ed25519));
  const std::string digits = key.public_key().id().hex().substr(0, old_key_digits);
  TRY(write_private_key(log_key_path(keys.ledger().hex() + "." + digits), key, std::nullopt));
  return key;
}

Result<Home::RecoveryFiles> Home::keep_recovery_key(const PrivateKey& key, const std::string& passphrase) const {
  const fs::path folder = directory_ / "recovery";
  const std::string name = key.public_key().id().hex().substr(0, 16);
  RecoveryFiles files{folder / (name + ".pem"), folder / (name + ".passphrase")};
  TRY(write_private_key(files.key, key, passphrase));
  TRY(create_file(files.passphrase, passphrase + "\n", owner_only));
  TRY(sync_directory(folder));
  return files;
}

Result<std::optional<std::string>> Home::remembered_head(const Hash& ledger) const {
  const fs::path file = head_path(ledger);
  // A head that is there and cannot be read is an error, be it a link that leads nowhere: forgetting it would let a
  // fork pass.
  TRY(check_no_links(file.parent_path(), file.filename()));
  TRY_LET(there, file_exists(file));
  if (!there) return std::optional<std::string>();
  TRY_LET(note, read_file(file, max_home_file));
  return std::optional<std::string>(std::move(note));
}

Result<void> Home::remember_head(const Hash& ledger, const std::string& note) const {
  TRY_LET(size, claimed_size(note));
  // Heads only grow, so what needs no writing needs no lock, and a home that cannot be written can be read from.
  const fs::path file = head_path(ledger);
  const fs::path lock_path = directory_ / "heads" / (ledger.hex() + ".lock");
  TRY_LET(before, remembered_head(ledger));
  TRY_LET(known, size_of(before));
  if (before && known >= size && !is_marked(lock_path)) return {};
  TRY(make_directories(file.parent_path(), 0700));
  const Descriptor lock(::open(lock_path.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, owner_only));
  if (!lock.ok()) return file_error("open", lock_path, errno);
  TRY_LET(mine, lock_file(lock, head_patience, lock_path));
  if (!mine) return fault(lock_path.string() + " is held by another process; see what it does, and repeat");
  TRY_LET(current, remembered_head(ledger));
  TRY_LET(kept, size_of(current));
  if (current && kept >= size) {
    TRY(sync_directory(file.parent_path()));
    return mark(lock, false, lock_path);
  }
  TRY(mark(lock, true, lock_path));
  TRY(replace_file(file, note, owner_only));
  return mark(lock, false, lock_path);
}

fs::path Home::place_file(const std::string& where) const {
  return directory_ / "ledgers" / sha256(where).hex();
}

Result<std::optional<Hash>> Home::seen_at(const std::string& where) const {
  TRY_LET(there, file_exists(place_file(where)));
  if (!there) return std::optional<Hash>();
  TRY_LET(line, read_file(place_file(where), max_home_file));
  if (line.size() != 65 || line.back() != '\n') return fault(place_file(where).string() + " is damaged; remove it");
  TRY_LET(ledger, Hash::from_hex(std::string_view(line).substr(0, 64)));
  return std::optional<Hash>(ledger);
}

Result<void> Home::remember_place(const std::string& where, const Hash& ledger) const {
  return keep(place_file(where), ledger.hex() + "\n");
}

Result<void> Home::forget_place(const std::string& where) const {
  const fs::path file = place_file(where);
  std::error_code error;
  const bool removed = fs::remove(file, error);
  if (error && error != std::errc::not_a_directory) return file_error("remove", file, error.value());
  return removed ? sync_directory(file.parent_path()) : Result<void>();
}

}  // namespace cairn
