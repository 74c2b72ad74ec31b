#include "commands/cli.h"

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "commands/cli_parts.h"
#include "ledger/base/text.h"

namespace cairn {

namespace {

constexpr const char* about =
    "An audit and governance ledger for model deployments: every act a signed statement in one Merkle tree.";

void add_globals(CLI::App& app, Globals& globals) {
  app.add_option("--ledger", globals.where, "where the ledger is: a directory")
      ->envname("CAIRN_LEDGER")
      ->capture_default_str();
  app.add_option("--as", globals.actor, "whose key signs (default: USER)")->envname("CAIRN_ACTOR");
  app.add_flag("--json", globals.json, "one JSON document on stdout, and nothing else");
  app.add_option_function<std::string>(
         "--lock-timeout",
         [&globals](const std::string& text) {
           const auto span = parse_duration(text);
           if (!span) throw CLI::ValidationError("--lock-timeout", span.error().message);
           globals.lock_timeout = *span;
         },
         "how long to wait for another writing process (default 30s)")
      ->type_name("DURATION");
  app.add_flag("--clock-is-right", globals.clock_is_right,
               "append although the clock is far ahead of the newest entry");
}

int report(const Globals& globals, const Error& error) {
  if (globals.json) {
    const bool door = error.kind == ErrorKind::turned_away || error.kind == ErrorKind::conflict;
    const nlohmann::ordered_json json = {{"outcome", door ? "turned_away" : "error"}, {"error", error.message}};
    print(json.dump(2) + "\n");
  } else {
    warn("cairn: " + error.message + "\n");
  }
  return static_cast<int>(exit_of(error.kind));
}

// A full disk or a closed pipe behind stdout must not look like success.
int flushed(int code) {
  const bool written = std::fflush(stdout) == 0 && std::ferror(stdout) == 0;
  if (!written && code == 0) {
    warn("cairn: the answer could not be written to standard output\n");
    return static_cast<int>(Exit::fault);
  }
  return code;
}

int usage_error(const CLI::App& app, const CLI::ParseError& error) {
  const CLI::App* innermost = &app;
  while (!innermost->get_subcommands().empty()) innermost = innermost->get_subcommands().front();
  std::string name = innermost->get_name();
  for (const CLI::App* parent = innermost->get_parent(); parent != nullptr; parent = parent->get_parent()) {
    name = parent->get_name() + " " + name;
  }
  const auto unknown = app.remaining(true);
  const bool no_command = innermost->get_require_subcommand_min() > 0 && !unknown.empty();
  const std::string what =
      no_command ? "there is no command " + innermost->get_name() + " " + unknown.front() : error.what();
  warn("cairn: " + printable(what) + "; see " + name + " --help\n");
  return static_cast<int>(Exit::usage);
}

}  // namespace

CLI::App* add_command(CLI::App& parent, const std::string& name, const std::string& description,
                      const std::string& example) {
  CLI::App* command = parent.add_subcommand(name, description);
  command->footer("Example:\n  " + example);
  command->fallthrough();
  return command;
}

std::shared_ptr<WriteFlags> add_write_flags(CLI::App& command) {
  auto flags = std::make_shared<WriteFlags>();
  command.add_option("--sign-only", flags->sign_only, "write the signed statement to FILE and append nothing")
      ->type_name("FILE");
  command.add_flag("--dry-run", flags->dry_run, "ask the rules; sign and write nothing");
  command.add_flag("--wait", flags->wait, "sleep while the answer is \"not before ...\", then act");
  command.add_option("--id", flags->id, "idempotency key: the same id and words give the first receipt again")
      ->type_name("TEXT");
  return flags;
}

int run_command_line(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);
  Invocation invocation;
  if (const char* user = std::getenv("USER"); user != nullptr) invocation.globals.actor = user;

  CLI::App app(about, "cairn");
  app.fallthrough();
  app.require_subcommand(1);
  app.footer(
      "Keys, and the heads seen before, lie in CAIRN_HOME (default: ~/.config/cairn).\n"
      "Exit: 0 done, 1 fault, 2 usage, 3 refused by the rules, 4 conflict, 5 not verified.");
  app.set_version_flag("--version", "cairn " CAIRN_VERSION);
  add_globals(app, invocation.globals);
  add_start_commands(app, invocation);
  add_deploy_commands(app, invocation);
  add_read_commands(app, invocation);
  add_verify_commands(app, invocation);
  add_completion_command(app, invocation);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& success) {
    return flushed(app.exit(success));
  } catch (const CLI::ParseError& error) {
    return usage_error(app, error);
  }
  const auto ended = invocation.action();
  return flushed(ended ? static_cast<int>(*ended) : report(invocation.globals, ended.error()));
}

}  // namespace cairn
