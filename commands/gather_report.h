// Gathers reports: everything that they say is read here, before anything is rendered.
//
// Cost: the entries that a report is about, each with the world in front of it, which folds what lies between the first
// and the last of them.
#pragma once

#include <string>

#include "commands/report_source.h"

namespace cairn {

// From shortly before, which is the proposal of the rollout that brought the version live or, if that is more than 30
// days ago or there is none, 24 hours; to the incident's close, or the report's moment.
Result<ChangeReport> gather_incident(const ReportSource& source, const std::string& incident);

// From its proposal to its end, or the report's moment.
Result<ChangeReport> gather_rollout(const ReportSource& source, const std::string& rollout);

// All that was recorded from `since` to `until`, both included.
Result<ChangeReport> gather_period(const ReportSource& source, Millis since, Millis until);

}  // namespace cairn
