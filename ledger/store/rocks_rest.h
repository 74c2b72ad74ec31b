// The rest of a RocksDB key space: rows that belong to nothing in the ledger, or show that one is gone.
#pragma once

#include <string>
#include <vector>

#include "ledger/base/result.h"
#include "ledger/store/rocks_rows.h"

namespace cairn {

// Of a ledger of `size` entries, at most `limit` lines: each row of no kind (rocks_keys.h) or of a place that the
// ledger does not have, and each checkpoint that is gone, as far as other rows show it: a snapshot is of its commit,
// and of a tag each commit has one row. What cannot be read is passed over: damaged_files() names it. `rows` goes
// through the whole key space, and so does this; memory is one bit an entry, and what is lost.
std::vector<std::string> find_wrong_rows(RowCursor& rows, Size size, std::size_t limit);

}  // namespace cairn
