// Entry: one leaf of the tree. What the log adds to a statement is when it was recorded and what the rules said. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "ledger/base/result.h"
#include "ledger/base/types.h"
#include "ledger/events/statement.h"

namespace cairn {

inline constexpr std::uint8_t entry_version = 1;  // frozen: decision 0047

// version:u8 recorded:u64 outcome_len:u8 outcome[a-z0-9_] count:u8 {key_id:32 len:u16 sig}... payload; big-endian.
struct Entry {
  Millis recorded = 0;                // the log's clock
  std::string outcome;                // empty: admitted; else the refusal's wire name, at most 64 bytes
  std::vector<Signature> signatures;  // as in Envelope
  Bytes payload;
};

KeyId signed_by(const Entry& entry);  // zeros: by none

Bytes encode_entry(const Entry& entry);  // at most max_entry_bytes
Result<Entry> decode_entry(BytesView bytes);

// An entry in its place: what folds read.
struct Recorded {
  Seq seq = 0;
  Hash leaf;
  Entry entry;
  Statement statement;
};

// Decodes both layers. Signatures are not looked at here: who reads from a store that the writer filled has them
// verified by `verify`; the sequencer verifies before it decodes.
Result<Recorded> decode_recorded(Seq seq, BytesView bytes);

}  // namespace cairn
