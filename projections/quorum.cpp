#include "projections/quorum.h"

#include <vector>

#include "ledger/base/text.h"

namespace cairn {

namespace {

struct Place {
  Role role = Role::approver;
  const std::set<Role>* taken_by = nullptr;
};

// A free place, or one whose holder can move to another: then as many as can be are filled, in whatever order the
// persons come (Kuhn). `tried` is of this one person's search.
bool take_place(const std::set<Role>& person, std::vector<Place>& places, std::vector<bool>& tried) {
  for (std::size_t i = 0; i < places.size(); ++i) {
    if (tried[i] || !person.contains(places[i].role)) continue;
    tried[i] = true;
    if (places[i].taken_by != nullptr && !take_place(*places[i].taken_by, places, tried)) continue;
    places[i].taken_by = &person;
    return true;
  }
  return false;
}

}  // namespace

Quorum filled_by(const Approvers& persons, const Quorum& quorum) {
  Quorum filled;
  std::vector<Place> places;
  for (const auto& [role, count] : quorum) {
    filled[role] = 0;
    places.insert(places.end(), count, Place{role});
  }
  for (const auto& [handle, roles] : persons) {
    std::vector<bool> tried(places.size());
    take_place(roles, places, tried);
  }
  for (const Place& place : places) {
    if (place.taken_by != nullptr) ++filled[place.role];
  }
  return filled;
}

std::uint64_t places_of(const Quorum& quorum) {
  std::uint64_t places = 0;
  for (const auto& [role, count] : quorum) places += count;
  return places;
}

std::set<Role> roles_of(const Quorum& quorum) {
  std::set<Role> roles;
  for (const auto& [role, count] : quorum) roles.insert(role);
  return roles;
}

std::string describe(const Quorum& filled, const Quorum& quorum) {
  std::string text;
  for (const auto& [role, count] : quorum) {
    const auto found = filled.find(role);
    text += str(text.empty() ? "" : ", ", found == filled.end() ? 0 : found->second, " of ", count,
                text.empty() ? " approvals by " : " by ", to_text(role));
  }
  return text;
}

}  // namespace cairn
