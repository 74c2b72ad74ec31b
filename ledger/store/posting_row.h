// One tag's seqs of one batch as a row: the first beside it, the others as LEB128 differences (FORMAT.md). Pure.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "ledger/base/result.h"
#include "ledger/base/types.h"
#include "ledger/store/store.h"

namespace cairn {

// Ascending seqs without the first, and back. decode refuses what encode would not write.
Bytes encode_posting(std::span<const Seq> seqs);
Result<std::vector<Seq>> decode_posting(Seq first, BytesView row);

struct PostingRow {
  std::string_view tag;  // of the postings that it was made from
  Seq first = 0;
  Bytes others;
};

// Of sorted_postings, a row a tag.
std::vector<PostingRow> posting_rows(std::span<const Posting> sorted);

}  // namespace cairn
