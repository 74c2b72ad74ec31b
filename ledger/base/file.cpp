#include "ledger/base/file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <random>
#include <system_error>
#include <thread>

#include "ledger/base/text.h"

namespace cairn {
namespace {

namespace fs = std::filesystem;

fs::path parent_of(const fs::path& path) {
  return path.has_parent_path() ? path.parent_path() : fs::path(".");
}

// Only has to differ from those of other writers of this file: create_file lets no two have one name.
std::string random_digits() {
  std::random_device source;
  Bytes bytes;
  while (bytes.size() < 8) bytes += static_cast<char>(static_cast<unsigned char>(source() & 0xff));
  return to_hex(bytes);
}

Error name_is_taken(const fs::path& file) {
  return conflict(str(printable(file.string()), " exists; choose another name"));
}

fs::path temporary_of(const fs::path& file) {
  return str(file.string(), '.', random_digits(), ".tmp");
}

Result<void> write_all(const Descriptor& file, BytesView content, const fs::path& path) {
  while (!content.empty()) {
    const ssize_t written = ::write(file.get(), content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return file_error("write", path, written == 0 ? EIO : errno);
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

// The umask may have taken even our own right to read.
Result<void> make_exact(const Descriptor& file, unsigned mode, const fs::path& path) {
  if (mode == owner_only && ::fchmod(file.get(), mode) != 0) return file_error("set the mode of", path, errno);
  return {};
}

Result<void> finish(Descriptor& file, Sync sync, const fs::path& path) {
  if (sync == Sync::here && ::fsync(file.get()) != 0) return file_error("sync", path, errno);
  if (!file.close()) return file_error("write", path, errno);
  return {};
}

Result<void> fill(Descriptor& file, BytesView content, unsigned mode, Sync sync, const fs::path& path) {
  TRY(make_exact(file, mode, path));
  TRY(write_all(file, content, path));
  return finish(file, sync, path);
}

// To a name that is not taken. Not every file system can rename so; those can link.
Result<void> publish_new(const fs::path& temporary, const fs::path& file) {
  if (::renameat2(AT_FDCWD, temporary.c_str(), AT_FDCWD, file.c_str(), RENAME_NOREPLACE) == 0) return {};
  bool linked = false;
  if (errno == EINVAL || errno == ENOSYS) linked = ::link(temporary.c_str(), file.c_str()) == 0;
  const int code = linked ? 0 : errno;
  ::unlink(temporary.c_str());
  if (linked) return {};
  return code == EEXIST ? name_is_taken(file) : file_error("create", file, code);
}

}  // namespace

Descriptor::~Descriptor() {
  close();
}

bool Descriptor::close() {
  if (descriptor_ < 0) return true;
  const int descriptor = descriptor_;
  descriptor_ = -1;
  return ::close(descriptor) == 0;
}

Error file_error(std::string_view what, const fs::path& path, int code) {
  return fault(str("cannot ", what, " ", printable(path.string()), ": ", std::generic_category().message(code),
                   "; see to it and repeat"));
}

namespace {

// Where one may not be read, what lies in it is not of our making.
Result<void> sync_directory_if_readable(const fs::path& directory) {
  if (::access(directory.c_str(), R_OK) != 0 && errno == EACCES) return {};
  return sync_directory(directory);
}

}  // namespace

// Whoever made the last one that is there may have ended before its name was synced, and no level is made below one of
// which that is not so.
Result<void> make_directories(const fs::path& directory, unsigned mode) {
  std::error_code ignored;
  const fs::path parent = parent_of(directory);
  if (fs::is_directory(directory, ignored)) return sync_directory_if_readable(parent);
  if (parent != directory) TRY(make_directories(parent, mode));
  if (::mkdir(directory.c_str(), mode) != 0) {
    const int code = errno;
    const bool came_first = code == EEXIST && fs::is_directory(directory, ignored);  // another process
    // "File exists" would not say what is wrong with it.
    if (!came_first) return file_error("make the directory", directory, code == EEXIST ? ENOTDIR : code);
  }
  return sync_directory(parent);
}

Result<void> sync_directory(const fs::path& directory) {
  const Descriptor opened(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!opened.ok()) return file_error("open the directory", directory, errno);
  if (::fsync(opened.get()) != 0 && errno != EINVAL) return file_error("sync the directory", directory, errno);
  return {};
}

Result<void> create_file(const fs::path& file, BytesView content, unsigned mode, Sync sync) {
  struct stat status {};
  if (::lstat(file.c_str(), &status) == 0) return name_is_taken(file);
  const fs::path temporary = temporary_of(file);
  Descriptor opened(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode));
  if (!opened.ok()) return file_error("create", file, errno);
  const Result<void> filled = fill(opened, content, mode, sync, file);
  if (!filled) ::unlink(temporary.c_str());
  return filled ? publish_new(temporary, file) : filled;
}

Result<void> replace_file(const fs::path& file, BytesView content, unsigned mode, Sync sync) {
  TRY_LET(replacement, Replacement::begin(file, mode));
  TRY(replacement->write(content));
  return replacement->publish(sync);
}

Result<std::unique_ptr<Replacement>> Replacement::begin(const fs::path& file, unsigned mode) {
  std::error_code error;
  const fs::file_status there = fs::status(file, error);
  if (fs::exists(there) && !fs::is_regular_file(there)) {
    return usage(str(printable(file.string()),
                     " is a device, a pipe or a directory, or leads to one, and a file would ",
                     "take its place: give the path of a file"));
  }
  fs::path temporary = temporary_of(file);
  const int opened = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
  if (opened < 0) return file_error("create", temporary, errno);
  std::unique_ptr<Replacement> replacement(new Replacement(file, std::move(temporary), opened));
  TRY(make_exact(replacement->opened_, mode, replacement->temporary_));
  return replacement;
}

Replacement::~Replacement() {
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

Result<void> Replacement::write(BytesView content) {
  return write_all(opened_, content, temporary_);
}

Result<void> Replacement::publish(Sync sync) {
  TRY(finish(opened_, sync, temporary_));
  if (::rename(temporary_.c_str(), file_.c_str()) != 0) {
    return file_error("put a new file in the place of", file_, errno);
  }
  temporary_.clear();
  return sync == Sync::here ? sync_directory(parent_of(file_)) : Result<void>();
}

Result<void> rename_file(const fs::path& from, const fs::path& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) {
    return file_error(str("rename to ", printable(to.filename().string())), from, errno);
  }
  return sync_directory(parent_of(to));
}

Result<bool> file_exists(const fs::path& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) == 0) return true;
  if (errno == ENOENT || errno == ENOTDIR) return false;
  return file_error("look at", path, errno);
}

Result<void> check_no_links(const fs::path& directory, const fs::path& below) {
  fs::path at = directory;
  for (const fs::path& part : below) {
    at /= part;
    std::error_code ignored;  // of what is not there, or may not be looked at, no byte is read either
    if (fs::symlink_status(at, ignored).type() != fs::file_type::symlink) continue;
    return fault(str(printable(at.string()), " is a symbolic link, and those are not followed here; put what it leads ",
                     "to in its place"));
  }
  return {};
}

Result<bool> lock_file(const Descriptor& file, Millis patience, const fs::path& path) {
  constexpr auto pause = std::chrono::milliseconds(5);
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(patience);
  while (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK && errno != EINTR) return file_error("lock", path, errno);
    if (std::chrono::steady_clock::now() >= deadline) return false;
    std::this_thread::sleep_for(pause);
  }
  return true;
}

}  // namespace cairn
