#include "commands/render_timeline.h"

#include <nlohmann/json.hpp>

#include "commands/json_text.h"
#include "commands/output.h"
#include "ledger/base/text.h"
#include "ledger/base/time.h"

namespace cairn {

namespace {

using Json = nlohmann::ordered_json;
using Rows = std::vector<std::vector<std::string>>;

constexpr std::size_t seq_width = 6;
constexpr std::size_t author_width = 12;

std::string compact(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string padded(std::string text, std::size_t width) {
  text.resize(std::max(text.size(), width), ' ');
  return text;
}

std::string what_of(const TimelineRow& row) {
  const std::string said = printable(joined(row.said, "; "));
  return row.outcome.empty() ? said : row.outcome + ", tried: " + said;
}

Json json_of(const TimelineRow& row) {
  Json json = {{"seq", row.seq},
               {"recorded", row.recorded},
               {"author", row.author},
               {"id", row.id},
               {"outcome", row.outcome.empty() ? "admitted" : "refused"}};
  if (!row.outcome.empty()) json["refusal"] = row.outcome;
  json["leaf_hash"] = row.leaf.hex();
  json["types"] = row.types;
  json["what"] = row.said;
  return json;
}

Json json_of(const Mention& at) {
  return {{"seq", at.seq}, {"recorded", at.recorded}, {"author", at.author}};
}

Json json_of(const VersionRow& row) {
  return {{"version", row.version},
          {"digest", row.model.hex()},
          {"files", row.files},
          {"bytes", row.bytes},
          {"registered", json_of(row.registered)}};
}

Json json_of(const TenureRow& row, const ModelNames& names) {
  Json json = {{"environment", row.environment}, {"version", names.version_of(row.model)},
               {"digest", row.model.hex()},      {"by", row.by},
               {"began", json_of(row.began)},    {"ended", row.ended ? json_of(*row.ended) : Json()}};
  if (row.ended) json["why_ended"] = row.why_ended;
  return json;
}

Json json_of(const HistoryStep& step) {
  Json json = json_of(step.at);
  json["what"] = step.what;
  return json;
}

Json json_of(const std::vector<HistoryStep>& steps) {
  Json list = Json::array();
  for (const HistoryStep& step : steps) list.push_back(json_of(step));
  return list;
}

// Each step with the policy that it was judged by.
Json json_of(const RolloutRow& row, const ModelHistory& history) {
  Json steps = json_of(row.steps);
  for (std::size_t i = 0; i < row.steps.size(); ++i) {
    const PolicyRow* policy = history.policy_at(row.steps[i].at.seq);
    steps[i]["policy_seq"] = policy == nullptr ? Json() : Json(policy->adopted.seq);
  }
  return {{"rollout", row.rollout},
          {"environment", row.environment},
          {"version", history.names().version_of(row.model)},
          {"digest", row.model.hex()},
          {"state", row.state},
          {"steps", std::move(steps)}};
}

Json json_of(const IncidentRow& row) {
  return {{"incident", row.incident}, {"environment", row.environment}, {"severity", to_text(row.severity)},
          {"title", row.title},       {"state", to_text(row.state)},    {"steps", json_of(row.steps)}};
}

Json json_of(const PolicyRow& row) {
  return {{"digest", row.digest.hex()}, {"adopted", json_of(row.adopted)}};
}

void add_mention(std::vector<std::string>& row, const Mention& at) {
  row.push_back(short_time(at.recorded));
  row.push_back(str(at.seq));
  row.push_back(printable(at.author));
}

std::string versions_text(const ModelHistory& history) {
  Rows rows;
  for (const VersionRow& version : history.versions()) {
    std::vector<std::string> row = {"  " + printable(version.version), short_hex(version.model)};
    add_mention(row, version.registered);
    row.push_back(str(version.files, version.files == 1 ? " file, " : " files, ", version.bytes, " bytes"));
    rows.push_back(std::move(row));
  }
  return rows.empty() ? "  none\n" : table(rows);
}

std::string tenures_text(const ModelHistory& history) {
  Rows rows;
  for (const TenureRow& tenure : history.tenures()) {
    std::vector<std::string> row = {"  " + printable(tenure.environment),
                                    printable(history.names().version_of(tenure.model))};
    add_mention(row, tenure.began);
    row.push_back("by " + printable(tenure.by));
    rows.push_back(std::move(row));
    if (!tenure.ended) continue;
    std::vector<std::string> end = {"", "  until"};
    add_mention(end, *tenure.ended);
    end.push_back(printable(tenure.why_ended));
    rows.push_back(std::move(end));
  }
  return rows.empty() ? "  none\n" : table(rows);
}

std::string steps_text(const std::vector<HistoryStep>& steps, std::size_t indent) {
  Rows rows;
  for (const HistoryStep& step : steps) {
    std::vector<std::string> row;
    add_mention(row, step.at);
    row.front().insert(0, indent, ' ');
    row.push_back(printable(step.what));
    rows.push_back(std::move(row));
  }
  return table(rows);
}

std::string rollouts_text(const ModelHistory& history) {
  std::string text;
  for (const RolloutRow& rollout : history.rollouts()) {
    text += "  " + toned(printable(rollout.rollout), Tone::strong) + ", " +
            printable(history.names().version_of(rollout.model)) + ": " + rollout.state + "\n";
    text += steps_text(rollout.steps, 4);
  }
  return text.empty() ? "  none\n" : text;
}

std::string incidents_text(const ModelHistory& history) {
  std::string text;
  for (const IncidentRow& row : history.incidents()) {
    text += "  " + toned(printable(row.incident), Tone::strong) + " in " + printable(row.environment) + ", " +
            std::string(to_text(row.severity)) + ": " + std::string(to_text(row.state)) + "\n";
    text += steps_text(row.steps, 4);
  }
  return text.empty() ? "  none\n" : text;
}

std::string policies_text(const ModelHistory& history) {
  Rows rows;
  for (const PolicyRow& policy : history.policies()) {
    std::vector<std::string> row = {"  " + short_hex(policy.digest)};
    add_mention(row, policy.adopted);
    rows.push_back(std::move(row));
  }
  return table(rows);
}

std::string heading(std::string_view text) {
  return toned(text, Tone::strong) + "\n";
}

}  // namespace

std::string log_line(const TimelineRow& row) {
  const std::string seq = str(row.seq);
  const bool refused = !row.outcome.empty();
  std::string begin(seq.size() < seq_width ? seq_width - seq.size() : 0, ' ');
  begin += seq + "  " + time_to_the_second(row.recorded) + "  " + padded(printable(row.author), author_width) + "  " +
           padded(refused ? "refused" : "admitted", 8) + "  ";
  const std::string what = what_of(row);
  // A name that is too long for its column moves what follows; the next lines stay where they would have been.
  constexpr std::size_t indent = seq_width + 2 + 19 + 2 + author_width + 2 + 8 + 2;
  std::string body = wrapped(what, indent);
  body.erase(0, indent);
  if (!body.empty()) body.pop_back();
  return toned(begin + body, refused ? Tone::bad : Tone::plain) + "\n";
}

std::string log_json(const TimelineRow& row) {
  return compact(json_of(row));
}

std::string log_json_end(bool empty, const std::optional<Error>& broke) {
  const std::string brackets = empty ? "]" : "\n]";
  return brackets + (broke ? ", \"error\": " + compact(Json(broke->message)) : "") + "}\n";
}

std::string history_text(const ModelHistory& history) {
  std::string text = toned(printable(history.name()), Tone::strong) + toned("  (times are UTC)", Tone::quiet) + "\n\n";
  text += heading("Versions") + versions_text(history);
  text += "\n" + heading("At full") + tenures_text(history);
  text += "\n" + heading("Rollouts") + rollouts_text(history);
  text += "\n" + heading("Quarantine, retention, deletion");
  text += history.acts().empty() ? "  none\n" : steps_text(history.acts(), 2);
  text += "\n" + heading("Incidents") + incidents_text(history);
  if (!history.policies().empty()) text += "\n" + heading("Policies in force, since") + policies_text(history);
  text += "\n" + heading("Refused attempts");
  if (history.refused().empty()) return text + "  none\n";
  for (const TimelineRow& row : history.refused()) text += log_line(row);
  return text;
}

std::string history_json(const ModelHistory& history) {
  Json json = {{"model", history.name()}};
  json["versions"] = Json::array();
  for (const VersionRow& row : history.versions()) json["versions"].push_back(json_of(row));
  json["tenures"] = Json::array();
  for (const TenureRow& row : history.tenures()) json["tenures"].push_back(json_of(row, history.names()));
  json["rollouts"] = Json::array();
  for (const RolloutRow& row : history.rollouts()) json["rollouts"].push_back(json_of(row, history));
  json["acts"] = json_of(history.acts());
  json["incidents"] = Json::array();
  for (const IncidentRow& row : history.incidents()) json["incidents"].push_back(json_of(row));
  json["policies"] = Json::array();
  for (const PolicyRow& row : history.policies()) json["policies"].push_back(json_of(row));
  json["refused"] = Json::array();
  for (const TimelineRow& row : history.refused()) json["refused"].push_back(json_of(row));
  return json_text(json);
}

}  // namespace cairn
