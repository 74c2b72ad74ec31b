// What a witness remembers: for each log the newest checkpoint that it cosigned. Does file I/O.
//
// `<hex of the origin's SHA-256>.note` is a note with the log's signatures and the witness's own. By its own signature
// it shows that it is whole; one that does not hold is a fault, and never taken for none. No file means that nothing of
// this log was ever cosigned, so whoever loses this directory has to begin with a new key. `<hex>.fork` is a head that
// contradicts the one in the note, both signed by the log: evidence, kept once.
//
// One process at a time. Calls for different origins may come from any thread, calls for one origin one after the
// other.
#pragma once

#include <atomic>
#include <filesystem>
#include <memory>
#include <string>

#include "ledger/base/file.h"
#include "ledger/base/result.h"
#include "ledger/tlog/checkpoint.h"
#include "ledger/tlog/note.h"

namespace cairn {

struct Cosigned {
  Head head;         // size 0 with the empty root if nothing was cosigned
  std::string note;  // empty if nothing was cosigned
};

std::string origin_hash(const std::string& origin);  // its SHA-256 in hex, as monitors ask for it

class StateDirectory {
 public:
  // The directory must exist: a path with a slip in it would pass for a witness that has cosigned nothing.
  static Result<std::unique_ptr<StateDirectory>> open(const std::filesystem::path& directory,
                                                      const NoteVerifier& witness);

  Result<Cosigned> read(const std::string& origin) const;

  // Durable when it returns. After an error the new note may be there or not; read() says which, and lets nobody see
  // one that is not durable.
  Result<void> write(const std::string& origin, const std::string& note);

  Result<void> keep_fork(const std::string& origin, const std::string& note);

 private:
  StateDirectory(std::filesystem::path directory, int lock, NoteVerifier witness)
      : directory_(std::move(directory)), lock_(lock), witness_(std::move(witness)) {}

  std::filesystem::path file_of(const std::string& origin, const char* ending) const;

  std::filesystem::path directory_;
  Descriptor lock_;
  NoteVerifier witness_;
  mutable std::atomic<bool> unsynced_ = false;  // a write failed, perhaps between its rename and its sync
};

}  // namespace cairn
