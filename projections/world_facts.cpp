#include "projections/world_facts.h"

#include "ledger/base/text.h"
#include "ledger/base/time.h"

namespace cairn {

namespace {

class Collected {
 public:
  Collected(const World& world, const Scope& wanted, Millis moment) : world_(world), wanted_(wanted), moment_(moment) {
    names_.learn(world);
  }

  Facts take() {
    rollouts();
    holds();
    incidents();
    models();
    if (wanted_ == Scope{}) administration();
    return std::move(facts_);
  }

 private:
  bool wants(const std::string& environment, const std::string& model) const {
    return wanted_.covers(environment, model);
  }
  // What reaches into the scope that is asked about.
  bool wants(const Scope& scope) const {
    return scope.covers(wanted_.environment == "*" ? "" : wanted_.environment,
                        wanted_.model == "*" ? "" : wanted_.model);
  }
  void add(FactKey key, std::string text, std::optional<Seq> seq, std::string note = {}) {
    facts_.insert_or_assign(std::move(key), WorldFact{std::move(text), seq, std::move(note)});
  }

  void rollouts() {
    for (const auto& [id, rollout] : world_.rollouts.rows()) {
      if (!wants(rollout.environment, rollout.name)) continue;
      const bool over = rollout.state == RolloutState::superseded || rollout.state == RolloutState::aborted;
      std::string text = names_.version_of(rollout.model) + " ";
      if (over) {
        text += to_text(rollout.state);
      } else {
        text += rollout.state == RolloutState::full ? "at full" : "in " + step_of(rollout.stage, rollout.percent);
      }
      if (rollout.state == RolloutState::active && rollout.goes_back()) text += ", on its way back";
      if (rollout.state == RolloutState::active && rollout.paused) text += ", paused";
      add(rollout_fact(id), std::move(text), over ? std::nullopt : std::optional<Seq>(rollout.stage_entry));
      for (const Approval& one : rollout.approvals) {
        add(approval_fact(id, one.stage, one.person), std::string(to_text(one.state)), one.seq, one.reason);
      }
    }
  }

  void holds() {
    for (const auto& [scope, row] : world_.lockdowns.rows()) {
      if (!wants(scope)) continue;
      const std::string lift = row.lift ? ", " + row.lift->by + " asked for its lift" : "";
      add(lockdown_fact(scope), "engaged by " + row.by + lift, row.engaged, row.reason);
    }
    for (const auto& [scope, row] : world_.freezes.rows()) {
      if (!wants(scope)) continue;
      const bool over = row.until != 0 && row.until <= moment_;
      const std::string until = row.until == 0 ? "" : ", until " + format_time(row.until);
      add(freeze_fact(scope), over ? "ran out at " + format_time(row.until) : "declared by " + row.by + until,
          row.declared, row.reason);
    }
    for (const FreezeWindow& window : world_.policy().freezes) {
      if (!wants(window.scope) || moment_ < window.from || window.until <= moment_) continue;
      add({FactKind::freeze, to_text(window.scope) + ", window " + window.name},
          "by the policy, until " + format_time(window.until), world_.force->adopted);
    }
    for (const auto& [slot, glasses] : world_.glass.rows()) {
      if (!wants(slot.second, slot.first)) continue;
      std::string text;
      for (const BrokenGlass& row : glasses) text += (text.empty() ? "" : "; ") + text_of(row);
      if (!glasses.empty()) add(glass_fact(slot), std::move(text), glasses.back().said.seq);
    }
    for (const auto& [which, row] : world_.holds.rows()) {
      const auto& [case_id, model] = which;
      if (wants(Scope{"*", model.empty() ? "*" : model}))
        add(hold_fact(case_id, model), "placed by " + row.by, row.placed, row.reason);
    }
  }

  std::string text_of(const BrokenGlass& glass) const {
    if (glass.until <= moment_) return "over since " + format_time(glass.until) + ", and waits for its review";
    std::string lifts;
    for (const Guard guard : glass.lifts) lifts += (lifts.empty() ? "" : ", ") + std::string(to_text(guard));
    return "broken by " + glass.said.by + ", lifts " + lifts + " until " + format_time(glass.until);
  }
  void incidents() {
    for (const auto& [id, row] : world_.incidents.rows()) {
      if (!wants(row.environment, row.name)) continue;
      Seq newest = row.opened;
      for (const auto& step :
           {row.acknowledged, row.escalated, row.mitigated, row.resolved, row.postmortem, row.closed}) {
        if (step) newest = std::max(newest, step->seq);
      }
      add(incident_fact(id),
          str(to_text(row.severity), ", ", to_text(row.state), row.postmortem ? ", post-mortem published" : ""), newest,
          row.title);
      for (std::size_t i = 0; i < row.actions.size(); ++i) {
        const ActionItem& action = row.actions[i];
        add(action_fact(id, i + 1), action.closed ? "closed" : action.owner + ", due " + format_time(action.due),
            action.closed.value_or(action.opened), action.task);
      }
    }
  }

