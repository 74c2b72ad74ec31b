// log-key, clock, fork.
#include <CLI/CLI.hpp>

#include "commands/cli_parts.h"
#include "commands/run_operate.h"

namespace cairn {

namespace {

void add_log_key(CLI::App& app, Invocation& invocation) {
  CLI::App* log_key =
      add_command(app, "log-key", "The log's verifier keys, for auditors; and to change them", "cairn log-key");
  log_key->require_subcommand(0, 1);
  log_key->callback([&invocation, log_key] {
    if (!log_key->get_subcommands().empty()) return;
    invocation.action = [&invocation] { return run_log_key(invocation.globals); };
  });

  CLI::App* add =
      add_command(*log_key, "add", "Have the log sign with a new key as well, which is made here", "cairn log-key add");
  auto add_write = add_write_flags(*add);
  add->callback([&invocation, add_write] {
    invocation.action = [&invocation, add_write] { return run_log_key_add(invocation.globals, *add_write); };
  });

  const auto add_ending = [](CLI::App& command, const std::shared_ptr<LogKeyFlags>& flags) {
    command
        .add_option("--compromised-from", flags->compromised_from,
                    "heads of this size or more may be a thief's: the old key was taken")
        ->type_name("SIZE")
        ->check(whole_number);
    command.add_option("--reason", flags->reason, "why")->required()->type_name("TEXT");
  };
  auto replace_flags = std::make_shared<LogKeyFlags>();
  CLI::App* replace =
      add_command(*log_key, "replace", "Have the log sign with a new key, which is made here, and with no other",
                  "cairn log-key replace --reason \"yearly\"");
  add_ending(*replace, replace_flags);
  auto replace_write = add_write_flags(*replace);
  replace->callback([&invocation, replace_flags, replace_write] {
    invocation.action = [&invocation, replace_flags, replace_write] {
      return run_log_key_replace(invocation.globals, *replace_write, *replace_flags);
    };
  });

  auto retire_flags = std::make_shared<LogKeyFlags>();
  CLI::App* retire = add_command(*log_key, "retire", "Have the log sign with this key no more",
                                 "cairn log-key retire models.example.org/prod+c7ad15b5 --reason \"yearly\"");
  retire->add_option("VKEY", retire_flags->retire, "as cairn log-key prints it, or its first two parts")->required();
  add_ending(*retire, retire_flags);
  auto retire_write = add_write_flags(*retire);
  retire->callback([&invocation, retire_flags, retire_write] {
    invocation.action = [&invocation, retire_flags, retire_write] {
      return run_log_key_retire(invocation.globals, *retire_write, *retire_flags);
    };
  });
}

void add_clock(CLI::App& app, Invocation& invocation) {
  CLI::App* clock = add_command(app, "clock", "Set the ledger's clock right",
                                "cairn clock correct --reason \"the host ran a year ahead\"");
  clock->require_subcommand(1);
  auto reason = std::make_shared<std::string>();
  CLI::App* correct = add_command(*clock, "correct",
                                  "Say that the newest entry was recorded later than it is, so that others can follow",
                                  "cairn clock correct --reason \"the host ran a year ahead\"");
  correct->add_option("--reason", *reason, "what was wrong")->required()->type_name("TEXT");
  auto write = add_write_flags(*correct);
  correct->callback([&invocation, reason, write] {
    invocation.action = [&invocation, reason, write] { return run_clock_correct(invocation.globals, *write, *reason); };
  });
}

void add_fork(CLI::App& app, Invocation& invocation) {
  auto flags = std::make_shared<ForkFlags>();
  CLI::App* fork =
      add_command(app, "fork", "Make a ledger of its own of an older copy that was restored; it is no backup any more",
                  "cairn --as olga fork --reason \"everything after Monday is lost\"");
  fork->add_option("--origin", flags->origin, "its name (default: the old one's, and /fork- with a part of its key)")
      ->type_name("NAME");
  fork->add_option("--reason", flags->reason, "why there is no newer copy to go on from")
      ->required()
      ->type_name("TEXT");
  fork->callback([&invocation, flags] {
    invocation.action = [&invocation, flags] { return run_fork(invocation.globals, *flags); };
  });
}

}  // namespace

void add_operate_commands(CLI::App& app, Invocation& invocation) {
  add_log_key(app, invocation);
  add_clock(app, invocation);
  add_fork(app, invocation);
}

}  // namespace cairn
