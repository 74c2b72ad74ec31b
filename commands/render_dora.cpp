#include "commands/render_dora.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "commands/json_text.h"
#include "commands/output.h"
#include "ledger/base/text.h"
#include "ledger/base/time.h"

namespace cairn {

namespace {

using Json = nlohmann::ordered_json;
using Rows = std::vector<std::vector<std::string>>;

constexpr std::size_t most_refusals = 3;  // in the text; --json has all
const std::string none = "none in the period";
constexpr const char* what_statements_are =
    "\nRollout statements: proposals, steps, pauses, aborts, notices, approvals and\nrollbacks, admitted and "
    "refused.\n";

// part / whole with so many decimals, half up; none where there is nothing to divide by.
std::optional<std::string> ratio(std::uint64_t part, std::uint64_t whole, std::size_t decimals) {
  if (whole == 0) return std::nullopt;
  std::uint64_t scale = 1;
  for (std::size_t i = 0; i < decimals; ++i) scale *= 10;
  const std::uint64_t scaled = (part * scale * 2 + whole) / (whole * 2);
  std::string digits = str(scaled);
  if (digits.size() <= decimals) digits.insert(0, decimals + 1 - digits.size(), '0');
  if (decimals > 0) digits.insert(digits.size() - decimals, ".");
  return digits;
}

// So many in a span of this unit; none where the period is shorter than one.
std::optional<std::string> rate(std::size_t count, const Period& period, Millis unit) {
  if (period.length() < unit) return std::nullopt;
  return ratio(count * static_cast<std::uint64_t>(unit), static_cast<std::uint64_t>(period.length()), 2);
}

using Seqs = std::set<Seq>;

Seqs seqs_of(const std::vector<Counted>& all) {
  Seqs seqs;
  for (const Counted& one : all) seqs.insert(one.seqs.begin(), one.seqs.end());
  return seqs;
}
Seqs seqs_of(const std::vector<Elapsed>& all) {
  Seqs seqs;
  for (const Elapsed& one : all) seqs.insert({one.from.seq, one.to.seq});
  return seqs;
}
Seqs seqs_of(const std::vector<Held>& all) {
  Seqs seqs;
  for (const Held& one : all) {
    seqs.insert(one.engaged.seq);
    if (one.lifted) seqs.insert(one.lifted->seq);
  }
  return seqs;
}
Seqs seqs_of(const std::vector<MissedCheck>& all) {
  Seqs seqs;
  for (const MissedCheck& one : all) seqs.insert(one.seq);
  return seqs;
}
Seqs seqs_of(const std::map<std::string, Seqs>& refused) {
  Seqs all;
  for (const auto& row : refused) all.insert(row.second.begin(), row.second.end());
  return all;
}

// Most frequent first, by name where that is the same.
std::vector<std::pair<std::string, Seqs>> top_of(const std::map<std::string, Seqs>& refused) {
  std::vector<std::pair<std::string, Seqs>> top(refused.begin(), refused.end());
  std::stable_sort(top.begin(), top.end(),
                   [](const auto& a, const auto& b) { return a.second.size() > b.second.size(); });
  return top;
}

// ---- for people

// "3, 5-9"
std::string text_of(const Seqs& seqs) {
  std::string text;
  for (auto begin = seqs.begin(); begin != seqs.end();) {
    auto last = begin;
    while (std::next(last) != seqs.end() && *std::next(last) == *last + 1) ++last;
    text += (text.empty() ? "" : ", ") + str(*begin);
    if (last != begin) text += (*last == *begin + 1 ? ", " : "-") + str(*last);
    begin = std::next(last);
  }
  return text;
}

std::string spread(const std::vector<Elapsed>& spans) {
  if (spans.empty()) return none;
  if (spans.size() == 1) return describe_duration(spans.front().length()) + " (1)";
  return "median " + describe_duration(*median_of(spans)) + ", p90 " + describe_duration(*p90_of(spans)) +
         str(" (", spans.size(), ")");
}

std::string share(std::size_t part, std::size_t whole, const std::string& of_what) {
  if (whole == 0) return none;
  return *ratio(part * 100, whole, 0) + str(" %: ", part, " of ", whole, of_what);
}

std::string counted(std::size_t count) {
  return count == 0 ? none : str(count);
}

class FigureRows {
 public:
  explicit FigureRows(bool with_seqs) : with_seqs_(with_seqs) {}

  void row(const std::string& name, const std::string& value, const Seqs& seqs) {
    rows_.push_back({"  " + name, value});
    if (with_seqs_ && !seqs.empty()) rows_.push_back({"", toned("entries " + text_of(seqs), Tone::quiet)});
  }
  std::string text() const { return table(rows_); }

