// Which entries a report names.
#include <set>

#include "commands/report_story.h"

namespace cairn {

namespace {

class Cited {
 public:
  void add(Seq seq) { seqs_.insert(seq); }
  void add(const std::optional<Seq>& seq) {
    if (seq) add(*seq);
  }
  void add(const std::vector<Seq>& seqs) { seqs_.insert(seqs.begin(), seqs.end()); }
  void add(const Fact& one) { add(one.seqs); }
  void add(const Remark& one) { add(one.seqs); }
  void add(const Span& one) { add(one.seq); }
  void add(const HoldSpan& one) { add(one.seq); }
  void add(const Strip& one) {
    all(one.spans);
    all(one.holds);
  }
  void add(const Plot& one) {
    for (const PlotPoint& point : one.points) add(point.seq);
    for (const PlotMark& mark : one.marks) add(mark.seq);
  }
  void add(const ReportRow& one) {
    add(one.seq);
    add(one.evidence);
    for (const Cause& cause : one.causes) add(cause.seq);
  }
  void add(const GatesAt& one) {
    add(one.seq);
    for (const GateOutcome& gate : one.gates) {
      add(gate.evidence_seq);
      add(gate.baseline_seq);
    }
  }
  void add(const Hindsight& one) { add(one.seq); }
  void add(const Deadline& one) {
    if (one.done) add(one.done->seq);
  }
  void add(const ActionRow& one) {
    add(one.opened);
    add(one.closed);
  }
  void add(const PopulationRow& one) { add(one.seq); }

  template <class Row>
  void all(const std::vector<Row>& rows) {
    for (const Row& row : rows) add(row);
  }

  std::vector<Seq> take() const { return {seqs_.begin(), seqs_.end()}; }

 private:
  std::set<Seq> seqs_;
};

}  // namespace

std::vector<Seq> cited_in(const ChangeReport& report) {
  Cited cited;
  for (const auto* facts :
       {&report.header, &report.durations, &report.policy, &report.rollback, &report.impact, &report.counts}) {
    cited.all(*facts);
  }
  for (const auto* remarks : {&report.deviations, &report.similar, &report.factors, &report.separation,
                              &report.broken_glass, &report.refusals, &report.incidents}) {
    cited.all(*remarks);
  }
  cited.all(report.strips);
  cited.all(report.plots);
  cited.all(report.timeline);
  cited.all(report.gates);
  cited.all(report.hindsight);
  cited.all(report.deadlines);
  cited.all(report.actions);
  cited.all(report.population);
  return cited.take();
}

}  // namespace cairn
