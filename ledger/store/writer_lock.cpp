#include "ledger/store/writer_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <system_error>
#include <thread>
#include <utility>

#include "ledger/base/text.h"

namespace cairn {
namespace {

std::string reason(int error) {
  return std::generic_category().message(error);
}

// The first line only: the holder writes its pid, then cuts what a longer one before it left behind.
std::string read_pid(int file) {
  std::array<char, 32> text{};
  const ssize_t count = ::pread(file, text.data(), text.size(), 0);
  if (count <= 0) return "unknown";
  const std::string_view line = split({text.data(), static_cast<std::size_t>(count)}, '\n')[0];
  return parse_uint(line).ok() ? std::string(line) : "unknown";
}

Result<void> write_pid(int file, const std::string& path) {
  const std::string line = str(::getpid(), '\n');
  const ssize_t written = ::pwrite(file, line.data(), line.size(), 0);
  if (written != static_cast<ssize_t>(line.size()) || ::ftruncate(file, static_cast<off_t>(line.size())) != 0) {
    return fault(str("cannot write this process's pid into ", path, ": ", reason(errno)));
  }
  return {};
}

// RocksDB's own lock. A killed process loses its locks one after the other, so it may outlive ours by a moment; and a
// tool that knows nothing of ours may hold it. 0 if nobody does.
pid_t database_holder(const std::filesystem::path& directory) {
  const int file = ::open((directory / "LOCK").c_str(), O_RDWR | O_CLOEXEC);
  if (file < 0) return 0;
  struct flock query = {};
  query.l_type = F_WRLCK;
  query.l_whence = SEEK_SET;
  const int failed = ::fcntl(file, F_GETLK, &query);
  ::close(file);
  return failed == 0 && query.l_type != F_UNLCK ? query.l_pid : 0;
}

bool lies_at(int file, const std::string& path) {
  struct stat held = {};
  struct stat there = {};
  if (::fstat(file, &held) != 0 || ::stat(path.c_str(), &there) != 0) return false;
  return held.st_dev == there.st_dev && held.st_ino == there.st_ino;
}

}  // namespace

Result<WriterLock> WriterLock::open_lock(const std::string& path) {
  // This process's pid is written over what the file holds, so it must be nobody's but the ledger's.
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
  if (file < 0 && errno == ELOOP) {
    return fault(str(printable(path), " is a symbolic link, and those are not followed here; remove it"));
  }
  if (file < 0) return fault(str("cannot open ", path, " to write to this ledger: ", reason(errno)));
  WriterLock lock(file);
  struct stat status = {};
  if (::fstat(file, &status) != 0) return fault(str("cannot look at ", path, ": ", reason(errno)));
  if (S_ISREG(status.st_mode) && status.st_nlink <= 1) return lock;
  if (S_ISREG(status.st_mode)) {
    return fault(str(printable(path),
                     " has a second name, as copies with hard links have (cp -al), and what is written to ",
                     "it is written to both; remove writer.lock from the copy"));
  }
  return fault(str(printable(path), " is no file of this ledger's own, but a device or a pipe; remove it"));
}

Result<WriterLock> WriterLock::take(const std::filesystem::path& directory, Millis timeout) {
  const std::string path = (directory / "writer.lock").string();
  TRY_LET(lock, open_lock(path));

  const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(timeout);
  const auto pause = std::chrono::milliseconds(5);
  for (bool mine = false;; std::this_thread::sleep_for(pause)) {
    const int file = lock.file_;
    if (!mine && ::flock(file, LOCK_EX | LOCK_NB) == 0) {
      // While we waited another directory may have come in its place (cairn restore), with a file of its own.
      if (!lies_at(file, path)) {
        TRY_LET(now, open_lock(path));
        lock = std::move(now);
        continue;
      }
      TRY(write_pid(file, path));
      mine = true;
    } else if (!mine && errno != EWOULDBLOCK && errno != EINTR) {
      return fault(str("cannot lock ", path, ": ", reason(errno)));
    }
    const pid_t rival = mine ? database_holder(directory) : 0;
    if (mine && rival == 0) return lock;
    if (std::chrono::steady_clock::now() >= deadline) {
      return fault(str("another process (pid ", mine ? std::to_string(rival) : read_pid(file),
                       ") is writing to the ledger at ", directory.string(),
                       ": wait for it, or give a longer --lock-timeout"));
    }
  }
}

WriterLock::WriterLock(WriterLock&& other) noexcept : file_(std::exchange(other.file_, -1)) {}

WriterLock& WriterLock::operator=(WriterLock&& other) noexcept {
  std::swap(file_, other.file_);
  return *this;
}

WriterLock::~WriterLock() {
  if (file_ >= 0) ::close(file_);
}

}  // namespace cairn
