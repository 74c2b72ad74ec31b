#include "tests/commands/sample_report.h"

#include "ledger/base/text.h"
#include "ledger/base/time.h"
#include "ledger/events/entry.h"
#include "ledger/growth.h"
#include "ledger/tlog/checkpoint.h"

namespace cairn::test {

namespace {

const std::string origin = "example.com/models";
const std::string slot_model = "logistic";
const std::string slot_rollout = "logistic/production/2";
const std::string old_version = "20261101_120000";
const std::string new_version = "20261123_023138";
constexpr Millis start = 1'795'478'400'000;  // 2026-11-24T00:00:00Z

PrivateKey key_of(const std::string& holder) {
  return PrivateKey::from_ed25519_seed(sha256("key of " + holder).view()).value();
}

Decimal decimal(const std::string& text) {
  return Decimal::parse(text).value();
}

Hash digest(const std::string& version) {
  return sha256("model " + version);
}

// A log that grows by signed statements; nothing judges them.
class SampleLog {
 public:
  void say(const std::string& author, Millis after, std::vector<Event> events, const std::string& outcome = "") {
    now_ += after;
    const Size size = leaves_.size();
    Statement statement;
    statement.ledger = size == 0 ? Hash{} : leaves_.front();
    statement.id = str("sample-", size);
    statement.author = author;
    statement.at = now_ - 850;
    statement.expires = now_ + default_validity;
    statement.basis = {size, size == 0 ? Hash{} : growth_.root_at(size)};
    statement.events = std::move(events);
    const Bytes payload = encode_statement(statement, origin).value();
    const Envelope envelope = sign_statement(payload, key_of(author)).value();
    entries_.push_back(encode_entry({now_, outcome, envelope.signatures, payload}));
    leaves_.push_back(leaf_hash(entries_.back()));
    growth_.push(leaves_.back());
    rows_.push_back({size, leaves_.back(), now_, statement.at, author, outcome, {}, "", {}, {}, {}});
  }

  Seq last() const { return leaves_.size() - 1; }
  ReportRow& row(Seq seq) { return rows_[seq]; }

  // The verifier line, the timeline and the annex of these entries.
  void fill(ChangeReport& report, Seq first, Seq last) {
    const PrivateKey key = key_of("log");
    const Head head{growth_.size(), growth_.root_at(growth_.size())};
    report.verifier = {leaves_.front(),
                       origin,
                       NoteVerifier::for_log(origin, key.public_key()).value().vkey(),
                       sign_note(format_checkpoint(origin, head), origin, key).value(),
                       head.size,
                       head.root,
                       first,
                       last,
                       last - first + 1};
    for (Seq seq = first; seq <= last; ++seq) {
      report.timeline.push_back(rows_[seq]);
      report.annex.push_back({seq, leaves_[seq], entries_[seq], growth_.prove_inclusion(seq)});
    }
    report.moment = rows_.back().recorded;
  }

