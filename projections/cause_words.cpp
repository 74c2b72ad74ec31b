// What people read of a cause: its kind, what a gate compared, what an approver had in front of them.
#include <array>

#include "ledger/base/text.h"
#include "projections/causes.h"

namespace cairn {

std::string_view to_text(CauseKind kind) {
  constexpr std::array<std::string_view, 11> words{"proposal", "step",  "evidence", "approval",  "notice", "policy",
                                                   "incident", "alert", "hold",     "authority", "earlier"};
  return words.at(static_cast<std::size_t>(kind));
}

std::string measured(const GateOutcome& outcome) {
  const Gate& gate = outcome.gate;
  if (outcome.result == GateResult::unknown || outcome.result == GateResult::not_applicable) {
    return gate.name + ": " + std::string(to_text(outcome.result)) + ", " + outcome.why;
  }
  const bool passed = outcome.result == GateResult::pass;
  if (gate.comparison == Comparison::age_at_most) {
    const auto time = outcome.value->to_int();
    const auto most = gate.threshold.to_int();
    return gate.name + " " + (time ? format_time(*time) : outcome.value->text()) +
           (passed ? ", at most " : ", more than ") + (most ? format_duration(*most) : gate.threshold.text()) + " ago";
  }
  return gate.name + " " + outcome.value->text() +
         (outcome.baseline ? " against " + outcome.baseline->text() + "," : "") + (passed ? " " : ", not ") +
         std::string(to_text(gate.comparison)) + " " + gate.threshold.text();
}

std::string seen_by_approver(const Recorded& grant) {
  for (const Event& event : grant.statement.events) {
    const auto* granted = std::get_if<ApprovalGranted>(&event);
    if (granted == nullptr) continue;
    std::vector<std::string> seqs;
    for (const Seq seq : granted->seen) seqs.push_back(str(seq));
    return str("had verified the head of size ", grant.statement.basis.size, " and seen ",
               seqs.empty() ? "no evidence" : (seqs.size() == 1 ? "entry " : "entries ") + joined(seqs, ", "));
  }
  return {};
}

}  // namespace cairn
