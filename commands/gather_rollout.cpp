#include <algorithm>

#include "commands/gather_report.h"
#include "commands/moments.h"
#include "commands/report_story.h"
#include "ledger/base/text.h"
#include "ledger/base/time.h"

namespace cairn {

namespace {

struct Way {
  std::string id;
  const Rollout* rollout = nullptr;
  SlotKey slot;
  Moment proposed;
  Moment last;  // its newest entry that was admitted
};

// That somebody made a report of a rollout is no step of it.
bool moves(const Statement& statement) {
  return !std::all_of(statement.events.begin(), statement.events.end(),
                      [](const Event& event) { return std::holds_alternative<ReportRecorded>(event); });
}

Result<Way> way_of(const ReportSource& source, const std::string& id) {
  Way way;
  way.id = id;
  way.rollout = source.world().rollouts.find(id);
  if (way.rollout == nullptr) {
    return usage("there is no rollout " + printable(id) +
                 " under this checkpoint; cairn history MODEL lists those of a model");
  }
  way.slot = {way.rollout->name, way.rollout->environment};
  TRY_LET(seqs, source.find("rollout:" + id));
  for (const Seq seq : seqs) {
    TRY_LET(entry, source.entry(seq));
    if (seq == way.rollout->proposed) way.proposed = {seq, entry.entry.recorded};
    if (entry.entry.outcome.empty() && moves(entry.statement)) way.last = {seq, entry.entry.recorded};
  }
  return way;
}

// One that is over ends with its newest entry: the rollout that replaced it in shadow is told in its own report.
Millis end_of(const Way& way, Millis moment) {
  switch (way.rollout->state) {
    case RolloutState::active:
      return moment;
    case RolloutState::full:
      return std::max(way.rollout->stage_since, way.last.recorded);
    case RolloutState::superseded:
    case RolloutState::aborted:
      break;
  }
  return way.last.recorded;
}

// Where a version that came to full through it was replaced or rolled back; none: it is there still, or never came.
Result<std::optional<TenureRow>> end_at_full(const ReportSource& source, const Way& way) {
  if (way.rollout->state != RolloutState::full) return std::optional<TenureRow>();
  TRY_LET(seqs, source.about_model(way.slot.first));
  TRY_LET(stay, stay_at_full(source.ledger(), seqs, *way.rollout));
  return stay && stay->ended ? stay : std::nullopt;
}

void add_state(const Way& way, const std::optional<TenureRow>& ended, ChangeReport& report) {
  const Rollout& rollout = *way.rollout;
  report.header.push_back(fact("State", std::string(to_text(rollout.state)), {rollout.stage_entry}));
  if (ended) {
    report.title += ", until it was " + ended->why_ended;
    report.header.push_back(
        fact("Since then", ended->why_ended + ", " + time_to_the_second(ended->ended->recorded), {ended->ended->seq}));
  } else if (rollout.state == RolloutState::full) {
    report.header.push_back(fact("Since then", "still at full at the report's moment", {rollout.stage_entry}));
  }
}

void add_header(const ReportSource& source, const Way& way, ChangeReport& report) {
  const Rollout& rollout = *way.rollout;
  const Model* model = source.world().models.find(rollout.model);
  auto& header = report.header;
  header.push_back(fact("Reached",
                        std::string(to_text(rollout.stage)) + str(", ", rollout.percent, " %, at ") +
                            time_to_the_second(rollout.stage_since),
                        {rollout.stage_entry}));
  header.push_back(fact(
      "Version", (model == nullptr ? short_hex(rollout.model) : model->version) + ", digest " + rollout.model.hex(),
      model == nullptr ? std::vector<Seq>{} : std::vector<Seq>{model->registered}));
  header.push_back(
      fact("Proposed", time_to_the_second(way.proposed.recorded) + " by " + rollout.proposer, {rollout.proposed}));
  if (rollout.goes_back()) {
    header.push_back(fact("A way back, for", rollout.rollback_incident, {rollout.proposed}));
  }
  bool any = false;
  for (const Approval& approval : rollout.approvals) {
    const std::string state = approval.state == ApprovalState::granted  ? "Approved"
                              : approval.state == ApprovalState::denied ? "Denied"
                              : approval.state == ApprovalState::voided ? "Approved, void since"
                                                                        : "Taken back";
    header.push_back(fact(state + ", " + std::string(to_text(approval.stage)),
                          "by " + approval.person + " at " + time_to_the_second(approval.recorded) +
                              (approval.reason.empty() ? "" : ": " + approval.reason),
                          {approval.seq}));
    any = true;
  }
  if (!any) header.push_back(not_recorded("Approvals"));
  header.push_back(rollout.notified ? fact("Stakeholders", "were notified", {*rollout.notified})
                                    : not_recorded("Notice to stakeholders"));
}

// From each step to the next; a rollout that is at full has none after it.
void add_durations(const Way& way, const Story& story, ChangeReport& report) {
  for (const Share& share : story.traffic().shares()) {
    const bool its = share.model == way.rollout->model && share.stage != Stage::full && share.seq >= way.proposed.seq;
    if (!its) continue;
    const std::string percent = share.stage == Stage::shadow ? "" : str(", ", share.percent, " %");
    const Millis until = share.until.value_or(report.moment);
    report.durations.push_back(
        fact("In " + std::string(to_text(share.stage)) + percent,
             describe_duration(std::max<Millis>(0, until - share.from)) + (share.until ? "" : ", and still there"),
             {share.seq}));
  }
  if (way.rollout->state != RolloutState::full) return;
  report.durations.push_back(fact(
      "From proposal to full", describe_duration(std::max<Millis>(0, way.rollout->stage_since - way.proposed.recorded)),
      {way.proposed.seq, way.rollout->stage_entry}));
}

void add_rollback_target(const ReportSource& source, const Way& way, ChangeReport& report) {
  if (!report.rollback.empty()) return;
  const World& world = source.world();
  const Trigger trigger = Trigger::regression;
  const auto target = world.rollback_target(way.slot, way.rollout->model, trigger, [](const Hash&) { return false; });
  if (!target) {
    report.rollback.push_back(fact("Would go back to", "nothing: no other version was at full there and is in use"));
    return;
  }
  report.rollback.push_back(fact("Would go back to",
                                 source.names().version_of(target->model) +
                                     ", the newest other version that was at full there (since " +
                                     time_to_the_second(target->since) + "), not rolled back from, in use",
                                 {target->seq}));
}

void add_incidents(const ReportSource& source, const Way& way, ChangeReport& report) {
  for (const auto& [id, incident] : source.world().incidents.rows()) {
    const bool here = incident.name == way.slot.first && incident.environment == way.slot.second;
    if (!here || incident.opened < way.proposed.seq) continue;
    report.incidents.push_back(incident_remark(id, incident));
  }
}

}  // namespace

Result<ChangeReport> gather_rollout(const ReportSource& source, const std::string& id) {
  TRY_LET(way, way_of(source, id));
  ChangeReport report;
  report.kind = ReportKind::rollout;
  report.subject = id;
  report.title = source.names().version_of(way.rollout->model) + ", " + std::string(to_text(way.rollout->state));
  report.moment = source.moment();
  report.from = way.proposed.recorded;
  report.until = end_of(way, report.moment);
  report.environments = {way.slot.second};
  report.models = {way.slot.first};
  TRY_LET(seqs, entries_about(source, way.slot, report.from, report.until));
  TRY_LET(its, source.find("rollout:" + id));
  add_seqs(seqs, its);
  if (const Model* model = source.world().models.find(way.rollout->model)) add_seqs(seqs, {model->registered});
  Story story(source, way.slot, "", report);
  TRY(story.tell(seqs));
  TRY_LET(ended, end_at_full(source, way));
  add_state(way, ended, report);
  add_header(source, way, report);
  add_durations(way, story, report);
  TRY(add_policies(source, report));
  add_rollback_target(source, way, report);
  add_incidents(source, way, report);
  add_seqs(seqs, cited_in(report));
  TRY(source.prove(
      seqs, [](Seq) { return true; }, report));
  return report;
}

}  // namespace cairn
