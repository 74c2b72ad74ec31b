// C2SP tlog-cosignature: a witness's timestamped signature of a checkpoint, Ed25519 under key type 0x04. Pure.
//
// It says: at this time, this is the largest tree of the log that the witness has seen, and every smaller one that it
// cosigned is a beginning of it. The ML-DSA-44 kind (0x06) is not made here; its lines are ignored like those of any
// unknown key.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "ledger/base/result.h"
#include "ledger/crypto/keys.h"
#include "ledger/tlog/note.h"

namespace cairn {

struct Cosignature {
  std::uint64_t time = 0;  // seconds since 1970 UTC
  std::string line;        // a signature line with its newline, to stand below the log's
};

// "cosignature/v1\n" "time <seconds>\n" and the text of the note: what is signed.
std::string cosignature_message(std::string_view text, std::uint64_t time);

// By a witness of this name. `text` must be a checkpoint's, extension lines included, and `time` from 1 to 2^63-1.
Result<Cosignature> cosign(std::string_view text, std::string_view name, const PrivateKey& key, std::uint64_t time);

// The witness's newest cosignature among signature lines: the answer to add-checkpoint, or what stands below a note.
// Lines of other keys are ignored. One of this witness that does not hold, or that gives 0 for its time, makes all of
// them bad.
Result<Cosignature> open_cosignature(std::string_view lines, std::string_view text, const NoteVerifier& witness);

}  // namespace cairn
