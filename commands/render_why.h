// What `cairn why` prints: a tree for people, and the graph as JSON and for Graphviz. Pure but for the colours.
#pragma once

#include <string>

#include "commands/why.h"

namespace cairn {

// Each entry is told once, below the entry nearest to the root that stands on it, and pointed to from elsewhere; what
// is of entry 0 is one line. No line is wider than `width` columns.
std::string why_text(const Why& why, std::size_t width);

// {subject, kind, stands, root, nodes[], edges[{from, to, kind, note}], next{...}|null, led_to[], ledger, checkpoint}:
// an edge leads from an entry to one that it stands on.
std::string why_json(const Why& why);

// The same edges as a digraph of Graphviz; what would be refused now is a node without a number.
std::string why_dot(const Why& why);

}  // namespace cairn
