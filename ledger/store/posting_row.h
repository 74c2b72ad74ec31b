// One tag's seqs of one batch as a row: the first beside it, the others as LEB128 differences (FORMAT.md). Pure.
#pragma once

#include <span>
#include <vector>

#include "ledger/base/result.h"
#include "ledger/base/types.h"

namespace cairn {

// Ascending seqs without the first, and back. decode refuses what encode would not write.
Bytes encode_posting(std::span<const Seq> seqs);
Result<std::vector<Seq>> decode_posting(Seq first, BytesView row);

}  // namespace cairn
