#include "commands/render_status.h"

#include <nlohmann/json.hpp>

#include "commands/json_text.h"
#include "commands/output.h"
#include "commands/render_json.h"
#include "ledger/base/text.h"
#include "ledger/base/time.h"
#include "projections/timeline.h"

namespace cairn {

namespace {

using Json = nlohmann::ordered_json;
using Rows = std::vector<std::vector<std::string>>;

Tone tone_of(Stage stage) {
  switch (stage) {
    case Stage::shadow:
      return Tone::quiet;
    case Stage::canary:
      return Tone::warn;
    case Stage::full:
      return Tone::good;
  }
  return Tone::plain;
}

std::string step_text(Stage stage, std::uint64_t percent) {
  if (stage == Stage::shadow) return "shadow";
  return std::string(to_text(stage)) + str(" ", percent, " %");
}

std::string names_of(const std::vector<Approval>& approvals) {
  std::string text;
  for (const Approval& one : approvals)
    text += (text.empty() ? "" : ", ") + printable(one.person) + str(" (", one.seq, ")");
  return text;
}

std::string approvals_text(const RunningVersion& row) {
  if (!row.approvals.empty()) return names_of(row.approvals);
  if (row.rollout.empty()) return toned("by rollback", Tone::warn);
  return toned(row.asks_approval ? "nobody" : "not asked", Tone::quiet);
}

std::string empty_slots_text(const std::vector<EmptySlot>& slots) {
  std::string text;
  for (const EmptySlot& slot : slots) {
    text += toned("Empty: ", Tone::bad) + printable(slot.name) + " in " + printable(slot.environment) +
            "; a rollback found nothing to go back to. The last there was " + printable(slot.last) + ".\n";
  }
  return text;
}

std::string slots_text(const std::vector<RunningVersion>& slots) {
  Rows rows = {headings({"slot", "version", "digest", "traffic", "since (UTC)", "entry", "approved by"})};
  std::string environment;
  std::string name;
  for (const RunningVersion& row : slots) {
    if (row.environment != environment) {
      environment = row.environment;
      name.clear();
      rows.push_back({toned(printable(environment), Tone::strong)});
    }
    const std::string barred = row.quarantined ? toned(" quarantined", Tone::bad) : "";
    const std::string shown = row.name == name ? "" : printable(row.name);
    name = row.name;
    rows.push_back({"  " + shown, printable(row.version) + barred, short_hex(row.model),
                    toned(step_text(row.stage, row.percent), tone_of(row.stage)), short_time(row.since), str(row.seq),
                    approvals_text(row)});
  }
  return table(rows);
}

// A remedy names commands by their parameters; here they are known.
std::string filled_in(std::string remedy, const RolloutStanding& standing) {
  const auto replace = [&remedy](std::string_view word, const std::string& value) {
    for (std::size_t at = remedy.find(word); at != std::string::npos; at = remedy.find(word, at + value.size())) {
      remedy.replace(at, word.size(), value);
    }
  };
  replace("ROLLOUT", printable(standing.id));
  replace("STAGE", std::string(to_text(standing.next.stage)));
  return remedy;
}

// A command keeps a line of its own, so that it can be copied.
std::string remedy_text(const std::string& remedy) {
  const std::size_t command = remedy.find(": cairn ");
  if (command == std::string::npos) return wrapped("To clear it: " + remedy, 8);
  std::string line = remedy.substr(command + 2);
  while (!line.empty() && line.back() == '.') line.pop_back();
  return wrapped("To clear it: " + remedy.substr(0, command + 1), 8) + "          " + line + "\n";
}

std::string missing_text(const Refused& refused, const RolloutStanding& standing) {
  std::string text = "      " + toned(wire_name(refused.refusal), Tone::bad) + "\n";
  if (refused.reasons.empty()) text += wrapped(refused.rule, 8);
  for (const std::string& reason : refused.reasons) text += wrapped(printable(reason), 8);
  // A moment that was cut would look past while it is to come.
  if (refused.due) text += "        not before " + time_to_the_second(*refused.due + second - 1) + " UTC\n";
  return text + remedy_text(filled_in(refused.remedy, standing));
}

std::string soak_text(const RolloutStanding& standing) {
  if (standing.soak_needed == 0) return "none asked";
  if (standing.soak_missing == 0) return "done, " + describe_duration(standing.soak_needed) + " asked";
  return describe_duration(standing.rollout.soak.total) + " of " + describe_duration(standing.soak_needed) + ", " +
         describe_duration(standing.soak_missing) + " missing";
}

std::string request_text(const ApprovalRequest& request, Millis moment) {
  const std::string whom = joined(request.of, ", ");
  return "asked of " + (whom.empty() ? "anybody who may" : printable(whom)) + ", " +
         describe_duration(std::max<Millis>(0, moment - request.recorded)) + " ago, for " +
         std::string(to_text(request.stage)) + str(", entry ", request.seq);
}

// What is asked of persons: nothing where the step asks nobody and nobody was asked.
Rows approval_rows(const RolloutStanding& standing, Millis moment) {
  const ApprovalStanding& approvals = standing.approvals;
  Rows rows;
  const auto add = [&rows](std::string text) {
    rows.push_back({rows.empty() ? "    approvals" : "", std::move(text)});
  };
  if (!approvals.asked.empty()) {
    const std::string held = names_of(approvals.held);
    add(describe(approvals.filled, approvals.asked) + (held.empty() ? "" : ": " + held));
  }
  if (!approvals.expired.empty()) add(toned("expired: " + names_of(approvals.expired), Tone::warn));
  for (const Approval& one : approvals.ahead) {
    add("ahead, for " + std::string(to_text(one.stage)) + ": " + printable(one.person));
  }
  if (!approvals.awaited.empty()) add("waits for any of " + printable(joined(approvals.awaited, ", ")));
  if (standing.rollout.request) add(request_text(*standing.rollout.request, moment));
  return rows;
}

std::string rollout_text(const RolloutStanding& standing, Millis moment) {
  const Rollout& rollout = standing.rollout;
  std::string text = "  " + toned(printable(standing.id), Tone::strong) + "  " +
                     toned(step_text(rollout.stage, rollout.percent), tone_of(rollout.stage)) + "\n";
  if (rollout.paused) text += "    " + toned("paused", Tone::warn) + str(", entry ", *rollout.paused) + "\n";
  if (rollout.goes_back()) {
    text += "    on its way back, for " + printable(rollout.rollback_incident) + "\n";
  }
  const std::string next = step_text(standing.next.stage, standing.next.percent);
  const std::size_t noes = standing.also.size() + (standing.refused ? 1 : 0);
  Rows rows = {{"    version", printable(standing.version) + ", digest " + short_hex(rollout.model)},
               {"    proposed", "by " + printable(rollout.proposer) + str(", entry ", rollout.proposed)},
               {"    since", short_time(rollout.stage_since) + str(", entry ", rollout.stage_entry)},
               {"    soak", soak_text(standing)}};
  for (auto& row : approval_rows(standing, moment)) rows.push_back(std::move(row));
  rows.push_back({"    next", next + (standing.refused ? ": " + toned(str("blocked by ", noes), Tone::bad)
                                                       : ": " + toned("due", Tone::good))});
  text += table(rows);
  if (!standing.refused) return text + "      cairn promote " + printable(standing.id) + "\n";
  text += missing_text(*standing.refused, standing);
  for (const Refused& refused : standing.also) text += missing_text(refused, standing);
  return text;
}

std::string holds_text(const std::vector<HoldStanding>& holds) {
  std::string text;
  for (const HoldStanding& hold : holds) {
    text += "  " + toned(hold.kind, Tone::bad) + " of " + printable(hold.scope) + " since " + short_time(hold.since) +
            str(", entry ", hold.seq) + "\n" + wrapped(printable("by " + hold.by + ": " + hold.reason), 6) +
            wrapped(printable(hold.state), 6);
  }
  return text;
}

// The next deadline that is not met, or one that has passed.
std::string deadline_text(const std::vector<Deadline>& deadlines) {
  const Deadline* next = nullptr;
  for (const Deadline& one : deadlines) {
    if (!one.done && (next == nullptr || one.due < next->due)) next = &one;
  }
  if (next == nullptr) return "";
  const bool late = next->state != DeadlineState::running;
  return toned(next->name + (late ? str(" ", to_text(next->state), " since ") : " by ") + short_time(next->due),
               late ? Tone::bad : Tone::quiet);
}

std::string incidents_text(const std::vector<IncidentStanding>& incidents) {
  Rows rows;
  for (const auto& [id, incident, deadlines] : incidents) {
    const bool grave = incident.severity <= Severity::high;
    rows.push_back({"  " + toned(printable(id), Tone::strong),
                    toned(to_text(incident.severity), grave ? Tone::bad : Tone::warn),
                    printable(incident.name) + " in " + printable(incident.environment), short_time(incident.recorded),
                    std::string(to_text(incident.state)), printable(incident.title)});
    if (const std::string due = deadline_text(deadlines); !due.empty()) rows.push_back({"", "", due});
  }
  return table(rows);
}

Json json_of(const std::vector<Approval>& approvals) {
  Json list = Json::array();
  for (const Approval& approval : approvals) {
    list.push_back({{"person", approval.person}, {"seq", approval.seq}, {"recorded", approval.recorded}});
  }
  return list;
}

Json json_of(const RunningVersion& row) {
  return {{"environment", row.environment},
          {"model", row.name},
          {"version", row.version},
          {"digest", row.model.hex()},
          {"stage", to_text(row.stage)},
          {"percent", row.percent},
          {"since", row.since},
          {"seq", row.seq},
          {"rollout", row.rollout.empty() ? Json() : Json(row.rollout)},
          {"quarantined", row.quarantined},
          {"approvals", json_of(row.approvals)}};
}

Json json_of(const ApprovalStanding& approvals) {
  Json asked = Json::array();
  for (const auto& [role, persons] : approvals.asked) {
    const auto filled = approvals.filled.find(role);
    asked.push_back({{"role", to_text(role)},
                     {"persons", persons},
                     {"filled", filled == approvals.filled.end() ? 0 : filled->second}});
  }
  return {{"asked", std::move(asked)},
          {"held", json_of(approvals.held)},
          {"expired", json_of(approvals.expired)},
          {"ahead", json_of(approvals.ahead)},
          {"awaited", approvals.awaited}};
}

Json json_of(const ApprovalRequest& request) {
  return {{"stage", to_text(request.stage)},
          {"by", request.by},
          {"of", request.of},
          {"seq", request.seq},
          {"recorded", request.recorded}};
}

Json json_of(const RolloutStanding& standing) {
  const Rollout& rollout = standing.rollout;
  Json blocked = Json::array();
  if (standing.refused) blocked.push_back(Json::parse(to_json(*standing.refused)));
  for (const Refused& refused : standing.also) blocked.push_back(Json::parse(to_json(refused)));
  return {
      {"rollout", standing.id},
      {"environment", rollout.environment},
      {"model", rollout.name},
      {"version", standing.version},
      {"digest", rollout.model.hex()},
      {"proposer", rollout.proposer},
      {"proposed_seq", rollout.proposed},
      {"stage", to_text(rollout.stage)},
      {"percent", rollout.percent},
      {"since", rollout.stage_since},
      {"stage_seq", rollout.stage_entry},
      {"soak", {{"needed", standing.soak_needed}, {"done", rollout.soak.total}, {"missing", standing.soak_missing}}},
      {"paused_seq", rollout.paused ? Json(*rollout.paused) : Json()},
      {"rollback_for", rollout.goes_back() ? Json(rollout.rollback_incident) : Json()},
      {"notified_seq", rollout.notified ? Json(*rollout.notified) : Json()},
      {"approvals", json_of(standing.approvals)},
      {"request", rollout.request ? json_of(*rollout.request) : Json()},
      {"next", {{"stage", to_text(standing.next.stage)}, {"percent", standing.next.percent}}},
      {"due", !standing.refused.has_value()},
      {"blocked_by", std::move(blocked)},
      {"gates", Json::parse(to_json(standing.gates))}};
}

Json deadlines_json(const std::vector<Deadline>& deadlines) {
  Json list = Json::array();
  for (const Deadline& one : deadlines) {
    list.push_back({{"name", one.name},
                    {"due", one.due},
                    {"state", to_text(one.state)},
                    {"done_seq", one.done ? Json(one.done->seq) : Json()}});
  }
  return list;
}

Json json_of(const HoldStanding& hold) {
  Json json = {{"kind", hold.kind},   {"scope", hold.scope}, {"by", hold.by},      {"reason", hold.reason},
               {"state", hold.state}, {"seq", hold.seq},     {"since", hold.since}};
  if (hold.lift) json["lift_seq"] = *hold.lift;
  if (!hold.incident.empty()) json["incident"] = hold.incident;
  return json;
}

Json seq_of(const std::optional<Moment>& moment) {
  return moment ? Json(moment->seq) : Json();
}

Json actions_json(const std::vector<ActionItem>& actions) {
  Json list = Json::array();
  for (const ActionItem& action : actions) {
    list.push_back({{"owner", action.owner},
                    {"due", action.due},
                    {"task", action.task},
                    {"opened_seq", action.opened},
                    {"closed_seq", action.closed ? Json(*action.closed) : Json()}});
  }
  return list;
}

Json json_of(const IncidentStanding& standing) {
  const Incident& incident = standing.incident;
  return {{"incident", standing.id},
          {"severity", to_text(incident.severity)},
          {"title", incident.title},
          {"model", incident.name},
          {"environment", incident.environment},
          {"opened", incident.recorded},
          {"seq", incident.opened},
          {"state", to_text(incident.state)},
          {"acknowledged_seq", seq_of(incident.acknowledged)},
          {"escalated_seq", seq_of(incident.escalated)},
          {"mitigated_seq", seq_of(incident.mitigated)},
          {"resolved_seq", seq_of(incident.resolved)},
          {"postmortem_seq", seq_of(incident.postmortem)},
          {"actions", actions_json(incident.actions)},
          {"deadlines", deadlines_json(standing.deadlines)}};
}

Json json_of(const EmptySlot& slot) {
  return {{"environment", slot.environment},
          {"model", slot.name},
          {"last_version", slot.last},
          {"last_digest", slot.model.hex()},
          {"last_seq", slot.seq}};
}

template <class Row>
Json list_of(const std::vector<Row>& rows) {
  Json list = Json::array();
  for (const Row& row : rows) list.push_back(json_of(row));
  return list;
}

}  // namespace

std::string status_text(const Status& status, const World& world, const StatusMoment& at) {
  const std::string when =
      (at.past ? "as of " + time_to_the_second(at.moment) : "now, " + short_time(at.moment)) + " UTC";
  const std::string newest = at.past ? ", the newest of " + time_to_the_second(world.position->recorded) : "";
  const bool filtered = at.filter.environment || at.filter.model;
  const std::string place = filtered ? "that was asked for" : "anywhere yet";
  std::string text = toned(printable(world.genesis->origin) + ", " + when + ", " +
                               str(at.size, at.size == 1 ? " entry" : " entries") + newest,
                           Tone::quiet) +
                     "\n" +
                     toned("Policy " + printable(world.policy().name) + ", " + short_hex(world.policy().digest) +
                               str(", in force since entry ", world.force->adopted),
                           Tone::quiet) +
                     "\n\n" + (status.slots.empty() ? "Nothing runs " + place + ".\n" : slots_text(status.slots)) +
                     empty_slots_text(status.empty_slots);
  if (!status.holds.empty()) text += "\n" + toned("Held back", Tone::bad) + "\n" + holds_text(status.holds);
  text += "\n" + toned("Rollouts under way", Tone::strong) + "\n";
  if (status.rollouts.empty()) text += "  none\n";
  for (const RolloutStanding& standing : status.rollouts) text += rollout_text(standing, at.moment);
  text += "\n" + toned("Incidents that are not closed", Tone::strong) + "\n";
  return text + (status.incidents.empty() ? "  none\n" : incidents_text(status.incidents));
}

std::string status_json(const Status& status, const World& world, const StatusMoment& at, const Ledger& ledger) {
  const Json json = {
      {"origin", ledger.origin()},
      {"ledger", ledger.id().hex()},
      {"size", at.size},
      {"at", at.moment},
      {"policy",
       {{"name", world.policy().name}, {"digest", world.policy().digest.hex()}, {"adopted_seq", world.force->adopted}}},
      {"slots", list_of(status.slots)},
      {"empty_slots", list_of(status.empty_slots)},
      {"rollouts", list_of(status.rollouts)},
      {"holds", list_of(status.holds)},
      {"incidents", list_of(status.incidents)},
      {"checkpoint", ledger.checkpoint_note()}};
  return json_text(json);
}

}  // namespace cairn
