#include "commands/why.h"

#include <algorithm>
#include <set>

#include "commands/command.h"
#include "commands/moments.h"
#include "commands/past_verdict.h"
#include "commands/views.h"
#include "ledger/base/text.h"

namespace cairn {

namespace {

constexpr std::size_t most_named = 20;  // of what there is, in an error

// ---- which entry the question is about

std::string what_there_is(const Ledger& ledger, const World& world) {
  const auto list = [](const auto& rows, const char* what) {
    std::string names;
    std::size_t count = 0;
    for (const auto& row : rows) {
      if (++count <= most_named) names += (names.empty() ? "" : ", ") + row.first;
    }
    if (count > most_named) names += str(" and ", count - most_named, " more");
    return names.empty() ? str("no ", what) : str(what, " ", names);
  };
  return str("there are ", list(world.rollouts.rows(), "rollouts"), "; ", list(world.incidents.rows(), "incidents"),
             "; entries 0 to ", ledger.size() - 1);
}

// Where a version that came to full through this rollout arrived, and where it left again.
Result<void> end_at_full(const Ledger& ledger, const World& world, const Rollout& rollout, Why& why) {
  TRY_LET(seqs, find_model(ledger, world, rollout.name));
  TRY_LET(stay, stay_at_full(ledger, seqs, rollout));
  if (!stay) return {};
  why.root = stay->ended ? stay->ended->seq : stay->began.seq;
  why.stands =
      stay->ended ? str("was at full from entry ", stay->began.seq, ", until it was ", stay->why_ended) : "is at full";
  return {};
}

// Its newest step, or its end.
Result<void> locate(const Ledger& ledger, const World& world, const Rollout& rollout, Why& why) {
  why.root = rollout.stage_entry;
  why.stands = "is " + std::string(to_text(rollout.state));
  if (rollout.state == RolloutState::full) return end_at_full(ledger, world, rollout, why);
  if (rollout.state == RolloutState::active) {
    why.stands = "is in " + std::string(to_text(rollout.stage));
    if (rollout.stage == Stage::canary) why.stands += str(" at ", rollout.percent, " %");
    if (rollout.paused) why.stands += ", paused";
  } else if (rollout.state == RolloutState::aborted) {
    const Seq* last = world.subjects.find("rollout:" + why.subject);
    if (last != nullptr) why.root = *last;
  } else {
    TRY_LET(id, parse_rollout_id(why.subject));
    ++id.number;
    const Rollout* after = world.rollouts.find(to_text(id));
    if (after != nullptr) why.root = after->proposed;
  }
  return {};
}

// What the same statement said or later ones did about it: whatever names it, and what was locked down meanwhile.
Result<std::vector<Seq>> led_to(const Ledger& ledger, const std::string& id, const Incident& incident) {
  TRY_LET(about, find_all(ledger, "incident:" + id));
  std::set<Seq> seqs(about.begin(), about.end());
  TRY_LET(lockdowns, find_all(ledger, "type:lockdown.engaged"));
  for (const Seq seq : lockdowns) {
    if (seq <= incident.opened || (incident.closed && seq > incident.closed->seq)) continue;
    TRY_LET(entry, ledger.entry(seq));
    for (const Event& event : entry.statement.events) {
      const auto* engaged = std::get_if<LockdownEngaged>(&event);
      if (engaged != nullptr && engaged->scope.covers(incident.environment, incident.name)) seqs.insert(seq);
    }
  }
  seqs.erase(seqs.begin(), seqs.upper_bound(incident.opened));
  return std::vector<Seq>(seqs.begin(), seqs.end());
}

Result<void> find_subject(const Ledger& ledger, const World& world, Why& why) {
  if (const Rollout* rollout = world.rollouts.find(why.subject)) {
    why.kind = Why::Kind::rollout;
    return locate(ledger, world, *rollout, why);
  }
  if (const Incident* incident = world.incidents.find(why.subject)) {
    why.kind = Why::Kind::incident;
    why.root = incident->opened;
    why.stands = "is " + std::string(to_text(incident->state)) + ", " + std::string(to_text(incident->severity)) +
                 ": " + incident->title;
    TRY_LET(followed, led_to(ledger, why.subject, *incident));
    why.led_to = std::move(followed);
    return {};
  }
  if (parse_rollout_id(why.subject).ok() || why.subject.starts_with("INC-")) {
    return usage(str("there is no rollout or incident ", printable(why.subject), "; ", what_there_is(ledger, world)));
  }
  const auto seq = find_entry(ledger, world, why.subject);
  if (!seq && seq.error().kind != ErrorKind::usage) return seq.error();
  if (!seq) return usage(seq.error().message + "; " + what_there_is(ledger, world));
  why.root = *seq;
  return {};
}

// ---- the graph

// Which entry gave a role to somebody who is enrolled: no World keeps it.
struct RoleGrant {
  Seq seq = 0;
  std::string handle;
  Grant grant;
};

class Walk {
 public:
  Walk(const Ledger& ledger, const World& newest, Why& why) : ledger_(ledger), why_(why) { names_.learn(newest); }

