// Which keys sign for a log, found before its entries are audited: for what an audit has to know at once. Nothing of
// the entries is believed for being read here; the audit verifies the same bytes again, in their place.
#pragma once

#include <optional>
#include <string>

#include "ledger/events/log_keys.h"
#include "verify/evidence_source.h"

namespace cairn {

// Whether entry 0 alone does not say who signs: a head is not by its key alone, or another key was brought along.
bool is_by_other_keys(const LogKeys& first, const std::string& newest, const std::optional<std::string>& vkey);

// Reads all entries, and folds those in that can be read; takes as long as to read them. unavailable: the source
// failed.
Result<void> scan_log_keys(const EvidenceSource& source, Size entries, LogKeys& keys);

}  // namespace cairn
