#include "ledger/store/store_directory.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "ledger/base/file.h"
#include "ledger/base/text.h"

namespace cairn {
namespace {

namespace fs = std::filesystem;

// fdatasync, so that what was read out of it stays; it may have gone meanwhile.
Result<void> sync_log(const fs::path& log) {
  const Descriptor opened(::open(log.c_str(), O_RDONLY | O_CLOEXEC));
  if (!opened.ok() && errno == ENOENT) return {};
  if (!opened.ok() || ::fdatasync(opened.get()) != 0) return file_error("sync", log, errno);
  return {};
}

// RocksDB opens whatever has the name that it looks for. A link leads it elsewhere, and a pipe holds it for ever.
Result<void> check_kind(const fs::directory_entry& entry) {
  std::error_code error;  // a file that a writer removes meanwhile is none
  const fs::file_type type = entry.symlink_status(error).type();
  const std::string name = printable(entry.path().string());
  if (type == fs::file_type::symlink) {
    return fault(str(name, " is a symbolic link, and those are not followed here; put what it leads to in its place"));
  }
  const bool may_lie_here =
      error || type == fs::file_type::regular || type == fs::file_type::directory || type == fs::file_type::not_found;
  if (may_lie_here) return {};
  return fault(str(name, " is neither a file nor a directory, and a ledger's directory holds nothing else; remove it"));
}

}  // namespace

bool holds_database(const fs::path& directory) {
  std::error_code error;
  // One that may not be looked into may hold one, and so may one of which only this file is gone: opening it says why
  // it cannot be.
  if (fs::exists(directory / "CURRENT", error) || error) return true;
  const auto files = list_files(directory);
  return files && std::any_of(files->begin(), files->end(), [](const auto& name) { return name.ends_with(".sst"); });
}

Result<std::vector<std::string>> list_files(const fs::path& directory) {
  std::error_code error;
  std::vector<std::string> names;
  fs::directory_iterator at(directory, error);
  while (!error && at != fs::directory_iterator()) {
    TRY(check_kind(*at));
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
  for (const std::string& name : logs) TRY(sync_log(directory / name));
  return sync_directory(directory);
}

}  // namespace cairn
