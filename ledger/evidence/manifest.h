// A model's files as found in a directory, and the digest that names them together. File I/O, in memory of one buffer.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "ledger/base/result.h"
#include "ledger/evidence/input.h"
#include "ledger/evidence/model_directory.h"

namespace cairn {

struct FoundFile {
  std::string path;  // relative, '/' separated
  std::uint64_t bytes = 0;
};

// The directory's entries, ascending by the bytes of their names; links, special files, control characters and
// backslashes in names (which sha256sum would write in another way than everybody reads them) are errors.
struct Listing {
  std::vector<FoundFile> files;
  std::vector<std::string> directories;
};
Result<Listing> list_directory(const std::filesystem::path& directory);

// All regular files below it, ascending by the bytes of their paths.
Result<std::vector<FoundFile>> list_files_below(const std::filesystem::path& directory);

// Progress over all the files of one reading.
struct Tally {
  const Progress& progress;
  std::uint64_t total = 0;
  std::uint64_t done = 0;
};

// Hashes the files and sets `files`, `manifest`, `digest` and `bytes`; `states` say in which state each file was
// hashed.
Result<void> read_manifest(const std::filesystem::path& directory, const std::vector<FoundFile>& found, Tally& tally,
                           ModelReading& model, std::vector<FileState>& states);

}  // namespace cairn
