// The rows of a ledger that lies in RocksDB, taken out of it and open to tampering, and what `verify` says of them
// then.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "ledger/store/rocks_rows.h"
#include "tests/verify/forge.h"

namespace cairn::test {

using RowMap = std::map<Bytes, Bytes>;

// What the engine writes for this ledger, in commits of at most `largest` entries, each snapshot with the commit that
// ends at its size.
RowMap rows_of(const Forge& forge, std::size_t largest);

// Where no ledger opens, `unopened` says why; else `report` is verify's.
struct Examined {
  std::string unopened;
  Report report;

  bool clean() const { return unopened.empty() && report.verified(); }
  // Whether a finding of this kind says this.
  bool says(FindingKind kind, const std::string& what) const;
  bool names_entry(Seq seq) const;
  std::string text() const;  // everything, for a test that fails
};

// The rows are read where they lie, by the store that reads RocksDB's.
Examined examine(const RowMap& rows, const Forge& forge, bool quick = false);

// What questions get that start from a snapshot.
std::unique_ptr<Store> open_rows(const RowMap& rows);

// "entry 5", "checkpoint 7", "tag model:x from 3", ...: a row as a failed test names it.
std::string name_of(const Bytes& key);

}  // namespace cairn::test
