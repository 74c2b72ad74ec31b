#include "projections/rebinding.h"

namespace cairn {

Hash Rebinding::rules(const std::string& environment, const std::string& model, Stage stage, const Hash& bound) const {
  const StageRules* before = then.stage(environment, stage, model);
  const StageRules* after = other.stage(environment, stage, model);
  return before != nullptr && after != nullptr && bound == before->hash ? after->hash : bound;
}

void Rebinding::rebind(Event& event) const {
  if (auto* granted = std::get_if<ApprovalGranted>(&event)) {
    const auto id = parse_rollout_id(granted->rollout);
    if (id) granted->rules = rules(id->environment, id->name, granted->stage, granted->rules);
  } else if (auto* approved = std::get_if<PolicyApproved>(&event)) {
    approved->replaces = replaces(approved->replaces);
  } else if (auto* adopted = std::get_if<PolicyAdopted>(&event)) {
    adopted->replaces = replaces(adopted->replaces);
  }
}

bool Rebinding::concerns(const Event& event) {
  return std::holds_alternative<ApprovalGranted>(event) || std::holds_alternative<PolicyApproved>(event) ||
         std::holds_alternative<PolicyAdopted>(event);
}

}  // namespace cairn
