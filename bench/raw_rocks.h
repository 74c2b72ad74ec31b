// RocksDB by itself: the limit of what stores and scans entries in it.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>

#include "ledger/base/types.h"

namespace cairn::bench {

// A ledger's entries as a plain iterator shows them. Several threads may scan at once.
class RawScan {
 public:
  explicit RawScan(const std::filesystem::path& ledger);
  ~RawScan();
  void each(Size begin, Size end, const std::function<void(BytesView entry)>& each) const;

 private:
  struct Open;
  std::unique_ptr<Open> open_;
};

}  // namespace cairn::bench
