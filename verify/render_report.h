// An audit's report for people and for scripts. Pure.
#pragma once

#include <string>

#include "verify/audit.h"

namespace cairn {

// Aligned, at most 80 columns but for what cannot be broken (hashes, keys); ends in a newline.
std::string render_text(const Report& report);

// One document: verified, entries, findings[] {kind, seq, what}, head, asserted, and the counts; ends in a newline.
std::string render_json(const Report& report);

}  // namespace cairn
