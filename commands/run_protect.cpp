// pause, resume, abort; quarantine, retire; lockdown, freeze, break-glass.
#include <algorithm>

#include "commands/moments.h"
#include "commands/run.h"
#include "ledger/base/text.h"

namespace cairn {

namespace {

constexpr Millis usual_break_glass = hour;

Result<Scope> scope_of(const ScopeFlags& flags) {
  return given("--scope", parse_scope(flags.scope));
}

// One environment and one model.
Result<Scope> slot_of(const ScopeFlags& flags) {
  TRY_LET(scope, scope_of(flags));
  if (scope.environment != "*" && scope.model != "*") return scope;
  return usage("--scope " + printable(flags.scope) + ": one slot is meant, environment=E,model=M");
}

// What --until or --for says, `usual` from now if neither does; 0 for no end.
Result<Millis> end_of(const ScopeFlags& flags, Millis usual) {
  if (flags.until) return read_moment(*flags.until);
  Millis span = usual;
  if (flags.span) {
    TRY_LET(parsed, given("--for", parse_duration(*flags.span)));
    if (parsed == 0) return usage("--for " + printable(*flags.span) + " is no time at all");
    span = parsed;
  }
  return span == 0 ? 0 : SystemClock().now() + span;
}

Event event_of(ModelAct act, const Hash& model, const std::string& reason) {
  switch (act) {
    case ModelAct::quarantine:
      return ModelQuarantined{model, reason};
    case ModelAct::release:
      return ModelReleased{model, reason};
    case ModelAct::retire:
      break;
  }
  return ModelRetired{model, reason};
}

Event event_of(RolloutAct act, const std::string& rollout, const std::string& reason) {
  switch (act) {
    case RolloutAct::pause:
      return RolloutPaused{rollout, reason};
    case RolloutAct::resume:
      return RolloutResumed{rollout, reason};
    case RolloutAct::abort:
      break;
  }
  return RolloutAborted{rollout, reason};
}

}  // namespace

Result<Hash> version_named(const World& world, const std::string& subject) {
  const std::size_t at = subject.rfind('@');
  if (at == std::string::npos)
    return usage(printable(subject) + " is no MODEL@VERSION, such as logistic@20261123_023138");
  const Hash* digest = world.versions.find({subject.substr(0, at), subject.substr(at + 1)});
  if (digest != nullptr) return *digest;
  return usage("no version " + printable(subject) + " is registered; cairn history MODEL lists them");
}

Result<Exit> run_rollout_act(const Globals& globals, const WriteFlags& write, RolloutAct act,
                             const ReasonedFlags& flags) {
  if (act != RolloutAct::resume) TRY(said_something("--reason", flags.reason));
  return record(globals, write, event_of(act, flags.subject, flags.reason));
}

Result<Exit> run_model_act(const Globals& globals, const WriteFlags& write, ModelAct act, const ReasonedFlags& flags) {
  TRY(said_something("--reason", flags.reason));
  return write_and_show(globals, write, [&](const World& world) -> Result<Wanted> {
    TRY_LET(model, version_named(world, flags.subject));
    return Wanted{Record{event_of(act, model, flags.reason)}, {}};
  });
}

Result<Exit> run_lockdown_engage(const Globals& globals, const WriteFlags& write, const ScopeFlags& flags) {
  TRY_LET(scope, scope_of(flags));
  TRY(said_something("--reason", flags.reason));
  return record(globals, write, LockdownEngaged{scope, flags.reason});
}

Result<Exit> run_lockdown_lift(const Globals& globals, const WriteFlags& write, const ScopeFlags& flags) {
  TRY_LET(scope, scope_of(flags));
  return write_and_show(globals, write, [&](const World& world) {
    return Wanted{LiftLockdown{scope, flags.reason, Speaker{globals.actor, moment_of(world)}}, {}};
  });
}

Result<Exit> run_freeze_declare(const Globals& globals, const WriteFlags& write, const ScopeFlags& flags) {
  TRY_LET(scope, scope_of(flags));
  TRY(said_something("--reason", flags.reason));
  TRY_LET(until, end_of(flags, 0));
  return record(globals, write, FreezeDeclared{scope, until, flags.reason});
}

Result<Exit> run_freeze_end(const Globals& globals, const WriteFlags& write, const ScopeFlags& flags) {
  TRY_LET(scope, scope_of(flags));
  return record(globals, write, FreezeEnded{scope, flags.reason});
}

Result<Exit> run_break_glass_invoke(const Globals& globals, const WriteFlags& write, const BreakGlassFlags& flags) {
  TRY_LET(slot, slot_of(flags.scope));
  TRY(said_something("--reason", flags.scope.reason));
  TRY_LET(until, end_of(flags.scope, usual_break_glass));
  std::vector<Guard> lifts;
  for (const std::string& word : flags.lifts) {
    TRY_LET(guard, given("--lift", parse_guard(word)));
    lifts.push_back(guard);
  }
  std::sort(lifts.begin(), lifts.end());
  lifts.erase(std::unique(lifts.begin(), lifts.end()), lifts.end());
  return record(globals, write,
                BreakGlassInvoked{slot.model, slot.environment, lifts, until, flags.incident, flags.scope.reason});
}

Result<Exit> run_break_glass_review(const Globals& globals, const WriteFlags& write, const ScopeFlags& flags) {
  TRY_LET(slot, slot_of(flags));
  TRY(said_something("--finding", flags.reason));
  return record(globals, write, BreakGlassReviewed{slot.model, slot.environment, flags.reason});
}

}  // namespace cairn
