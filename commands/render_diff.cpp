#include "commands/render_diff.h"

#include <nlohmann/json.hpp>

#include "commands/json_text.h"
#include "commands/output.h"
#include "commands/policy_difference.h"
#include "ledger/base/text.h"
#include "ledger/base/time.h"

namespace cairn {

namespace {

using Json = nlohmann::ordered_json;
using Rows = std::vector<std::vector<std::string>>;

constexpr std::size_t most_entries_shown = 8;  // of one line; --json has all

// "dana (19, 20), lena (21)": who, in which entries.
std::string entries_text(const std::vector<HistoryStep>& steps) {
  std::string text;
  std::string author;
  std::optional<Seq> last;
  std::size_t shown = 0;
  std::size_t more = 0;
  for (const HistoryStep& step : steps) {
    if (last == step.at.seq) continue;
    last = step.at.seq;
    if (shown == most_entries_shown) {
      ++more;
      continue;
    }
    ++shown;
    const bool goes_on = !text.empty() && author == step.at.author;
    if (!goes_on) text += (text.empty() ? "" : "), ") + printable(step.at.author) + " (";
    text += str(goes_on ? ", " : "", step.at.seq);
    author = step.at.author;
  }
  if (!text.empty()) text += ")";
  return text + (more == 0 ? "" : str(" and ", more, " more"));
}

std::string place_text(const std::optional<Place>& place) {
  if (!place) return toned("-", Tone::quiet);
  const std::string stage(to_text(place->stage));
  return stage + (place->stage == Stage::shadow ? "" : str(" ", place->percent, " %")) + str(" (", place->seq, ")");
}

std::string places_text(const std::vector<PlaceChange>& places) {
  Rows rows = {headings({"slot", "version", "digest", "was (entry)", "is (entry)", "by"})};
  const PlaceChange* before = nullptr;
  for (const PlaceChange& row : places) {
    const bool same_environment = before != nullptr && before->environment == row.environment;
    const bool same_slot = same_environment && before->name == row.name;
    if (!same_environment) rows.push_back({"  " + toned(printable(row.environment), Tone::strong)});
    rows.push_back({same_slot ? "" : "    " + printable(row.name), printable(row.version), short_hex(row.model),
                    place_text(row.before), place_text(row.after), same_slot ? "" : entries_text(row.steps)});
    before = &row;
  }
  return table(rows);
}

// Kinds that stand under one heading.
std::string_view heading_of(FactKind kind) {
  switch (kind) {
    case FactKind::rollout:
      return "Rollouts";
    case FactKind::approval:
      return "Approvals";
    case FactKind::lockdown:
    case FactKind::freeze:
    case FactKind::break_glass:
    case FactKind::hold:
      return "Lockdowns, freezes, broken glass, holds";
    case FactKind::incident:
    case FactKind::action:
      return "Incidents";
    case FactKind::model:
    case FactKind::attachment:
      return "Models";
    case FactKind::actor:
    case FactKind::role:
    case FactKind::key:
    case FactKind::request:
    case FactKind::proposal:
    case FactKind::log_key:
      return "Actors, roles, keys";
  }
  return "";
}

// What its heading does not say already.
std::string subject_of(const FactKey& key) {
  const std::string subject = printable(key.subject);
  switch (key.kind) {
    case FactKind::lockdown:
      return "lockdown of " + subject;
    case FactKind::freeze:
      return "freeze of " + subject;
    case FactKind::break_glass:
      return "broken glass of " + subject;
    case FactKind::hold:
      return "hold for " + subject;
    case FactKind::attachment:
      return "attachment " + subject;
    case FactKind::key:
      return "key of " + subject;
    case FactKind::request:
      return "request " + subject;
    case FactKind::proposal:
      return "proposed policy " + subject;
    case FactKind::log_key:
      return "log's key " + subject;
    case FactKind::rollout:
    case FactKind::approval:
    case FactKind::incident:
    case FactKind::action:
    case FactKind::model:
    case FactKind::actor:
    case FactKind::role:
      return subject;
  }
  return subject;
}

std::string change_text(const FactChange& row) {
  if (row.came_back()) {
    std::vector<std::string> said;
    for (const HistoryStep& step : row.steps) said.push_back(step.what);
    return printable(joined(said, "; "));
  }
  const WorldFact& newest = row.after ? *row.after : *row.before;
  std::string text;
  if (row.before) text = printable(row.before->text);
  if (row.before && row.after) text += " -> ";
  if (row.after) text += printable(row.after->text);
  return text + (newest.note.empty() ? "" : ": " + printable(newest.note));
}

std::string sign_of(const FactChange& row) {
  if (row.came_back()) return toned("=", Tone::quiet);
  if (!row.before) return toned("+", Tone::good);
  return row.after ? toned("~", Tone::warn) : toned("-", Tone::bad);
}

// Where nobody said it, the entry that it rests on, if that lies between.
std::string made_by(const FactChange& row, const DiffBounds& bounds) {
  if (!row.steps.empty()) return "by " + entries_text(row.steps);
  const bool dated = row.after && row.after->seq && *row.after->seq >= bounds.from.size;
  return dated ? str("entry ", *row.after->seq) : "by the time that passed";
}

std::string facts_text(const std::vector<FactChange>& facts, const DiffBounds& bounds) {
  std::string text;
  std::string_view heading;
  Rows rows;
  const auto flush = [&] {
    if (!rows.empty()) text += "\n" + toned(heading, Tone::strong) + "\n" + table(rows);
    rows.clear();
  };
  for (const FactChange& row : facts) {
    if (heading_of(row.key.kind) != heading) flush();
    heading = heading_of(row.key.kind);
    rows.push_back({"  " + sign_of(row) + " " + subject_of(row.key), change_text(row)});
    rows.push_back({"", toned(made_by(row, bounds), Tone::quiet)});
  }
  flush();
  return text;
}

std::string policy_text(const WorldDiff& diff) {
  if (diff.adoptions().empty()) return "";
  const PolicyInForce& before = diff.policy_before();
  const PolicyInForce& after = diff.policy_after();
  return "\n" + toned("Policy in force", Tone::strong) + "\n  " + short_hex(before.policy->digest) +
         str(" (entry ", before.adopted, ") -> ") + short_hex(after.policy->digest) +
         str(" (entry ", after.adopted, "), by ") + entries_text(diff.adoptions()) + "\n" +
         difference_text(differing_values(before.document, after.document), 4);
}

std::string refused_text(const WorldDiff& diff) {
  if (diff.refused().empty()) return "";
  Rows rows;
  for (const auto& [outcome, seqs] : diff.refused()) {
    std::vector<std::string> texts;
    for (const Seq seq : seqs) texts.push_back(str(seq));
    if (texts.size() > most_entries_shown) {
      texts.resize(most_entries_shown);
      texts.push_back("...");
    }
    rows.push_back({"  " + toned(outcome, Tone::bad), str(seqs.size()),
                    str(seqs.size() == 1 ? "entry " : "entries ", joined(texts, ", "))});
  }
  return "\n" + toned("Refused in between", Tone::strong) + "\n" + table(rows);
}

// "Nothing changed" is an answer to these words only.
std::string asked_text(const StatusFilter& filter) {
  std::vector<std::string> asked;
  if (filter.model) asked.push_back("model " + printable(*filter.model));
  if (filter.environment) asked.push_back("environment " + printable(*filter.environment));
  return asked.empty() ? "" : wrapped(toned("only what concerns " + joined(asked, ", "), Tone::quiet), 0);
}

std::string point_text(const Point& point) {
  return str("entry ", point.size - 1, ", ") + time_to_the_second(point.moment);
}

// ---- JSON

Json said_by(const std::vector<HistoryStep>& steps) {
  Json list = Json::array();
  for (const HistoryStep& step : steps) {
    list.push_back(
        {{"seq", step.at.seq}, {"recorded", step.at.recorded}, {"author", step.at.author}, {"what", step.what}});
  }
  return list;
}

Json json_of(const std::optional<Place>& place) {
  if (!place) return {};
  return {{"stage", to_text(place->stage)}, {"percent", place->percent}, {"seq", place->seq}};
}

Json json_of(const std::optional<WorldFact>& fact) {
  if (!fact) return {};
  Json json = {{"text", fact->text}, {"seq", fact->seq ? Json(*fact->seq) : Json()}};
  if (!fact->note.empty()) json["note"] = fact->note;
  return json;
}

Json json_of(const Point& point) {
  return {{"seq", point.size - 1}, {"size", point.size}, {"at", point.moment}};
}

Json policy_json(const WorldDiff& diff) {
  if (diff.adoptions().empty()) return {};
  const auto side = [](const PolicyInForce& force) {
    return Json{{"digest", force.policy->digest.hex()}, {"adopted_seq", force.adopted}};
  };
  Json values = Json::array();
  for (const PolicyValue& value : differing_values(diff.policy_before().document, diff.policy_after().document)) {
    values.push_back({{"path", value.path},
                      {"before", value.before ? Json(*value.before) : Json()},
                      {"after", value.after ? Json(*value.after) : Json()}});
  }
  return {{"before", side(diff.policy_before())},
          {"after", side(diff.policy_after())},
          {"steps", said_by(diff.adoptions())},
          {"values", std::move(values)}};
}

}  // namespace

std::string diff_text(const WorldDiff& diff, const DiffBounds& bounds, const Ledger& ledger) {
  const auto places = diff.places();
  const auto facts = diff.facts();
  const Size between = bounds.to.size - bounds.from.size;
  const std::string span = "from " + point_text(bounds.from) + " to " + point_text(bounds.to) +
                           str(" UTC: ", between, between == 1 ? " entry" : " entries");
  std::string text = toned(printable(ledger.origin()), Tone::quiet) + "\n" + wrapped(toned(span, Tone::quiet), 0) +
                     asked_text(bounds.filter);
  if (diff.adoptions().empty() && places.empty() && facts.empty()) text += "\nNothing changed.\n";
  text += policy_text(diff);
  if (!places.empty()) text += "\n" + toned("What runs", Tone::strong) + "\n" + places_text(places);
  return text + facts_text(facts, bounds) + refused_text(diff);
}

std::string diff_json(const WorldDiff& diff, const DiffBounds& bounds, const Ledger& ledger) {
  const auto places = diff.places();
  const auto facts = diff.facts();
  Json json = {{"origin", ledger.origin()},
               {"ledger", ledger.id().hex()},
               {"from", json_of(bounds.from)},
               {"to", json_of(bounds.to)},
               {"model", bounds.filter.model ? Json(*bounds.filter.model) : Json()},
               {"environment", bounds.filter.environment ? Json(*bounds.filter.environment) : Json()},
               {"entries", bounds.to.size - bounds.from.size},
               {"same", diff.adoptions().empty() && places.empty() && facts.empty()},
               {"policy", policy_json(diff)},
               {"slots", Json::array()},
               {"facts", Json::array()},
               {"refused", Json::array()}};
  for (const PlaceChange& row : places) {
    json["slots"].push_back({{"environment", row.environment},
                             {"model", row.name},
                             {"version", row.version},
                             {"digest", row.model.hex()},
                             {"before", json_of(row.before)},
                             {"after", json_of(row.after)},
                             {"steps", said_by(row.steps)}});
  }
  for (const FactChange& row : facts) {
    json["facts"].push_back({{"kind", to_text(row.key.kind)},
                             {"subject", row.key.subject},
                             {"before", json_of(row.before)},
                             {"after", json_of(row.after)},
                             {"steps", said_by(row.steps)}});
  }
  for (const auto& [outcome, seqs] : diff.refused()) json["refused"].push_back({{"refusal", outcome}, {"seqs", seqs}});
  json["checkpoint"] = ledger.checkpoint_note();
  return json_text(json);
}

}  // namespace cairn
