// C2SP tlog-witness: what a log sends to a witness to have a checkpoint cosigned, the body of POST add-checkpoint.
// Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ledger/base/result.h"
#include "ledger/base/types.h"
#include "ledger/crypto/sha256.h"

namespace cairn {

inline constexpr std::size_t max_add_checkpoint_hashes = 63;

// "old <size>\n", the hashes of a consistency proof from there in base64, one a line, an empty line, and the note.
struct AddCheckpoint {
  Size old_size = 0;
  std::vector<Hash> proof;  // at most 63
  std::string note;         // verbatim, with all its signatures; neither parsed nor verified here
};

std::string format_add_checkpoint(const AddCheckpoint& request);
Result<AddCheckpoint> parse_add_checkpoint(std::string_view body);

}  // namespace cairn
