// Replaces people and services in a report by their role and a number, in the order in which they first appear:
// "deployer 1", "approver 2". Pure.
//
// A handle goes wherever it stands as a word, in free text too and however it is capitalised; a name of a model, a
// version or an environment that merely holds one stays. Raw entries go, since they are signed and cannot be changed;
// their leaf hashes and proofs stay. What people wrote may identify somebody all the same: the report says so.
#pragma once

#include <map>
#include <set>
#include <string>

#include "commands/change_report.h"
#include "projections/world.h"

namespace cairn {

// `world`: all that the report's checkpoint covers; its actors are who is replaced.
void anonymise(const World& world, ChangeReport& report);

// The text with each handle replaced, but within these names.
std::string without_handles(const std::string& text, const std::map<std::string, std::string>& aliases,
                            const std::set<std::string>& names);

}  // namespace cairn
