// Statements and events that the tests of this folder share: a typical and an extreme one of every type.
#pragma once

#include <string>
#include <vector>

#include "ledger/events/entry.h"
#include "ledger/events/statement.h"

namespace cairn::examples {

inline const std::string origin = "example.com/models";

std::vector<Event> typical_events();  // one of each type, in the order of event.h
std::vector<Event> smallest_events();
std::vector<Event> largest_events();

Statement statement_of(std::vector<Event> events);
Bytes payload_of(std::vector<Event> events);

// The one that FORMAT.md shows and tests/golden/format holds, as said, signed and recorded.
Statement golden_statement();
Envelope golden_envelope();
Entry golden_entry();

// The log of FORMAT.md: two entries, the golden one first.
PrivateKey log_key();
Hash second_leaf();

Hash hash_of(std::string_view text);

std::string read_file_of_tests(const std::string& path);

}  // namespace cairn::examples
