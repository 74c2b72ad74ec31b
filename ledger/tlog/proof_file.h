// C2SP tlog-proof@v1: one file that proves one entry, and our consistency proof file beside it. Pure.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/base/result.h"
#include "ledger/crypto/sha256.h"
#include "ledger/tlog/checkpoint.h"

namespace cairn {

inline constexpr std::size_t max_proof_file_bytes = 1 << 20;

struct ProofFile {
  Bytes extra;  // unauthenticated; may be empty
  bool has_extra = false;
  Seq index = 0;
  std::vector<Hash> hashes;  // the leaf's sibling first; at most 63
  std::string checkpoint;    // the note, verbatim
};

std::string format_proof_file(const ProofFile& proof);
Result<ProofFile> parse_proof_file(std::string_view text);

// Opens the checkpoint by `log` and checks that `leaf` is at the proof's index in it. Returns the checkpoint.
Result<Checkpoint> verify_proof_file(const ProofFile& proof, const Hash& leaf, const NoteVerifier& log);

// "cairn/consistency@v1\n" "old <size>\n" "new <size>\n" base64 hashes, one a line. No checkpoints: the notes travel
// beside it.
struct ConsistencyFile {
  Size old_size = 0;
  Size new_size = 0;
  std::vector<Hash> hashes;
};

std::string format_consistency_file(const ConsistencyFile& proof);
Result<ConsistencyFile> parse_consistency_file(std::string_view text);

}  // namespace cairn
