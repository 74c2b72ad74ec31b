#include <algorithm>

#include "commands/gather_report.h"
#include "commands/report_story.h"
#include "ledger/base/text.h"
#include "ledger/base/time.h"
#include "projections/deadlines.h"

namespace cairn {

namespace {

constexpr Millis shortly_before = day;
constexpr Millis longest_before = 30 * day;
constexpr std::size_t most_similar = 10;

// What an incident is about, as its opening and the world behind it tell.
struct Subject {
  std::string id;
  const Incident* incident = nullptr;
  SlotKey slot;
  std::optional<Hash> version;     // the one that was gone back from, or the only one with traffic when it was opened
  std::vector<Share> running;      // what had traffic then
  std::optional<Trigger> trigger;  // none: opened by hand
  std::string rollout;             // that brought the version; empty: none did
  Severity severity = Severity::high;  // when it was opened
};

std::optional<Trigger> trigger_of(const Recorded& entry, std::optional<Hash>& from) {
  for (const Event& event : entry.statement.events) {
    if (const auto* e = std::get_if<RollbackExecuted>(&event)) {
      from = e->from;
      return e->trigger;
    }
    if (const auto* e = std::get_if<SlotEmptied>(&event)) {
      from = e->from;
      return e->trigger;
    }
    if (const auto* e = std::get_if<RollbackBegun>(&event)) {
      from = e->from;
      return Trigger::regression;
    }
  }
  return std::nullopt;
}

// The newest rollout of this version in the slot that was proposed before.
std::string rollout_of(const World& world, const SlotKey& slot, const Hash& version, Seq before) {
  std::string newest;
  Seq proposed = 0;
  for (const auto& [id, rollout] : world.rollouts.rows()) {
    const bool its = rollout.name == slot.first && rollout.environment == slot.second && rollout.model == version;
    if (!its || rollout.proposed >= before || (!newest.empty() && rollout.proposed < proposed)) continue;
    newest = id;
    proposed = rollout.proposed;
  }
  return newest;
}

Result<Subject> subject_of(const ReportSource& source, const std::string& id) {
  Subject subject;
  subject.id = id;
  subject.incident = source.world().incidents.find(id);
  if (subject.incident == nullptr) {
    return usage("there is no incident " + printable(id) +
                 " under this checkpoint; cairn incident list --all shows them");
  }
  subject.slot = {subject.incident->name, subject.incident->environment};
  const Seq opened = subject.incident->opened;
  const auto before = [&](World& world, const Recorded& entry) -> Result<void> {
    subject.trigger = trigger_of(entry, subject.version);
    for (const Event& event : entry.statement.events) {
      const auto* made = std::get_if<IncidentOpened>(&event);
      if (made != nullptr && made->incident == id) subject.severity = made->severity;
    }
    Traffic traffic(subject.slot);
    traffic.look(world, {entry.seq, entry.entry.recorded});
    for (const Share& share : traffic.shares()) {
      if (share.percent > 0) subject.running.push_back(share);
    }
    if (!subject.version && subject.running.size() == 1) subject.version = subject.running.front().model;
    return {};
  };
  TRY(source.walk({opened}, {before, [](const World&, const Recorded&) -> Result<void> { return {}; }}));
  if (subject.version) subject.rollout = rollout_of(source.world(), subject.slot, *subject.version, opened);
  return subject;
}

Result<Millis> beginning_of(const ReportSource& source, const Subject& subject) {
  const Millis opened = subject.incident->recorded;
  if (subject.rollout.empty()) return opened - shortly_before;
  TRY_LET(proposal, source.entry(source.world().rollouts.find(subject.rollout)->proposed));
  const Millis proposed = proposal.entry.recorded;
  return opened - proposed <= longest_before ? proposed : opened - shortly_before;
}

Result<std::vector<Seq>> entries_of(const ReportSource& source, const Subject& subject, const ChangeReport& report) {
  TRY_LET(seqs, source.find("incident:" + subject.id));
  TRY_LET(about, entries_about(source, subject.slot, report.from, report.until));
  add_seqs(seqs, about);
  if (subject.rollout.empty()) return seqs;
  TRY_LET(steps, source.find("rollout:" + subject.rollout));
  add_seqs(seqs, steps);
  // Where the rollout lies long before: else what it left there would be told as if nothing had come in between.
  TRY_LET(moves,
          entries_moving(source, subject.slot, source.world().rollouts.find(subject.rollout)->proposed, report.from));
  add_seqs(seqs, moves);
  if (const Model* model = source.world().models.find(*subject.version)) add_seqs(seqs, {model->registered});
  return seqs;
}

const ReportRow* row_of(const ChangeReport& report, Seq seq) {
  const auto found = std::find_if(report.timeline.begin(), report.timeline.end(),
                                  [seq](const ReportRow& row) { return row.seq == seq; });
  return found == report.timeline.end() ? nullptr : &*found;
}

std::string by(const ChangeReport& report, Seq seq) {
  const ReportRow* row = row_of(report, seq);
  return row == nullptr ? "" : " by " + row->actor;
}

Fact moment_fact(const ChangeReport& report, std::string name, const std::optional<Moment>& moment) {
  if (!moment) return not_recorded(std::move(name));
  return fact(std::move(name), time_to_the_second(moment->recorded) + by(report, moment->seq), {moment->seq});
}

void add_running(const ModelNames& names, const Subject& subject, ChangeReport& report) {
  std::vector<std::string> shares;
  std::vector<Seq> seqs;
  for (const Share& share : subject.running) {
    shares.push_back(share_text(share, names));
    add_seqs(seqs, {share.seq});
  }
  const std::string all = shares.empty() ? "nothing had traffic there" : joined(shares, "; ");
  report.header.push_back(fact("Ran when it was opened", all, std::move(seqs)));
}

// Which rollout brought the version, and who let it.
void add_rollout(const World& world, const Subject& subject, ChangeReport& report) {
  auto& header = report.header;
  const Rollout* rollout = subject.rollout.empty() ? nullptr : world.rollouts.find(subject.rollout);
  if (rollout == nullptr) {
    header.push_back(not_recorded("Brought by"));
    return;
  }
  header.push_back(fact("Brought by", subject.rollout + ", proposed by " + rollout->proposer, {rollout->proposed}));
  for (const Approval& approval : rollout->approvals) {
    if (approval.state != ApprovalState::granted) continue;
    header.push_back(fact("Approved by",
                          approval.person + ", for " + std::string(to_text(approval.stage)) +
                              (approval.reason.empty() ? "" : ": " + approval.reason),
                          {approval.seq}));
  }
}

void add_header(const ReportSource& source, const Subject& subject, ChangeReport& report) {
  const Incident& incident = *subject.incident;
  auto& header = report.header;
  const bool raised = incident.escalated && incident.severity != subject.severity;
  const Seq graded = raised ? incident.escalated->seq : incident.opened;
  header.push_back(fact("Severity", std::string(to_text(incident.severity)), {graded}));
  if (incident.escalated) header.push_back(moment_fact(report, "Escalated", incident.escalated));
  Seq reached = incident.opened;
  for (const auto* moment : {&incident.acknowledged, &incident.mitigated, &incident.resolved, &incident.closed}) {
    if (*moment) reached = std::max(reached, (*moment)->seq);
  }
  header.push_back(fact("State", std::string(to_text(incident.state)), {reached}));
  header.push_back(
      fact("Opened", time_to_the_second(incident.recorded) + by(report, incident.opened), {incident.opened}));
  header.push_back(
      subject.trigger
          ? fact("Trigger", std::string(to_text(*subject.trigger)) + ", opened by its rollback", {incident.opened})
          : fact("Trigger", "opened by hand", {incident.opened}));
  const World& world = source.world();
  const Model* model = subject.version ? world.models.find(*subject.version) : nullptr;
  header.push_back(model == nullptr
                       ? not_recorded("Version")
                       : fact("Version", model->version + ", digest " + subject.version->hex(), {model->registered}));
  add_running(source.names(), subject, report);
  add_rollout(world, subject, report);
  header.push_back(moment_fact(report, "Post-mortem", incident.postmortem));
  header.push_back(moment_fact(report, "Closed", incident.closed));
}

Fact duration(std::string name, const std::optional<Moment>& from, const std::optional<Moment>& to) {
  if (!from || !to) return not_recorded(std::move(name));
  std::vector<Seq> seqs = {from->seq};
  add_seqs(seqs, {to->seq});
  return fact(std::move(name), describe_duration(std::max<Millis>(0, to->recorded - from->recorded)), std::move(seqs));
}

// The first traffic of the version, and the first alarm before somebody opened the incident.
void add_durations(const Subject& subject, const Story& story, ChangeReport& report) {
  const Incident& incident = *subject.incident;
  const Moment opened{incident.opened, incident.recorded};
  std::optional<Moment> traffic;
  for (const Share& share : story.traffic().shares()) {
    if (subject.version == share.model && share.percent > 0 && !traffic) traffic = Moment{share.seq, share.from};
  }
  std::optional<Moment> alarm;
  for (const Moment& one : story.alarms()) {
    const bool counts = one.seq <= opened.seq && (!traffic || one.seq >= traffic->seq);
    if (counts && !alarm) alarm = one;
  }
  report.durations = {duration("Exposure: first traffic to opened", traffic, opened),
                      duration("Detection: first failing record to opened", alarm, opened),
                      duration("Acknowledgement: opened to acknowledged", opened, incident.acknowledged),
                      duration("Mitigation: opened to mitigated", opened, incident.mitigated),
                      duration("Recovery: opened to resolved", opened, incident.resolved)};
}

// Notes may say which of a post-mortem's questions they answer: "impact: ...", "cause: ...", "factor: ...".
std::string answer_to(std::string_view question, const std::string& note) {
  const bool answers = fold_case(note).starts_with(std::string(question) + ":");
  if (!answers) return "";
  const std::size_t begin = note.find_first_not_of(' ', question.size() + 1);
  return begin == std::string::npos ? "" : note.substr(begin);
}

// Of the version it is about; of all that ran there, where that is not known.
void add_traffic_impact(const ModelNames& names, const Subject& subject, const Story& story, ChangeReport& report) {
  bool any = false;
  for (const Share& share : story.traffic().shares()) {
    if (share.percent == 0 || (subject.version && share.model != *subject.version)) continue;
    const Millis until = share.until.value_or(report.moment);
    report.impact.push_back(
        fact(subject.version ? "Traffic that it had" : "Traffic of " + names.version_of(share.model),
             str(share.percent, " % of ", subject.slot.first, " in ", subject.slot.second, " for ",
                 describe_duration(std::max<Millis>(0, until - share.from)), ", from ", time_to_the_second(share.from),
                 " to ", time_to_the_second(until), share.until ? "" : " and on"),
             {share.seq}));
    any = true;
  }
  if (!any) report.impact.push_back(not_recorded("Traffic that it had"));
}

Result<void> add_words(const ReportSource& source, const Subject& subject, const Story& story, ChangeReport& report) {
  add_traffic_impact(source.names(), subject, story, report);
  TRY_LET(seqs, source.find("incident:" + subject.id));
  bool impact = false;
  for (const Seq seq : seqs) {
    TRY_LET(entry, source.entry(seq));
    if (!entry.entry.outcome.empty()) continue;
    const std::string& author = entry.statement.author;
    for (const Event& event : entry.statement.events) {
      if (const auto* note = std::get_if<IncidentNoted>(&event)) {
        const std::string harm = answer_to("impact", note->note);
        if (!harm.empty()) report.impact.push_back(fact("As noted by " + author, harm, {seq}));
        impact = impact || !harm.empty();
        for (const char* question : {"cause", "factor"}) {
          const std::string why = answer_to(question, note->note);
          if (!why.empty()) report.factors.push_back({why + " (" + question + ", noted by " + author + ")", {seq}});
        }
      }
    }
  }
  if (impact) return {};
  report.impact.push_back(not_recorded("People or requests affected"));
  report.impact.push_back(not_recorded("Cost"));
  return {};
}

void add_actions(const Incident& incident, ChangeReport& report) {
  for (std::size_t i = 0; i < incident.actions.size(); ++i) {
    const ActionItem& item = incident.actions[i];
    report.actions.push_back({i + 1, item.owner, item.due, item.task, item.opened, item.closed});
  }
}

// Earlier ones of the same model or environment, newest first.
Result<void> add_similar(const ReportSource& source, const Subject& subject, ChangeReport& report) {
  const Incident& incident = *subject.incident;
  std::vector<std::pair<std::string, const Incident*>> earlier;
  for (const auto& [id, other] : source.world().incidents.rows()) {
    const bool alike = other.name == incident.name || other.environment == incident.environment;
    if (alike && other.opened < incident.opened) earlier.emplace_back(id, &other);
  }
  std::sort(earlier.begin(), earlier.end(),
            [](const auto& a, const auto& b) { return a.second->opened > b.second->opened; });
  if (earlier.size() > most_similar) earlier.resize(most_similar);
  for (const auto& [id, other] : earlier) {
    TRY_LET(entry, source.entry(other->opened));
    std::optional<Hash> from;
    const auto trigger = trigger_of(entry, from);
    std::vector<std::string> same;
    if (other->name == incident.name) same.emplace_back("model");
    if (other->environment == incident.environment) same.emplace_back("environment");
    if (trigger && trigger == subject.trigger) same.emplace_back("trigger");
    if (from && from == subject.version) same.emplace_back("version");
    const auto open = std::count_if(other->actions.begin(), other->actions.end(),
                                    [](const ActionItem& item) { return !item.closed; });
    report.similar.push_back({id + ", " + std::string(to_text(other->severity)) + ", " +
                                  time_to_the_second(other->recorded) + ": " + other->title + " (the same " +
                                  joined(same, ", ") + "; " + std::string(to_text(other->state)) +
                                  (open == 0 ? "" : str(", with ", open, " open actions")) + ")",
                              {other->opened}});
  }
  return {};
}

}  // namespace

Result<ChangeReport> gather_incident(const ReportSource& source, const std::string& id) {
  TRY_LET(subject, subject_of(source, id));
  const Incident& incident = *subject.incident;
  ChangeReport report;
  report.kind = ReportKind::incident;
  report.subject = id;
  report.title = incident.title;
  report.moment = source.moment();
  TRY_LET(from, beginning_of(source, subject));
  report.from = from;
  report.until = incident.closed ? incident.closed->recorded : report.moment;
  report.environments = {incident.environment};
  report.models = {incident.name};
  TRY_LET(seqs, entries_of(source, subject, report));
  Story story(source, subject.slot, id, report);
  TRY(story.tell(seqs));
  add_header(source, subject, report);
  add_durations(subject, story, report);
  TRY(add_policies(source, report));
  TRY(add_words(source, subject, story, report));
  TRY(add_similar(source, subject, report));
  add_actions(incident, report);
  // A duty towards an authority does not end with the incident, for whoever reads this.
  Incident unclosed = incident;
  unclosed.closed.reset();
  report.deadlines = deadlines_of(source.world().policy(), unclosed, report.moment);
  add_seqs(seqs, cited_in(report));
  TRY(source.prove(
      seqs, [](Seq) { return true; }, report));
  return report;
}

}  // namespace cairn
