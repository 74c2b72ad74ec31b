// report incident, rollout, period.
#include <CLI/CLI.hpp>

#include "commands/cli_parts.h"

namespace cairn {

namespace {

void add_report_flags(CLI::App& command, ReportFlags& flags) {
  auto* at = command.add_option("--at", flags.at, "as it could be told then: by the newest checkpoint kept until then")
                 ->type_name("TIME");
  command.add_option("--seq", flags.seq, "the same, by the newest checkpoint that covers no entry after this one")
      ->excludes(at)
      ->type_name("N");
  command.add_option("--format", flags.format, "text, md or json")
      ->capture_default_str()
      ->check(CLI::IsMember({"text", "md", "json"}));
  command.add_option("--out", flags.out, "write it to FILE, whole or not at all; default: standard output")
      ->type_name("FILE");
  command.add_flag("--anonymise", flags.anonymise,
                   "name people and services by role and number, and leave raw entries out");
}

void add_subject(CLI::App& report, Invocation& invocation, ReportFlags::Of of, const std::string& name,
                 const std::string& what, const std::string& example, const std::string& subject) {
  auto flags = std::make_shared<ReportFlags>();
  flags->of = of;
  CLI::App* command = add_command(report, name, what, example);
  command->add_option(subject, flags->subject, "its id")->required();
  add_report_flags(*command, *flags);
  command->callback([&invocation, flags] {
    invocation.action = [&invocation, flags] { return run_report(invocation.globals, *flags); };
  });
}

}  // namespace

void add_report_commands(CLI::App& app, Invocation& invocation) {
  CLI::App* report =
      add_command(app, "report", "What the ledger says of an incident, a rollout or a period, with its proof",
                  "cairn report incident INC-1 --format md --out post-mortem.md");
  report->require_subcommand(1);
  add_subject(
      *report, invocation, ReportFlags::Of::incident, "incident",
      "The post-mortem of an incident. Notes that begin with \"impact:\", \"cause:\" or \"factor:\" fill the parts "
      "of these names",
      "cairn report incident INC-1 --format md --out post-mortem.md", "INCIDENT");
  add_subject(*report, invocation, ReportFlags::Of::rollout, "rollout",
              "A rollout from its proposal to its end: who allowed what, on which evidence",
              "cairn report rollout logistic/production/2", "ROLLOUT");
  auto flags = std::make_shared<ReportFlags>();
  flags->of = ReportFlags::Of::period;
  CLI::App* period = add_command(*report, "period", "For auditors: every change of a period, and who did what alone",
                                 "cairn report period --since 2026-11-01 --until 2026-12-01");
  period->add_option("--since", flags->since, "recorded at or after")->required()->type_name("TIME");
  period->add_option("--until", flags->until, "recorded before; default: all that the checkpoint covers")
      ->type_name("TIME");
  add_report_flags(*period, *flags);
  period->callback([&invocation, flags] {
    invocation.action = [&invocation, flags] { return run_report(invocation.globals, *flags); };
  });
}

}  // namespace cairn
