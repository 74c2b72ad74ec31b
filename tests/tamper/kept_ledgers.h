// Two ledgers of whose rows every kind is there, made once for all tests of this folder.
#pragma once

#include <string>

#include "tests/tamper/stored_rows.h"

namespace cairn::test {

struct StoredLedger {
  Forge forge;
  RowMap rows;

  // What `write` writes, in commits of at most `largest` entries.
  StoredLedger(void (*write)(Forge&), std::size_t largest);

  Size first_head_over(Seq seq) const;  // the size of the first kept checkpoint over this entry
};

// A deployment, a refusal, a whole snapshot and one of changes, in commits of two entries.
const StoredLedger& small_ledger();

// Two full tiles and a few entries, with a snapshot of several parts in the middle.
const StoredLedger& wide_ledger();

std::string kinds_of(const RowMap& rows);  // the first bytes of their keys, each once

}  // namespace cairn::test
