// pause, resume, abort; quarantine, archive; lockdown, freeze, break-glass.
#include <CLI/CLI.hpp>

#include "commands/cli_parts.h"

namespace cairn {

namespace {

void add_rollout_act(CLI::App& app, Invocation& invocation, RolloutAct act, const std::string& name,
                     const std::string& description, const std::string& example) {
  auto flags = std::make_shared<ReasonedFlags>();
  CLI::App* command = add_command(app, name, description, example);
  command->add_option("ROLLOUT", flags->subject, "cairn status lists them")->required();
  CLI::Option* reason = command->add_option("--reason", flags->reason, "why")->type_name("TEXT");
  if (act != RolloutAct::resume) reason->required();
  auto write = add_write_flags(*command);
  command->callback([&invocation, act, flags, write] {
    invocation.action = [&invocation, act, flags, write] {
      return run_rollout_act(invocation.globals, *write, act, *flags);
    };
  });
}

void add_quarantine(CLI::App& app, Invocation& invocation) {
  auto flags = std::make_shared<ReasonedFlags>();
  auto release = std::make_shared<bool>(false);
  CLI::App* command = add_command(app, "quarantine", "Keep a version out of every slot until it is released",
                                  "cairn quarantine logistic@20261123_023138 --reason \"drifts on weekends\"");
  command->add_option("MODEL@VERSION", flags->subject, "which version")->required();
  command->add_option("--reason", flags->reason, "why")->required()->type_name("TEXT");
  command->add_flag("--release", *release, "let it out again");
  auto write = add_write_flags(*command);
  command->callback([&invocation, flags, release, write] {
    invocation.action = [&invocation, flags, release, write] {
      const ModelAct act = *release ? ModelAct::release : ModelAct::quarantine;
      return run_model_act(invocation.globals, *write, act, *flags);
    };
  });
}

void add_archive(CLI::App& app, Invocation& invocation) {
  auto flags = std::make_shared<ReasonedFlags>();
  auto retire = std::make_shared<bool>(false);
  CLI::App* command =
      add_command(app, "archive", "What every version is: candidate, current, archived, quarantined, retired",
                  "cairn archive logistic");
  command->add_option("MODEL", flags->subject, "only this model; with --retire MODEL@VERSION");
  command->add_flag("--retire", *retire, "take the version out of use for good");
  command->add_option("--reason", flags->reason, "why, with --retire")->type_name("TEXT");
  auto write = add_write_flags(*command);
  command->callback([&invocation, flags, retire, write] {
    invocation.action = [&invocation, flags, retire, write] {
      if (*retire) return run_model_act(invocation.globals, *write, ModelAct::retire, *flags);
      return run_archive(invocation.globals, flags->subject);
    };
  });
}

using RunScope = Result<Exit> (*)(const Globals&, const WriteFlags&, const ScopeFlags&);

CLI::App* add_scoped(CLI::App& parent, Invocation& invocation, const std::string& name, const std::string& description,
                     const std::string& example, RunScope run, const std::shared_ptr<ScopeFlags>& flags) {
  CLI::App* command = add_command(parent, name, description, example);
  command->add_option("--scope", flags->scope, "all, environment=E, model=M or environment=E,model=M")
      ->required()
      ->type_name("SCOPE");
  auto write = add_write_flags(*command);
  command->callback([&invocation, run, flags, write] {
    invocation.action = [&invocation, run, flags, write] { return run(invocation.globals, *write, *flags); };
  });
  return command;
}

void add_end(CLI::App& command, ScopeFlags& flags) {
  CLI::Option* until = command.add_option("--until", flags.until, "until this time")->type_name("TIME");
  command.add_option("--for", flags.span, "for so long from now")->excludes(until)->type_name("DURATION");
}

void add_lockdown(CLI::App& app, Invocation& invocation) {
  CLI::App* lockdown = add_command(app, "lockdown", "Stop every rollout within a scope, until two persons lift it",
                                   "cairn lockdown engage --scope environment=production --reason \"unsafe answers\"");
  lockdown->require_subcommand(1);
  auto engage = std::make_shared<ScopeFlags>();
  add_scoped(*lockdown, invocation, "engage", "No rollout is proposed, advanced or resumed; rollbacks always are",
             "cairn lockdown engage --scope all --reason \"unsafe answers\"", run_lockdown_engage, engage)
      ->add_option("--reason", engage->reason, "why")
      ->required()
      ->type_name("TEXT");
  auto lift = std::make_shared<ScopeFlags>();
  add_scoped(*lockdown, invocation, "lift", "Ask for the lift; or confirm it, when another person has asked",
             "cairn lockdown lift --scope all --reason \"the filter was mended\"", run_lockdown_lift, lift)
      ->add_option("--reason", lift->reason, "why; needed to ask")
      ->type_name("TEXT");
}

void add_freeze(CLI::App& app, Invocation& invocation) {
  CLI::App* freeze = add_command(app, "freeze", "Hold deployments back for a while: holidays, a spent error budget",
                                 "cairn freeze declare --scope environment=production --for 72h --reason \"year-end\"");
  freeze->require_subcommand(1);
  auto declare = std::make_shared<ScopeFlags>();
  CLI::App* command = add_scoped(*freeze, invocation, "declare", "Until a time, or until it is ended",
                                 "cairn freeze declare --scope environment=production --until 2027-01-04 "
                                 "--reason \"year-end\"",
                                 run_freeze_declare, declare);
  command->add_option("--reason", declare->reason, "why")->required()->type_name("TEXT");
  add_end(*command, *declare);
  auto end = std::make_shared<ScopeFlags>();
  add_scoped(*freeze, invocation, "end", "End a freeze before its time",
             "cairn freeze end --scope environment=production --reason \"books are closed\"", run_freeze_end, end)
      ->add_option("--reason", end->reason, "why")
      ->type_name("TEXT");
}

void add_break_glass(CLI::App& app, Invocation& invocation) {
  CLI::App* glass = add_command(app, "break-glass", "In an incident, go past named guards for one slot and a while",
                                "cairn break-glass review --scope environment=production,model=logistic "
                                "--finding \"one step, as said\"");
  glass->require_subcommand(1);
  auto flags = std::make_shared<BreakGlassFlags>();
  CLI::App* invoke = add_command(*glass, "invoke", "Lift soak, freeze, approvals or gates; another person reviews it",
                                 "cairn break-glass invoke --scope environment=production,model=logistic --lift soak "
                                 "--lift approvals --incident INC-1 --for 1h --reason \"ship the fix\"");
  invoke->add_option("--scope", flags->scope.scope, "the slot: environment=E,model=M")->required()->type_name("SCOPE");
  invoke->add_option("--lift", flags->lifts, "soak, freeze, approvals or gates; again for another")
      ->required()
      ->take_all()
      ->type_name("GUARD");
  invoke->add_option("--incident", flags->incident, "the open incident that it is for")->required()->type_name("INC-N");
  invoke->add_option("--reason", flags->scope.reason, "why")->required()->type_name("TEXT");
  add_end(*invoke, flags->scope);
  auto write = add_write_flags(*invoke);
  invoke->callback([&invocation, flags, write] {
    invocation.action = [&invocation, flags, write] {
      return run_break_glass_invoke(invocation.globals, *write, *flags);
    };
  });
  auto review = std::make_shared<ScopeFlags>();
  add_scoped(*glass, invocation, "review", "Say what you found; until then the slot's promotions wait",
             "cairn break-glass review --scope environment=production,model=logistic --finding \"one step, as said\"",
             run_break_glass_review, review)
      ->add_option("--finding", review->reason, "what was done, and whether it was right")
      ->required()
      ->type_name("TEXT");
}

}  // namespace

void add_protect_commands(CLI::App& app, Invocation& invocation) {
  add_rollout_act(app, invocation, RolloutAct::pause, "pause", "Let a rollout take no step until it is resumed",
                  "cairn pause logistic/production/1 --reason \"waiting for the weekend\"");
  add_rollout_act(app, invocation, RolloutAct::resume, "resume", "Let a paused rollout go on",
                  "cairn resume logistic/production/1");
  add_rollout_act(app, invocation, RolloutAct::abort, "abort",
                  "End a rollout; what was at full before takes all traffic",
                  "cairn abort logistic/production/1 --reason \"error rate doubled\"");
  add_quarantine(app, invocation);
  add_archive(app, invocation);
  add_lockdown(app, invocation);
  add_freeze(app, invocation);
  add_break_glass(app, invocation);
}

}  // namespace cairn
