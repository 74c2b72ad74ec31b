// register, deploy, promote, approve, notify, rollback.
#include <CLI/CLI.hpp>

#include "commands/cli_parts.h"

namespace cairn {

namespace {

void add_model_flags(CLI::App& command, ModelFlags& model) {
  command.add_option("--model-path", model.path, "the directory of the model")->required()->type_name("DIR");
  command.add_option("--name", model.name, "which model, where there are several")->type_name("NAME");
  command.add_option("--version", model.version, "its version (default: the files' time stamp, or their digest)")
      ->type_name("V");
}

// Which file each gate's evidence is read from; the policy that init adopts asks for all of these.
constexpr const char* evidence_help =
    "\n\nWhat the gates of the policy want, beside the model's files or in ../metadata:\n"
    "  metrics     <type>_metrics_<time>.json, or <model file>_metrics.json:\n"
    "              accuracy, ece, f1, precision, recall; each against the version at\n"
    "              full as well\n"
    "  card        <model file>_card.json: violations, samples, when it was trained\n"
    "  audit root  chunk_<time>_<n>.json, or in ../training_audit_logs; the card\n"
    "              names its root\n"
    "  monitoring  from shadow on: cairn monitor record drift_metrics.json\n"
    "  structure   read out of the model's files themselves\n"
    "Before anything is recorded, --validate-only prints each gate with its value;\n"
    "then cairn status says what blocks a rollout, cairn why ROLLOUT what each gate\n"
    "saw. Names, thresholds and ages: cairn policy show.";

void add_register(CLI::App& app, Invocation& invocation) {
  auto model = std::make_shared<ModelFlags>();
  CLI::App* command = add_command(app, "register", "Put a model on record: its digest, and the evidence beside it",
                                  "cairn register --model-path models/current/");
  add_model_flags(*command, *model);
  auto write = add_write_flags(*command);
  command->callback([&invocation, model, write] {
    invocation.action = [&invocation, model, write] { return run_register(invocation.globals, *write, *model); };
  });
}

void add_deploy(CLI::App& app, Invocation& invocation) {
  auto flags = std::make_shared<DeployFlags>();
  CLI::App* command = add_command(app, "deploy", "Register what is new, and bring it to a stage of an environment",
                                  "cairn deploy --model-path models/current/ --deployment-mode canary "
                                  "--rollout-percentage 10 --environment production" +
                                      std::string(evidence_help));
  add_model_flags(*command, flags->model);
  command->add_option("--deployment-mode", flags->mode, "shadow, canary or full")->capture_default_str();
  command->add_option("--rollout-percentage", flags->percent, "of traffic, for canary")
      ->capture_default_str()
      ->type_name("P");
  command->add_option("--environment", flags->environment, "where")->capture_default_str()->type_name("E");
  command->add_flag("--validate-only", flags->validate_only, "print the check list and record nothing");
  auto write = add_write_flags(*command);
  command->callback([&invocation, flags, write] {
    invocation.action = [&invocation, flags, write] { return run_deploy(invocation.globals, *write, *flags); };
  });
}

void add_promote(CLI::App& app, Invocation& invocation) {
  auto rollout = std::make_shared<std::string>();
  auto percent = std::make_shared<std::optional<std::uint64_t>>();
  CLI::App* command = add_command(app, "promote", "Take a rollout to the next step of its ladder",
                                  "cairn promote logistic/production/1 --wait");
  command->add_option("ROLLOUT", *rollout, "cairn status lists them")->required();
  command->add_option("--percent", *percent, "this percentage instead of the policy's next; 100 is full")
      ->check(whole_number)
      ->type_name("P");
  auto write = add_write_flags(*command);
  command->callback([&invocation, rollout, percent, write] {
    invocation.action = [&invocation, rollout, percent, write] {
      return run_promote(invocation.globals, *write, *rollout, *percent);
    };
  });
}

void add_approve(CLI::App& app, Invocation& invocation) {
  auto flags = std::make_shared<ApproveFlags>();
  CLI::App* command =
      add_command(app, "approve", "Grant, deny, withdraw or ask for an approval of a coming stage",
                  "cairn --as ben approve logistic/production/1 --stage full --reason \"canary looks good\"");
  command->add_option("ROLLOUT", flags->rollout, "cairn status lists them")->required();
  command->add_option("--stage", flags->stage, "the stage that it is about")->capture_default_str();
  command->add_flag("--deny", flags->deny, "say no");
  command->add_flag("--withdraw", flags->withdraw, "take your own grant back");
  command->add_flag("--request", flags->request, "ask for approval instead");
  command->add_option("--of", flags->of, "with --request: whom; again for another (default: anybody who may)")
      ->type_name("HANDLE");
  command->add_option("--reason", flags->reason, "why")->type_name("TEXT");
  auto write = add_write_flags(*command);
  command->callback([&invocation, flags, write] {
    invocation.action = [&invocation, flags, write] { return run_approve(invocation.globals, *write, *flags); };
  });
}

void add_notify(CLI::App& app, Invocation& invocation) {
  auto rollout = std::make_shared<std::string>();
  auto to = std::make_shared<std::string>();
  CLI::App* command = add_command(app, "notify", "Put on record that stakeholders were told of a coming deployment",
                                  "cairn notify logistic/production/1 --to \"#ml-releases, support team\"");
  command->add_option("ROLLOUT", *rollout, "cairn status lists them")->required();
  command->add_option("--to", *to, "who was told, and how")->required()->type_name("TEXT");
  auto write = add_write_flags(*command);
  command->callback([&invocation, rollout, to, write] {
    invocation.action = [&invocation, rollout, to, write] {
      return run_notify(invocation.globals, *write, *rollout, *to);
    };
  });
}

void add_rollback(CLI::App& app, Invocation& invocation) {
  auto flags = std::make_shared<RollbackFlags>();
  CLI::App* command =
      add_command(app, "rollback", "Go back to the newest other version that was at full, and open an incident",
                  "cairn rollback logistic --environment production --reason \"error rate doubled\"");
  command->add_option("MODEL", flags->model, "its name")->required();
  command->add_option("--environment", flags->environment, "where")->required()->type_name("E");
  command->add_option("--reason", flags->reason, "why")->required()->type_name("TEXT");
  command->add_option("--trigger", flags->trigger, "regression, safety or system")->capture_default_str();
  command->add_option("--to", flags->to, "this version instead of the one that history names")->type_name("VERSION");
  command->add_option("--model-path", flags->model_path, "where the target's files are, to be checked")
      ->type_name("DIR");
  command->add_flag("--drill", flags->drill, "practise it: record what would have been done, and change nothing");
  auto write = add_write_flags(*command);
  command->callback([&invocation, flags, write] {
    invocation.action = [&invocation, flags, write] { return run_rollback(invocation.globals, *write, *flags); };
  });
}

}  // namespace

void add_deploy_commands(CLI::App& app, Invocation& invocation) {
  add_register(app, invocation);
  add_deploy(app, invocation);
  add_promote(app, invocation);
  add_approve(app, invocation);
  add_notify(app, invocation);
  add_rollback(app, invocation);
}

}  // namespace cairn