 private:
  bool with_seqs_;
  Rows rows_;
};

void add_delivery(FigureRows& block, const DeliveryFigures& figures, const Period& period) {
  const std::size_t deployments = figures.deployments.size();
  block.row("deployments", counted(deployments), seqs_of(figures.deployments));
  block.row("steps to canary", counted(figures.canary_steps.size()), seqs_of(figures.canary_steps));
  const auto weekly = rate(deployments, period, 7 * day);
  const auto daily = rate(deployments, period, day);
  const std::string rates = weekly  ? *weekly + " a week, " + *daily + " a day"
                            : daily ? *daily + " a day"
                                    : "the period is too short for a rate";
  block.row("deployment frequency", deployments == 0 ? none : rates, {});
  block.row("change lead time", spread(figures.lead_times), seqs_of(figures.lead_times));
  block.row("  from the proposal", spread(figures.from_proposal), seqs_of(figures.from_proposal));
  std::string failed = share(figures.failed.size(), figures.changes.size(), " changes");
  if (!figures.failed_older.empty()) failed += str("; and ", figures.failed_older.size(), " from before the period");
  Seqs failing = seqs_of(figures.failed);
  failing.merge(seqs_of(figures.failed_older));
  block.row("change fail rate", failed, failing);
  std::string recovery = spread(figures.recoveries);
  const auto also = [&](std::size_t count, const std::string& what) {
    if (count == 0) return;
    recovery = (recovery == none ? "" : recovery + "; ") + str(count, ' ', what);
  };
  also(figures.unmeasured.size(), "at once, with no earlier record of the failure");
  also(figures.unrecovered.size(), "not recovered");
  Seqs recovering = seqs_of(figures.recoveries);
  recovering.merge(seqs_of(figures.unmeasured));
  recovering.merge(seqs_of(figures.unrecovered));
  block.row("failed deployment recovery", recovery, recovering);
  block.row("deployment rework rate", share(figures.rework.size(), figures.arrivals.size(), " that reached full"),
            seqs_of(figures.rework));
}

void add_governance(FigureRows& block, const DeliveryFigures& figures) {
  block.row("approval latency", spread(figures.approvals), seqs_of(figures.approvals));
  const Seqs refused = seqs_of(figures.refused);
  const std::string refusals = share(refused.size(), figures.statements.size(), " rollout statements");
  std::string top;
  std::size_t others = refused.size();
  const auto by_number = top_of(figures.refused);
  for (std::size_t i = 0; i < by_number.size() && i < most_refusals; ++i) {
    top += (top.empty() ? "; " : ", ") + printable(by_number[i].first) + str(' ', by_number[i].second.size());
    others -= by_number[i].second.size();
  }
  if (others > 0) top += str(", ", others, others == 1 ? " other" : " others");
  block.row("refusal rate", refusals + top, refused);
  std::string glass = counted(figures.broken_glass.size());
  if (!figures.unreviewed.empty()) glass += str("; ", figures.unreviewed.size(), " not reviewed");
  Seqs broken = seqs_of(figures.broken_glass);
  broken.merge(seqs_of(figures.unreviewed));
  block.row("break-glass", glass, broken);
  const std::size_t lockdowns = figures.lockdowns.size();
  block.row("time in lockdown",
            lockdowns == 0 ? none
                           : describe_duration(figures.locked_down) +
                                 str(" in ", lockdowns, lockdowns == 1 ? " lockdown" : " lockdowns"),
            seqs_of(figures.lockdowns));
  const auto& missed = figures.missed_checks;
  const auto recorded =
      std::count_if(missed.begin(), missed.end(), [](const MissedCheck& one) { return one.recorded; });
  const auto overdue = static_cast<std::ptrdiff_t>(missed.size()) - recorded;
  block.row("missed checks",
            missed.empty() ? none : str(missed.size(), ": ", recorded, " on record, ", overdue, " overdue at the end"),
            seqs_of(missed));
}

std::string block_of(const DeliveryFigures& figures, const Period& period, bool with_seqs) {
  FigureRows block(with_seqs);
  add_delivery(block, figures, period);
  add_governance(block, figures);
  return block.text();
}

// ---- for programs

Json json_of(const Seqs& seqs) {
  return Json(std::vector<Seq>(seqs.begin(), seqs.end()));
}

Json or_null(const std::optional<std::string>& text) {
  return text ? Json(*text) : Json();
}

Json json_of(const std::vector<Counted>& all) {
  Json list = Json::array();
  for (const Counted& one : all) list.push_back({{"of", one.what}, {"seqs", one.seqs}});
  return {{"count", all.size()}, {"seqs", json_of(seqs_of(all))}, {"each", std::move(list)}};
}

Json json_of(const std::vector<Elapsed>& spans) {
  const auto median = median_of(spans);
  const auto p90 = p90_of(spans);
  Json list = Json::array();
  for (const Elapsed& one : spans) {
    list.push_back({{"of", one.what}, {"ms", one.length()}, {"from_seq", one.from.seq}, {"to_seq", one.to.seq}});
  }
  return {{"count", spans.size()},
          {"median_ms", median ? Json(*median) : Json()},
          {"p90_ms", p90 ? Json(*p90) : Json()},
          {"seqs", json_of(seqs_of(spans))},
          {"each", std::move(list)}};
}

Json share_json(const std::vector<Counted>& part, const std::vector<Counted>& whole) {
  Json json = json_of(part);
  json["ratio"] = or_null(ratio(part.size(), whole.size(), 4));
  json["out_of"] = json_of(whole);
  return json;
}

Json refusals_json(const DeliveryFigures& figures) {
  const Seqs refused = seqs_of(figures.refused);
  Json list = Json::array();
  for (const auto& [refusal, seqs] : top_of(figures.refused)) {
    list.push_back({{"refusal", refusal}, {"count", seqs.size()}, {"seqs", json_of(seqs)}});
  }
  return {{"count", refused.size()},
          {"seqs", json_of(refused)},
          {"each", std::move(list)},
          {"ratio", or_null(ratio(refused.size(), figures.statements.size(), 4))},
          {"out_of", {{"count", figures.statements.size()}, {"seqs", json_of(figures.statements)}}}};
}

Json lockdown_json(const DeliveryFigures& figures) {
  Json list = Json::array();
  for (const Held& one : figures.lockdowns) {
    list.push_back({{"scope", to_text(one.scope)},
                    {"engaged", one.engaged.recorded},
                    {"engaged_seq", one.engaged.seq},
                    {"lifted", one.lifted ? Json(one.lifted->recorded) : Json()},
                    {"lifted_seq", one.lifted ? Json(one.lifted->seq) : Json()}});
  }
  return {{"ms", figures.locked_down}, {"seqs", json_of(seqs_of(figures.lockdowns))}, {"each", std::move(list)}};
}

Json checks_json(const std::vector<MissedCheck>& missed) {
  Json list = Json::array();
  for (const MissedCheck& one : missed) {
    list.push_back({{"of", one.slot.first + "/" + one.slot.second},
                    {"due", one.due},
                    {"recorded", one.recorded},
                    {"seqs", {one.seq}}});
  }
  return {{"count", missed.size()}, {"seqs", json_of(seqs_of(missed))}, {"each", std::move(list)}};
}

Json json_of(const DeliveryFigures& figures, const Period& period) {
  Json recovery = json_of(figures.recoveries);
  recovery["unmeasured"] = json_of(figures.unmeasured);
  recovery["unrecovered"] = json_of(figures.unrecovered);
  Json fail_rate = share_json(figures.failed, figures.changes);
  fail_rate["from_before"] = json_of(figures.failed_older);
  Json glass = json_of(figures.broken_glass);
  glass["unreviewed"] = json_of(figures.unreviewed);
  return {{"deployments", json_of(figures.deployments)},
          {"canary_steps", json_of(figures.canary_steps)},
          {"deployment_frequency",
           {{"count", figures.deployments.size()},
            {"period_ms", period.length()},
            {"per_day", or_null(rate(figures.deployments.size(), period, day))},
            {"per_week", or_null(rate(figures.deployments.size(), period, 7 * day))},
            {"seqs", json_of(seqs_of(figures.deployments))}}},
          {"change_lead_time", json_of(figures.lead_times)},
          {"lead_time_from_proposal", json_of(figures.from_proposal)},
          {"change_fail_rate", std::move(fail_rate)},
          {"failed_deployment_recovery_time", std::move(recovery)},
          {"deployment_rework_rate", share_json(figures.rework, figures.arrivals)},
          {"approval_latency", json_of(figures.approvals)},
          {"refusal_rate", refusals_json(figures)},
          {"break_glass", std::move(glass)},
          {"lockdown", lockdown_json(figures)},
          {"missed_checks", checks_json(figures.missed_checks)}};
}

}  // namespace

std::string delivery_text(const Delivery& delivery, const DeliveryFilter& filter, Millis since, bool with_seqs) {
  const Period& period = delivery.period();
  std::string text = "Delivery from " + short_time(period.since) + " to " + short_time(period.until) + " (UTC), " +
                     describe_duration(period.length()) + "\n";
  if (since < period.since)
    text += toned("The ledger begins then, and knows nothing of the time before.\n", Tone::quiet);
  const DeliveryFigures total = delivery.total(filter);
  text += "\n" + toned("In total", Tone::strong) + "\n" + block_of(total, period, with_seqs);
  for (const SlotKey& slot : delivery.slots(filter)) {
    text += "\n" + toned(printable(slot.first + " in " + slot.second), Tone::strong) + "\n";
    text += block_of(delivery.of(slot), period, with_seqs);
  }
  return text + (total.statements.empty() ? "" : toned(what_statements_are, Tone::quiet));
}

std::string delivery_json(const Delivery& delivery, const DeliveryFilter& filter) {
  const Period& period = delivery.period();
  Json slots = Json::array();
  for (const SlotKey& slot : delivery.slots(filter)) {
    Json json = {{"model", slot.first}, {"environment", slot.second}};
    json.update(json_of(delivery.of(slot), period));
    slots.push_back(std::move(json));
  }
  const Json json = {{"since", period.since},
                     {"until", period.until},
                     {"entries", delivery.world().position->size},
                     {"model", filter.model.empty() ? Json() : Json(filter.model)},
                     {"environment", filter.environment.empty() ? Json() : Json(filter.environment)},
                     {"total", json_of(delivery.total(filter), period)},
                     {"slots", std::move(slots)}};
  return json_text(json);
}

}  // namespace cairn
