// due, advise, allowed; alert ack, retrain.
#include <CLI/CLI.hpp>

#include "commands/cli_parts.h"

namespace cairn {

namespace {

void add_due(CLI::App& app, Invocation& invocation) {
  auto record = std::make_shared<bool>(false);
  CLI::App* command = add_command(app, "due", "Looks, alerts, incidents, actions and reviews that are due or overdue",
                                  "cairn due --record");
  command->add_flag("--record", *record, "put on record what is overdue now: for a scheduler's own key");
  auto write = add_write_flags(*command);
  command->callback([&invocation, record, write] {
    invocation.action = [&invocation, record, write] {
      return *record ? run_due_record(invocation.globals, *write) : run_due(invocation.globals);
    };
  });
}

void add_advise(CLI::App& app, Invocation& invocation) {
  auto model = std::make_shared<std::string>();
  auto environment = std::make_shared<std::string>();
  CLI::App* command = add_command(app, "advise", "Walk the emergency decision tree on the newest evidence",
                                  "cairn advise logistic --environment production");
  command->add_option("MODEL", *model, "its name")->required();
  command->add_option("--environment", *environment, "where")->required()->type_name("E");
  command->callback([&invocation, model, environment] {
    invocation.action = [&invocation, model, environment] {
      return run_advise(invocation.globals, *model, *environment);
    };
  });
}

void add_allowed(CLI::App& app, Invocation& invocation) {
  auto flags = std::make_shared<AllowedFlags>();
  CLI::App* command =
      add_command(app, "allowed", "Whether a version may serve there now: exit 0 or 3, for admission hooks",
                  "cairn allowed logistic@20261123_023138 --environment production --stage full");
  command->add_option("MODEL@VERSION", flags->subject, "which version")->required();
  command->add_option("--environment", flags->environment, "where")->required()->type_name("E");
  command->add_option("--stage", flags->stage, "shadow, canary or full")->capture_default_str();
  command->callback([&invocation, flags] {
    invocation.action = [&invocation, flags] { return run_allowed(invocation.globals, *flags); };
  });
}

void add_alert(CLI::App& app, Invocation& invocation) {
  CLI::App* alert = add_command(app, "alert", "Monitoring records that failed", "cairn alert ack 41 --note \"known\"");
  alert->require_subcommand(1);
  auto which = std::make_shared<Seq>(0);
  auto note = std::make_shared<std::string>();
  CLI::App* ack = add_command(*alert, "ack", "Say that you have seen it", "cairn alert ack 41 --note \"known\"");
  ack->add_option("SEQ", *which, "the entry of the record; cairn due lists them")->required()->check(whole_number);
  ack->add_option("--note", *note, "what you know")->type_name("TEXT");
  auto write = add_write_flags(*ack);
  ack->callback([&invocation, which, note, write] {
    invocation.action = [&invocation, which, note, write] {
      return run_alert_ack(invocation.globals, *write, *which, *note);
    };
  });
}

void add_retrain(CLI::App& app, Invocation& invocation) {
  auto flags = std::make_shared<ReasonedFlags>();
  auto ticket = std::make_shared<std::string>();
  CLI::App* command = add_command(app, "retrain", "Put on record that a retraining was asked for",
                                  "cairn retrain logistic@20261123_023138 --reason \"drift score above 0.15\"");
  command->add_option("MODEL@VERSION", flags->subject, "of which version")->required();
  command->add_option("--reason", flags->reason, "why")->required()->type_name("TEXT");
  command->add_option("--ticket", *ticket, "where it is followed up")->type_name("TEXT");
  auto write = add_write_flags(*command);
  command->callback([&invocation, flags, ticket, write] {
    invocation.action = [&invocation, flags, ticket, write] {
      return run_retrain(invocation.globals, *write, *flags, *ticket);
    };
  });
}

}  // namespace

void add_due_commands(CLI::App& app, Invocation& invocation) {
  add_due(app, invocation);
  add_advise(app, invocation);
  add_allowed(app, invocation);
  add_alert(app, invocation);
  add_retrain(app, invocation);
}

}  // namespace cairn
