#include "commands/ledger_steps.h"

#include <algorithm>
#include <iterator>

#include "commands/moments.h"
#include "commands/output.h"
#include "commands/past_verdict.h"
#include "commands/render_entry.h"
#include "commands/render_status.h"
#include "commands/views.h"
#include "ledger/base/text.h"
#include "projections/state_diff.h"

namespace cairn {

namespace {

using Rows = std::vector<std::vector<std::string>>;

ModelNames names_in(const World& world) {
  ModelNames names;
  names.learn(world);
  return names;
}

std::string outcome_text(const std::string& outcome) {
  return outcome.empty() ? "admitted" : "refused: " + printable(outcome);
}

// What the log recorded, and what the rules say when they are asked again.
std::string verdict_line(const ExplainedEntry& entry) {
  const std::string& recorded = entry.recorded.entry.outcome;
  const std::string again = outcome_of(entry.verdict);
  if (entry.agrees()) {
    return toned(outcome_text(recorded), recorded.empty() ? Tone::good : Tone::bad) +
           ", and decided again by the rules of then: the same\n";
  }
  return toned("recorded as " + outcome_text(recorded) + ", and the rules of then say " + outcome_text(again),
               Tone::bad) +
         "\n";
}

std::string shown(const std::string& value) {
  return value.empty() ? "-" : printable(value);
}

// The changes of one row below its name.
std::string changes_text(const std::vector<StateChange>& changes) {
  std::string text;
  for (auto change = changes.begin(); change != changes.end();) {
    const auto end =
        std::find_if(change, changes.end(), [&](const StateChange& other) { return other.row != change->row; });
    Rows rows;
    for (const auto row = change; change != end; ++change) {
      const bool whole = change->field.empty();
      if (change == row && !whole) text += "  " + toned(printable(change->row), Tone::strong) + "\n";
      rows.push_back({whole ? "  " + printable(change->row) : "    " + printable(change->field),
                      shown(change->before) + " -> " + shown(change->after)});
    }
    text += table(rows);
  }
  return text;
}

}  // namespace

LedgerSteps::LedgerSteps(const Ledger& ledger, const World& newest, Size size)
    : ledger_(ledger), newest_(newest), size_(size), names_(names_in(newest)), before_(ledger), after_(ledger) {}

Result<TimelineRow> LedgerSteps::row(Seq seq) {
  TRY_LET(entry, ledger_.entry(seq));
  return row_of(entry, names_);
}

Result<std::string> LedgerSteps::text(Seq seq, StepView view) {
  TRY_LET(entry, signed_entry(ledger_, seq));
  if (view == StepView::status) return status(entry);
  if (view == StepView::changes) return changes(entry);
  TRY_LET(world, before_.at(seq));
  TRY_LET(explained, explain_entry(ledger_, *world, std::move(entry)));
  return view == StepView::entry ? entry_text(explained, names_) : why_text(explained);
}

Result<std::string> LedgerSteps::changes(const Recorded& entry) {
  TRY_LET(row, row(entry.seq));
  TRY_LET(before, before_.at(entry.seq));
  TRY_LET(after, after_.at(entry.seq + 1));
  TRY_LET(explained, explain_entry(ledger_, *before, entry));
  std::string text = verdict_line(explained);
  for (const std::string& sentence : row.said) text += wrapped(printable(sentence), 2);
  text += "\n" + toned("What it changed", Tone::strong) + "\n";
  return text + changes_text(state_diff(*before, *after));
}

Result<std::string> LedgerSteps::status(const Recorded& entry) {
  TRY_LET(world, after_.at(entry.seq + 1));
  const StatusMoment moment{entry.seq + 1, entry.entry.recorded, true};
  TRY_LET(status, status_of(*world, moment.filter, moment.moment));
  return status_text(status, *world, moment);
}

// ---- which entries

Result<std::vector<Seq>> LedgerSteps::saying(const std::string& text, const std::vector<Seq>* among) {
  const std::string wanted = fold_case(text);
  std::vector<Seq> seqs;
  const auto look = [&](const Recorded& entry) -> Result<void> {
    const TimelineRow row = row_of(entry, names_);
    const auto has = [&](std::string_view said) { return fold_case(said).find(wanted) != std::string::npos; };
    if (has(entry.entry.payload) || has(row.outcome) || has(joined(row.said, "; "))) seqs.push_back(entry.seq);
    return {};
  };
  if (among == nullptr) {
    TRY(ledger_.walk(0, size_, look));
    return seqs;
  }
  for (const Seq seq : *among) {
    TRY_LET(entry, ledger_.entry(seq));
    TRY(look(entry));
  }
  return seqs;
}

Result<std::vector<Seq>> LedgerSteps::matching(const StepFilter& filter) {
  std::optional<std::vector<Seq>> seqs;
  const auto keep_only = [&](std::vector<Seq> wanted) {
    wanted.erase(std::lower_bound(wanted.begin(), wanted.end(), size_), wanted.end());
    std::vector<Seq> both;
    if (seqs) std::set_intersection(seqs->begin(), seqs->end(), wanted.begin(), wanted.end(), std::back_inserter(both));
    seqs = seqs ? std::move(both) : std::move(wanted);
  };
  if (filter.model) {
    TRY_LET(about, find_model(ledger_, newest_, *filter.model));
    keep_only(std::move(about));
  }
  std::vector<std::string> tags;
  if (filter.environment) tags.push_back("environment:" + *filter.environment);
  if (filter.actor) tags.push_back("actor:" + *filter.actor);
  if (filter.type) tags.push_back("type:" + filter.type->substr(0, filter.type->find('/')));
  if (filter.refused) tags.emplace_back(refused_tag);
  for (const std::string& tag : tags) {
    TRY_LET(tagged, find_all(ledger_, tag));
    keep_only(std::move(tagged));
  }
  if (filter.text.empty()) return seqs ? std::move(*seqs) : std::vector<Seq>();
  return saying(filter.text, seqs ? &*seqs : nullptr);
}

Result<Seq> LedgerSteps::newest_at(Millis time) {
  TRY_LET(size, size_at(ledger_, time));
  return std::clamp<Size>(size, 1, size_) - 1;
}

}  // namespace cairn
