// That a log only grew from a signed head to a later one, shown by a consistency proof alone (RFC 9162, 2.1.4).
#pragma once

#include <string>

#include "ledger/base/result.h"
#include "ledger/tlog/note.h"

namespace cairn {

// A checkpoint in a file, and the key that has to have signed it.
struct NamedHead {
  std::string file;
  NoteVerifier key;
};

struct Grown {
  std::string origin;
  Size before = 0;
  Size after = 0;
};

// not_verified, with the file: a head is not by its key, or the proof is of other sizes, or does not hold. usage: the
// two keys are of two logs, and no proof shows that the one is the other.
Result<Grown> check_growth(const NamedHead& older, const NamedHead& newer, const std::string& proof_file);

}  // namespace cairn
