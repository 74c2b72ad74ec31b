#include "commands/report_story.h"

#include <algorithm>
#include <iterator>

#include "commands/past_verdict.h"
#include "ledger/base/text.h"
#include "ledger/base/time.h"
#include "projections/what_if.h"

namespace cairn {

namespace {

// The entries that an event names beside what it is about.
struct NamedEntries {
  std::vector<Seq> operator()(const ApprovalGranted& e) const { return e.seen; }
  std::vector<Seq> operator()(const IncidentNoted& e) const { return e.about; }
  std::vector<Seq> operator()(const AlertAcknowledged& e) const { return {e.alert}; }
  std::vector<Seq> operator()(const AttachmentErased& e) const { return {e.entry}; }
  template <class Other>
  std::vector<Seq> operator()(const Other&) const {
    return {};
  }
};

std::vector<Seq> evidence_of(const Recorded& entry, const Verdict& verdict) {
  std::vector<Seq> seqs;
  for (const GateOutcome& gate : verdict.gates) {
    if (gate.evidence_seq) add_seqs(seqs, {*gate.evidence_seq});
    if (gate.baseline_seq) add_seqs(seqs, {*gate.baseline_seq});
  }
  for (const Event& event : entry.statement.events) add_seqs(seqs, std::visit(NamedEntries{}, event));
  return seqs;
}

std::vector<std::string> reasons_of(const Verdict& verdict) {
  std::vector<std::string> reasons;
  const auto add = [&](const Refused& refused) {
    reasons.push_back(refused.rule);
    reasons.insert(reasons.end(), refused.reasons.begin(), refused.reasons.end());
  };
  if (verdict.refused) add(*verdict.refused);
  for (const Refused& other : verdict.also) add(other);
  return reasons;
}

// Numbers that say how good something is, and neither when it was measured nor what its files hold.
bool is_plotted(const Policy& policy, EvidenceKind kind, const std::string& name) {
  if (kind == EvidenceKind::card || kind == EvidenceKind::structure || kind == EvidenceKind::audit_chunk) return false;
  const bool asked = std::any_of(policy.gates.begin(), policy.gates.end(), [&](const Gate& gate) {
    return gate.evidence == kind && gate.value == name && gate.comparison != Comparison::age_at_most;
  });
  return asked || kind == EvidenceKind::system || kind == EvidenceKind::business;
}

// What of a monitoring record fails by itself: "drift_score 0.41, not < 0.15".
std::vector<std::string> failures_of(const Policy& policy, const EvidenceRecorded& evidence) {
  std::vector<std::string> failures;
  for (const Gate& gate : policy.gates) {
    const auto value = evidence.values.find(gate.value);
    const bool asked = gate.evidence == EvidenceKind::monitoring && gate.evidence_class == EvidenceClass::stage &&
                       value != evidence.values.end() && value->second.is_finite();
    if (!asked || passes(gate, value->second) != false) continue;
    failures.push_back(gate.value + " " + value->second.text() + ", not " + std::string(to_text(gate.comparison)) +
                       " " + gate.threshold.text());
  }
  return failures;
}

// What the entry did to the slot, if it began or ended a way back, or left nothing there.
std::optional<RollbackExecuted> rollback_in(const Recorded& entry, const SlotKey& slot) {
  for (const Event& event : entry.statement.events) {
    std::optional<RollbackExecuted> made;
    if (const auto* e = std::get_if<RollbackExecuted>(&event)) made = *e;
    if (const auto* e = std::get_if<RollbackBegun>(&event)) {
      made = RollbackExecuted{e->name, e->environment, e->from, e->to, Trigger::regression, e->reason, e->incident};
    }
    if (const auto* e = std::get_if<SlotEmptied>(&event)) {
      made = RollbackExecuted{e->name, e->environment, e->from, Hash{}, e->trigger, e->reason, e->incident};
    }
    if (made && SlotKey{made->name, made->environment} == slot) return made;
  }
  return std::nullopt;
}

std::string outcome_words(const std::string& outcome) {
  return outcome.empty() ? "admitted" : "refused (" + outcome + ")";
}

}  // namespace

Fact fact(std::string name, std::string value, std::vector<Seq> seqs) {
  return {std::move(name), std::move(value), std::move(seqs)};
}

Fact not_recorded(std::string name) {
  return {std::move(name), "", {}};
}

std::string stage_text(Stage stage, std::uint64_t percent) {
  if (stage == Stage::shadow) return "in shadow";
  return str(stage == Stage::full ? "at full, " : "in canary, ", percent, " %");
}

std::string share_text(const Share& share, const ModelNames& names) {
  return names.version_of(share.model) + " " + stage_text(share.stage, share.percent);
}

Strip strip_of(const Traffic& traffic, const ModelNames& names, Millis moment) {
  Strip strip{traffic.slot().second, traffic.slot().first, {}, {}};
  for (const Share& share : traffic.shares()) {
    strip.spans.push_back(
        {share.model, names.version_of(share.model), share.stage, share.percent, share.from, share.until, share.seq});
  }
  for (const HoldInterval& hold : traffic.holds()) {
    if (hold.from > moment) continue;
    const auto until = hold.until && *hold.until <= moment ? hold.until : std::nullopt;
    strip.holds.push_back({hold.kind, to_text(hold.scope), hold.from, until, hold.seq});
  }
  return strip;
}

Remark incident_remark(const std::string& id, const Incident& incident) {
  return {id + ", " + std::string(to_text(incident.severity)) + ", " + time_to_the_second(incident.recorded) + ": " +
              incident.title + " (" + std::string(to_text(incident.state)) + ")",
          {incident.opened}};
}

bool is_decision(const Event& event) {
  return std::holds_alternative<RolloutProposed>(event) || std::holds_alternative<RolloutAdvanced>(event) ||
         std::holds_alternative<RolloutResumed>(event) || std::holds_alternative<ApprovalGranted>(event) ||
         std::holds_alternative<RollbackBegun>(event) || std::holds_alternative<RollbackExecuted>(event) ||
         std::holds_alternative<SlotEmptied>(event) || std::holds_alternative<ModelReleased>(event);
}

void add_seqs(std::vector<Seq>& seqs, const std::vector<Seq>& more) {
  std::vector<Seq> all;
  std::set_union(seqs.begin(), seqs.end(), more.begin(), more.end(), std::back_inserter(all));
  seqs = std::move(all);
}

Story::Story(const ReportSource& source, SlotKey slot, std::string incident, ChangeReport& report)
    : source_(source), slot_(slot), incident_(std::move(incident)), report_(report), traffic_(std::move(slot)) {}

Result<void> Story::tell(const std::vector<Seq>& seqs) {
  TRY(source_.walk(seqs, {[this](World& world, const Recorded& entry) { return before(world, entry); },
                          [this](const World& world, const Recorded& entry) { return after(world, entry); }}));
  finish();
  return {};
}

Story::Standing Story::standing(const World& world) const {
  Standing standing;
  const Tenure* full = world.at_full(slot_);
  standing["full"] = full == nullptr ? "none" : source_.names().version_of(full->model);
  const Rollout* way = world.under_way(slot_);
  standing["under way"] =
      way == nullptr ? "none" : share_text({way->model, way->stage, way->percent, 0, {}, 0}, source_.names());
  const Lockdown* lockdown = world.lockdown_over(slot_);
  standing["lockdown"] = lockdown == nullptr ? "none" : "engaged";
  if (incident_.empty()) return standing;
  if (const Incident* incident = world.incidents.find(incident_)) {
    standing[incident_] = std::string(to_text(incident->state));
    standing["severity"] = std::string(to_text(incident->severity));
  }
  return standing;
}

// What was at full before is what the plots of a new version's metrics are read against.
void Story::begin(const World& world, Millis first) {
  traffic_.look(world, {0, std::min(report_.from, first)});
  const Tenure* full = world.at_full(slot_);
  const EvidenceRow* row = full == nullptr ? nullptr : world.evidence.find({full->model, "", EvidenceKind::metrics});
  if (row == nullptr) return;
  const PlotPoint at{row->recorded, {}, source_.names().version_of(full->model), row->seq};
  plot({EvidenceKind::metrics, "", ""}, row->values, at);
}

// A point for each value that is plotted.
void Story::plot(Metric metric, const NamedValues& values, const PlotPoint& at) {
  for (const auto& [name, value] : values) {
    if (!value.is_finite() || !is_plotted(source_.world().policy(), metric.kind, name)) continue;
    metric.name = name;
    measured_[metric].push_back({at.recorded, value, at.version, at.seq});
  }
}

Result<void> Story::before(World& world, const Recorded& entry) {
  if (report_.timeline.empty()) begin(world, entry.entry.recorded);
  stood_ = standing(world);
  TRY_LET(holds, basis_holds(source_.ledger(), entry));
  const Verdict verdict = past_verdict(world, entry, holds);
  TimelineRow told = row_of(entry, source_.names());
  if (!verdict.gates.empty()) report_.gates.push_back({entry.seq, joined(told.said, "; "), verdict.gates});
  ReportRow row;
  row.seq = entry.seq;
  row.leaf = entry.leaf;
  row.recorded = entry.entry.recorded;
  row.claimed = entry.statement.at;
  row.actor = entry.statement.author;
  row.outcome = entry.entry.outcome;
  row.said = std::move(told.said);
  row.evidence = evidence_of(entry, verdict);
  if (!row.outcome.empty()) row.reasons = reasons_of(verdict);
  row.causes = causes_of(world, entry, verdict);
  report_.timeline.push_back(std::move(row));
  deviations_of(world, entry, verdict);
  look_back(world, entry, holds ? Basis::on_history : Basis::not_on_history);
  if (entry.entry.outcome.empty()) rollback_of(world, entry);
  return {};
}

Result<void> Story::after(const World& world, const Recorded& entry) {
  if (!entry.entry.outcome.empty()) return {};
  traffic_.look(world, {entry.seq, entry.entry.recorded});
  std::vector<std::string> changes;
  for (const auto& [what, now] : standing(world)) {
    const auto old = stood_.find(what);
    const std::string before = old == stood_.end() ? "none" : old->second;
    if (before != now) changes.push_back(what + ": " + before + " -> " + now);
  }
  const std::vector<std::string> failures = measure(world, entry);
  if (!failures.empty()) changes.push_back("failed: " + joined(failures, "; "));
  report_.timeline.back().change = joined(changes, "; ");
  return {};
}

void Story::deviations_of(const World& world, const Recorded& entry, const Verdict& verdict) {
  const std::string what = joined(report_.timeline.back().said, "; ");
  const auto found = [&](std::string text, std::vector<Seq> seqs) {
    report_.deviations.push_back({std::move(text), std::move(seqs)});
  };
  if (outcome_of(verdict) != entry.entry.outcome) {
    found("the log recorded as " + outcome_words(entry.entry.outcome) + " what the rules of that moment take as " +
              outcome_words(outcome_of(verdict)) + ": " + what,
          {entry.seq});
  }
  if (!entry.entry.outcome.empty()) {
    std::vector<std::string> reasons = verdict.refused ? verdict.refused->reasons : std::vector<std::string>{};
    const std::string why = reasons.empty() ? "" : ": " + joined(reasons, "; ");
    found("refused (" + entry.entry.outcome + "), tried by " + entry.statement.author + ": " + what + why, {entry.seq});
    return;
  }
  for (const Lifted& lifted : verdict.lifted) {
    found(std::string(to_text(lifted.guard)) + " was not kept when " + entry.statement.author + " " + what +
              ", under a broken glass: " + joined(lifted.refused.reasons, "; "),
          {lifted.invoked, entry.seq});
  }
  for (const Event& event : entry.statement.events) {
    if (std::holds_alternative<BreakGlassInvoked>(event) || std::holds_alternative<DueRecorded>(event)) {
      found(entry.statement.author + " " + describe(event, source_.names()), {entry.seq});
    }
    const auto* checked = std::get_if<ArtefactChecked>(&event);
    if (checked != nullptr && checked->result != ArtefactMatch::match) {
      found(entry.statement.author + " " + describe(event, source_.names()), {entry.seq});
    }
    const auto* step = std::get_if<RolloutAdvanced>(&event);
    const Rollout* rollout = step == nullptr ? nullptr : world.rollouts.find(step->rollout);
    if (rollout == nullptr || rollout->stage != Stage::shadow) continue;
    const auto counted = counted_shadow(world, *rollout, entry.entry.recorded);
    if (!counted || counted->environment == rollout->environment) continue;
    found("the shadow of " + rollout->environment + " was not soaked by itself: the one that was completed in " +
              counted->environment + " counted",
          {counted->done.entry, entry.seq});
  }
}

// What an entry that changes policies or who may do what would have met is no question about this slot.
void Story::look_back(World& world, const Recorded& entry, Basis basis) {
  const PolicyInForce& newest = *source_.world().force;
  const auto& events = entry.statement.events;
  const bool decides = std::any_of(events.begin(), events.end(), is_decision);
  if (!decides || world.policy().digest == newest.policy->digest) return;
  const Verdict verdict = verdict_under(world, newest, entry, basis);
  const std::string& then = entry.entry.outcome;
  const std::string now = outcome_of(verdict);
  report_.hindsight.push_back({entry.seq, joined(report_.timeline.back().said, "; "), outcome_words(then),
                               outcome_words(now), reasons_of(verdict)});
}

void Story::rollback_of(const World& world, const Recorded& entry) {
  const auto made = rollback_in(entry, slot_);
  if (!made || (!incident_.empty() && made->incident != incident_)) return;
  // The end of a way back through shadow; the rest was told when it was begun.
  if (!report_.rollback.empty()) {
    report_.rollback.push_back(fact("At full again", time_to_the_second(entry.entry.recorded), {entry.seq}));
    return;
  }
  report_.rollback = rollback_facts(source_, world, *made, entry.seq);
  for (const Event& event : entry.statement.events) {
    const auto* checked = std::get_if<ArtefactChecked>(&event);
    if (checked == nullptr) continue;
    report_.rollback.push_back(fact("Files of " + source_.names().version_of(checked->model),
                                    std::string(to_text(checked->result)), {entry.seq}));
  }
}

// Plots what was recorded about the slot's model, and says what of it failed.
std::vector<std::string> Story::measure(const World& world, const Recorded& entry) {
  std::vector<std::string> failures;
  for (const Event& event : entry.statement.events) {
    const auto* evidence = std::get_if<EvidenceRecorded>(&event);
    if (evidence == nullptr) continue;
    const Model* model = world.models.find(evidence->model);
    const bool here = evidence->environment.empty() || evidence->environment == slot_.second;
    if (model == nullptr || model->name != slot_.first || !here) continue;
    if (evidence->kind == EvidenceKind::monitoring && !evidence->environment.empty()) {
      for (std::string& one : failures_of(world.policy(), *evidence)) {
        failures.push_back(std::move(one));
      }
    }
    plot({evidence->kind, evidence->environment, ""}, evidence->values,
         {entry.entry.recorded, {}, model->version, entry.seq});
  }
  if (!failures.empty()) alarms_.push_back({entry.seq, entry.entry.recorded});
  return failures;
}

void Story::finish() {
  report_.strips.push_back(strip_of(traffic_, source_.names(), report_.moment));
  std::vector<PlotMark> marks;
  for (const Share& share : traffic_.shares()) {
    const bool said =
        std::any_of(marks.begin(), marks.end(), [&](const PlotMark& mark) { return mark.seq == share.seq; });
    // What a canary leaves the version at full is no step of that one.
    const bool left_over = share.stage == Stage::full && share.percent < 100;
    const bool began = share.from > report_.from && share.percent > 0 && !left_over;
    if (began && !said) marks.push_back({share.from, share_text(share, source_.names()), share.seq});
  }
  const auto& gates = source_.world().policy().gates;
  for (auto& row : measured_) {
    const Metric& metric = row.first;
    // One value of a version by itself stands among the gates.
    if (metric.environment.empty() && row.second.size() < 2) continue;
    Plot plot{metric.environment, slot_.first, metric.name, std::nullopt, std::move(row.second), marks};
    const auto gate = std::find_if(gates.begin(), gates.end(), [&](const Gate& one) {
      return one.evidence == metric.kind && one.value == metric.name && passes(one, one.threshold).has_value();
    });
    if (gate != gates.end()) plot.gate = *gate;
    report_.plots.push_back(std::move(plot));
  }
}

}  // namespace cairn
