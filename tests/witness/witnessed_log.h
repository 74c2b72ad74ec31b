// A log that asks to be witnessed: its keys, its heads and the proofs between them. Entry i is "entry <i>".
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ledger/base/time.h"
#include "ledger/crypto/keys.h"
#include "ledger/tlog/checkpoint.h"
#include "ledger/tlog/note.h"
#include "ledger/tlog/tree.h"
#include "tests/temp_directory.h"
#include "witness/witness.h"

namespace cairn::test {

inline const std::string witnessed_origin = "example.org/log";
inline const std::string witness_name = "witness.example.org/w1";

class WitnessedLog {
 public:
  explicit WitnessedLog(std::string origin = witnessed_origin, char seed = 'L');

  // The same log as somebody else is shown it: from entry `at` on it holds other entries.
  WitnessedLog forked(Size at) const;

  const PrivateKey& key() const { return key_; }
  NoteVerifier verifier() const;
  Head head(Size size) const;
  std::string text(Size size) const { return format_checkpoint(origin_, head(size)); }
  std::string sign(const std::string& text) const;
  std::string note(Size size) const { return sign(text(size)); }
  std::vector<Hash> proof(Size old_size, Size new_size) const;

  // The body of add-checkpoint from one size to another.
  std::string request(Size old_size, Size new_size) const;

 private:
  std::vector<Hash> hashes(const std::vector<Range>& ranges) const;

  std::string origin_;
  PrivateKey key_;
  Size fork_ = ~Size{0};
};

class SetClock final : public Clock {
 public:
  explicit SetClock(Millis now) : now_(now) {}
  Millis now() const override { return now_; }
  void set(Millis now) { now_ = now; }

 private:
  Millis now_;
};

// A witness on a directory of its own, and the state that it leaves there.
class WitnessAtWork {
 public:
  explicit WitnessAtWork(const std::vector<NoteVerifier>& logs);

  Witness& operator*() { return *witness_; }
  Witness* operator->() { return witness_.get(); }

  PrivateKey key() const { return PrivateKey::from_ed25519_seed(std::string(32, 'W')).value(); }
  NoteVerifier verifier() const { return NoteVerifier::for_witness(witness_name, key().public_key()).value(); }
  SetClock& clock() { return clock_; }
  std::filesystem::path directory() const { return place_.path(); }
  std::filesystem::path state_file(const std::string& origin = witnessed_origin) const;
  std::string state(const std::string& origin = witnessed_origin) const;  // empty: there is no file

  void end() { witness_.reset(); }
  Result<void> begin();  // again, on what is there

 private:
  TempDirectory place_;
  SetClock clock_{1795815000000};
  std::vector<NoteVerifier> logs_;
  std::unique_ptr<Witness> witness_;
};

// While one of these lives no file of this process can grow: a write fails as on a full disk.
class FullDisk {
 public:
  FullDisk();
  ~FullDisk();
  FullDisk(const FullDisk&) = delete;
  FullDisk& operator=(const FullDisk&) = delete;

 private:
  unsigned long before_ = 0;
};

}  // namespace cairn::test
