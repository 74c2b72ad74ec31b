// Parts of reports that are read from the World or the index alone.
#include <algorithm>
#include <set>

#include "commands/report_story.h"
#include "ledger/base/text.h"
#include "ledger/base/time.h"

namespace cairn {

namespace {

bool speaks_of(const Recorded& entry, const SlotKey& slot) {
  bool elsewhere = false;
  for (const std::string& tag : tags_of(entry.statement)) {
    if (tag == "environment:" + slot.second) return true;
    elsewhere = elsewhere || tag.starts_with("environment:");
  }
  return !elsewhere;
}

// The scope of an event that holds slots, or lets go of them.
struct HeldScope {
  std::optional<Scope> operator()(const LockdownEngaged& e) const { return e.scope; }
  std::optional<Scope> operator()(const LockdownLiftRequested& e) const { return e.scope; }
  std::optional<Scope> operator()(const LockdownLifted& e) const { return e.scope; }
  std::optional<Scope> operator()(const FreezeDeclared& e) const { return e.scope; }
  std::optional<Scope> operator()(const FreezeEnded& e) const { return e.scope; }
  template <class Other>
  std::optional<Scope> operator()(const Other&) const {
    return std::nullopt;
  }
};

bool holds(const Recorded& entry, const SlotKey& slot) {
  const auto& events = entry.statement.events;
  return std::any_of(events.begin(), events.end(), [&](const Event& event) {
    const auto scope = std::visit(HeldScope{}, event);
    return scope && scope->covers(slot.second, slot.first);
  });
}

// Why a version that was at full was not the one to go back to; empty: nothing is against it.
std::string against(const World& world, const SlotKey& slot, const Hash& model, const RollbackExecuted& made) {
  if (model == made.from) return "it is the one that was rolled back";
  const Slot* row = world.slots.find(slot);
  if (row != nullptr && row->rolled_back.contains(model)) return "it was rolled back from before";
  if (const Model* known = world.models.find(model)) {
    const std::vector<std::string> out = known->out_of_use();
    if (!out.empty()) return joined(out, ", ");
  }
  const auto violations = made.trigger == Trigger::safety ? world.violations_recorded(model) : std::nullopt;
  return violations ? str("its card of entry ", *violations, " speaks of violations") : "";
}

}  // namespace

std::vector<Fact> rollback_facts(const ReportSource& source, const World& world, const RollbackExecuted& made,
                                 Seq seq) {
  const ModelNames& names = source.names();
  const SlotKey slot{made.name, made.environment};
  std::vector<Fact> facts = {fact("Trigger", std::string(to_text(made.trigger)), {seq}),
                             fact("Reason", made.reason, {seq}), fact("From", names.version_of(made.from), {seq})};
  if (made.to == Hash{}) {
    facts.push_back(fact("To", "nothing: there was no version to go back to", {seq}));
  } else {
    facts.push_back(fact("To", names.version_of(made.to) + ", digest " + short_hex(made.to), {seq}));
  }
  const Slot* row = world.slots.find(slot);
  if (row == nullptr) return facts;
  std::set<Hash> told;
  for (auto tenure = row->history.rbegin(); tenure != row->history.rend(); ++tenure) {
    if (!told.insert(tenure->model).second) continue;
    const std::string why_not = against(world, slot, tenure->model, made);
    if (tenure->model == made.to) {
      std::string why = "the newest other version that was at full there (since " + time_to_the_second(tenure->since) +
                        "), not rolled back from, in use";
      if (made.trigger == Trigger::safety) why += ", and without recorded violations";
      facts.push_back(fact("Why this one", why, {tenure->seq}));
      break;
    }
    facts.push_back(fact("Passed over",
                         names.version_of(tenure->model) + ": " +
                             (why_not.empty() ? "its files differ, or another was asked for" : why_not),
                         {tenure->seq}));
  }
  return facts;
}

Result<std::vector<Seq>> entries_about(const ReportSource& source, const SlotKey& slot, Millis from, Millis until) {
  TRY_LET(begin, source.recorded_before(from));
  TRY_LET(end, source.recorded_before(until + 1));
  std::vector<Seq> found;
  TRY_LET(of_model, source.about_model(slot.first));
  for (const Seq seq : of_model) {
    if (seq < begin || seq >= end) continue;
    TRY_LET(entry, source.entry(seq));
    if (speaks_of(entry, slot)) found.push_back(seq);
  }
  for (const char* type :
       {"lockdown.engaged", "lockdown.lift_requested", "lockdown.lifted", "freeze.declared", "freeze.ended"}) {
    TRY_LET(of_type, source.find(str("type:", type)));
    for (const Seq seq : of_type) {
      if (seq < begin || seq >= end) continue;
      TRY_LET(entry, source.entry(seq));
      if (holds(entry, slot)) add_seqs(found, {seq});
    }
  }
  TRY_LET(policies, source.find("type:policy.adopted"));
  std::erase_if(policies, [&](Seq seq) { return seq < begin || seq >= end; });
  add_seqs(found, policies);
  return found;
}

Result<std::vector<Seq>> entries_moving(const ReportSource& source, const SlotKey& slot, Seq from, Millis until) {
  TRY_LET(end, source.recorded_before(until));
  std::vector<Seq> found;
  if (from >= end) return found;
  TRY_LET(of_model, source.about_model(slot.first));
  for (const char* type : {"rollout.proposed", "rollout.advanced", "rollout.aborted", "rollback.begun",
                           "rollback.executed", "slot.emptied"}) {
    TRY_LET(of_type, source.find(str("type:", type)));
    std::vector<Seq> both;
    std::set_intersection(of_model.begin(), of_model.end(), of_type.begin(), of_type.end(), std::back_inserter(both));
    for (const Seq seq : both) {
      if (seq < from || seq >= end) continue;
      TRY_LET(entry, source.entry(seq));
      if (entry.entry.outcome.empty() && speaks_of(entry, slot)) add_seqs(found, {seq});
    }
  }
  return found;
}

Result<void> add_policies(const ReportSource& source, ChangeReport& report) {
  TRY_LET(seqs, source.find("type:policy.adopted"));
  std::vector<Fact> adopted;
  for (const Seq seq : seqs) {
    TRY_LET(entry, source.entry(seq));
    if (!entry.entry.outcome.empty()) continue;
    const bool before = entry.entry.recorded <= report.from;
    if (before) adopted.clear();
    if (entry.entry.recorded > report.until) continue;
    for (const Event& event : entry.statement.events) {
      const auto* policy = std::get_if<PolicyAdopted>(&event);
      if (policy == nullptr) continue;
      adopted.push_back(fact(before ? "In force at the start" : "Adopted meanwhile",
                             "SHA-256 " + policy->policy.hex() + ", adopted by " + entry.statement.author + " at " +
                                 time_to_the_second(entry.entry.recorded),
                             {seq}));
    }
  }
  report.policy = std::move(adopted);
  const PolicyInForce& newest = *source.world().force;
  report.policy.push_back(
      fact("Newest", newest.policy->name + ", SHA-256 " + newest.policy->digest.hex(), {newest.adopted}));
  return {};
}

}  // namespace cairn
