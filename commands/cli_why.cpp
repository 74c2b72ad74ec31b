// why.
#include <CLI/CLI.hpp>

#include "commands/cli_parts.h"
#include "commands/run_questions.h"

namespace cairn {

void add_why_commands(CLI::App& app, Invocation& invocation) {
  auto flags = std::make_shared<WhyFlags>();
  CLI::App* command =
      add_command(app, "why", "What a rollout, an incident or an entry stands on: its causes, back to the beginning",
                  "cairn why logistic/production/3 --dot | dot -Tsvg > why.svg");
  command->add_option("ROLLOUT|INCIDENT|SEQ", flags->subject, "which; an entry by its number, or its statement's id")
      ->required();
  command->add_option("--depth", flags->depth, "how many steps back")
      ->capture_default_str()
      ->check(whole_number)
      ->type_name("N");
  command->add_flag("--dot", flags->dot, "as a graph for Graphviz");
  command->callback([&invocation, flags] {
    invocation.action = [&invocation, flags] { return run_why(invocation.globals, *flags); };
  });
}

}  // namespace cairn
