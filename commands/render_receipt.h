// The answer of a writing command: receipt, refusal or what was turned away; for people and as JSON (CLI.md).
#pragma once

#include <string>
#include <vector>

#include "commands/output.h"
#include "commands/writing.h"

namespace cairn {

// Prints it and says how the command ended.
Exit show_written(const Globals& globals, const Written& written);

// What CLI.md promises of a receipt, of the statement with this id.
std::string receipt_json(const Receipt& receipt, const std::string& id);

// The same for people.
std::string receipt_text(const Receipt& receipt);

// Each gate on a line: result, name, value, comparison, threshold, and where the value is from.
std::string gate_table(const std::vector<GateOutcome>& gates);

// What was passed by under a broken glass, a line each; empty: nothing.
std::string lifted_text(const std::vector<Lifted>& lifted);

// The rule, the values it saw, and who or what can clear it.
std::string refusal_text(const Refused& refused);

}  // namespace cairn
