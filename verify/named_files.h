// NamedFiles: which entry names which file, for which model. A ledger may name as many files as it has entries, so what
// is more than memory should hold lies sorted in an unnamed temporary file, and is merged when it is asked for.
#pragma once

#include <compare>
#include <cstdio>
#include <functional>
#include <memory>
#include <vector>

#include "ledger/base/result.h"
#include "ledger/base/types.h"
#include "ledger/crypto/sha256.h"

namespace cairn {

class NamedFiles {
 public:
  struct Row {
    Hash digest;
    Seq seq = 0;  // of the entry
    Hash model;
    auto operator<=>(const Row&) const = default;
  };

  // So many rows, of 72 bytes, are held in memory.
  explicit NamedFiles(std::size_t most_held = 65536) : most_held_(most_held) {}

  // A fault if the temporary file cannot be written.
  Result<void> add(const Row& row);

  // Each row once, ascending, until `visit` gives an error. Nothing may be added after it.
  Result<void> each(const std::function<Result<void>(const Row&)>& visit);

 private:
  struct CloseFile {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  // Sorted rows in the file, of which those before `next` were read, and the ones read last.
  struct Run {
    std::size_t next = 0;
    std::size_t end = 0;
    std::vector<Row> read;
    std::size_t at = 0;
  };

  void sort_held();
  Result<void> spill();
  Result<bool> advance(Run& run);

  std::size_t most_held_;
  std::vector<Row> held_;
  std::unique_ptr<std::FILE, CloseFile> file_;
  std::vector<Run> runs_;
};

}  // namespace cairn
