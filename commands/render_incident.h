// What `cairn incident list` and `cairn incident show` print: for people, as Markdown, and as JSON. Pure.
#pragma once

#include <string>
#include <vector>

#include "projections/deadlines.h"
#include "projections/timeline.h"

namespace cairn {

struct IncidentView {
  std::string id;
  Incident incident;
  std::vector<Deadline> deadlines;
  std::vector<std::string> missing;  // until it can be closed
  std::vector<TimelineRow> entries;  // all that speak of it, oldest first
};

std::string incident_list_text(const std::vector<IncidentView>& incidents);
std::string incident_list_json(const std::vector<IncidentView>& incidents);

std::string incident_text(const IncidentView& view);
std::string incident_json(const IncidentView& view);

// To be pasted into an issue tracker; texts of others are quoted so that they form no markup of ours.
std::string incident_markdown(const IncidentView& view);

}  // namespace cairn
