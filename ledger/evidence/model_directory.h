// What a directory of the field holds: models, their cards, metrics and training-audit chunks, read without ever
// running a model.
//
// CLI.md "A directory holds": one model per stem `<type>[_model]_<YYYYMMDD_HHMMSS>`, or, where no stem matches, one
// model of all its files. Files are hashed streaming; symbolic links are not followed and are an error; names with
// control characters are refused. Does file I/O, keeps nothing. At most 256 MiB of evidence a directory; a file that is
// evidence about many models is read, and held in memory, once.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ledger/base/result.h"
#include "ledger/crypto/sha256.h"
#include "ledger/events/event.h"

namespace cairn {

// Called while hashing: bytes done of bytes in all. For a progress bar.
using Progress = std::function<void(std::uint64_t done, std::uint64_t total)>;

// A file that was read into values, and its exact bytes, to be kept as an attachment.
struct Evidence {
  EvidenceRecorded event;  // `environment` is empty; `model` is set for files of a model directory, else zeros
  std::shared_ptr<const Bytes> content;  // never null; one for all the models that a file is evidence about
};

struct ModelFile {
  std::string path;  // relative, '/' separated
  std::uint64_t bytes = 0;
  Hash sha256;
};

struct ModelReading {
  std::string name;              // `<type>`, or the directory's name
  std::string version;           // the stem's time stamp, or the first 12 hex digits of the digest
  std::vector<ModelFile> files;  // in the manifest's order: bytes of the path ascending
  std::string
      manifest;  // "<sha256 hex>  <path>\n" a file: `find . -type f | cut -c3- | LC_ALL=C sort | xargs -r sha256sum`
  Hash digest;   // SHA-256 of the manifest: in-toto dirHash1
  std::uint64_t bytes = 0;
  std::vector<Evidence> evidence;  // structure always; metrics, card, audit_chunk where their files were found
};

// All models of the directory, by name and version. A directory without any model file is an error. `name`, if not
// empty, takes the place of the directory's name where no stem names a model.
Result<std::vector<ModelReading>> read_model_directory(const std::filesystem::path& directory, const Progress& progress,
                                                       const std::string& name = {});

}  // namespace cairn
