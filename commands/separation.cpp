#include "commands/separation.h"

#include <algorithm>
#include <set>

#include "commands/past_verdict.h"
#include "commands/report_sections.h"
#include "commands/report_story.h"
#include "ledger/base/text.h"
#include "ledger/base/time.h"
#include "verify/layout.h"

namespace cairn {

namespace {

std::string slot_text(const SlotKey& slot) {
  return slot.first + " in " + slot.second;
}

bool overlap(const Scope& a, const Scope& b) {
  const auto meet = [](const std::string& x, const std::string& y) { return x == "*" || y == "*" || x == y; };
  return meet(a.environment, b.environment) && meet(a.model, b.model);
}

bool asked_by_another(const World& world, const Statement& statement) {
  const OpenRequest* request = world.requests.find(statement.events_hash);
  const auto own = [&](const std::string& person) {
    return !person.empty() && world.answers_for(statement.author, person);
  };
  return request != nullptr && !own(request->said.by) && !own(request->said.voucher);
}

// As a change of the policy that is in force; nobody approves what they proposed.
bool approved(const World& world, const PolicyAdopted& adopted) {
  const OpenProposal* proposal = world.proposals.find(adopted.policy);
  if (proposal == nullptr) return false;
  return std::any_of(proposal->approvals.begin(), proposal->approvals.end(),
                     [&](const auto& row) { return row.second.replaces == world.policy().digest; });
}

}  // namespace

Result<void> Separation::before(World& world, const Recorded& entry, const std::string& what) {
  if (!entry.entry.outcome.empty()) {
    refused_[entry.entry.outcome].push_back(entry.seq);
    return {};
  }
  for (const Event& event : entry.statement.events) {
    if (const auto* advanced = std::get_if<RolloutAdvanced>(&event)) TRY(step(world, entry, *advanced));
  }
  administration(world, entry, what);
  protection(world, entry);
  return {};
}

Result<void> Separation::step(World& world, const Recorded& entry, const RolloutAdvanced& event) {
  const Rollout* found = world.rollouts.find(event.rollout);
  if (found == nullptr) return {};
  const Rollout rollout = *found;
  TRY_LET(holds, basis_holds(source_.ledger(), entry));
  const Verdict verdict = past_verdict(world, entry, holds);
  if (verdict.refused) {
    findings_.push_back({"the log recorded " + event.rollout + "'s step to " + std::string(to_text(event.stage)) +
                             " as admitted, and the rules of that moment refuse it: " + outcome_of(verdict),
                         {entry.seq}});
  }
  approvals(world, rollout, entry, event);
  for (const Lifted& lifted : verdict.lifted) {
    for (Glass& glass : glasses_) {
      if (glass.remark.seqs.front() != lifted.invoked) continue;
      glass.remark.what += "; " + std::string(to_text(lifted.guard)) + str(" was passed by in entry ", entry.seq);
      add_seqs(glass.remark.seqs, {entry.seq});
    }
  }
  return evidence(world, event.rollout, rollout, entry, verdict);
}

void Separation::approvals(const World& world, const Rollout& rollout, const Recorded& entry,
                           const RolloutAdvanced& event) {
  const StageRules* rules = world.rules_of(rollout, event.stage);
  const bool asked = rules != nullptr && !rules->approvals.empty() && !rollout.goes_back();
  if (!asked) {
    if (event.stage == Stage::full) unasked_.push_back(entry.seq);
    return;
  }
  approved_.push_back(entry.seq);
  const auto grants = valid_grants(world, rollout, event.stage, entry.entry.recorded);
  for (const Approval& grant : grants) {
    if (world.answers_for(grant.person, rollout.proposer)) {
      findings_.push_back(
          {grant.person + " approved " + event.rollout + ", and answers for " + rollout.proposer + ", who proposed it",
           {rollout.proposed, grant.seq}});
    }
    if (world.answers_for(grant.person, entry.statement.author)) {
      const bool self = grant.person == entry.statement.author;
      findings_.push_back(
          {grant.person + " approved " + event.rollout +
               (self ? " and took it to " : ", and answers for " + entry.statement.author + ", who took it to ") +
               std::string(to_text(event.stage)),
           {grant.seq, entry.seq}});
    }
    const Key* key = world.keys.find(grant.key);
    if (key == nullptr || key->vouched_by.empty()) continue;
    findings_.push_back({grant.person + " approved " + event.rollout + " with a key that " + key->vouched_by +
                             " had put under their handle",
                         {key->added, grant.seq}});
  }
  if (grants.empty()) {
    findings_.push_back({event.rollout + " went to " + std::string(to_text(event.stage)) +
                             " without an approval that held, under a broken glass",
                         {entry.seq}});
  }
}

// All that the gates looked at came from whoever wanted the step.
Result<void> Separation::evidence(const World& world, const std::string& id, const Rollout& rollout,
                                  const Recorded& entry, const Verdict& verdict) {
  if (rollout.goes_back()) return {};
  std::vector<Seq> seqs;
  std::set<std::string> authors;
  for (const GateOutcome& gate : verdict.gates) {
    if (!gate.evidence_seq || std::binary_search(seqs.begin(), seqs.end(), *gate.evidence_seq)) continue;
    add_seqs(seqs, {*gate.evidence_seq});
    TRY_LET(recorded, source_.entry(*gate.evidence_seq));
    authors.insert(recorded.statement.author);
  }
  const bool own = !authors.empty() && std::all_of(authors.begin(), authors.end(), [&](const std::string& author) {
    return author == rollout.proposer || world.answers_for(rollout.proposer, author);
  });
  if (!own) return {};
  OwnEvidence& found = own_evidence_[id];
  found.proposer = rollout.proposer;
  ++found.steps;
  add_seqs(found.seqs, seqs);
  add_seqs(found.seqs, {entry.seq});
  return {};
}

void Separation::administration(const World& world, const Recorded& entry, const std::string& what) {
  if (entry.seq == 0) {
    say(entry.statement.author + " alone made the ledger, its first actors and its first policy", {0});
    return;
  }
  for (const Event& event : entry.statement.events) {
    const auto* adopted = std::get_if<PolicyAdopted>(&event);
    const bool a_say = std::visit(TouchesASay{entry.statement.author, world.policy()}, event);
    if (adopted == nullptr && !a_say) continue;
    const bool by_two = adopted != nullptr ? approved(world, *adopted) : asked_by_another(world, entry.statement);
    if (by_two) {
      together_.push_back(entry.seq);
    } else {
      findings_.push_back({entry.statement.author + " alone " + what, {entry.seq}});
    }
    return;
  }
}

void Separation::protection(const World& world, const Recorded& entry) {
  for (const Event& event : entry.statement.events) {
    if (const auto* lift = std::get_if<LockdownLifted>(&event)) {
      const Lockdown* lockdown = world.lockdowns.find(lift->scope);
      const bool same = lockdown != nullptr && lockdown->lift && lockdown->lift->by == entry.statement.author;
      if (same) findings_.push_back({entry.statement.author + " asked for a lift and confirmed it", {entry.seq}});
      lifted_.push_back(entry.seq);
    }
    if (const auto* broken = std::get_if<BreakGlassInvoked>(&event)) {
      std::vector<std::string> lifts;
      for (const Guard guard : broken->lifts) lifts.emplace_back(to_text(guard));
      const SlotKey slot{broken->name, broken->environment};
      glasses_.push_back({{entry.statement.author + " broke the glass for " + slot_text(slot) + " until " +
                               time_to_the_second(broken->until) + ", lifting " + joined(lifts, ", ") + ", for " +
                               broken->incident + ": " + broken->reason,
                           {entry.seq}},
                          slot});
    }
    const auto* review = std::get_if<BreakGlassReviewed>(&event);
    if (review == nullptr) continue;
    for (Glass& glass : glasses_) {
      if (glass.reviewed || glass.slot != SlotKey{review->name, review->environment}) continue;
      glass.reviewed = true;
      glass.remark.what += "; reviewed by " + entry.statement.author + ": " + review->finding;
      add_seqs(glass.remark.seqs, {entry.seq});
    }
  }
}

std::string Separation::refused(std::string_view outcome) const {
  const auto found = refused_.find(outcome);
  if (found == refused_.end()) return "the rules refuse it, and nobody tried";
  return "the rules refuse it, and did so " + plural(found->second.size(), "time", "times") + " (" +
         entries_text(found->second) + ")";
}

void Separation::finish(const World& world) {
  if (!approved_.empty() || refused_.contains("approver_is_proposer")) {
    say(plural(approved_.size(), "step", "steps") +
            " took approval. Approval by who answers for the proposer: " + refused("approver_is_proposer"),
        approved_);
  }
  if (!unasked_.empty()) {
    say(plural(unasked_.size(), "step", "steps") + " to full took no approval, by the policy in force", unasked_);
  }
  if (!lifted_.empty()) {
    say(plural(lifted_.size(), "lockdown was", "lockdowns were") +
            " lifted, each by one who asked and another. Both by one: " + refused("lift_by_requester"),
        lifted_);
  }
  if (!together_.empty()) {
    say(plural(together_.size(), "change", "changes") + " of who has a say or of the policy took two admins",
        together_);
  }
  for (const auto& [id, found] : own_evidence_) {
    say(plural(found.steps, "step", "steps") + " of " + id + " went by evidence that its proposer, " + found.proposer +
            ", or a service of theirs, had recorded alone",
        found.seqs);
  }
  for (Remark& finding : findings_) report_.separation.push_back(std::move(finding));
  for (const auto& [handle, actor] : world.actors.rows()) {
    for (const Grant& deploys : actor.roles) {
      const bool both = deploys.role == Role::deployer &&
                        std::any_of(actor.roles.begin(), actor.roles.end(), [&](const Grant& grant) {
                          return grant.role == Role::approver && overlap(grant.scope, deploys.scope);
                        });
      if (!both) continue;
      say(handle + " may both deploy and approve, though not what they proposed", {actor.enrolled});
      break;
    }
  }
  for (Glass& glass : glasses_) {
    if (!glass.reviewed) glass.remark.what += "; not reviewed under this checkpoint";
    report_.broken_glass.push_back(std::move(glass.remark));
  }
}

}  // namespace cairn
