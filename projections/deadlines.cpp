#include "projections/deadlines.h"

#include "ledger/base/text.h"

namespace cairn {

namespace {

Deadline deadline(std::string name, Millis due, const std::optional<Moment>& done, Millis moment) {
  Deadline deadline{std::move(name), due, done, DeadlineState::running};
  if (done) {
    deadline.state = done->recorded <= due ? DeadlineState::met : DeadlineState::missed;
  } else if (moment > due) {
    deadline.state = DeadlineState::overdue;
  }
  return deadline;
}

}  // namespace

std::string_view to_text(DeadlineState state) {
  switch (state) {
    case DeadlineState::running:
      return "running";
    case DeadlineState::met:
      return "met";
    case DeadlineState::missed:
      return "missed";
    case DeadlineState::overdue:
      return "overdue";
    case DeadlineState::passed:
      return "passed";
  }
  return "";
}

std::vector<Deadline> deadlines_of(const Policy& policy, const Incident& incident, Millis moment) {
  std::vector<Deadline> deadlines;
  const auto rules = policy.incidents.of.find(incident.severity);
  if (rules == policy.incidents.of.end()) return deadlines;
  const auto add = [&](const char* name, Millis within, const std::optional<Moment>& done) {
    if (within > 0) deadlines.push_back(deadline(name, incident.recorded + within, done, moment));
  };
  add("acknowledge", rules->second.acknowledge, incident.acknowledged);
  add("mitigate", rules->second.mitigate, incident.mitigated);
  add("resolve", rules->second.resolve, incident.resolved);
  if (!incident.acknowledged && !incident.escalated) add("escalate", policy.incidents.escalate_after, std::nullopt);
  for (const RegulatoryClock& duty : policy.incidents.regulatory) {
    if (incident.severity > duty.severity || incident.closed) continue;
    Deadline one = deadline(duty.name, incident.recorded + duty.within, std::nullopt, moment);
    if (one.state == DeadlineState::overdue) one.state = DeadlineState::passed;
    deadlines.push_back(std::move(one));
  }
  return deadlines;
}

std::vector<std::string> missing_of(const Policy& policy, const Incident& incident) {
  std::vector<std::string> missing;
  if (incident.closed) return missing;
  if (incident.state < IncidentState::acknowledged) missing.emplace_back("acknowledgement");
  if (incident.state < IncidentState::mitigated) missing.emplace_back("mitigation");
  if (incident.state < IncidentState::resolved) missing.emplace_back("resolution");
  const auto rules = policy.incidents.of.find(incident.severity);
  const bool asks = rules != policy.incidents.of.end() && rules->second.postmortem;
  if (asks && !incident.postmortem) missing.emplace_back("post-mortem");
  for (std::size_t i = 0; i < incident.actions.size(); ++i) {
    if (!incident.actions[i].closed) missing.push_back(str("action ", i + 1, " of ", incident.actions[i].owner));
  }
  if (missing.empty()) missing.emplace_back("to be closed");
  return missing;
}

}  // namespace cairn
