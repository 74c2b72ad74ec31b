// Files that are there whole or not at all, and are still there after a power cut. POSIX only; does file I/O, holds no
// state.
//
// A file is durable once its bytes are synced and its name is synced in its directory; a new directory, once its name
// is. Every error names the file and the system's reason.
#pragma once

#include <filesystem>
#include <memory>
#include <string_view>

#include "ledger/base/result.h"
#include "ledger/base/types.h"

namespace cairn {

// An open file descriptor, or none; closed at the end of its scope.
class Descriptor {
 public:
  explicit Descriptor(int descriptor) : descriptor_(descriptor) {}
  ~Descriptor();
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  bool ok() const { return descriptor_ >= 0; }
  int get() const { return descriptor_; }
  bool close();  // false: what was written may not be there

 private:
  int descriptor_;
};

// "cannot <what> <path>: <reason>": `code` is an errno.
Error file_error(std::string_view what, const std::filesystem::path& path, int code);

// Modes are those of open(2) and mkdir(2), so the umask takes from them; but one for the owner only is exact.
inline constexpr unsigned owner_only = 0600;
inline constexpr unsigned everyone_may_read = 0644;

// Who syncs the bytes and the name: this function, or its caller for many files at once.
enum class Sync { here, by_caller };

// Makes the directories of this path that are missing; syncs their names, and that of the last one that was there.
Result<void> make_directories(const std::filesystem::path& directory, unsigned mode);

// One that is on a file system without such a sync (EINVAL) is as durable as it can be, and no error.
Result<void> sync_directory(const std::filesystem::path& directory);

// A new file: conflict if the name is taken, be it by a link. There whole or not at all, like one that is replaced. Its
// name is not synced.
Result<void> create_file(const std::filesystem::path& file, BytesView content, unsigned mode, Sync sync = Sync::here);

// In the place of an older file or of none; usage for a device, a pipe or a directory. A crash leaves the one or
// the other, and perhaps `<file>.<16 hex>.tmp`.
Result<void> replace_file(const std::filesystem::path& file, BytesView content, unsigned mode, Sync sync = Sync::here);

// The same for what is too large to be held at once, or is not known whole before its last byte. What is not published
// goes with this object.
class Replacement {
 public:
  static Result<std::unique_ptr<Replacement>> begin(const std::filesystem::path& file, unsigned mode);
  ~Replacement();
  Replacement(const Replacement&) = delete;
  Replacement& operator=(const Replacement&) = delete;

  Result<void> write(BytesView content);
  Result<void> publish(Sync sync = Sync::here);  // once, and nothing is written after it

 private:
  Replacement(std::filesystem::path file, std::filesystem::path temporary, int descriptor)
      : file_(std::move(file)), temporary_(std::move(temporary)), opened_(descriptor) {}

  std::filesystem::path file_;
  std::filesystem::path temporary_;  // empty: published
  Descriptor opened_;
};

// To another name in the same directory, durably.
Result<void> rename_file(const std::filesystem::path& from, const std::filesystem::path& to);

// Whether something lies there, be it behind a link. Only what the system says is absent is: a place that may not be
// looked into is an error, since what lies there would be taken for lost.
Result<bool> file_exists(const std::filesystem::path& path);

// A fault if a directory on the way from `directory` down to `below`, or what lies there, is a symbolic link: it could
// lead anywhere. `directory` itself may be one, for whoever named it meant where it leads; what is not there is none.
// Asked before anything is read, written or removed below a directory that somebody else may have made; who changes it
// at that very moment is not kept out.
Result<void> check_no_links(const std::filesystem::path& directory, const std::filesystem::path& below);

// Takes flock(2) on this open file, and gives it back when the descriptor is closed. False: another process still held
// it after so long.
Result<bool> lock_file(const Descriptor& file, Millis patience, const std::filesystem::path& path);

}  // namespace cairn
