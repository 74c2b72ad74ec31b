// The directory of an embedded ledger, and the write-ahead log files in it. POSIX only; does file I/O.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "ledger/base/result.h"

namespace cairn {

// Whether RocksDB keeps something there.
bool holds_database(const std::filesystem::path& directory);

// Names of the files in it, sorted; those of the write-ahead log end in ".log".
Result<std::vector<std::string>> list_files(const std::filesystem::path& directory);
std::vector<std::string> only_logs(const std::vector<std::string>& files);

// fdatasync of each log file that is still there, then of the directory: what was read out of them survives a power
// cut. One that has gone was written into a table file, which is synced before the log goes.
Result<void> sync_logs(const std::filesystem::path& directory, const std::vector<std::string>& logs);

}  // namespace cairn
