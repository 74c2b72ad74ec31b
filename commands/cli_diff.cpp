// diff.
#include <CLI/CLI.hpp>

#include "commands/cli_parts.h"
#include "commands/run_questions.h"

namespace cairn {

void add_diff_command(CLI::App& app, Invocation& invocation) {
  auto flags = std::make_shared<DiffFlags>();
  CLI::App* command = add_command(app, "diff", "What changed between two points, and which entries changed it",
                                  "cairn diff --from 2026-11-20 --to 2026-11-24 --model logistic");
  command->add_option("--from", flags->from, "as it was at this time, or after this entry")
      ->required()
      ->type_name("TIME|SEQ");
  command->add_option("--to", flags->to, "the same, later")->required()->type_name("TIME|SEQ");
  command->add_option("--environment", flags->environment, "only there")->type_name("E");
  command->add_option("--model", flags->model, "only this model")->type_name("NAME");
  command->callback([&invocation, flags] {
    invocation.action = [&invocation, flags] { return run_diff(invocation.globals, *flags); };
  });
}

}  // namespace cairn
