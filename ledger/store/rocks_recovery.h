// All write-ahead logs of a ledger's directory: what RocksDB's recovery would drop of them, and whether that may be.
//
// A commit is acknowledged once it is durable, and the next one is written after that. So of everything in the logs
// only the end of the last commit may be missing, and only as a kill or a power cut leaves it (rocks_log.h). Does file
// I/O; holds one log in memory at a time, about as large as the writer's memtable.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "ledger/base/result.h"

namespace cairn {

// From this byte of this log file on.
struct LogPlace {
  std::string log;
  std::uint64_t at = 0;
};

struct LogDamage {
  LogPlace place;
  bool acknowledged = false;  // what was lost there surely was; else it may have been
};

struct LogsReading {
  std::vector<LogPlace> torn;  // ends that no acknowledgement can have covered
  std::optional<LogDamage> damage;
};

// `logs` as list_files sorts them; those with a number below `first_needed` hold nothing that is not in tables. One
// that has gone meanwhile is passed over.
Result<LogsReading> read_logs(const std::filesystem::path& directory, const std::vector<std::string>& logs,
                              std::uint64_t first_needed);

// Copies the bytes from this place on to <log>.damaged, durably, unless that is there already.
Result<void> set_aside(const std::filesystem::path& directory, const LogPlace& place);

}  // namespace cairn