  Result<void> run() {
    TRY(list_role_grants());
    std::set<Seq> level = {why_.root};
    for (std::size_t step = 0; step < why_.depth && !level.empty(); ++step) {
      std::set<Seq> next;
      if (step == 0 && why_.next) add_causes(why_.next->causes, next);
      for (const Seq seq : level) {
        TRY(ask(seq));
        add_causes(why_.nodes[seq].causes, next);
      }
      std::set<Seq> unasked;
      for (const Seq seq : next) {
        const auto known = why_.nodes.find(seq);
        if (known == why_.nodes.end() || !known->second.asked) unasked.insert(seq);
      }
      level = std::move(unasked);
    }
    for (const Seq seq : level) TRY(read(seq));
    for (const Seq seq : why_.led_to) TRY(read(seq));
    return {};
  }

 private:
  static void add_causes(const std::vector<Cause>& causes, std::set<Seq>& seqs) {
    for (const Cause& cause : causes) seqs.insert(cause.seq);
  }

  Result<void> list_role_grants() {
    TRY_LET(seqs, find_all(ledger_, "type:role.granted"));
    for (const Seq seq : seqs) {
      TRY_LET(entry, signed_entry(ledger_, seq));
      if (!entry.entry.outcome.empty()) continue;
      for (const Event& event : entry.statement.events) {
        if (const auto* granted = std::get_if<RoleGranted>(&event))
          grants_.push_back({seq, granted->handle, granted->grant});
      }
    }
    return {};
  }

  // The node of this entry, without its causes.
  Result<Recorded> read(Seq seq) {
    TRY_LET(recorded, signed_entry(ledger_, seq));
    const auto made = why_.nodes.try_emplace(seq);
    if (made.second) {
      made.first->second.row = row_of(recorded, names_);
      made.first->second.seen = seen_by_approver(recorded);
    }
    return recorded;
  }

  // Forward from the world of the entry before, unless a snapshot is likely to be nearer.
  Result<void> go_to(Seq seq) {
    if (world_ && seq >= world_->position->size && seq - world_->position->size <= fold_rather_than_load) {
      return fold_on(ledger_, *world_, seq);
    }
    TRY_LET(loaded, load_world(ledger_, seq));
    world_ = std::move(loaded.world);
    return {};
  }

  Result<void> ask(Seq seq) {
    TRY_LET(recorded, read(seq));
    WhyNode& node = why_.nodes[seq];
    node.asked = true;
    TRY(go_to(seq));
    TRY_LET(holds, basis_holds(ledger_, recorded));
    node.verdict = past_verdict(*world_, recorded, holds);
    node.causes = causes_of(*world_, recorded, node.verdict);
    add_roles(recorded, node.causes);
    return add_soak(recorded, node.soak);
  }

