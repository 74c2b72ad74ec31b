#include "ledger/store/store_directory.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "ledger/base/text.h"

namespace cairn {
namespace {

namespace fs = std::filesystem;

std::string reason(int error) {
  return std::generic_category().message(error);
}

// A file system that cannot sync a directory says EINVAL; then there is nothing that we could do better.
Result<void> sync_path(const fs::path& path, bool directory) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | (directory ? O_DIRECTORY : 0));
  if (file < 0) {
    if (errno == ENOENT && !directory) return {};
    return fault(str("cannot open ", path.string(), " to sync it: ", reason(errno)));
  }
  const int failed = directory ? ::fsync(file) : ::fdatasync(file);
  const int error = errno;
  ::close(file);
  if (failed != 0 && !(directory && error == EINVAL)) {
    return fault(str("cannot sync ", path.string(), ": ", reason(error), "; look after the disk before you go on"));
  }
  return {};
}

}  // namespace

Result<void> make_durable_directory(const fs::path& directory) {
  std::error_code error;
  fs::path path = fs::absolute(directory, error).lexically_normal();
  if (error) return fault(str("cannot make the directory ", directory.string(), ": ", error.message()));
  if (!path.has_filename()) path = path.parent_path();
  std::vector<fs::path> missing;
  for (; !fs::exists(path, error); path = path.parent_path()) missing.push_back(path);
  for (auto at = missing.rbegin(); at != missing.rend(); ++at) {
    if (::mkdir(at->c_str(), 0700) != 0 && errno != EEXIST) {
      return fault(str("cannot make the directory ", at->string(), ": ", reason(errno)));
    }
    TRY(sync_path(at->parent_path(), true));
  }
  if (!fs::is_directory(directory, error)) return fault(str(directory.string(), " is not a directory"));
  return {};
}

bool holds_database(const fs::path& directory) {
  std::error_code error;
  // One that may not be looked into may hold one: opening it says why it cannot be.
  return fs::exists(directory / "CURRENT", error) || error;
}

Result<std::vector<std::string>> list_files(const fs::path& directory) {
  std::error_code error;
  std::vector<std::string> names;
  fs::directory_iterator at(directory, error);
  while (!error && at != fs::directory_iterator()) {
    names.push_back(at->path().filename().string());
    at.increment(error);
  }
  if (error) return fault(str("cannot list the directory ", directory.string(), ": ", error.message()));
  std::sort(names.begin(), names.end());
  return names;
}

std::vector<std::string> only_logs(const std::vector<std::string>& files) {
  std::vector<std::string> logs;
  for (const std::string& name : files) {
    if (name.ends_with(".log")) logs.push_back(name);
  }
  return logs;
}

Result<void> sync_logs(const fs::path& directory, const std::vector<std::string>& logs) {
  for (const std::string& name : logs) TRY(sync_path(directory / name, false));
  return sync_path(directory, true);
}

}  // namespace cairn
