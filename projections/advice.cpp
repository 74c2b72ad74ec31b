#include "projections/advice.h"

#include "ledger/base/text.h"
#include "projections/gates.h"

namespace cairn {

namespace {

using Answer = Branch::Answer;

// The newest value of this name that is not too old to go by.
struct Seen {
  std::optional<Decimal> value;
  Seq seq = 0;
};

class Walk {
 public:
  Walk(const World& world, const SlotKey& slot, const Hash& model, Millis moment)
      : world_(world), slot_(slot), model_(model), moment_(moment) {}

  Branch safety() const {
    Branch branch{"Safety violation?", Answer::no, "none is recorded", std::nullopt};
    if (const auto card = world_.violations_recorded(model_)) {
      return {branch.question, Answer::yes, "its card records violations, or cannot be read", card};
    }
    for (const EvidenceKind kind : {EvidenceKind::monitoring, EvidenceKind::business}) {
      for (const char* name : {"violations", "safety_violations"}) {
        const Seen seen = newest(kind, name);
        if (!seen.value || *seen.value == Decimal()) continue;
        return {branch.question, Answer::yes, str(name, " ", seen.value->text()), seen.seq};
      }
    }
    return branch;
  }

  // NaN is no accuracy to go by.
  Branch performance() const {
    const Decimal floor = world_.policy().advice.accuracy_below;
    const Branch unknown{str("Accuracy below ", floor.text(), "?"), Answer::unknown, "no accuracy is recorded of late",
                         std::nullopt};
    const Seen seen = newest(EvidenceKind::monitoring, "current_accuracy");
    if (!seen.value || !seen.value->is_finite()) return unknown;
    const Answer answer = *seen.value < floor ? Answer::yes : Answer::no;
    return {unknown.question, answer, str("accuracy ", seen.value->text()), seen.seq};
  }

  Branch errors() const {
    const Decimal most = world_.policy().advice.error_rate_above;
    const Branch unknown{str("System errors (more than ", most.text(), ")?"), Answer::unknown,
                         "no error rate is recorded of late", std::nullopt};
    const Seen seen = newest(EvidenceKind::system, "error_rate");
    if (!seen.value || !seen.value->is_finite()) return unknown;
    const Answer answer = most < *seen.value ? Answer::yes : Answer::no;
    return {unknown.question, answer, str("error rate ", seen.value->text()), seen.seq};
  }

  Branch drift() const {
    const EvidenceRow* row = recent(EvidenceKind::monitoring);
    if (row == nullptr) return {"Minor drift?", Answer::unknown, "nobody has looked of late", std::nullopt};
    const GateResult result = judge_monitoring(world_.policy(), row->values, row->recorded);
    const Answer answer = result == GateResult::fail   ? Answer::yes
                          : result == GateResult::pass ? Answer::no
                                                       : Answer::unknown;
    return {"Minor drift?", answer, "the newest report: " + std::string(to_text(result)), row->seq};
  }

 private:
  const EvidenceRow* recent(EvidenceKind kind) const {
    const EvidenceRow* row = world_.evidence.find({model_, slot_.second, kind});
    return row != nullptr && moment_ - row->recorded <= world_.policy().max_gap ? row : nullptr;
  }

  Seen newest(EvidenceKind kind, const char* name) const {
    const EvidenceRow* row = recent(kind);
    if (row == nullptr) return {};
    const auto value = row->values.find(name);
    if (value == row->values.end()) return {};
    return {value->second, row->seq};
  }

  const World& world_;
  const SlotKey& slot_;
  const Hash& model_;
  const Millis moment_;
};

}  // namespace

std::string_view to_text(Action action) {
  switch (action) {
    case Action::lock_down_and_roll_back:
      return "lock-down-and-roll-back";
    case Action::roll_back_and_investigate:
      return "roll-back-and-investigate";
    case Action::check_files_and_roll_back:
      return "check-files-and-roll-back";
    case Action::watch_closely:
      return "watch-closely";
    case Action::look_first:
      return "look-first";
    case Action::go_on:
      return "go-on";
    case Action::nothing_runs:
      break;
  }
  return "nothing-runs";
}

std::string_view to_text(Branch::Answer answer) {
  switch (answer) {
    case Answer::yes:
      return "yes";
    case Answer::no:
      return "no";
    case Answer::unknown:
      break;
  }
  return "unknown";
}

Advice advise(const World& world, const SlotKey& slot, Millis moment) {
  Advice advice;
  advice.model = world.rollback_source(slot);
  if (!advice.model) return advice;
  const Walk walk(world, slot, *advice.model, moment);
  struct Step {
    Branch branch;
    Action on_yes;
  };
  for (const Step& step :
       {Step{walk.safety(), Action::lock_down_and_roll_back},
        Step{walk.performance(), Action::roll_back_and_investigate},
        Step{walk.errors(), Action::check_files_and_roll_back}, Step{walk.drift(), Action::watch_closely}}) {
    advice.walked.push_back(step.branch);
    if (step.branch.answer != Answer::yes) continue;
    advice.action = step.on_yes;
    return advice;
  }
  // A tree that was walked without looking ends nowhere good: only the last report tells that all is well.
  advice.action = advice.walked.back().answer == Answer::no ? Action::go_on : Action::look_first;
  return advice;
}

}  // namespace cairn
