// cairn backup, cairn restore.
#pragma once

#include <filesystem>

#include "commands/run.h"

namespace cairn {

// Copies what is new of the ledger into `directory`, which only this command writes to.
Result<Exit> run_backup(const Globals& globals, const std::filesystem::path& directory);

// Audits the backup, copies it beside the ledger's place, and only then moves what lies there out of the way. An older
// one than this home or that place knows of is put there to be read: going on from it would be a fork.
Result<Exit> run_restore(const Globals& globals, const std::filesystem::path& directory);

}  // namespace cairn
