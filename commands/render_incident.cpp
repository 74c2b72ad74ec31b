#include "commands/render_incident.h"

#include <nlohmann/json.hpp>

#include "commands/json_text.h"
#include "commands/markdown.h"
#include "commands/output.h"
#include "commands/render_timeline.h"
#include "ledger/base/text.h"
#include "ledger/base/time.h"

namespace cairn {

namespace {

using Json = nlohmann::ordered_json;
using Rows = std::vector<std::vector<std::string>>;

Tone tone_of(DeadlineState state) {
  switch (state) {
    case DeadlineState::met:
      return Tone::good;
    case DeadlineState::running:
      return Tone::plain;
    case DeadlineState::passed:
      return Tone::warn;
    case DeadlineState::missed:
    case DeadlineState::overdue:
      break;
  }
  return Tone::bad;
}

std::string done_text(const Deadline& deadline) {
  if (!deadline.done) return std::string(to_text(deadline.state));
  return std::string(to_text(deadline.state)) + " " + short_time(deadline.done->recorded) +
         str(", entry ", deadline.done->seq);
}

std::string said_of(const TimelineRow& row) {
  const std::string said = joined(row.said, ", ");
  return row.outcome.empty() ? said : "refused (" + row.outcome + "), tried: " + said;
}

Json json_of(const std::optional<Moment>& moment) {
  if (!moment) return {};
  return {{"seq", moment->seq}, {"recorded", moment->recorded}};
}

Json json_of(const IncidentView& view) {
  const Incident& incident = view.incident;
  Json deadlines = Json::array();
  for (const Deadline& one : view.deadlines) {
    deadlines.push_back(
        {{"name", one.name}, {"due", one.due}, {"state", to_text(one.state)}, {"done", json_of(one.done)}});
  }
  Json actions = Json::array();
  for (std::size_t i = 0; i < incident.actions.size(); ++i) {
    const ActionItem& item = incident.actions[i];
    actions.push_back({{"action", i + 1},
                       {"owner", item.owner},
                       {"due", item.due},
                       {"task", item.task},
                       {"opened_seq", item.opened},
                       {"closed_seq", item.closed ? Json(*item.closed) : Json()}});
  }
  return {{"incident", view.id},
          {"severity", to_text(incident.severity)},
          {"state", to_text(incident.state)},
          {"title", incident.title},
          {"model", incident.name},
          {"environment", incident.environment},
          {"opened", json_of(Moment{incident.opened, incident.recorded})},
          {"acknowledged", json_of(incident.acknowledged)},
          {"mitigated", json_of(incident.mitigated)},
          {"resolved", json_of(incident.resolved)},
          {"postmortem", json_of(incident.postmortem)},
          {"closed", json_of(incident.closed)},
          {"missing", view.missing},
          {"deadlines", std::move(deadlines)},
          {"actions", std::move(actions)}};
}

// What the guide's issue labels are for.
std::string labels_of(const Incident& incident) {
  return incident.severity == Severity::critical ? "ml-ops, security, critical"
                                                 : "ml-ops, incident, needs-investigation";
}

}  // namespace

std::string incident_list_text(const std::vector<IncidentView>& incidents) {
  if (incidents.empty()) return "No incident.\n";
  Rows rows;
  for (const IncidentView& view : incidents) {
    const Incident& incident = view.incident;
    const bool grave = incident.severity <= Severity::high && !incident.closed;
    rows.push_back({toned(view.id, Tone::strong), toned(to_text(incident.severity), grave ? Tone::bad : Tone::plain),
                    std::string(to_text(incident.state)), short_time(incident.recorded),
                    printable(incident.name) + " in " + printable(incident.environment), printable(incident.title)});
  }
  return table(rows);
}

std::string incident_list_json(const std::vector<IncidentView>& incidents) {
  Json list = Json::array();
  for (const IncidentView& view : incidents) list.push_back(json_of(view));
  return json_text({{"incidents", std::move(list)}});
}

std::string incident_text(const IncidentView& view) {
  const Incident& incident = view.incident;
  std::string text = toned(view.id, Tone::strong) + "  " + printable(incident.title) + "\n";
  text += table({{"  severity", std::string(to_text(incident.severity))},
                 {"  state", std::string(to_text(incident.state))},
                 {"  about", printable(incident.name) + " in " + printable(incident.environment)},
                 {"  opened", short_time(incident.recorded) + str(" UTC, entry ", incident.opened)},
                 {"  missing", view.missing.empty() ? "nothing" : printable(joined(view.missing, ", "))}});
  Rows rows;
  for (const Deadline& one : view.deadlines) {
    rows.push_back({"  " + one.name, "by " + short_time(one.due), toned(done_text(one), tone_of(one.state))});
  }
  if (!rows.empty()) text += "\n" + toned("Deadlines", Tone::strong) + "\n" + table(rows);
  rows.clear();
  for (std::size_t i = 0; i < incident.actions.size(); ++i) {
    const ActionItem& item = incident.actions[i];
    rows.push_back({str("  ", i + 1), item.closed ? toned(str("closed, entry ", *item.closed), Tone::good) : "open",
                    printable(item.owner), "by " + short_time(item.due), printable(item.task)});
  }
  if (!rows.empty()) text += "\n" + toned("Actions", Tone::strong) + "\n" + table(rows);
  text += "\n" + toned("What was said", Tone::strong) + "\n";
  for (const TimelineRow& row : view.entries) text += log_line(row);
  return text;
}

std::string incident_json(const IncidentView& view) {
  Json json = json_of(view);
  json["entries"] = Json::array();
  for (const TimelineRow& row : view.entries) json["entries"].push_back(Json::parse(log_json(row)));
  return json_text(json);
}

std::string incident_markdown(const IncidentView& view) {
  const Incident& incident = view.incident;
  std::string text = "# " + view.id + ": " + escaped(incident.title) + "\n\n";
  text += "Labels: " + labels_of(incident) + "\n\n| | |\n|---|---|\n";
  text += "| Severity | " + std::string(to_text(incident.severity)) + " |\n";
  text += "| State | " + std::string(to_text(incident.state)) + " |\n";
  text += "| About | " + escaped(incident.name) + " in " + escaped(incident.environment) + " |\n";
  text += "| Opened | " + format_time(incident.recorded) + str(", entry ", incident.opened) + " |\n";
  for (const Deadline& one : view.deadlines) {
    text += "| " + escaped(one.name) + " by " + short_time(one.due) + " UTC | " + done_text(one) + " |\n";
  }
  if (!view.missing.empty()) text += "\nStill missing: " + escaped(joined(view.missing, ", ")) + ".\n";
  text += "\n## Timeline\n\n";
  for (const TimelineRow& row : view.entries) {
    text += "- " + format_time(row.recorded) + str(" (entry ", row.seq, ") ") + escaped(row.author) + ": " +
            escaped(said_of(row)) + "\n";
  }
  if (incident.actions.empty()) return text;
  text += "\n## Action items\n\n";
  for (std::size_t i = 0; i < incident.actions.size(); ++i) {
    const ActionItem& item = incident.actions[i];
    text += std::string("- [") + (item.closed ? "x" : " ") + "] " + str(i + 1, ". ") + escaped(item.task) + " (" +
            escaped(item.owner) + ", by " + short_time(item.due) + " UTC)\n";
  }
  return text;
}

}  // namespace cairn
