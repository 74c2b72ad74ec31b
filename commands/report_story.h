// The story of one slot: its entries in order, each with what it changed, what the gates said, and what was passed by.
// Fills the parts that reports on incidents and rollouts have in common.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "commands/report_source.h"
#include "projections/traffic.h"

namespace cairn {

Fact fact(std::string name, std::string value, std::vector<Seq> seqs = {});
Fact not_recorded(std::string name);  // what a reader would expect, and nobody said

// "in shadow", "in canary, 25 %", "at full, 75 %": the rest is a canary's.
std::string stage_text(Stage stage, std::uint64_t percent);

// "20261121_101500 in canary, 25 %"
std::string share_text(const Share& share, const ModelNames& names);

// What was seen of a slot until this moment.
Strip strip_of(const Traffic& traffic, const ModelNames& names, Millis moment);

// "INC-2, critical, 2026-11-23 02:33:16: harmful predictions (closed)"
Remark incident_remark(const std::string& id, const Incident& incident);

// A step of a rollout, an answer to one, or a rollback: what the rules decided about the slot.
bool is_decision(const Event& event);

class Story {
 public:
  // `incident`: whose state is told too; empty: none's. The story covers [from, until].
  Story(const ReportSource& source, SlotKey slot, std::string incident, ChangeReport& report);

  // Ascending. Fills timeline, gates, deviations, rollback and hindsight as it goes, then strips and plots.
  Result<void> tell(const std::vector<Seq>& seqs);

  const Traffic& traffic() const { return traffic_; }
  // Entries of the slot's model that failed a stage gate, as what was known before somebody acted: (seq, recorded).
  const std::vector<Moment>& alarms() const { return alarms_; }

 private:
  using Standing = std::map<std::string, std::string>;  // what is watched -> how it stands

  struct Metric {
    EvidenceKind kind = EvidenceKind::metrics;
    std::string environment;  // empty: of the artefact
    std::string name;
    auto operator<=>(const Metric&) const = default;
  };

  void begin(const World& world, Millis first);
  Result<void> before(World& world, const Recorded& entry);
  Result<void> after(const World& world, const Recorded& entry);
  Standing standing(const World& world) const;
  void deviations_of(const World& world, const Recorded& entry, const Verdict& verdict);
  void look_back(World& world, const Recorded& entry, Basis basis);
  void rollback_of(const World& world, const Recorded& entry);
  void plot(Metric metric, const NamedValues& values, const PlotPoint& at);
  std::vector<std::string> measure(const World& world, const Recorded& entry);
  void finish();

  const ReportSource& source_;
  SlotKey slot_;
  std::string incident_;
  ChangeReport& report_;
  Traffic traffic_;
  Standing stood_;
  std::vector<Moment> alarms_;
  std::map<Metric, std::vector<PlotPoint>> measured_;
};

// The entries of [from, until] that are about the slot: those of its model that do not speak of another environment
// alone, what held it, and every policy.
Result<std::vector<Seq>> entries_about(const ReportSource& source, const SlotKey& slot, Millis from, Millis until);

// The admitted entries from this one on, recorded before `until`, that moved the slot's traffic.
Result<std::vector<Seq>> entries_moving(const ReportSource& source, const SlotKey& slot, Seq from, Millis until);

// What was rolled back, to what, and why to that; `world` is the one in front of the entry. A way back that is begun,
// or a slot that is emptied (`to` is zeros), is told as if it were executed.
std::vector<Fact> rollback_facts(const ReportSource& source, const World& world, const RollbackExecuted& made, Seq seq);

// Which policies were in force in [from, until], and which is the newest.
Result<void> add_policies(const ReportSource& source, ChangeReport& report);

// Every entry that a fact, a row or a gate of the report is read from.
std::vector<Seq> cited_in(const ChangeReport& report);

// Ascending, none twice.
void add_seqs(std::vector<Seq>& seqs, const std::vector<Seq>& more);

}  // namespace cairn
