// Snapshot: bytes folded from the first `size` entries, under the log's signature (FORMAT.md, "Snapshot"). Pure.
//
// It is a cache: who starts from one opens it with the log's key and holds its root against the present history, else
// folds from zero. It lies in this layer because the writer seals it and the auditor, who knows no writer, opens it.
#pragma once

#include "ledger/base/result.h"
#include "ledger/base/types.h"
#include "ledger/crypto/keys.h"
#include "ledger/tlog/checkpoint.h"

namespace cairn {

struct Snapshot {
  Head head;
  BytesView state;  // many megabytes, which nobody copies: of an opened one, in the bytes that it was opened from
};

// "cairn snapshot v1\n" "size <size>\n" "root <hex>\n" "state <bytes> <hex SHA-256>\n", which are what is signed, then
// "signature <base64>\n\n" and the state's bytes.
Result<Bytes> seal_snapshot(const Snapshot& snapshot, const PrivateKey& log_key);

// Verifies, then hands out the state.
Result<Snapshot> open_snapshot(BytesView bytes, const PublicKey& log_key);

}  // namespace cairn