 private:
  Millis now_ = start;
  std::vector<Bytes> entries_;
  std::vector<Hash> leaves_;
  std::vector<ReportRow> rows_;
  Growth growth_{Frontier{}};
};

ActorEnrolled person(const std::string& handle) {
  return {handle, ActorKind::person, "", key_of(handle).public_key().spki(), "possession", {}};
}

EvidenceRecorded evidence(EvidenceKind kind, const std::string& version, const std::string& environment,
                          const std::string& name, const std::string& value) {
  return {kind, digest(version), environment, "report.json", sha256(value), 214, {{name, decimal(value)}}, {}};
}

EvidenceRecorded drift(const std::string& value) {
  return evidence(EvidenceKind::monitoring, new_version, "production", "drift_score", value);
}

// What a hand that wishes the reader ill would write.
const std::string hostile_words =
    "cohort <17> & \"18\" </script><script>document.title='broken in'</script><img src=x onerror=alert(1)> "
    "\xe2\x80\xaelooks like this";

// How it went: entry by entry, with what a reader is told of it.
struct Told {
  std::string said;
  std::string change;
  std::vector<Cause> causes;
};

void tell(SampleLog& log, const std::string& author, Millis after, std::vector<Event> events, Told told,
          const std::string& outcome = "") {
  log.say(author, after, std::move(events), outcome);
  ReportRow& row = log.row(log.last());
  row.said.push_back(std::move(told.said));
  row.change = std::move(told.change);
  row.causes = std::move(told.causes);
  for (const Cause& cause : row.causes) {
    if (cause.kind == CauseKind::evidence) row.evidence.push_back(cause.seq);
  }
}

void begin(SampleLog& log) {
  const std::string vkey = NoteVerifier::for_log(origin, key_of("log").public_key()).value().vkey();
  tell(log, "dana", 0,
       {LedgerCreated{origin, vkey, sha256("nonce"), key_of("recovery").public_key().spki()}, person("dana")},
       {"created the ledger", "", {}});
  tell(log, "dana", minute, {person("erin"), person("sam"), person("watch")}, {"enrolled erin, sam and watch", "", {}});
  tell(log, "dana", 5 * minute, {ModelRegistered{slot_model, old_version, digest(old_version), 2, 18331}},
       {"registered logistic " + old_version, "", {}});
  tell(log, "dana", hour, {RolloutAdvanced{"logistic/production/1", Stage::full, 100}},
       {"took logistic/production/1 to full", "", {}});
}

void deploy(SampleLog& log) {
  tell(log, "dana", 2 * hour, {ModelRegistered{slot_model, new_version, digest(new_version), 2, 18402}},
       {"registered logistic " + new_version, "", {}});
  tell(log, "dana", minute, {evidence(EvidenceKind::metrics, new_version, "", "accuracy", "0.9430288461538462")},
       {"recorded metrics of logistic " + new_version + ": accuracy 0.9430288461538462", "", {}});
  tell(log, "dana", 4 * minute, {RolloutProposed{slot_rollout, digest(new_version), slot_model, "production"}},
       {"proposed " + slot_rollout, "none -> shadow", {{CauseKind::evidence, 5, "accuracy 0.943 >= 0.85"}}});
  for (const char* score : {"0.021", "0.034", "0.03"}) {
    tell(log, "watch", 5 * hour, {drift(score)}, {std::string("recorded monitoring: drift_score ") + score, "", {}});
  }
  tell(log, "dana", hour, {RolloutAdvanced{slot_rollout, Stage::canary, 10}},
       {"took " + slot_rollout + " to canary, 10 %", "", {}}, "soak_missing");
  log.row(log.last()).reasons = {"shadow has soaked for 15 h of the 24 h that the policy asks for",
                                 "wait until 2026-11-25 03:10 UTC, with a passing record at least every 7 h"};
  tell(log, "watch", 5 * hour, {drift("0.055")}, {"recorded monitoring: drift_score 0.055", "", {}});
  tell(log, "watch", 5 * hour, {drift("0.049")}, {"recorded monitoring: drift_score 0.049", "", {}});
  tell(log, "dana", 20 * minute, {RolloutAdvanced{slot_rollout, Stage::canary, 10}},
       {"took " + slot_rollout + " to canary, 10 %",
        "shadow -> canary, 10 %",
        {{CauseKind::proposal, 6, ""},
         {CauseKind::evidence, 5, "accuracy 0.943 >= 0.85"},
         {CauseKind::evidence, 12, "drift_score 0.049 < 0.15"}}});
  tell(log, "watch", 4 * hour, {drift("0.083")}, {"recorded monitoring: drift_score 0.083", "", {}});
  tell(log, "dana", 2 * hour, {RolloutAdvanced{slot_rollout, Stage::canary, 50}},
       {"took " + slot_rollout + " to canary, 50 %", "canary, 10 % -> canary, 50 %", {{CauseKind::step, 13, ""}}});
}

void go_wrong(SampleLog& log) {
  tell(log, "watch", 3 * hour, {drift("0.209")}, {"recorded monitoring: drift_score 0.209", "", {}});
  tell(log, "sam", 9 * minute, {LockdownEngaged{Scope{"production", "*"}, hostile_words}},
       {"locked environment=production down: " + hostile_words,
        "environment=production is locked down",
        {{CauseKind::alert, 16, "drift_score 0.209 is not < 0.15"}}});
  tell(log, "sam", 4 * minute,
       {RolloutAborted{slot_rollout, "harmful predictions"},
        RollbackExecuted{slot_model, "production", digest(new_version), digest(old_version), Trigger::safety,
                         "harmful predictions", "INC-1"},
        IncidentOpened{"INC-1", Severity::critical, "Harmful predictions for one cohort", slot_model, "production"}},
       {"rolled logistic in production back to " + old_version + " (safety) and opened INC-1",
        "canary, 50 % -> none; full " + old_version,
        {{CauseKind::alert, 16, "drift_score 0.209 is not < 0.15"}, {CauseKind::hold, 17, "lockdown"}}});
  tell(log, "erin", 6 * minute, {IncidentAcknowledged{"INC-1", "on it"}}, {"acknowledged INC-1: on it", "", {}});
  tell(log, "erin", 50 * minute, {IncidentMitigated{"INC-1", "back at full on the old version"}},
       {"mitigated INC-1", "", {{CauseKind::incident, 18, ""}}});
  tell(log, "erin", 2 * hour, {ActionOpened{"INC-1", 1, "dana", start + 9 * day, "Add a cohort gate to the policy"}},
       {"opened action INC-1/1 for dana", "", {}});
  tell(log, "sam", hour, {LockdownLiftRequested{Scope{"production", "*"}, "stable for three hours"}},
       {"asked to lift the lockdown of environment=production", "", {}});
  tell(log, "erin", 3 * minute, {LockdownLifted{Scope{"production", "*"}, "agreed"}},
       {"lifted the lockdown of environment=production", "no lockdown", {{CauseKind::earlier, 22, "asked by sam"}}});
  tell(log, "dana", hour, {ModelQuarantined{digest(new_version), "until the cohort is understood"}},
       {"quarantined logistic " + new_version, "", {}});
}

SampleLog sample_log() {
  SampleLog log;
  begin(log);
  deploy(log);
  go_wrong(log);
  return log;
}

Gate gate(const std::string& name, EvidenceKind kind, const std::string& value, Comparison comparison,
          const std::string& threshold, EvidenceClass evidence_class) {
  return {name, kind, value, comparison, decimal(threshold), evidence_class, 0};
}

void draw(ChangeReport& report, SampleLog& log) {
  const auto time = [&](Seq seq) { return log.row(seq).recorded; };
  Strip strip{"production", slot_model, {}, {}};
  strip.spans = {{digest(old_version), old_version, Stage::full, 100, time(3), time(13), 3},
                 {digest(old_version), old_version, Stage::full, 90, time(13), time(15), 13},
                 {digest(old_version), old_version, Stage::full, 50, time(15), time(18), 15},
                 {digest(old_version), old_version, Stage::full, 100, time(18), std::nullopt, 18},
                 {digest(new_version), new_version, Stage::shadow, 0, time(6), time(13), 6},
                 {digest(new_version), new_version, Stage::canary, 10, time(13), time(15), 13},
                 {digest(new_version), new_version, Stage::canary, 50, time(15), time(18), 15}};
  strip.holds = {{"freeze", "model=logistic", time(7), time(9), 7},
                 {"lockdown", "environment=production", time(17), time(23), 17}};
  report.strips.push_back(strip);
  Plot plot{"production", slot_model, "drift_score", std::nullopt, {}, {}};
  plot.gate =
      gate("drift-score", EvidenceKind::monitoring, "drift_score", Comparison::less_than, "0.15", EvidenceClass::stage);
  const std::vector<std::pair<Seq, std::string>> values = {{7, "0.021"},  {8, "0.034"},  {9, "0.03"},  {11, "0.055"},
                                                           {12, "0.049"}, {14, "0.083"}, {16, "0.209"}};
  for (const auto& [seq, value] : values) plot.points.push_back({time(seq), decimal(value), new_version, seq});
  plot.marks = {{time(6), new_version + " to shadow", 6},
                {time(13), new_version + " to canary, 10 %", 13},
                {time(15), new_version + " to canary, 50 %", 15},
                {time(18), "back to " + old_version, 18}};
  report.plots.push_back(plot);
  Plot accuracy{"", slot_model, "accuracy", std::nullopt, {{time(5), decimal("0.9430288461538462"), new_version, 5}},
                {}};
  accuracy.gate =
      gate("accuracy", EvidenceKind::metrics, "accuracy", Comparison::at_least, "0.85", EvidenceClass::artefact);
  report.plots.push_back(accuracy);
}

GateOutcome outcome(const Gate& asked, GateResult result, const std::string& value, Seq seq) {
  GateOutcome told;
  told.gate = asked;
  told.result = result;
  if (!value.empty()) told.value = decimal(value);
  if (!value.empty()) told.evidence_seq = seq;
  return told;
}

void judge(ChangeReport& report) {
  GatesAt at{13, "took " + slot_rollout + " to canary, 10 %", {}};
  at.gates.push_back(outcome(*report.plots[1].gate, GateResult::pass, "0.9430288461538462", 5));
  at.gates.push_back(outcome(*report.plots[0].gate, GateResult::pass, "0.049", 12));
  at.gates.push_back(
      outcome(gate("ece", EvidenceKind::metrics, "ece", Comparison::at_most, "0.08", EvidenceClass::artefact),
              GateResult::unknown, "", 0));
  at.gates.back().why = "no metrics evidence has ece";
  GateOutcome regression = outcome(gate("accuracy-regression", EvidenceKind::metrics, "accuracy",
                                        Comparison::drop_at_most, "0.02", EvidenceClass::baseline),
                                   GateResult::not_applicable, "", 0);
  regression.why = "the slot never had a version at full";
  at.gates.push_back(regression);
  report.gates.push_back(at);
  report.policy = {{"Digest", sha256("policy").hex(), {0}}, {"Adopted by", "dana", {0}}};
  report.hindsight = {{13,
                       "took " + slot_rollout + " to canary, 10 %",
                       "admitted",
                       "gates_not_passed",
                       {"cohort-drift: UNKNOWN, no cohort_drift evidence is recorded"}},
                      {15, "took " + slot_rollout + " to canary, 50 %", "admitted", "admitted", {}}};
  report.rollback = {{"Target", "logistic " + old_version, {18}},
                     {"Why", "the newest other version that was at full, without recorded violations", {3}}};
}

void tell_incident(ChangeReport& report, SampleLog& log) {
  const auto moment = [&](Seq seq) { return Moment{seq, log.row(seq).recorded}; };
  report.header = {{"Severity", "critical", {18}},
                   {"State", "mitigated", {18, 20}},
                   {"Trigger", "safety, opened by its rollback", {18}},
                   {"Version", "logistic " + new_version, {4}},
                   {"Brought by", slot_rollout + ", proposed by dana", {6}},
                   {"Approved by", "", {}},
                   {"Post-mortem", "", {}}};
  report.durations = {{"Detection", "3 h 0 min", {15, 16}},
                      {"Acknowledgement", "6 min", {18, 19}},
                      {"Mitigation", "56 min", {18, 20}},
                      {"Recovery", "", {}}};
  report.deviations = {{"dana tried to leave shadow before it had soaked, and was refused: soak_missing", {10}},
                       {"canary went from 10 % to 50 % without the step at 25 %", {15}}};
  report.deadlines = {{"acknowledge", log.row(18).recorded + 15 * minute, moment(19), DeadlineState::met},
                      {"mitigate", log.row(18).recorded + 30 * minute, moment(20), DeadlineState::missed},
                      {"resolve", log.row(18).recorded + 4 * hour, std::nullopt, DeadlineState::overdue},
                      {"GDPR Art. 33", log.row(18).recorded + 3 * day, std::nullopt, DeadlineState::running}};
  report.impact = {{"Traffic that it had", "50 % for 3 h 13 min", {15, 18}}, {"People affected", "", {}}};
  report.factors = {{hostile_words, {17}}};
  report.actions = {{1, "dana", start + 9 * day, "Add a cohort gate to the policy", 21, std::nullopt}};
}

}  // namespace

ChangeReport sample_incident() {
  SampleLog log = sample_log();
  ChangeReport report;
  report.kind = ReportKind::incident;
  report.subject = "INC-1";
  report.title = "Harmful predictions for one cohort";
  log.fill(report, 4, log.last() - 1);
  report.from = log.row(4).recorded;
  report.until = report.moment;
  report.environments = {"production"};
  report.models = {slot_model};
  draw(report, log);
  judge(report);
  tell_incident(report, log);
  return report;
}

ChangeReport sample_period() {
  SampleLog log = sample_log();
  ChangeReport report;
  report.kind = ReportKind::period;
  report.subject = "2026-11-24 to 2026-12-01";
  log.fill(report, 0, log.last());
  report.from = start;
  report.until = start + 7 * day;
  report.environments = {"production"};
  report.models = {slot_model};
  report.counts = {{"rollout", "7", {}}, {"access", "2", {0, 1}}};
  for (const ReportRow& row : report.timeline) {
    report.population.push_back({row.seq, row.recorded, row.actor, row.outcome, row.said.front(), "rollout"});
  }
  report.timeline.clear();
  report.population_proof = "Entries 0 to 24 are all that the checkpoint covers.";
  report.refusals = {{"dana, soak_missing", {10}}};
  draw(report, log);
  return report;
}

ChangeReport sample_anonymised() {
  ChangeReport report = sample_incident();
  report.anonymised = true;
  report.notices = {"People are named by role and number."};
  for (AnnexEntry& entry : report.annex) entry.bytes.clear();
  for (ReportRow& row : report.timeline) row.actor = row.actor == "watch" ? "monitor-1" : "deployer-1";
  return report;
}

}  // namespace cairn::test
