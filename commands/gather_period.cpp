#include <algorithm>
#include <map>
#include <numeric>
#include <set>

#include "commands/gather_report.h"
#include "commands/report_story.h"
#include "commands/separation.h"
#include "commands/views.h"
#include "ledger/base/text.h"
#include "ledger/base/time.h"

namespace cairn {

namespace {

// What an event is counted as. The first three are no changes: what somebody measured, answered or wrote down.
std::string kind_of(const Event& event) {
  const std::string_view wire = wire_name(event);
  const std::string_view first = wire.substr(0, wire.find('.'));
  if (first == "evidence" || first == "alert" || first == "due" || first == "drill" || first == "retraining" ||
      first == "report") {
    return "evidence";
  }
  if (first == "approval" || first == "stakeholders") return "approval";
  if (first == "incident" || first == "postmortem" || first == "action") return "incident";
  if (first == "actor" || first == "role" || first == "key" || first == "administration" || first == "ledger") {
    return "access";
  }
  if (first == "lockdown" || first == "freeze" || first == "break_glass") return "protection";
  if (first == "rollout" || first == "rollback" || first == "slot") return "rollout";
  if (first == "retention" || first == "hold" || first == "attachment") return "retention";
  if (first == "artefact") return std::holds_alternative<ArtefactDeleted>(event) ? "retention" : "evidence";
  return first == "policy" ? "policy" : "model";
}

// Of several kinds in one statement, the one that changes most.
const std::vector<std::string>& kinds() {
  static const std::vector<std::string> by_weight = {"rollout",   "policy",   "access",   "protection", "model",
                                                     "retention", "approval", "incident", "evidence"};
  return by_weight;
}
bool is_change(const std::string& kind) {
  return kind != "approval" && kind != "incident" && kind != "evidence";
}

std::string kind_of(const Recorded& entry) {
  for (const std::string& kind : kinds()) {
    const auto& events = entry.statement.events;
    if (std::any_of(events.begin(), events.end(), [&](const Event& event) { return kind_of(event) == kind; })) {
      return kind;
    }
  }
  return "evidence";
}

class PeriodStory {
 public:
  PeriodStory(const ReportSource& source, ChangeReport& report)
      : source_(source), report_(report), separation_(source, report) {}

  Result<void> tell(const std::vector<Seq>& seqs) {
    TRY(source_.walk(seqs, {[this](World& world, const Recorded& entry) { return before(world, entry); },
                            [this](const World& world, const Recorded& entry) { return after(world, entry); }}));
    separation_.finish(source_.world());
    return {};
  }

  // What stood when the period began, also if nothing was recorded in it.
  void begin(const World& world) {
    for (const auto& [key, slot] : source_.world().slots.rows()) slots.try_emplace(key, key);
    for (auto& [key, traffic] : slots) traffic.look(world, {0, report_.from});
  }

  std::map<std::string, std::vector<Seq>> counted;  // kind -> its entries
  std::map<SlotKey, Traffic> slots;

 private:
  Result<void> before(World& world, const Recorded& entry) {
    if (slots.empty()) begin(world);
    const TimelineRow row = row_of(entry, source_.names());
    const std::string kind = kind_of(entry);
    counted[kind].push_back(entry.seq);
    const std::string what = joined(row.said, "; ");
    if (is_change(kind) || kind == "approval") {
      report_.population.push_back({entry.seq, row.recorded, row.author, row.outcome, what, kind});
    }
    if (!row.outcome.empty()) {
      report_.refusals.push_back({row.author + ", " + row.outcome + ", tried: " + what, {entry.seq}});
    }
    return separation_.before(world, entry, what);
  }

  Result<void> after(const World& world, const Recorded& entry) {
    const bool moves = entry.entry.outcome.empty() && is_change(kind_of(entry));
    if (!moves) return {};
    const Moment at{entry.seq, entry.entry.recorded};
    for (auto& [key, traffic] : slots) traffic.look(world, at);
    return {};
  }

