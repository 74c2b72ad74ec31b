// RFC 6962 section 2.1, transcribed as it is written and not faster. What our own tree is compared with.
#pragma once

#include <vector>

#include "ledger/tlog/tree.h"

namespace cairn::oracle {

using Entries = std::vector<Bytes>;
using Proof = std::vector<Hash>;

Hash mth(const Entries& d);
Proof path(std::size_t m, const Entries& d);
Proof proof(std::size_t m, const Entries& d);

Entries entries(std::size_t count);  // "entry <i>"
Entries slice(const Entries& d, std::size_t begin, std::size_t end);

// A NodeSource over the entries.
NodeSource source(const Entries& d);

// Roots of entries(0) .. entries(max).
std::vector<Hash> roots(std::size_t max);

}  // namespace cairn::oracle
