// monitor, monitor record, compare, import.
#include <CLI/CLI.hpp>

#include "commands/cli_parts.h"

namespace cairn {

namespace {

void add_record(CLI::App& monitor, Invocation& invocation) {
  auto flags = std::make_shared<RecordFlags>();
  CLI::App* record =
      add_command(monitor, "record",
                  "Record what another tool measured, for each model that the file speaks of: drift_metrics.json, "
                  "performance_comparison.json, or system or business metrics as a flat JSON object",
                  "cairn monitor record drift_metrics.json --environment production");
  record->add_option("FILE", flags->file, "what the tool wrote")->required();
  record
      ->add_option("--environment", flags->environment,
                   "where it was measured (default: production if the version is there, else where it is)")
      ->type_name("E");
  record->add_option("--model", flags->model, "only this model, even if the file does not speak of it")
      ->type_name("NAME");
  auto write = add_write_flags(*record);
  record->callback([&invocation, &monitor, flags, write] {
    // They would be passed over in silence: the words after `record` reach the command around it.
    for (const CLI::Option* option : monitor.get_options()) {
      if (option->count() > 0) throw CLI::ExtrasError("monitor record", {option->get_name()});
    }
    invocation.action = [&invocation, flags, write] { return run_monitor_record(invocation.globals, *write, *flags); };
  });
}

void add_monitor(CLI::App& app, Invocation& invocation) {
  auto flags = std::make_shared<MonitorFlags>();
  CLI::App* monitor = add_command(
      app, "monitor",
      "Measure what can be measured without running a model, and put it on record. Exit 3 if drift or a regression was "
      "found, or if something could not be told",
      "cairn monitor --model-path models/current/ --calculate-drift --num-samples 5000");
  monitor->require_subcommand(0, 1);
  monitor->add_option("--model-path", flags->path, "the directory of the models (default models/current)")
      ->type_name("DIR");
  monitor->add_flag("--calculate-drift", flags->calculate_drift,
                    "drift of predictions.csv against reference.csv beside the model (or .jsonl, or named "
                    "MODEL_predictions.csv): columns score or prediction, and label");
  monitor->add_flag("--compare-baseline", flags->compare_baseline,
                    "the metrics beside the models against those on record of the version at full");
  monitor->add_flag("--inference-mode", flags->inference_mode,
                    "whether the files are the registered ones, and safe; nothing of them is run, or recorded");
  monitor->add_flag("--list-models", flags->list_models, "what lies there, and where it runs");
  monitor->add_option("--num-samples", flags->num_samples, "the newest so many predictions (default: all)")
      ->check(whole_number)
      ->check(CLI::PositiveNumber)
      ->type_name("N");
  monitor
      ->add_option("--output", flags->output,
                   "the report (default drift_metrics.json; of --compare-baseline performance_comparison.json)")
      ->type_name("FILE");
  monitor->add_option("--predictions", flags->predictions, "what the model answers now")->type_name("FILE");
  monitor->add_option("--reference", flags->reference, "what it answered when it was accepted")->type_name("FILE");
  monitor
      ->add_option("--environment", flags->environment,
                   "where it runs (default: production if the version is there, else where it is)")
      ->type_name("E");
  monitor
      ->add_option("--name", flags->name,
                   "which model; with --predictions and without --model-path the version that is live")
      ->type_name("NAME");
  auto write = add_write_flags(*monitor);
  add_record(*monitor, invocation);
  monitor->callback([&invocation, monitor, flags, write] {
    if (!monitor->get_subcommands().empty()) return;
    invocation.action = [&invocation, flags, write] { return run_monitor(invocation.globals, *write, *flags); };
  });
}

void add_compare(CLI::App& app, Invocation& invocation) {
  auto flags = std::make_shared<CompareFlags>();
  CLI::App* command = add_command(
      app, "compare",
      "Hold the metrics of models against those of other versions. Exit 3 if one regressed by more than the threshold, "
      "or if it cannot be told; 1 if there is nothing to compare",
      "cairn compare --current-path models/current/ --baseline-path models/archived/ --history-path "
      "performance_history/");
  command->add_option("--current-path", flags->current, "metrics of the models, at any depth")
      ->required()
      ->type_name("DIR");
  command->add_option("--baseline-path", flags->baseline, "metrics to hold them against: of each type the newest")
      ->required()
      ->type_name("DIR");
  command->add_option("--history-path", flags->history, "keeps the last 100 metrics of each type")
      ->capture_default_str()
      ->type_name("DIR");
  command->add_option("--threshold", flags->threshold, "by how much a metric may get worse")
      ->capture_default_str()
      ->type_name("X");
  command->add_option("--output", flags->output, "the report")->capture_default_str()->type_name("FILE");
  auto write = add_write_flags(*command);
  command->callback([&invocation, flags, write] {
    invocation.action = [&invocation, flags, write] { return run_compare(invocation.globals, *write, *flags); };
  });
}

void add_import(CLI::App& app, Invocation& invocation) {
  auto flags = std::make_shared<ImportFlags>();
  CLI::App* command = add_command(
      app, "import",
      "Put what other tools wrote on record, marked as imported and unsigned at source: deployment records, cards, "
      "metrics, drift and comparison reports, training summaries, audit chunks. What is none is named with the reason, "
      "and exit 1",
      "cairn import training_audit_logs/chunk_20261101_120000_000001.json training_audit_logs/training_summary.json");
  command->add_option("FILE", flags->files, "each about models that are registered")->required();
  command->add_option("--model", flags->model, "which model all of them are about, where they do not say it themselves")
      ->type_name("NAME@VERSION");
  command
      ->add_option("--environment", flags->environment,
                   "where it was measured (default: nowhere, so that nothing of it counts as a look at a stage; a "
                   "deployment record says it itself)")
      ->type_name("E");
  auto write = add_write_flags(*command);
  command->callback([&invocation, flags, write] {
    invocation.action = [&invocation, flags, write] { return run_import(invocation.globals, *write, *flags); };
  });
}

}  // namespace

void add_monitor_commands(CLI::App& app, Invocation& invocation) {
  add_monitor(app, invocation);
  add_compare(app, invocation);
  add_import(app, invocation);
}

}  // namespace cairn
