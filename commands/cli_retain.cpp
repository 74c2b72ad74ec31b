// retain, hold.
#include <CLI/CLI.hpp>

#include "commands/cli_parts.h"

namespace cairn {

namespace {

void add_ground(CLI::App& command, RetainFlags& flags) {
  command.add_option("--ground", flags.ground, "retention: their time is over; legal: the law wants them gone")
      ->capture_default_str();
  command.add_option("--reason", flags.reason, "why")->required()->type_name("TEXT");
}

void add_list(CLI::App& retain, Invocation& invocation) {
  auto model = std::make_shared<std::string>();
  CLI::App* list = add_command(retain, "list", "Until when each version's files are kept, and what asks for it",
                               "cairn retain list logistic");
  list->add_option("MODEL", *model, "only this model");
  list->callback([&invocation, model] {
    invocation.action = [&invocation, model] { return run_retain_list(invocation.globals, *model); };
  });
}

void add_set(CLI::App& retain, Invocation& invocation) {
  auto flags = std::make_shared<RetainFlags>();
  CLI::App* set = add_command(retain, "set", "Put a version into the policy's retention classes, and out of others",
                              "cairn retain set logistic@20261123_023138 --class hipaa");
  set->add_option("MODEL@VERSION", flags->subject, "which version")->required();
  set->add_option("--class", flags->classes, "a class; again for another; without any, of none")->type_name("CLASS");
  auto write = add_write_flags(*set);
  set->callback([&invocation, flags, write] {
    invocation.action = [&invocation, flags, write] { return run_retain_set(invocation.globals, *write, *flags); };
  });
}

void add_delete(CLI::App& retain, Invocation& invocation) {
  auto flags = std::make_shared<RetainFlags>();
  CLI::App* command = add_command(retain, "delete", "Put on record that a version's files go; exit 3 if they may not",
                                  "cairn retain delete logistic@20251123_023138 --reason \"kept for a year\"");
  command->add_option("MODEL@VERSION", flags->subject, "which version")->required();
  add_ground(*command, *flags);
  auto write = add_write_flags(*command);
  command->callback([&invocation, flags, write] {
    invocation.action = [&invocation, flags, write] { return run_retain_delete(invocation.globals, *write, *flags); };
  });
}

void add_erase(CLI::App& retain, Invocation& invocation) {
  auto flags = std::make_shared<RetainFlags>();
  auto entry = std::make_shared<Seq>(0);
  auto digest = std::make_shared<std::optional<std::string>>();
  CLI::App* command = add_command(retain, "erase", "Erase an attachment: its digest stays, its content goes",
                                  "cairn retain erase 61 --ground legal --reason \"names a patient\"");
  command->add_option("ENTRY", *entry, "the entry that names it; cairn log lists them")
      ->required()
      ->check(whole_number);
  command->add_option("--digest", *digest, "which, where the entry names several")->type_name("HEX");
  add_ground(*command, *flags);
  auto write = add_write_flags(*command);
  command->callback([&invocation, flags, entry, digest, write] {
    invocation.action = [&invocation, flags, entry, digest, write] {
      return run_retain_erase(invocation.globals, *write, *entry, *digest, *flags);
    };
  });
}

using RunHold = Result<Exit> (*)(const Globals&, const WriteFlags&, const HoldFlags&);

void add_hold_act(CLI::App& hold, Invocation& invocation, const std::string& name, const std::string& description,
                  const std::string& example, RunHold run) {
  auto flags = std::make_shared<HoldFlags>();
  CLI::App* command = add_command(hold, name, description, example);
  command->add_option("CASE", flags->case_id, "the case's name")->required();
  command->add_option("--model", flags->model, "which model it holds (default: a hold of every model)")
      ->type_name("MODEL");
  command->add_option("--reason", flags->reason, "why")->required()->type_name("TEXT");
  auto write = add_write_flags(*command);
  command->callback([&invocation, run, flags, write] {
    invocation.action = [&invocation, run, flags, write] { return run(invocation.globals, *write, *flags); };
  });
}

}  // namespace

void add_retain_commands(CLI::App& app, Invocation& invocation) {
  CLI::App* retain =
      add_command(app, "retain", "How long files are kept, and what was deleted or erased", "cairn retain list");
  retain->require_subcommand(1);
  add_list(*retain, invocation);
  add_set(*retain, invocation);
  add_delete(*retain, invocation);
  add_erase(*retain, invocation);
  CLI::App* hold = add_command(app, "hold", "Legal holds: what a case at law needs is neither deleted nor erased",
                               "cairn hold list");
  hold->require_subcommand(1);
  add_hold_act(*hold, invocation, "place", "Keep everything of a model for a case",
               "cairn hold place LEX-7 --model logistic --reason \"claim of a patient\"", run_hold_place);
  add_hold_act(*hold, invocation, "release", "Let go of what a case holds",
               "cairn hold release LEX-7 --model logistic --reason \"settled\"", run_hold_release);
  CLI::App* list = add_command(*hold, "list", "Every hold, and since when", "cairn hold list");
  list->callback([&invocation] { invocation.action = [&invocation] { return run_hold_list(invocation.globals); }; });
}

}  // namespace cairn
