// The parts of the command line, each in its own file since CLI11's header is slow to compile. Included by
// commands/cli*.cpp only.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "commands/run.h"

namespace CLI {
class App;
}

namespace cairn {

// What the parsed words ask for. The flags' variables live in the closures.
struct Invocation {
  Globals globals;
  std::function<Result<Exit>()> action;
};

void add_start_commands(CLI::App& app, Invocation& invocation);
void add_deploy_commands(CLI::App& app, Invocation& invocation);
void add_monitor_commands(CLI::App& app, Invocation& invocation);
void add_protect_commands(CLI::App& app, Invocation& invocation);
void add_retain_commands(CLI::App& app, Invocation& invocation);
void add_incident_commands(CLI::App& app, Invocation& invocation);
void add_due_commands(CLI::App& app, Invocation& invocation);
void add_dora_command(CLI::App& app, Invocation& invocation);
void add_read_commands(CLI::App& app, Invocation& invocation);
void add_diff_command(CLI::App& app, Invocation& invocation);
void add_why_commands(CLI::App& app, Invocation& invocation);
void add_report_commands(CLI::App& app, Invocation& invocation);
void add_verify_commands(CLI::App& app, Invocation& invocation);
void add_audit_commands(CLI::App& app, Invocation& invocation);
void add_operate_commands(CLI::App& app, Invocation& invocation);
void add_witness_commands(CLI::App& app, Invocation& invocation);

// A subcommand with its one-line description and, in --help, one real example.
CLI::App* add_command(CLI::App& parent, const std::string& name, const std::string& description,
                      const std::string& example);

// What keeps a text from being a whole number; empty: nothing does. For ->check() on every number that is read into an
// integer: CLI11 by itself takes "" for none or zero, and -1 for the largest number there is.
std::string whole_number(const std::string& text);

// --sign-only, --dry-run, --wait, --id
std::shared_ptr<WriteFlags> add_write_flags(CLI::App& command);

// Completion for bash, zsh and fish, made from the commands themselves.
void add_completion_command(CLI::App& app, Invocation& invocation);

}  // namespace cairn
