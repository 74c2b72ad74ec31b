#include "witness/state_directory.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "ledger/base/text.h"
#include "ledger/crypto/sha256.h"
#include "ledger/tlog/cosignature.h"
#include "ledger/tlog/tree.h"

namespace cairn {
namespace {

namespace fs = std::filesystem;

constexpr Millis lock_patience = 2000;  // one that is being stopped still holds it for a moment

Result<std::string> read_state(const fs::path& file) {
  const Descriptor opened(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW));
  if (!opened.ok()) return file_error("open", file, errno);
  std::string text(max_note_bytes + 1, '\0');
  std::size_t size = 0;
  while (size < text.size()) {
    const ssize_t count = ::read(opened.get(), text.data() + size, text.size() - size);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return file_error("read", file, errno);
    if (count == 0) break;
    size += static_cast<std::size_t>(count);
  }
  text.resize(size);
  return text;
}

// Our own signature is asked for, not the log's: which keys the log has may have changed since.
Result<Cosigned> open_state(std::string note, const std::string& origin, const NoteVerifier& witness) {
  TRY_LET(opened, open_note(note, {&witness, 1}));
  TRY_LET(checkpoint, parse_checkpoint(opened.text));
  if (checkpoint.origin != origin) return fault(str("it is about ", printable(checkpoint.origin)));
  return Cosigned{checkpoint.head, std::move(note)};
}

}  // namespace

std::string origin_hash(const std::string& origin) {
  return sha256(origin).hex();
}

Result<std::unique_ptr<StateDirectory>> StateDirectory::open(const fs::path& directory, const NoteVerifier& witness) {
  const fs::path lock = directory / "lock";
  std::unique_ptr<StateDirectory> state(new StateDirectory(
      directory, ::open(lock.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, owner_only), witness));
  if (!state->lock_.ok() && errno == ENOENT) {
    return usage(str("there is no directory ", printable(directory.string()), " to keep the state in; a new witness ",
                     "begins with an empty one, and an old one with its own"));
  }
  if (!state->lock_.ok()) return file_error("open", lock, errno);
  TRY_LET(locked, lock_file(state->lock_, lock_patience, lock));
  if (!locked) return conflict(str("another witness uses ", printable(directory.string()), "; stop it first"));
  TRY(sync_directory(directory));
  return state;
}

fs::path StateDirectory::file_of(const std::string& origin, const char* ending) const {
  return directory_ / str(origin_hash(origin), ending);
}

Result<Cosigned> StateDirectory::read(const std::string& origin) const {
  if (unsynced_) {
    TRY(sync_directory(directory_));
    unsynced_ = false;
  }
  const fs::path file = file_of(origin, ".note");
  // Before it is looked at: a link that leads nowhere now would be a state of nothing, and everything could be
  // cosigned.
  TRY(check_no_links(directory_, file.filename()));
  TRY_LET(there, file_exists(file));
  if (!there) return Cosigned{{0, empty_root()}, {}};
  TRY_LET(note, read_state(file));
  auto cosigned = open_state(std::move(note), origin, witness_);
  if (cosigned.ok()) return cosigned;
  return fault(str("the state in ", printable(file.string()), " is damaged, or another witness's: ",
                   cosigned.error().message, "; put back the newest copy, or begin anew with a new key"));
}

Result<void> StateDirectory::write(const std::string& origin, const std::string& note) {
  const Result<void> written = replace_file(file_of(origin, ".note"), note, owner_only);
  if (!written.ok()) unsynced_ = true;
  return written;
}

Result<void> StateDirectory::keep_fork(const std::string& origin, const std::string& note) {
  const Result<void> created = create_file(file_of(origin, ".fork"), note, owner_only);
  if (!created.ok() && created.error().kind == ErrorKind::conflict) return {};
  TRY(created);
  return sync_directory(directory_);
}

}  // namespace cairn
