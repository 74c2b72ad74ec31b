// Rebinding: what an author bound to the rules of the time, bound to another policy's in their place.
//
// A grant names the rules of its stage by their hash, a change of the policy the policy that it replaces. Who spoke
// could name those in force only. What was bound to something else then stays bound to that. Pure.
#pragma once

#include <string>

#include "ledger/events/event.h"
#include "ledger/events/policy.h"

namespace cairn {

struct Rebinding {
  const Policy& then;
  const Policy& other;

  Hash rules(const std::string& environment, const std::string& model, Stage stage, const Hash& bound) const;
  Hash replaces(const Hash& policy) const { return policy == then.digest ? other.digest : policy; }

  void rebind(Event& event) const;
  static bool concerns(const Event& event);  // whether rebind could change it
};

}  // namespace cairn
