// The training audit's chunk files (`chunk_*.json` of the nethical project) and the root that they should have.
//
// leaf = SHA-256 of Python's json.dumps(event, sort_keys=True); node = SHA-256 of the two hex digests joined as ASCII;
// an odd node is paired with itself. That tree is weak (no domain separation, 3 leaves can look like 4): it is checked
// as evidence of the field and never used for our own. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "ledger/base/result.h"
#include "ledger/evidence/json.h"

namespace cairn {

// Byte for byte what Python's json.dumps(value, sort_keys=True) writes for a value that it wrote before.
std::string python_dumps(const JsonNode& value);

// The root over the events, in hex; empty for no events.
std::string chunk_root(const JsonNode& events);

// A card's audit_merkle_root; empty if it has none, none that a chunk's events could have, or is no card.
std::string audit_root_of_card(std::string_view content);

}  // namespace cairn
