// A library to be put before the C library of a program (LD_PRELOAD): counts what the program does to files below some
// directories, fails one such call or ends the process at it, and appends to a record what was done (record.h).
//
// A call is told from others by its path or its descriptor alone, and all that count pass one lock, so the record has
// the order in which they happened. A way to change files that is not here shows when the record is played: what should
// be there then is not what is.
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <string>
#include <string_view>
#include <vector>

#include "tests/disk/record.h"

namespace {

using cairn::test::DiskCall;
using cairn::test::DiskRecord;
using cairn::test::Way;

constexpr int most_descriptors = 4096;

// The next definition of a function: the C library's, or a sanitizer's before it.
template <class Function>
Function* real(const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

class Disk {
 public:
  static Disk& get() {
    static Disk& disk = *new Disk;  // files are closed after the last destructor
    return disk;
  }

  bool watches(DiskCall call, const std::string& path) const {
    const bool may_be_excepted = !except_.empty() && call != DiskCall::mkdir && path.starts_with(except_ + "/");
    if (may_be_excepted && path.find('/', except_.size() + 1) == path.npos) {
      struct stat status {};
      if (::lstat(path.c_str(), &status) != 0 || !S_ISDIR(status.st_mode)) return false;
    }
    return std::any_of(below_.begin(), below_.end(), [&](const std::string& directory) {
      return path == directory || path.starts_with(directory + "/");
    });
  }

  std::uint64_t inode_of(int descriptor) const {
    return descriptor >= 0 && descriptor < most_descriptors ? open_[static_cast<std::size_t>(descriptor)].load() : 0;
  }
  void set_inode(int descriptor, std::uint64_t inode) {
    if (descriptor >= 0 && descriptor < most_descriptors) open_[static_cast<std::size_t>(descriptor)] = inode;
  }

  // Whether this call, which takes space or not, goes wrong.
  bool next(bool takes_space) {
    const bool now = ++calls_ == fails_at_;
    return now || (fails_at_ != 0 && calls_ > fails_at_ && way_ == Way::no_space && takes_space);
  }
  Way way() const { return way_; }
  int error() const { return way_ == Way::no_space ? ENOSPC : EIO; }

  void tell(DiskRecord record, std::string_view path, std::string_view other, const void* data, std::size_t bytes) {
    if (record_ < 0) return;
    record.path_bytes = static_cast<std::uint32_t>(path.size());
    record.other_bytes = static_cast<std::uint32_t>(other.size());
    record.data_bytes = bytes;
    std::string text(reinterpret_cast<const char*>(&record), sizeof(record));
    text.append(path).append(other).append(static_cast<const char*>(data), bytes);
    if (::syscall(SYS_write, record_, text.data(), text.size()) != static_cast<long>(text.size())) ::abort();
  }

  [[noreturn]] static void lose_power() {
    ::kill(::getpid(), SIGKILL);
    for (;;) ::pause();
  }

 private:
  Disk() {
    const std::string below = variable(cairn::test::disk_below);
    for (std::size_t from = 0; from < below.size();) {
      const std::size_t end = std::min(below.find(':', from), below.size());
      below_.push_back(below.substr(from, end - from));
      from = end + 1;
    }
    except_ = variable(cairn::test::disk_except);
    fails_at_ = std::strtoull(variable(cairn::test::disk_fails_at).c_str(), nullptr, 10);
    way_ = static_cast<Way>(std::strtoul(variable(cairn::test::disk_way).c_str(), nullptr, 10));
    const std::string record = variable(cairn::test::disk_record);
    const int flags = O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC;
    if (!record.empty()) record_ = static_cast<int>(::syscall(SYS_openat, AT_FDCWD, record.c_str(), flags, 0600));
    if (!record.empty() && record_ < 0) ::abort();
  }

  static std::string variable(const char* name) {
    const char* value = ::getenv(name);
    return value == nullptr ? "" : value;
  }

  std::vector<std::string> below_;
  std::string except_;
  int record_ = -1;
  std::uint64_t fails_at_ = 0;
  Way way_ = Way::io_error;
  std::uint64_t calls_ = 0;
  std::array<std::atomic<std::uint64_t>, most_descriptors> open_{};
};

class Alone {
 public:
  Alone() { ::pthread_mutex_lock(&mutex_); }
  ~Alone() { ::pthread_mutex_unlock(&mutex_); }
  Alone(const Alone&) = delete;
  Alone& operator=(const Alone&) = delete;

 private:
  static pthread_mutex_t mutex_;
};
pthread_mutex_t Alone::mutex_ = PTHREAD_MUTEX_INITIALIZER;

std::string absolute(int directory, const char* path) {
  if (path == nullptr) return "";
  if (path[0] == '/') return path;
  std::array<char, 4096> buffer{};
  const std::string link = directory == AT_FDCWD ? "/proc/self/cwd" : "/proc/self/fd/" + std::to_string(directory);
  const ssize_t size = ::readlink(link.c_str(), buffer.data(), buffer.size());
  return std::string(buffer.data(), size < 0 ? 0 : static_cast<std::size_t>(size)) + "/" + path;
}

// A call that does all or nothing: `act` makes it, and returns below 0 with errno where it does not succeed.
struct Named {
  DiskCall call;
  bool takes_space;
  std::string path;
  std::string other = {};
  std::uint64_t inode = 0;
  std::uint64_t offset = 0;
};

template <class Act>
long pass(const Named& named, const Act& act) {
  Disk& disk = Disk::get();
  DiskRecord record;
  record.call = named.call;
  record.inode = named.inode;
  record.offset = named.offset;
  record.failed = disk.next(named.takes_space);
  if (record.failed && disk.way() == Way::power) Disk::lose_power();
  // What is closed is closed, whatever it says.
  const bool made = !record.failed || disk.way() == Way::told || named.call == DiskCall::close;
  const long result = made ? act(record) : -1;
  const int error = record.failed ? disk.error() : errno;
  record.done = made && result >= 0;
  disk.tell(record, named.path, named.other, nullptr, 0);
  errno = error;
  return record.failed ? -1 : result;
}

int open_at(int directory, const char* path, int flags, mode_t mode) {
  static auto* const next = real<int(int, const char*, int, ...)>("openat");
  const std::string full = absolute(directory, path);
  const Alone alone;
  if (!Disk::get().watches(DiskCall::open, full)) return next(directory, path, flags, mode);
  const bool makes = (flags & O_CREAT) != 0;
  int opened = -1;
  const long result = pass({DiskCall::open, makes, full}, [&](DiskRecord& record) -> long {
    const bool was_there = ::faccessat(AT_FDCWD, full.c_str(), F_OK, AT_SYMLINK_NOFOLLOW) == 0;
    opened = next(directory, path, flags, mode);
    struct stat status {};
    if (opened < 0 || ::fstat(opened, &status) != 0) return opened;
    record.is_new = makes && !was_there;
    record.inode = status.st_ino;
    record.mode = status.st_mode & 07777;
    record.data_bytes = 0;
    if ((flags & O_TRUNC) != 0 && was_there) record.call = DiskCall::truncate;
    return opened;
  });
  if (result < 0) {
    const int error = errno;
    if (opened >= 0) ::syscall(SYS_close, opened);
    errno = error;
    return -1;
  }
  struct stat status {};
  if (::fstat(opened, &status) == 0) Disk::get().set_inode(opened, status.st_ino);
  return opened;
}

// At `offset`, or, where that is below 0, where the descriptor stands.
ssize_t write_at(int descriptor, const void* data, std::size_t bytes, off_t offset) {
  static auto* const write_next = real<ssize_t(int, const void*, size_t)>("write");
  static auto* const pwrite_next = real<ssize_t(int, const void*, size_t, off_t)>("pwrite");
  const auto act = [&](std::size_t count) {
    return offset < 0 ? write_next(descriptor, data, count) : pwrite_next(descriptor, data, count, offset);
  };
  Disk& disk = Disk::get();
  const std::uint64_t inode = disk.inode_of(descriptor);
  if (inode == 0) return act(bytes);  // without the lock: a signal's handler may call it
  const Alone alone;
  DiskRecord record;
  record.call = DiskCall::write;
  record.inode = inode;
  record.failed = disk.next(true);
  const std::size_t part = record.failed ? bytes / 2 : bytes;
  const ssize_t result = part == 0 && bytes > 0 ? 0 : act(part);
  const int error = record.failed ? disk.error() : errno;
  record.done = result >= 0;
  const std::size_t written = result < 0 ? 0 : static_cast<std::size_t>(result);
  const off_t end = offset < 0 ? ::lseek(descriptor, 0, SEEK_CUR) : offset + static_cast<off_t>(written);
  record.offset = static_cast<std::uint64_t>(end) - written;
  disk.tell(record, "", "", data, written);
  if (record.failed && disk.way() == Way::power) Disk::lose_power();
  errno = error;
  return record.failed && !(disk.way() == Way::told && written > 0) ? -1 : result;
}

int sync_with(const char* name, int descriptor) {
  auto* const next = real<int(int)>(name);
  const std::uint64_t inode = Disk::get().inode_of(descriptor);
  if (inode == 0) return next(descriptor);
  const Alone alone;
  return static_cast<int>(
      pass({DiskCall::sync, true, "", "", inode}, [&](DiskRecord&) -> long { return next(descriptor); }));
}

int truncate_to(int descriptor, off_t size) {
  static auto* const next = real<int(int, off_t)>("ftruncate");
  const std::uint64_t inode = Disk::get().inode_of(descriptor);
  if (inode == 0) return next(descriptor, size);
  const Alone alone;
  return static_cast<int>(pass({DiskCall::truncate, true, "", "", inode, static_cast<std::uint64_t>(size)},
                               [&](DiskRecord&) -> long { return next(descriptor, size); }));
}

// Of one name or of two.
template <class Act>
int change(DiskCall call, const std::string& path, const std::string& other, const Act& act) {
  const Alone alone;
  const bool ours = Disk::get().watches(call, path) || (!other.empty() && Disk::get().watches(call, other));
  if (!ours) return static_cast<int>(act());
  const bool takes_space = call != DiskCall::unlink;
  return static_cast<int>(pass({call, takes_space, path, other}, [&](DiskRecord& record) -> long {
    const long result = act();
    struct stat status {};
    if (result == 0 && call == DiskCall::mkdir && ::lstat(path.c_str(), &status) == 0) {
      record.inode = status.st_ino;
      record.mode = status.st_mode & 07777;
    }
    return result;
  }));
}

mode_t mode_after(int flags, va_list& rest) {
  return (flags & O_CREAT) != 0 ? va_arg(rest, mode_t) : 0;
}

}  // namespace

extern "C" {

int open(const char* path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  const mode_t mode = mode_after(flags, rest);
  va_end(rest);
  return open_at(AT_FDCWD, path, flags, mode);
}

int open64(const char* path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  const mode_t mode = mode_after(flags, rest);
  va_end(rest);
  return open_at(AT_FDCWD, path, flags, mode);
}

int openat(int directory, const char* path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  const mode_t mode = mode_after(flags, rest);
  va_end(rest);
  return open_at(directory, path, flags, mode);
}

int openat64(int directory, const char* path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  const mode_t mode = mode_after(flags, rest);
  va_end(rest);
  return open_at(directory, path, flags, mode);
}

ssize_t write(int descriptor, const void* data, size_t bytes) {
  return write_at(descriptor, data, bytes, -1);
}

ssize_t pwrite(int descriptor, const void* data, size_t bytes, off_t offset) {
  return write_at(descriptor, data, bytes, offset);
}

ssize_t pwrite64(int descriptor, const void* data, size_t bytes, off_t offset) {
  return write_at(descriptor, data, bytes, offset);
}

int fsync(int descriptor) {
  return sync_with("fsync", descriptor);
}

int fdatasync(int descriptor) {
  return sync_with("fdatasync", descriptor);
}

int ftruncate(int descriptor, off_t size) noexcept {
  return truncate_to(descriptor, size);
}

int ftruncate64(int descriptor, off_t size) noexcept {
  return truncate_to(descriptor, size);
}

int close(int descriptor) {
  static auto* const next = real<int(int)>("close");
  const std::uint64_t inode = Disk::get().inode_of(descriptor);
  if (inode == 0) return next(descriptor);
  const Alone alone;
  Disk::get().set_inode(descriptor, 0);
  return static_cast<int>(
      pass({DiskCall::close, false, "", "", inode}, [&](DiskRecord&) -> long { return next(descriptor); }));
}

int rename(const char* from, const char* to) noexcept {
  static auto* const next = real<int(const char*, const char*)>("rename");
  return change(DiskCall::rename, absolute(AT_FDCWD, from), absolute(AT_FDCWD, to), [&] { return next(from, to); });
}

int renameat(int from_directory, const char* from, int to_directory, const char* to) noexcept {
  static auto* const next = real<int(int, const char*, int, const char*)>("renameat");
  return change(DiskCall::rename, absolute(from_directory, from), absolute(to_directory, to),
                [&] { return next(from_directory, from, to_directory, to); });
}

int renameat2(int from_directory, const char* from, int to_directory, const char* to, unsigned flags) noexcept {
  static auto* const next = real<int(int, const char*, int, const char*, unsigned)>("renameat2");
  return change(DiskCall::rename, absolute(from_directory, from), absolute(to_directory, to),
                [&] { return next(from_directory, from, to_directory, to, flags); });
}

int link(const char* from, const char* to) noexcept {
  static auto* const next = real<int(const char*, const char*)>("link");
  return change(DiskCall::link, absolute(AT_FDCWD, from), absolute(AT_FDCWD, to), [&] { return next(from, to); });
}

int linkat(int from_directory, const char* from, int to_directory, const char* to, int flags) noexcept {
  static auto* const next = real<int(int, const char*, int, const char*, int)>("linkat");
  return change(DiskCall::link, absolute(from_directory, from), absolute(to_directory, to),
                [&] { return next(from_directory, from, to_directory, to, flags); });
}

int unlink(const char* path) noexcept {
  static auto* const next = real<int(const char*)>("unlink");
  return change(DiskCall::unlink, absolute(AT_FDCWD, path), "", [&] { return next(path); });
}

int unlinkat(int directory, const char* path, int flags) noexcept {
  static auto* const next = real<int(int, const char*, int)>("unlinkat");
  return change(DiskCall::unlink, absolute(directory, path), "", [&] { return next(directory, path, flags); });
}

int remove(const char* path) noexcept {
  static auto* const next = real<int(const char*)>("remove");
  return change(DiskCall::unlink, absolute(AT_FDCWD, path), "", [&] { return next(path); });
}

int mkdir(const char* path, mode_t mode) noexcept {
  static auto* const next = real<int(const char*, mode_t)>("mkdir");
  return change(DiskCall::mkdir, absolute(AT_FDCWD, path), "", [&] { return next(path, mode); });
}

}  // extern "C"
