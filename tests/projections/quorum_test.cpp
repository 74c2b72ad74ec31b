// Which places of a quorum the persons fill, held against Hall's theorem: as many as the scarcest set of roles allows.
#include "projections/quorum.h"

#include <algorithm>
#include <string>
#include <vector>

#include "tests/catch.h"

namespace cairn {
namespace {

const std::vector<Role> three_roles = {Role::admin, Role::approver, Role::incident_commander};

std::set<Role> roles_in(unsigned bits) {
  std::set<Role> roles;
  for (std::size_t i = 0; i < three_roles.size(); ++i) {
    if ((bits >> i & 1U) != 0) roles.insert(three_roles[i]);
  }
  return roles;
}

// For every set of roles: its places beyond the persons who have one of them stay open.
std::uint64_t most_by_hall(const std::vector<unsigned>& persons, const std::vector<std::uint64_t>& places) {
  std::uint64_t all = 0;
  for (const std::uint64_t count : places) all += count;
  std::uint64_t open = 0;
  for (unsigned set = 1; set < 8; ++set) {
    std::uint64_t asked = 0;
    for (std::size_t i = 0; i < places.size(); ++i) asked += (set >> i & 1U) != 0 ? places[i] : 0;
    const auto able = static_cast<std::uint64_t>(
        std::count_if(persons.begin(), persons.end(), [&](unsigned roles) { return (roles & set) != 0; }));
    if (asked > able) open = std::max(open, asked - able);
  }
  return all - open;
}

}  // namespace

TEST_CASE("C2 C3: as many places are filled as distinct persons can, of every team of five and every small quorum") {
  std::size_t tried = 0;
  for (unsigned team = 0; team < 8 * 8 * 8 * 8 * 8; ++team) {
    std::vector<unsigned> persons;
    Approvers approvers;
    for (unsigned i = 0, rest = team; i < 5; ++i, rest /= 8) {
      persons.push_back(rest % 8);
      approvers[std::string(1, static_cast<char>('a' + i))] = roles_in(rest % 8);
    }
    for (unsigned counts = 1; counts < 27; ++counts) {
      const std::vector<std::uint64_t> places = {counts % 3, counts / 3 % 3, counts / 9};
      Quorum quorum;
      for (std::size_t i = 0; i < places.size(); ++i) {
        if (places[i] > 0) quorum[three_roles[i]] = places[i];
      }
      const Quorum filled = filled_by(approvers, quorum);
      ++tried;
      bool right = filled.size() == quorum.size() && places_of(filled) == most_by_hall(persons, places);
      for (const auto& [role, count] : filled) right = right && count <= quorum[role];
      if (!right) FAIL("team " << team << ", quorum " << counts << ": " << describe(filled, quorum));
    }
  }
  CHECK(tried == 32768 * 26);
}

TEST_CASE("C3: who has two of the roles fills one place, and moves for another person") {
  const Quorum quorum = {{Role::admin, 1}, {Role::approver, 1}};
  CHECK(filled_by({{"a", {Role::admin, Role::approver}}}, quorum) == Quorum{{Role::admin, 1}, {Role::approver, 0}});
  CHECK(filled_by({{"a", {Role::admin, Role::approver}}, {"b", {Role::admin}}}, quorum) == quorum);
  CHECK(filled_by({{"a", {Role::admin, Role::approver}}, {"b", {Role::approver}}}, quorum) == quorum);
  CHECK(filled_by({{"a", {Role::auditor}}, {"b", {}}}, quorum) == Quorum{{Role::admin, 0}, {Role::approver, 0}});
  CHECK(filled_by({}, {}).empty());
}

TEST_CASE("open places are told by their role") {
  CHECK(describe({{Role::admin, 0}, {Role::approver, 1}}, {{Role::admin, 1}, {Role::approver, 2}}) ==
        "0 of 1 approvals by admin, 1 of 2 by approver");
  CHECK(describe({}, {{Role::approver, 1}}) == "0 of 1 approvals by approver");
}

}  // namespace cairn
