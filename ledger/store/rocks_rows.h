// RocksRows: the rows of one ledger directory in RocksDB; the only place that knows RocksDB.
//
// Rows are written once, in one synced batch a commit. Reading is safe from many threads; writing is from one at a
// time.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "ledger/base/result.h"
#include "ledger/base/types.h"
#include "ledger/store/store.h"

namespace cairn {

struct Row {
  Bytes key;
  BytesView value;  // which whoever writes it keeps
};

// A place in the rows of [begin, end). Once at() is false, ask status(): the end, or a row that could not be read.
class RowCursor {
 public:
  virtual ~RowCursor() = default;
  virtual void seek(BytesView key) = 0;       // the first row >= key
  virtual void seek_back(BytesView key) = 0;  // the last row <= key
  virtual void next() = 0;
  virtual bool at() const = 0;
  virtual BytesView key() const = 0;
  virtual BytesView value() const = 0;
  virtual Result<void> status() const = 0;
};

class RocksRows {
 public:
  virtual ~RocksRows() = default;

  // The caller holds the directory's WriterLock for as long as this lives. A last commit that a kill or a power cut
  // left in part is dropped, once its bytes are kept in <log>.damaged. A fault, and nothing changed, if the log is
  // damaged in any other way: it names the file and the byte (docs/decisions/0011).
  static Result<std::unique_ptr<RocksRows>> open_writer(const std::filesystem::path& directory, bool create,
                                                        const RocksOptions& options);

  // The rows as they stand, beside a writer or not: no hole in them, nothing older than what was acknowledged before
  // this call, and all of it synced (DESIGN 7, "Readers beside a writer"). Writes nothing. The same fault on damage;
  // unavailable if a writer is faster than it for some seconds. Reads the whole log, 8 MiB in some 15 ms.
  static Result<std::unique_ptr<RocksRows>> open_reader(const std::filesystem::path& directory,
                                                        const RocksOptions& options);

  virtual Result<void> write(std::span<const Row> rows) = 0;
  virtual Result<std::optional<Bytes>> get(BytesView key) const = 0;
  virtual Result<std::vector<std::optional<Bytes>>> get_all(std::span<const Bytes> keys) const = 0;
  virtual std::unique_ptr<RowCursor> cursor(Bytes begin, Bytes end) const = 0;

  // Table files of which some bytes are not those that were written, whether or not they hold a row that is asked for:
  // of each, what is wrong first. Reads all of them.
  virtual Result<std::vector<std::string>> damaged_files() const = 0;
};

}  // namespace cairn
