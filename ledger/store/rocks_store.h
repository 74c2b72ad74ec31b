// RocksStore over rows that somebody else opened.
#pragma once

#include <filesystem>
#include <memory>

#include "ledger/base/result.h"
#include "ledger/store/rocks_rows.h"
#include "ledger/store/store.h"

namespace cairn {

// The ledger that these rows are, for reading, as open_rocks_store(StoreMode::read) opens it. Messages name the
// directory; nothing in it is touched.
Result<std::unique_ptr<Store>> open_store_over(std::unique_ptr<RocksRows> rows, const std::filesystem::path& directory);

}  // namespace cairn
