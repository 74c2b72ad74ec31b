#include "commands/cli.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <sstream>

#include "commands/cli_parts.h"
#include "commands/json_text.h"
#include "commands/witnessing.h"
#include "ledger/base/fold_lines.h"
#include "ledger/base/text.h"
#include "ledger/base/time.h"
#include "ledger/crypto/secret.h"
#include "ledger/events/statement.h"

namespace cairn {

namespace {

constexpr const char* about =
    "An audit and governance ledger for model deployments: every act a signed statement in one Merkle tree.";

void add_globals(CLI::App& app, Globals& globals) {
  app.add_option("--ledger", globals.where, "where the ledger is: a directory, or postgresql://HOST/DATABASE")
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
    print(json_text(json));
  } else {
    // A message may hold a note that somebody else wrote.
    warn("cairn: " + printable_lines(error.message) + "\n");
  }
  return static_cast<int>(exit_of(error.kind));
}

// A full disk behind stdout must not look like success.
int flushed(int code) {
  const int problem = output_problem();
  if (problem == 0 || problem == EPIPE || code != 0) return code;
  warn("cairn: the answer could not be written to standard output: " + std::generic_category().message(problem) + "\n");
  return static_cast<int>(Exit::fault);
}

// Only at the end, since what was appended has to be remembered, and given to witnesses; and a verdict that is no
// success is worth more.
int ended(int code) {
  if (code == 0 && output_problem() == EPIPE) end_with_reader();
  return code;
}

// CLI11 asks for what is required before it says what it did not understand, and names that from behind.
std::string what_is_wrong(const CLI::App& app, const CLI::App& command, const CLI::ParseError& error) {
  const auto unknown = app.remaining(true);
  if (unknown.empty()) return error.what();
  if (command.get_require_subcommand_min() > 0)
    return "there is no command " + command.get_name() + " " + unknown.front();
  const auto flag =
      std::find_if(unknown.begin(), unknown.end(), [](const std::string& word) { return word.starts_with("-"); });
  if (flag != unknown.end()) return command.get_name() + " has no flag " + *flag;
  return error.get_name() == "ExtrasError" ? unknown.front() + " is one word too many" : error.what();
}

int usage_error(const Globals& globals, const CLI::App& app, const CLI::ParseError& error) {
  const CLI::App* innermost = &app;
  while (!innermost->get_subcommands().empty()) innermost = innermost->get_subcommands().front();
  std::string name = innermost->get_name();
  for (const CLI::App* parent = innermost->get_parent(); parent != nullptr; parent = parent->get_parent()) {
    name = parent->get_name() + " " + name;
  }
  return report(globals, usage(printable(what_is_wrong(app, *innermost, error)) + "; see " + name + " --help"));
}

}  // namespace

CLI::App* add_command(CLI::App& parent, const std::string& name, const std::string& description,
                      const std::string& example) {
  CLI::App* command = parent.add_subcommand(name, description);
  command->footer("Example:\n  " + example);
  command->fallthrough();
  return command;
}

std::string whole_number(const std::string& text) {
  const auto number = parse_uint(text);
  return number ? "" : number.error().message;
}

std::shared_ptr<WriteFlags> add_write_flags(CLI::App& command) {
  auto flags = std::make_shared<WriteFlags>();
  CLI::Option* sign_only =
      command.add_option("--sign-only", flags->sign_only, "write the signed statement to FILE and append nothing")
          ->type_name("FILE");
  command.add_flag("--dry-run", flags->dry_run, "ask the rules; sign and write nothing")->excludes(sign_only);
  command.add_flag("--wait", flags->wait, "sleep while the answer is \"not before ...\", then act");
  command.add_option("--id", flags->id, "idempotency key: the same id and words give the first receipt again")
      ->type_name("TEXT");
  command
      .add_option_function<std::string>(
          "--valid-for",
          [flags](const std::string& text) {
            const auto span = parse_duration(text);
            if (!span) throw CLI::ValidationError("--valid-for", span.error().message);
            if (*span <= 0 || *span > max_validity) {
              throw CLI::ValidationError("--valid-for",
                                         text + ": a statement is valid for at most " + format_duration(max_validity));
            }
            flags->valid_for = *span;
          },
          "how long what is signed may be submitted: at most 7d (default 10m, an approval 24h)")
      ->type_name("DURATION");
  return flags;
}

int run_command_line(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);
  Invocation invocation;
  if (const auto forbidden = forbid_core_dumps(); !forbidden) return report(invocation.globals, forbidden.error());
  if (const char* user = std::getenv("USER"); user != nullptr) invocation.globals.actor = user;

  CLI::App app(about, "cairn");
  app.formatter_fn([](const CLI::App* one, const std::string& name, CLI::AppFormatMode mode) {
    return fold_help(CLI::Formatter().make_help(one, name, mode));
  });
  app.fallthrough();
  app.require_subcommand(1);
  app.footer(
      "Keys, and the heads seen before, lie in CAIRN_HOME (default: ~/.config/cairn).\n"
      "Exit: 0 done, 1 fault, 2 usage, 3 refused by the rules, 4 conflict, 5 not verified,\n"
      "141 whoever read the answer has gone; what was to be recorded is.");
  app.set_version_flag("--version", "cairn " CAIRN_VERSION);
  add_globals(app, invocation.globals);
  add_start_commands(app, invocation);
  add_deploy_commands(app, invocation);
  add_monitor_commands(app, invocation);
  add_protect_commands(app, invocation);
  add_retain_commands(app, invocation);
  add_incident_commands(app, invocation);
  add_due_commands(app, invocation);
  add_dora_command(app, invocation);
  add_read_commands(app, invocation);
  add_diff_command(app, invocation);
  add_why_commands(app, invocation);
  add_report_commands(app, invocation);
  add_verify_commands(app, invocation);
  add_audit_commands(app, invocation);
  add_operate_commands(app, invocation);
  add_witness_commands(app, invocation);
  add_completion_command(app, invocation);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& success) {
    std::ostringstream page;
    const int code = app.exit(success, page, page);
    print(page.str());
    return ended(flushed(code));
  } catch (const CLI::ParseError& error) {
    // It may not have come to the flag.
    invocation.globals.json = invocation.globals.json || std::any_of(argv, argv + argc, [](const char* word) {
                                return std::string_view(word) == "--json";
                              });
    return flushed(usage_error(invocation.globals, app, error));
  }
  std::optional<Hash> grown;
  invocation.globals.appended_to = &grown;
  const auto exit = invocation.action();
  const int code = flushed(exit ? static_cast<int>(*exit) : report(invocation.globals, exit.error()));
  // Only now: the answer is out, and no lock is held that another writer waits for.
  if (grown) ask_after_commit(invocation.globals, *grown);
  return ended(code);
}

}  // namespace cairn
