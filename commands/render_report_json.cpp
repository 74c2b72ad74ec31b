// A report as one JSON document: all that was gathered, with the seqs behind each fact. Times are milliseconds since
// 1970 UTC; bytes are base64, hashes hex; what was not recorded is null.
#include <nlohmann/json.hpp>

#include "commands/change_report.h"
#include "commands/json_text.h"
#include "commands/render_json.h"
#include "ledger/base/text.h"

namespace cairn {

namespace {

using Json = nlohmann::ordered_json;

Json json_of(const std::optional<Millis>& time) {
  return time ? Json(*time) : Json();
}
Json json_of(const Fact& one) {
  return {{"name", one.name}, {"value", one.value.empty() ? Json() : Json(one.value)}, {"seqs", one.seqs}};
}
Json json_of(const Remark& one) {
  return {{"what", one.what}, {"seqs", one.seqs}};
}

Json json_of(const VerifierLine& line) {
  return {{"ledger", line.ledger.hex()},   {"origin", line.origin}, {"vkey", line.vkey},
          {"checkpoint", line.checkpoint}, {"size", line.size},     {"root", line.root.hex()},
          {"first", line.first},           {"last", line.last},     {"entries", line.entries}};
}

Json json_of(const Span& span) {
  return {{"digest", span.model.hex()},
          {"version", span.version},
          {"stage", to_text(span.stage)},
          {"percent", span.percent},
          {"from", span.from},
          {"until", json_of(span.until)},
          {"seq", span.seq}};
}
Json json_of(const HoldSpan& hold) {
  return {{"kind", hold.kind},
          {"scope", hold.scope},
          {"from", hold.from},
          {"until", json_of(hold.until)},
          {"seq", hold.seq}};
}
Json json_of(const PlotPoint& point) {
  return {{"recorded", point.recorded}, {"value", point.value.text()}, {"version", point.version}, {"seq", point.seq}};
}
Json json_of(const PlotMark& mark) {
  return {{"recorded", mark.recorded}, {"label", mark.label}, {"seq", mark.seq}};
}
Json json_of(const Cause& cause) {
  return {{"kind", to_text(cause.kind)}, {"seq", cause.seq}, {"note", cause.note}};
}

Json json_of(const Strip& strip);
Json json_of(const Plot& plot);
Json json_of(const ReportRow& row);
Json json_of(const GatesAt& at);
Json json_of(const Hindsight& one);
Json json_of(const Deadline& one);
Json json_of(const ActionRow& row);
Json json_of(const PopulationRow& row);
Json json_of(const AnnexEntry& entry);

template <class Row>
Json rows_of(const std::vector<Row>& rows) {
  Json list = Json::array();
  for (const Row& row : rows) list.push_back(json_of(row));
  return list;
}

Json json_of(const Strip& strip) {
  return {{"environment", strip.environment},
          {"model", strip.model},
          {"spans", rows_of(strip.spans)},
          {"holds", rows_of(strip.holds)}};
}

Json json_of(const Plot& plot) {
  Json gate;
  if (plot.gate) {
    gate = {{"gate", plot.gate->name},
            {"operator", to_text(plot.gate->comparison)},
            {"threshold", plot.gate->threshold.text()}};
  }
  return {{"environment", plot.environment}, {"model", plot.model},
          {"metric", plot.metric},           {"gate", std::move(gate)},
          {"points", rows_of(plot.points)},  {"marks", rows_of(plot.marks)}};
}

Json json_of(const ReportRow& row) {
  return {{"seq", row.seq},
          {"leaf_hash", row.leaf.hex()},
          {"recorded", row.recorded},
          {"claimed", row.claimed},
          {"actor", row.actor},
          {"outcome", row.outcome.empty() ? "admitted" : "refused"},
          {"refusal", row.outcome.empty() ? Json() : Json(row.outcome)},
          {"what", row.said},
          {"change", row.change.empty() ? Json() : Json(row.change)},
          {"evidence_seqs", row.evidence},
          {"causes", rows_of(row.causes)},
          {"reasons", row.reasons}};
}

Json json_of(const GatesAt& at) {
  return {{"seq", at.seq}, {"what", at.what}, {"gates", Json::parse(to_json(at.gates))}};
}
Json json_of(const Hindsight& one) {
  return {{"seq", one.seq}, {"what", one.what}, {"then", one.then}, {"now", one.now}, {"reasons", one.reasons}};
}

Json json_of(const Deadline& one) {
  Json done;
  if (one.done) done = {{"seq", one.done->seq}, {"recorded", one.done->recorded}};
  return {{"name", one.name}, {"due", one.due}, {"state", to_text(one.state)}, {"done", std::move(done)}};
}

Json json_of(const ActionRow& row) {
  return {{"action", row.number}, {"owner", row.owner},       {"due", row.due},
          {"task", row.task},     {"opened_seq", row.opened}, {"closed_seq", row.closed ? Json(*row.closed) : Json()}};
}

Json json_of(const PopulationRow& row) {
  return {{"seq", row.seq},
          {"recorded", row.recorded},
          {"actor", row.actor},
          {"outcome", row.outcome.empty() ? "admitted" : "refused"},
          {"refusal", row.outcome.empty() ? Json() : Json(row.outcome)},
          {"kind", row.kind},
          {"what", row.what}};
}

Json json_of(const AnnexEntry& entry) {
  Json proof = Json::array();
  for (const Hash& hash : entry.proof) proof.push_back(hash.hex());
  return {{"seq", entry.seq},
          {"leaf_hash", entry.leaf.hex()},
          {"bytes", entry.bytes.empty() ? Json() : Json(to_base64(entry.bytes))},
          {"proof", std::move(proof)}};
}

}  // namespace

std::string report_json(const ChangeReport& report) {
  Json json = {{"report", to_text(report.kind)},
               {"subject", report.subject},
               {"title", report.title},
               {"anonymised", report.anonymised},
               {"notices", report.notices},
               {"moment", report.moment},
               {"from", report.from},
               {"until", report.until},
               {"environments", report.environments},
               {"models", report.models},
               {"header", rows_of(report.header)},
               {"verifier", json_of(report.verifier)},
               {"strips", rows_of(report.strips)},
               {"plots", rows_of(report.plots)},
               {"timeline", rows_of(report.timeline)},
               {"durations", rows_of(report.durations)},
               {"gates", rows_of(report.gates)},
               {"policy", rows_of(report.policy)},
               {"hindsight", rows_of(report.hindsight)},
               {"rollback", rows_of(report.rollback)},
               {"deviations", rows_of(report.deviations)},
               {"similar", rows_of(report.similar)},
               {"deadlines", rows_of(report.deadlines)},
               {"impact", rows_of(report.impact)},
               {"factors", rows_of(report.factors)},
               {"actions", rows_of(report.actions)},
               {"counts", rows_of(report.counts)},
               {"population", rows_of(report.population)},
               {"population_proof", report.population_proof},
               {"separation", rows_of(report.separation)},
               {"broken_glass", rows_of(report.broken_glass)},
               {"refusals", rows_of(report.refusals)},
               {"incidents", rows_of(report.incidents)}};
  json["annex"] = rows_of(report.annex);
  return json_text(json);
}

}  // namespace cairn
