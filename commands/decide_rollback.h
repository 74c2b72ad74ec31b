// The decision of a rollback, and what other decisions share with it. For decide.cpp only. Pure.
#pragma once

#include <string>

#include "commands/command.h"

namespace cairn {

// Into shadow first for a regression, at full at once else; a drill only says what would have been done.
Result<Proposal> decide_rollback(const World& world, const Rollback& wanted);

// Nothing else may have been recorded of the subject meanwhile.
void expect_unchanged(const World& world, const std::string& subject, Proposal& proposal);

}  // namespace cairn
