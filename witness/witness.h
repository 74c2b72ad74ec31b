// A witness of logs, C2SP tlog-witness: cosigns a log's checkpoint if it is signed by the log and its tree contains the
// one that was cosigned before. May be called from any thread; does file I/O, and no network.
//
// What it cosigned is on disk before an answer holds the cosignature; of two requests that begin at one size, one is
// answered with 409. A request that is not answered with 200 changes nothing.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/base/result.h"
#include "ledger/base/time.h"
#include "ledger/crypto/keys.h"
#include "ledger/tlog/add_checkpoint.h"
#include "ledger/tlog/note.h"
#include "witness/answer.h"
#include "witness/state_directory.h"

namespace cairn {

class Witness {
 public:
  // Each log's verifier key, whose name is its origin; several of one origin are one log with several keys. Reads the
  // state of each, and fails if one is damaged. `clock` must outlive this object.
  static Result<std::unique_ptr<Witness>> open(std::string name, PrivateKey key, const std::filesystem::path& state,
                                               const std::vector<NoteVerifier>& logs, const Clock& clock);

  const NoteVerifier& verifier() const { return verifier_; }

  // POST add-checkpoint: 200, 400, 403, 404, 409, 422; 500 if the state cannot be read or written.
  HttpAnswer add_checkpoint(std::string_view body);

  // GET <hex SHA-256 of an origin>/checkpoint: the newest that was cosigned, 404 if there is none.
  HttpAnswer checkpoint(std::string_view origin_hash);

 private:
  struct Log {
    std::string origin;
    std::vector<NoteVerifier> keys;
    std::mutex mutex;  // from reading the state to having written it
    Size newest = 0;   // what was cosigned in this process's life: no state is smaller
  };

  Witness(std::string name, PrivateKey key, NoteVerifier verifier, std::unique_ptr<StateDirectory> state,
          const Clock& clock)
      : name_(std::move(name)),
        key_(std::move(key)),
        verifier_(std::move(verifier)),
        state_(std::move(state)),
        clock_(clock) {}

  Log* find(std::string_view hash);
  Result<Cosigned> read(Log& log);
  HttpAnswer extend(Log& log, const AddCheckpoint& request, const NoteParts& parts, const Head& head);
  HttpAnswer cosign_and_keep(Log& log, const NoteParts& parts, const Head& head);

  std::string name_;
  PrivateKey key_;
  NoteVerifier verifier_;
  std::unique_ptr<StateDirectory> state_;
  const Clock& clock_;
  std::map<std::string, Log, std::less<>> logs_;  // by the hash of the origin
};

}  // namespace cairn
