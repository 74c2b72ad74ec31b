// The directory of an embedded ledger: made durably, and the write-ahead log files in it. Linux and POSIX only.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "ledger/base/result.h"

namespace cairn {

// Makes it and the directories above that are missing, readable by the owner only. Each new name is synced: after a
// power cut the ledger is found where init said it is.
Result<void> make_durable_directory(const std::filesystem::path& directory);

// Whether RocksDB keeps something there.
bool holds_database(const std::filesystem::path& directory);

// Names of the files in it, sorted; those of the write-ahead log end in ".log".
Result<std::vector<std::string>> list_files(const std::filesystem::path& directory);
std::vector<std::string> only_logs(const std::vector<std::string>& files);

// fdatasync of each log file that is still there, then of the directory: what was read out of them survives a power
// cut. One that has gone was written into a table file, which is synced before the log goes.
Result<void> sync_logs(const std::filesystem::path& directory, const std::vector<std::string>& logs);

}  // namespace cairn