  // Roles that the author had by then and was not enrolled with.
  void add_roles(const Recorded& recorded, std::vector<Cause>& causes) const {
    const Actor* actor = world_->actors.find(recorded.statement.author);
    if (actor == nullptr) return;
    std::map<Seq, std::string> given;
    for (const Grant& role : actor->roles) {
      const auto newest = std::find_if(grants_.rbegin(), grants_.rend(), [&](const RoleGrant& one) {
        return one.seq < recorded.seq && one.handle == recorded.statement.author && one.grant == role;
      });
      if (newest == grants_.rend()) continue;
      std::string& note = given[newest->seq];
      note += (note.empty() ? "gave " + newest->handle + " " : ", ") + to_text(role);
    }
    for (const auto& [seq, note] : given) {
      const auto same = std::find_if(causes.begin(), causes.end(), [seq = seq](const Cause& cause) {
        return cause.kind == CauseKind::authority && cause.seq == seq;
      });
      if (same != causes.end()) {
        same->note += "; " + note;
      } else {
        causes.push_back({CauseKind::authority, seq, note});
      }
    }
    std::sort(causes.begin(), causes.end(),
              [](const Cause& a, const Cause& b) { return std::pair(a.kind, a.seq) < std::pair(b.kind, b.seq); });
  }

  // The monitoring records of the stage that a step ends.
  Result<void> add_soak(const Recorded& recorded, std::vector<Seq>& soak) const {
    for (const Event& event : recorded.statement.events) {
      const auto* advanced = std::get_if<RolloutAdvanced>(&event);
      const Rollout* rollout = advanced == nullptr ? nullptr : world_->rollouts.find(advanced->rollout);
      if (rollout == nullptr) continue;
      TRY_LET(about, find_all(ledger_, "digest:" + rollout->model.hex()));
      for (const Seq seq : about) {
        if (seq <= rollout->stage_entry || seq >= recorded.seq) continue;
        TRY_LET(entry, ledger_.entry(seq));
        if (entry.entry.outcome.empty() && watches(entry.statement, *rollout)) soak.push_back(seq);
      }
    }
    return {};
  }

  static bool watches(const Statement& statement, const Rollout& rollout) {
    return std::any_of(statement.events.begin(), statement.events.end(), [&](const Event& event) {
      const auto* evidence = std::get_if<EvidenceRecorded>(&event);
      return evidence != nullptr && evidence->kind == EvidenceKind::monitoring && evidence->model == rollout.model &&
             evidence->environment == rollout.environment;
    });
  }

  const Ledger& ledger_;
  Why& why_;
  ModelNames names_;
  std::vector<RoleGrant> grants_;  // ascending
  std::unique_ptr<World> world_;
};

// As `status` derives it, with what each no rests on.
Result<void> add_next(World& world, Why& why, Millis moment) {
  const Rollout* rollout = why.kind == Why::Kind::rollout ? world.rollouts.find(why.subject) : nullptr;
  if (rollout == nullptr || rollout->state != RolloutState::active) return {};
  TRY_LET(status, status_of(world, {rollout->environment, rollout->name}, moment));
  for (const RolloutStanding& standing : status.rollouts) {
    if (standing.id != why.subject || !standing.refused) continue;
    TRY_LET(proposal, decide(world, Promote{why.subject, std::nullopt}));
    WhyNext next{standing.next, {standing.refused, standing.also, standing.gates, {}}, {}};
    Recorded step;
    step.seq = world.position->size;
    step.entry.recorded = moment;
    step.statement.events = std::move(proposal.events);
    next.causes = causes_of(world, step, next.verdict);
    why.next = std::move(next);
  }
  return {};
}

}  // namespace

std::string_view to_text(Why::Kind kind) {
  switch (kind) {
    case Why::Kind::rollout:
      return "rollout";
    case Why::Kind::incident:
      return "incident";
    case Why::Kind::entry:
      return "entry";
  }
  return "";
}

bool Why::agrees() const {
  return std::all_of(nodes.begin(), nodes.end(), [](const auto& row) { return row.second.agrees(); });
}

Result<Why> why_of(const Ledger& ledger, World& world, const std::string& subject, std::size_t depth, Millis moment) {
  Why why;
  why.subject = subject;
  why.depth = depth;
  why.ledger = ledger.id();
  why.head = ledger.checkpoint().head;
  TRY(find_subject(ledger, world, why));
  TRY(add_next(world, why, moment));
  TRY(Walk(ledger, world, why).run());
  return why;
}

}  // namespace cairn
