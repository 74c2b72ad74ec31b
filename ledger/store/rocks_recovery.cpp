#include "ledger/store/rocks_recovery.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "ledger/base/file.h"
#include "ledger/base/text.h"
#include "ledger/store/rocks_log.h"

namespace cairn {
namespace {

namespace fs = std::filesystem;
using End = LogReading::End;

struct Log {
  std::string name;
  LogReading reading;
};

// Nothing if it has gone. A writer may be appending to it: what is there now is a beginning of what will be.
Result<std::optional<Bytes>> bytes_of(const fs::path& log) {
  const Descriptor opened(::open(log.c_str(), O_RDONLY | O_CLOEXEC));
  if (!opened.ok() && errno == ENOENT) return std::optional<Bytes>{};
  struct stat found = {};
  if (!opened.ok() || ::fstat(opened.get(), &found) != 0) return file_error("open", log, errno);
  Bytes bytes(static_cast<std::size_t>(found.st_size), '\0');
  std::size_t gathered = 0;
  while (gathered < bytes.size()) {
    const ssize_t count = ::read(opened.get(), bytes.data() + gathered, bytes.size() - gathered);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return file_error("read", log, errno);
    if (count == 0) break;
    gathered += static_cast<std::size_t>(count);
  }
  bytes.resize(gathered);
  return std::optional<Bytes>{std::move(bytes)};
}

// RocksDB names a log by its number.
std::uint64_t number_of(const std::string& log) {
  const std::size_t digits = std::min(log.find_first_not_of('0'), log.size());
  const auto number = parse_uint(std::string_view(log).substr(digits, log.find('.') - digits));
  return number.ok() ? number.value() : 0;
}

// Each row has the next sequence number, through all logs. So a log whose first commit follows on the last whole one in
// front of it proves that nothing was lost between, whatever stands there; and one that leaves numbers out, that
// something was.
std::optional<LogDamage> judge(const std::vector<Log>& logs, std::size_t i, std::uint64_t next_sequence) {
  const LogReading& log = logs[i].reading;
  const LogPlace place{logs[i].name, log.whole_until};
  if (log.end == End::whole && i + 1 == logs.size()) return std::nullopt;
  // Behind a whole log only the very next one is asked: what damage hides in front of its own first commit is its own.
  const auto end = log.end == End::whole ? logs.begin() + static_cast<std::ptrdiff_t>(i) + 2 : logs.end();
  const auto following = std::find_if(logs.begin() + static_cast<std::ptrdiff_t>(i) + 1, end,
                                      [](const Log& later) { return later.reading.first_sequence.has_value(); });
  if (following != end && next_sequence != 0) {
    if (*following->reading.first_sequence <= next_sequence) return std::nullopt;
    return LogDamage{place, true};
  }
  if (log.end != End::damaged) return std::nullopt;
  return LogDamage{place, log.commit_behind};
}

}  // namespace

Result<LogsReading> read_logs(const fs::path& directory, const std::vector<std::string>& logs,
                              std::uint64_t first_needed) {
  std::vector<Log> read;
  for (const std::string& name : logs) {
    if (number_of(name) < first_needed) continue;
    TRY_LET(bytes, bytes_of(directory / name));
    if (bytes) read.push_back({name, read_log(*bytes)});
  }
  LogsReading found;
  std::uint64_t next_sequence = 0;
  for (std::size_t i = 0; i < read.size(); ++i) {
    if (read[i].reading.first_sequence) next_sequence = read[i].reading.next_sequence;
    found.damage = judge(read, i, next_sequence);
    if (found.damage) return found;
    if (read[i].reading.end != End::whole) found.torn.push_back({read[i].name, read[i].reading.whole_until});
  }
  return found;
}

Result<void> set_aside(const fs::path& directory, const LogPlace& place) {
  const fs::path copy = directory / (place.log + ".damaged");
  std::error_code ignored;
  if (fs::exists(copy, ignored)) return {};  // of an earlier opening: numbers of logs are never used again
  TRY_LET(bytes, bytes_of(directory / place.log));
  if (!bytes || bytes->size() <= place.at) return {};
  return replace_file(copy, BytesView(*bytes).substr(place.at), owner_only);
}

}  // namespace cairn
