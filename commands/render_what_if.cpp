#include "commands/render_what_if.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "commands/output.h"
#include "commands/render_json.h"
#include "ledger/base/text.h"
#include "ledger/base/time.h"

namespace cairn {

namespace {

using Json = nlohmann::ordered_json;
using Rows = std::vector<std::vector<std::string>>;

constexpr std::size_t most_rows_shown = 100;    // of each kind
constexpr std::size_t most_reasons_shown = 3;   // of each refusal
constexpr std::size_t most_refusals_shown = 2;  // of each row

std::string on_one_line(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string spell(const std::string& outcome) {
  return outcome.empty() ? "admitted" : "refused";
}

// ---- text

std::string title_of(Divergence change) {
  switch (change) {
    case Divergence::refused:
      return "Would have been refused";
    case Divergence::admitted:
      return "Would have been admitted";
    case Divergence::refused_otherwise:
      return "Refused for another reason";
    case Divergence::moot:
      return "Moot: nothing to stand on there";
  }
  return "";
}

Tone tone_of(Divergence change) {
  switch (change) {
    case Divergence::refused:
      return Tone::bad;
    case Divergence::admitted:
      return Tone::good;
    case Divergence::refused_otherwise:
      return Tone::warn;
    case Divergence::moot:
      return Tone::quiet;
  }
  return Tone::plain;
}

// "soak_missing: shadow has soaked 24 h; still missing: 24 h"
std::string first_reasons(const Refused& refused, Tone tone) {
  std::string text = toned(wire_name(refused.refusal), tone);
  const std::size_t shown = std::min(refused.reasons.size(), most_reasons_shown);
  for (std::size_t i = 0; i < shown; ++i) text += (i == 0 ? ": " : "; ") + printable(refused.reasons[i]);
  if (refused.reasons.empty()) text += ": " + refused.rule;
  if (shown < refused.reasons.size()) text += str("; and ", refused.reasons.size() - shown, " more");
  return text;
}

void add_noes(Rows& rows, const std::string& lead, const Verdict& verdict, Tone tone) {
  if (!verdict.refused) return;
  const auto add = [&rows](std::string text) { rows.push_back({"", "", "", std::move(text)}); };
  add(lead + first_reasons(*verdict.refused, tone));
  const std::size_t shown = std::min(verdict.also.size(), most_refusals_shown - 1);
  for (std::size_t i = 0; i < shown; ++i) add("and " + first_reasons(verdict.also[i], tone));
  if (shown < verdict.also.size()) add(str("and ", verdict.also.size() - shown, " more"));
}

void add_row(Rows& rows, const WhatIfRow& row) {
  const TimelineRow& entry = row.entry;
  const auto add = [&rows](std::string text) { rows.push_back({"", "", "", std::move(text)}); };
  const std::string said = printable(joined(entry.said, "; "));
  rows.push_back({str("  ", entry.seq), short_time(entry.recorded), printable(entry.author), said});
  if (!entry.outcome.empty()) add_noes(rows, "on record ", row.then, Tone::quiet);
  if (row.ground && !row.ground->missing.empty()) {
    add(printable(row.ground->missing) + " is not there" +
        (row.ground->from ? str(": entry ", *row.ground->from, " brought it, and took no effect") : ""));
  } else {
    add_noes(rows, row.entry.outcome.empty() ? "" : "there ", row.other, tone_of(row.change));
  }
  for (const auto& [then, there] : row.renamed) add(printable(then) + " is " + printable(there) + " there");
  if (!row.record_holds()) {
    add(toned("The record is not what the rules of the time say: cairn show " + str(entry.seq), Tone::bad));
  }
}

std::string passed_over_text(const std::vector<PassedOver>& passed_over, const Hash& other) {
  const bool same =
      std::all_of(passed_over.begin(), passed_over.end(), [&](const PassedOver& one) { return one.policy == other; });
  if (same) return "nothing else: it is the policy that was in force throughout";
  std::string text;
  for (const PassedOver& one : passed_over) text += (text.empty() ? "" : ", ") + str(one.seq);
  return (passed_over.size() == 1 ? "the policy of entry " : "the policies of entries ") + text +
         ", whose adoption changes nothing here";
}

std::string head_text(const WhatIfQuestion& question, const WhatIfTotals& totals) {
  const Policy& policy = *question.other.policy;
  const bool cascade = question.mode == WhatIfMode::cascade;
  std::string there = str(totals.other_admitted, " admitted, ", totals.other_refused, " refused");
  if (cascade) there += str(", ", totals.moot, " moot");
  Size changed = 0;
  for (const auto& [change, count] : totals.changed) changed += count;
  std::string text = toned(printable(question.origin) + " under another policy", Tone::strong) + "\n";
  text += table({{"  policy",
                  printable(policy.name) + ", " + short_hex(policy.digest) + ", " + printable(question.file.string())},
                 {"  in place of", passed_over_text(totals.passed_over, policy.digest)},
                 {"  judged", cascade ? "each entry in the world that this policy would have made"
                                      : "each entry alone, in the world as it was recorded up to it"},
                 {"  on record", str(totals.entries, ": ", totals.admitted, " admitted, ", totals.refused, " refused")},
                 {"  there", there + str("; ", changed, changed == 1 ? " comes" : " come", " out otherwise")}});
  return text;
}

// "approval_missing 2, soak_missing 1"
std::string refusals_text(const std::map<std::string, Size>& refusals) {
  std::string text;
  for (const auto& [name, count] : refusals) text += (text.empty() ? "" : ", ") + name + str(" ", count);
  return text;
}

std::string presence_text(const std::vector<Presence>& present, std::size_t i) {
  if (present.empty() && i == 0) return "nothing";
  if (i >= present.size()) return "";
  const Presence& one = present[i];
  const std::string percent = one.stage == Stage::canary ? str(" ", one.percent, " %") : "";
  return printable(one.version) + " " + std::string(to_text(one.stage)) + percent + str(" (", one.seq, ")");
}

std::string slots_text(const std::vector<SlotOutcome>& slots) {
  Rows rows = {headings({"  slot", "on record (entry)", "there (entry)"})};
  for (const SlotOutcome& slot : slots) {
    const std::size_t lines = std::max({slot.recorded.size(), slot.other.size(), std::size_t{1}});
    for (std::size_t i = 0; i < lines; ++i) {
      const std::string name = i > 0 ? "" : "  " + printable(slot.slot.first + " in " + slot.slot.second);
      const std::string there = presence_text(slot.other, i);
      rows.push_back({name, presence_text(slot.recorded, i), slot.same() ? there : toned(there, Tone::warn)});
    }
  }
  const auto same = static_cast<std::size_t>(
      std::count_if(slots.begin(), slots.end(), [](const SlotOutcome& slot) { return slot.same(); }));
  const std::string differ =
      same == slots.size() ? "the same" : str(slots.size() - same, " of ", slots.size(), " differ");
  return "\n" + toned("What would be where: " + differ, Tone::strong) + "\n" + table(rows);
}

// ---- JSON

Json noes_json(const Verdict& verdict) {
  Json list = Json::array();
  if (verdict.refused) list.push_back(Json::parse(to_json(*verdict.refused)));
  for (const Refused& refused : verdict.also) list.push_back(Json::parse(to_json(refused)));
  return list;
}

Json json_of(const Verdict& verdict) {
  const std::string outcome = outcome_of(verdict);
  Json json = {{"outcome", spell(outcome)}};
  if (!outcome.empty()) json["refusal"] = outcome;
  json["refused_by"] = noes_json(verdict);
  json["gates"] = Json::parse(to_json(verdict.gates));
  if (!verdict.lifted.empty()) json["lifted"] = Json::parse(to_json(verdict.lifted));
  return json;
}

Json json_of(const std::vector<Presence>& present) {
  Json list = Json::array();
  for (const Presence& one : present) {
    list.push_back({{"version", one.version},
                    {"digest", one.model.hex()},
                    {"stage", to_text(one.stage)},
                    {"percent", one.percent},
                    {"seq", one.seq},
                    {"since", one.since}});
  }
  return list;
}

Json json_of(const WhatIfTotals& totals) {
  Json json = {
      {"entries", totals.entries},
      {"on_record", {{"admitted", totals.admitted}, {"refused", totals.refused}}},
      {"there", {{"admitted", totals.other_admitted}, {"refused", totals.other_refused}, {"moot", totals.moot}}}};
  Json changed = Json::object();
  for (const Divergence change :
       {Divergence::refused, Divergence::admitted, Divergence::refused_otherwise, Divergence::moot}) {
    const auto found = totals.changed.find(change);
    changed[std::string(to_text(change))] = found == totals.changed.end() ? 0 : found->second;
  }
  json["changed"] = std::move(changed);
  json["refusals"] = Json::object();
  for (const auto& [name, count] : totals.refusals) json["refusals"][name] = count;
  return json;
}

}  // namespace

void WhatIfPage::add(WhatIfRow row) {
  std::vector<WhatIfRow>& rows = rows_[row.change];
  if (rows.size() < most_rows_shown) rows.push_back(std::move(row));
}

std::string WhatIfPage::text(const WhatIfQuestion& question, const WhatIf& answer) const {
  const WhatIfTotals& totals = answer.totals();
  std::string text = head_text(question, totals);
  if (rows_.empty())
    text += "\n" + toned("Every entry keeps its outcome, and each refusal its first reason.", Tone::good) + "\n";
  for (const auto& [change, shown] : rows_) {
    const Size count = totals.changed.at(change);
    text += "\n" + toned(title_of(change) + str(": ", count), tone_of(change)) + "\n";
    Rows rows = {headings({"  entry", "recorded (UTC)", "author", "what"})};
    for (const WhatIfRow& row : shown) add_row(rows, row);
    text += table(rows);
    if (shown.size() < count) text += str("  and ", count - shown.size(), " more: --json lists all\n");
  }
  if (!totals.refusals.empty()) text += "\n" + wrapped("By reason: " + refusals_text(totals.refusals), 0);
  if (question.mode == WhatIfMode::cascade) return text + slots_text(answer.slots());
  if (rows_.empty()) return text;
  return text + "\n" +
         toned(
             wrapped("Soak, alerts and void approvals are as recorded. --cascade works them out again, and what would "
                     "have become of it.",
                     0),
             Tone::quiet);
}

std::string what_if_json_begin(const WhatIfQuestion& question) {
  const Json head = {{"origin", question.origin},
                     {"size", question.size},
                     {"mode", question.mode == WhatIfMode::cascade ? "cascade" : "alone"},
                     {"policy",
                      {{"file", question.file.string()},
                       {"name", question.other.policy->name},
                       {"digest", question.other.policy->digest.hex()}}}};
  const std::string text = on_one_line(head);
  return text.substr(0, text.size() - 1) + ",\"entries\": [";
}

std::string what_if_json(const WhatIfRow& row) {
  const TimelineRow& entry = row.entry;
  Json json = {{"seq", entry.seq},   {"recorded", entry.recorded},    {"author", entry.author},
               {"id", entry.id},     {"leaf_hash", entry.leaf.hex()}, {"types", entry.types},
               {"what", entry.said}, {"change", to_text(row.change)}, {"outcome", spell(entry.outcome)}};
  if (!entry.outcome.empty()) json["refusal"] = entry.outcome;
  json["then"] = json_of(row.then);
  json["then"]["agrees"] = row.record_holds();
  json["other"] = json_of(row.other);
  if (row.ground) {
    json["other"]["outcome"] = "moot";
    json["other"]["missing"] = row.ground->missing.empty() ? Json() : Json(row.ground->missing);
    json["other"]["missing_seq"] = row.ground->from ? Json(*row.ground->from) : Json();
  }
  if (!row.renamed.empty()) {
    json["renamed"] = Json::object();
    for (const auto& [then, there] : row.renamed) json["renamed"][then] = there;
  }
  return on_one_line(json);
}

std::string what_if_json_end(const WhatIf& answer, bool no_rows, const std::optional<Error>& broke) {
  const std::string bracket = no_rows ? "]" : "\n]";
  if (broke) return bracket + ", \"error\": " + on_one_line(Json(broke->message)) + "}\n";
  const WhatIfTotals& totals = answer.totals();
  std::string text = bracket + ", \"totals\": " + on_one_line(json_of(totals));
  Json passed_over = Json::array();
  for (const PassedOver& one : totals.passed_over) {
    passed_over.push_back({{"seq", one.seq}, {"policy", one.policy.hex()}});
  }
  text += ", \"passed_over\": " + on_one_line(passed_over);
  if (answer.other() != nullptr) {
    Json slots = Json::array();
    for (const SlotOutcome& slot : answer.slots()) {
      slots.push_back({{"model", slot.slot.first},
                       {"environment", slot.slot.second},
                       {"same", slot.same()},
                       {"on_record", json_of(slot.recorded)},
                       {"there", json_of(slot.other)}});
    }
    text += ", \"slots\": " + on_one_line(slots);
  }
  return text + ", \"state_hash\": \"" + sha256(answer.recorded().encode()).hex() + "\"}\n";
}

}  // namespace cairn
