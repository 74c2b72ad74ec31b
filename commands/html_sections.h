// What stands in those sections of the report's page that are more than a list of facts. Pure.
#pragma once

#include <string>
#include <string_view>

#include "commands/html_parts.h"

namespace cairn {

// What a third party needs, and the button that has the browser check it.
void add_verifier(Page& page);

void add_timeline(Page& page);
void add_gates(Page& page);
void add_hindsight(Page& page);
void add_deadlines(Page& page);
void add_actions(Page& page);
void add_population(Page& page);

// Each entry's parts, its bytes and its proof; and `add_annex_data` what report.js reads them from.
void add_annex(Page& page);
void add_annex_data(Page& page);

// Canonical JSON with line breaks and indentation, no other byte changed.
std::string indented_json(std::string_view json);

}  // namespace cairn