  const ReportSource& source_;
  ChangeReport& report_;
  Separation separation_;
};

// Slots that nothing was in, and nothing happened to, are left out.
void add_strips(const PeriodStory& period, const ReportSource& source, ChangeReport& report) {
  std::set<std::string> environments;
  std::set<std::string> models;
  for (const auto& [slot, traffic] : period.slots) {
    if (traffic.shares().empty()) continue;
    report.strips.push_back(strip_of(traffic, source.names(), report.moment));
    environments.insert(slot.second);
    models.insert(slot.first);
  }
  report.environments = {environments.begin(), environments.end()};
  report.models = {models.begin(), models.end()};
}

void add_incidents(const ReportSource& source, Size begin, Size end, ChangeReport& report) {
  for (const auto& [id, incident] : source.world().incidents.rows()) {
    if (incident.opened < begin || incident.opened >= end) continue;
    report.incidents.push_back(incident_remark(id, incident));
  }
}

void add_counts(const PeriodStory& period, ChangeReport& report) {
  for (const std::string& kind : kinds()) {
    const auto found = period.counted.find(kind);
    if (found == period.counted.end()) continue;
    report.counts.push_back(fact(kind, str(found->second.size()), found->second));
  }
}

void add_proof(const ReportSource& source, Size begin, Size end, ChangeReport& report) {
  if (begin == end) {
    report.population_proof =
        str("No entry of this log of ", source.size(), " was recorded in this period",
            begin == 0 ? "" : str(": entry ", begin - 1, " was recorded before it"),
            end == source.size() ? "." : str(begin == 0 ? ": entry " : ", entry ", end, " after it."));
    return;
  }
  const std::string before =
      begin == 0 ? "entry 0 begins the log" : str("entry ", begin - 1, " was recorded before it");
  const std::string after = end == source.size() ? str("entry ", end - 1, " is the last under the checkpoint")
                                                 : str("entry ", end, " was recorded after it");
  report.population_proof = str(
      "The period holds entries ", begin, " to ", end - 1, ", which are ", end - begin, ": ", before, ", ", after,
      ", and recorded times never fall. The log's signed head fixes how many entries there are and which, so a leaf "
      "hash that is proved for each of these numbers leaves no room for another.");
}

}  // namespace

Result<ChangeReport> gather_period(const ReportSource& source, Millis since, Millis until) {
  ChangeReport report;
  report.kind = ReportKind::period;
  report.moment = source.moment();
  if (since > report.moment) {
    return usage("--since " + format_time(since) + " is after the newest entry under this checkpoint, of " +
                 format_time(report.moment));
  }
  report.from = since;
  report.until = std::min(until, report.moment);
  report.subject = time_to_the_second(since) + " to " + time_to_the_second(report.until);
  TRY_LET(begin, source.recorded_before(since));
  TRY_LET(end, source.recorded_before(until + 1));
  std::vector<Seq> seqs(end - begin);
  std::iota(seqs.begin(), seqs.end(), begin);
  PeriodStory period(source, report);
  if (seqs.empty() && begin > 0) {
    TRY_LET(loaded, load_world(source.ledger(), begin));
    period.begin(*loaded.world);
  }
  TRY(period.tell(seqs));
  add_counts(period, report);
  add_proof(source, begin, end, report);
  add_strips(period, source, report);
  add_incidents(source, begin, end, report);
  TRY(add_policies(source, report));
  report.header.push_back(fact("Entries", str(end - begin)));
  const auto admitted = [&](bool approvals) {
    return str(std::count_if(report.population.begin(), report.population.end(), [&](const PopulationRow& row) {
      return row.outcome.empty() && (row.kind == "approval") == approvals;
    }));
  };
  report.header.push_back(fact("Changes", admitted(false)));
  report.header.push_back(fact("Approvals and notices", admitted(true)));
  report.header.push_back(fact("Refused", str(report.refusals.size())));
  report.header.push_back(fact("Incidents opened", str(report.incidents.size())));
  add_seqs(seqs, cited_in(report));
  // That nothing is missing rests on when the entries at both sides were recorded, which their bytes say.
  std::vector<Seq> borders;
  if (begin > 0) borders.push_back(begin - 1);
  if (end < source.size()) borders.push_back(end);
  add_seqs(seqs, borders);
  const std::vector<PopulationRow>& changes = report.population;
  TRY(source.prove(
      seqs,
      [&](Seq seq) {
        if (std::find(borders.begin(), borders.end(), seq) != borders.end()) return true;
        return std::binary_search(changes.begin(), changes.end(), PopulationRow{seq, 0, "", "", "", ""},
                                  [](const PopulationRow& a, const PopulationRow& b) { return a.seq < b.seq; });
      },
      report));
  return report;
}

}  // namespace cairn