  void models() {
    if (wanted_.environment != "*" && wanted_.model == "*") return;  // a version is in no environment by itself
    for (const auto& [digest, row] : world_.models.rows()) {
      if (!wants("", row.name)) continue;
      std::string text = "registered";
      if (!row.classes.empty()) text += ", kept as " + joined(row.classes, ", ");
      if (row.quarantined) text += ", quarantined";
      if (row.retired) text += ", retired";
      if (row.deleted) text += ", its files deleted";
      add(model_fact(names_, digest), std::move(text), row.registered);
    }
  }

  void administration() {
    for (const auto& [digest, seq] : world_.erased.rows()) add(attachment_fact(digest), "erased", seq);
    for (const auto& [handle, row] : world_.actors.rows()) {
      add(actor_fact(handle), row.kind == ActorKind::service ? "a service of " + row.owner : "a person", row.enrolled);
      for (const Grant& grant : row.roles) add(role_fact(handle, grant), "held", std::nullopt);
    }
    for (const auto& [id, row] : world_.keys.rows()) {
      std::string text = row.revoked ? "revoked" : "signs";
      if (row.compromised_since > 0) text += ", compromised since " + format_time(row.compromised_since);
      add(key_fact(row.handle, id), std::move(text), row.revoked.value_or(row.added));
    }
    for (const auto& [events, row] : world_.requests.rows()) {
      add(request_fact(events), "asked by " + row.said.by + " of another admin", row.said.seq);
    }
    for (const auto& [policy, row] : world_.proposals.rows()) {
      std::string text = "by " + row.said.by;
      for (const auto& [who, consent] : row.approvals) text += ", approved by " + who;
      add(proposal_fact(policy), std::move(text), row.said.seq);
    }
    for (const auto& [vkey, row] : world_.genesis->log_keys) {
      std::string text = row.ended ? "ended" : "signs for the log";
      if (row.compromised) text += str(", compromised from size ", *row.compromised, " on");
      add(log_key_fact(vkey), std::move(text), row.ended.value_or(row.added));
    }
  }

  const World& world_;
  const Scope& wanted_;
  const Millis moment_;
  ModelNames names_;
  Facts facts_;
};

}  // namespace

std::string_view to_text(FactKind kind) {
  switch (kind) {
    case FactKind::rollout:
      return "rollout";
    case FactKind::approval:
      return "approval";
    case FactKind::lockdown:
      return "lockdown";
    case FactKind::freeze:
      return "freeze";
    case FactKind::break_glass:
      return "break-glass";
    case FactKind::hold:
      return "hold";
    case FactKind::incident:
      return "incident";
    case FactKind::action:
      return "action";
    case FactKind::model:
      return "model";
    case FactKind::attachment:
      return "attachment";
    case FactKind::actor:
      return "actor";
    case FactKind::role:
      return "role";
    case FactKind::key:
      return "key";
    case FactKind::request:
      return "request";
    case FactKind::proposal:
      return "proposal";
    case FactKind::log_key:
      return "log-key";
  }
  return "";
}

Facts facts_of(const World& world, const Scope& wanted, Millis moment) {
  return Collected(world, wanted, moment).take();
}

std::string step_of(Stage stage, std::uint64_t percent) {
  return stage == Stage::canary ? str("canary, ", percent, " %") : std::string(to_text(stage));
}

FactKey rollout_fact(const std::string& id) {
  return {FactKind::rollout, id};
}
FactKey approval_fact(const std::string& rollout, Stage stage, const std::string& person) {
  return {FactKind::approval, str(rollout, ", ", to_text(stage), ", ", person)};
}
FactKey lockdown_fact(const Scope& scope) {
  return {FactKind::lockdown, to_text(scope)};
}
FactKey freeze_fact(const Scope& scope) {
  return {FactKind::freeze, to_text(scope)};
}
FactKey glass_fact(const SlotKey& slot) {
  return {FactKind::break_glass, slot.first + " in " + slot.second};
}
FactKey hold_fact(const std::string& case_id, const std::string& model) {
  return {FactKind::hold, "case " + case_id + ", " + (model.empty() ? "every model" : model)};
}
FactKey incident_fact(const std::string& id) {
  return {FactKind::incident, id};
}
FactKey action_fact(const std::string& incident, std::uint64_t number) {
  return {FactKind::action, str(incident, ", action ", number)};
}
FactKey model_fact(const ModelNames& names, const Hash& model) {
  return {FactKind::model, names.of(model)};
}
FactKey attachment_fact(const Hash& digest) {
  return {FactKind::attachment, short_hex(digest)};
}
FactKey actor_fact(const std::string& handle) {
  return {FactKind::actor, handle};
}
FactKey role_fact(const std::string& handle, const Grant& grant) {
  return {FactKind::role, handle + ", " + to_text(grant)};
}
FactKey key_fact(const std::string& handle, const KeyId& key) {
  return {FactKind::key, handle + ", " + short_hex(key)};
}
FactKey request_fact(const Hash& events) {
  return {FactKind::request, short_hex(events)};
}
FactKey log_key_fact(const std::string& vkey) {
  return {FactKind::log_key, short_vkey(vkey)};
}
FactKey proposal_fact(const Hash& policy) {
  return {FactKind::proposal, short_hex(policy)};
}

}  // namespace cairn
