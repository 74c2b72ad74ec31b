// C2SP tlog-checkpoint v1.0.0: the log's signed head. Pure.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/base/result.h"
#include "ledger/base/types.h"
#include "ledger/crypto/sha256.h"
#include "ledger/tlog/note.h"

namespace cairn {

// How many leaves, under which root: what a statement's basis and a checkpoint both name.
struct Head {
  Size size = 0;
  Hash root;
  bool operator==(const Head&) const = default;
};

struct Checkpoint {
  std::string origin;
  Head head;
  std::vector<std::string> extensions;  // read, never written (some witnesses refuse them)
};

// "<origin>\n<size>\n<base64 root>\n", the text that is signed.
std::string format_checkpoint(const std::string& origin, const Head& head);

// The text of a note that was opened. One spelling.
Result<Checkpoint> parse_checkpoint(std::string_view text);

// The same, but that size 0 may have any root: to a witness that is no malformed checkpoint but a wrong one.
Result<Checkpoint> parse_checkpoint_of_any_root(std::string_view text);

// Verifies the note by `log`, parses it, and holds its origin against the verifier's name.
Result<Checkpoint> open_checkpoint(std::string_view note, const NoteVerifier& log);

// Which size a note claims, unverified: only for finding the row to read. Never for trust.
Result<Size> claimed_size(std::string_view note);

}  // namespace cairn
