#include "commands/witness_edit.h"

#include <algorithm>

#include "ledger/base/text.h"

namespace cairn {
namespace {

constexpr std::string_view required_group = "required";  // the group that `add` makes and extends

bool is_member_of_a_group(const WitnessPolicy& policy, const std::string& name) {
  return std::any_of(policy.groups.begin(), policy.groups.end(), [&name](const WitnessGroup& group) {
    return std::find(group.members.begin(), group.members.end(), name) != group.members.end();
  });
}

Result<void> require(WitnessPolicy& policy, const std::string& name) {
  if (policy.quorum == no_quorum) {
    policy.quorum = name;
    return {};
  }
  const auto top = std::find_if(policy.groups.begin(), policy.groups.end(),
                                [&policy](const WitnessGroup& group) { return group.name == policy.quorum; });
  if (top != policy.groups.end() && top->name == required_group && top->needed == top->members.size()) {
    top->members.push_back(name);
    top->needed = top->members.size();
    return {};
  }
  const std::string group(required_group);
  const bool taken = policy.witness(group) != nullptr || policy.group(group) != nullptr;
  if (taken || is_member_of_a_group(policy, policy.quorum)) {
    return usage(str("the quorum ", printable(policy.quorum), " cannot be made a member of a new group ", group,
                     "; write the policy as a file, and give it with cairn witness policy --set FILE"));
  }
  policy.groups.push_back({group, 2, {policy.quorum, name}});
  policy.quorum = group;
  return {};
}

// The name is gone, or the group of this name has no members left.
void drop_name(WitnessPolicy& policy, const std::string& name) {
  if (policy.quorum == name) policy.quorum = no_quorum;
  for (auto group = policy.groups.begin(); group != policy.groups.end(); ++group) {
    const auto member = std::find(group->members.begin(), group->members.end(), name);
    if (member == group->members.end()) continue;
    group->members.erase(member);
    group->needed = std::min(group->needed, group->members.size());
    if (!group->members.empty()) return;  // a name is a member once
    const std::string empty = group->name;
    policy.groups.erase(group);
    drop_name(policy, empty);
    return;
  }
}

}  // namespace

Result<WitnessPolicy> add_witness(WitnessPolicy policy, const PolicyWitness& witness, bool required) {
  const std::string& name = witness.name;
  if (policy.witness(name) != nullptr || policy.group(name) != nullptr) {
    return usage(str("the policy has a witness or a group ", printable(name), " already; choose another name"));
  }
  for (const PolicyWitness& other : policy.witnesses) {
    if (other.key.key().spki() == witness.key.key().spki()) {
      return usage(str("the policy has this key already, as ", printable(other.name), "; one witness counts once"));
    }
  }
  policy.witnesses.push_back(witness);
  if (required) TRY(require(policy, name));
  return policy;
}

Result<WitnessPolicy> remove_witness(WitnessPolicy policy, const std::string& name) {
  const auto removed = std::find_if(policy.witnesses.begin(), policy.witnesses.end(),
                                    [&name](const PolicyWitness& witness) { return witness.name == name; });
  if (removed == policy.witnesses.end()) {
    return usage(str("the policy has no witness ", printable(name), "; cairn witness list shows them"));
  }
  policy.witnesses.erase(removed);
  drop_name(policy, name);
  return policy;
}

}  // namespace cairn
