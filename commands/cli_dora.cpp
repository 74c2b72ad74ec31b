// dora.
#include <CLI/CLI.hpp>

#include "commands/cli_parts.h"
#include "commands/run_questions.h"

namespace cairn {

void add_dora_command(CLI::App& app, Invocation& invocation) {
  auto flags = std::make_shared<DoraFlags>();
  CLI::App* command =
      add_command(app, "dora", "How fast and how safely versions reach full, and what governing that took",
                  "cairn dora --since 2026-11-01 --environment production");
  command->add_option("--since", flags->since, "recorded at or after")->required()->type_name("TIME");
  command->add_option("--until", flags->until, "recorded at or before; default: the newest entry")->type_name("TIME");
  command->add_option("--model", flags->model, "only this model")->type_name("NAME");
  command->add_option("--environment", flags->environment, "only there")->type_name("E");
  command->add_flag("--seqs", flags->seqs, "the entries behind each number");
  command->callback([&invocation, flags] {
    invocation.action = [&invocation, flags] { return run_dora(invocation.globals, *flags); };
  });
}

}  // namespace cairn
