// Signed heads that a ledger keeps beside its newest one.
#pragma once

#include <string>
#include <vector>

#include "ledger/ledger.h"

namespace cairn {

// The newest of at most this many entries; usage: none was kept.
Result<AtSize> newest_note(const Store& store, Size at_most);

// For each key that signs no more the newest head that it signed, under the name of the file that holds it in an export
// or a bundle: with it, who trusts that key is led to those that sign now. Ascending by name.
struct FormerHead {
  std::string file;
  std::string note;
};
Result<std::vector<FormerHead>> former_heads(const Ledger& ledger);

}  // namespace cairn
