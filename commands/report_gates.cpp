// What the gates said: of every decision how many passed, and which did not; of the last one all.
#include <algorithm>

#include "commands/report_sections.h"
#include "ledger/base/text.h"

namespace cairn {

namespace {

std::string counted(const std::vector<GateOutcome>& gates) {
  std::vector<std::string> parts;
  for (const GateResult result :
       {GateResult::pass, GateResult::fail, GateResult::unknown, GateResult::not_applicable}) {
    const auto count =
        std::count_if(gates.begin(), gates.end(), [&](const GateOutcome& gate) { return gate.result == result; });
    if (count > 0) parts.push_back(str(count, " ", to_text(result)));
  }
  return joined(parts, ", ");
}

std::string decision_text(const GatesAt& at) {
  std::string text = str("Entry ", at.seq, ", ", at.what, ": ", counted(at.gates));
  for (const GateOutcome& gate : at.gates) {
    const bool no = gate.result == GateResult::fail || gate.result == GateResult::unknown;
    if (no) text += "; " + std::string(to_text(gate.result)) + " " + describe(gate);
  }
  return text;
}

// Of those that were admitted, or of all.
const GatesAt& last_admitted(const ChangeReport& report) {
  const GatesAt* last = &report.gates.back();
  for (const GatesAt& at : report.gates) {
    const auto row = std::find_if(report.timeline.begin(), report.timeline.end(),
                                  [&](const ReportRow& one) { return one.seq == at.seq; });
    if (row != report.timeline.end() && row->outcome.empty()) last = &at;
  }
  return *last;
}

}  // namespace

Section gates_section(const ChangeReport& report) {
  Section section{"What the gates said", {}};
  if (report.gates.empty()) {
    section.blocks.push_back(Paragraph{"No decision of this report asked a gate."});
    return section;
  }
  ItemList list;
  for (const GatesAt& at : report.gates) list.items.push_back(decision_text(at));
  section.blocks.push_back(std::move(list));
  const GatesAt& last = last_admitted(report);
  section.blocks.push_back(
      Paragraph{str("All that stood behind the last one that was admitted, entry ", last.seq, ":")});
  Columns table{{"Result", "Gate"}, {}};
  for (const GateOutcome& gate : last.gates) table.rows.push_back({std::string(to_text(gate.result)), describe(gate)});
  section.blocks.push_back(std::move(table));
  return section;
}

}  // namespace cairn
