// How cairn-verify lays its answers out: aligned fields and wrapped text, at most 80 columns but for what cannot be
// broken (hashes, keys). Pure; every value goes through printable().
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ledger/base/types.h"
#include "verify/finding.h"

namespace cairn {

// Breaks at spaces; a word longer than a line keeps a line of its own. Ends in a newline.
std::string wrap(std::string_view text, std::size_t indent);

std::string field(std::string_view label, std::string_view value);  // one line

// Whose cosignatures the newest checkpoint carries.
std::string witnesses_field(const std::vector<std::string>& names);

std::string plural(Size count, std::string_view one, std::string_view many);  // "1 entry", "2 entries"

// Columns as wide as their widest cell, two blanks apart and from the margin; the last one wraps below itself.
std::string rows_of_text(const std::vector<std::vector<std::string>>& rows);

// With a heading, or nothing if there are none.
std::string list_findings(const Findings& findings);

}  // namespace cairn
