// WriterLock: at most one process writes a ledger's directory at a time.
//
// An flock on <directory>/writer.lock, which holds the pid of who has it. The kernel drops the lock with its process,
// so a killed writer leaves nothing to clean up; the file stays for ever, because deleting it would let two processes
// lock two files of one name. Held from before the database is opened until after it is closed.
#pragma once

#include <filesystem>
#include <string>

#include "ledger/base/result.h"
#include "ledger/base/time.h"

namespace cairn {

class WriterLock {
 public:
  // Polls until `timeout` has passed, then a fault that names the holder's pid. The directory must exist.
  static Result<WriterLock> take(const std::filesystem::path& directory, Millis timeout);

  WriterLock(WriterLock&& other) noexcept;
  WriterLock& operator=(WriterLock&& other) noexcept;
  ~WriterLock();

 private:
  explicit WriterLock(int file) : file_(file) {}
  static Result<WriterLock> open_lock(const std::string& path);

  int file_ = -1;
};

}  // namespace cairn
