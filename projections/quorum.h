// Quorum: which of its places those who said yes fill. A person fills one place, whatever roles they have. Pure.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>

#include "ledger/events/policy.h"

namespace cairn {

// Persons by their handle, and which roles of a quorum each has.
using Approvers = std::map<std::string, std::set<Role>>;

// As many places as distinct persons of these can fill; every role of the quorum is in it. The quorum is met if this
// is the quorum itself. O(persons x places^2).
Quorum filled_by(const Approvers& persons, const Quorum& quorum);

std::uint64_t places_of(const Quorum& quorum);
std::set<Role> roles_of(const Quorum& quorum);

// "0 of 1 approvals by admin, 1 of 2 by approver"
std::string describe(const Quorum& filled, const Quorum& quorum);

}  // namespace cairn
