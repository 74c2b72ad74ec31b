// report incident, rollout, period.
#include <CLI/CLI.hpp>

#include "commands/cli_parts.h"
#include "commands/run_questions.h"

namespace cairn {

namespace {

void add_flags(CLI::App& command, Invocation& invocation, const std::shared_ptr<ReportFlags>& flags) {
  auto* at =
      command.add_option("--at", flags->at, "as it could be told then: by the newest checkpoint kept until then")
          ->type_name("TIME");
  command.add_option("--seq", flags->seq, "the same, by the newest checkpoint that covers no entry after this one")
      ->check(whole_number)
      ->excludes(at)
      ->type_name("N");
  command.add_option("--format", flags->format, "text, md, html or json")
      ->capture_default_str()
      ->check(CLI::IsMember({"text", "md", "html", "json"}));
  command.add_option("--out", flags->out, "write it to FILE, whole or not at all; default: standard output")
      ->type_name("FILE");
  command.add_flag("--anonymise", flags->anonymise,
                   "name people and services by role and number, and leave raw entries out");
  command.add_flag("--record", flags->record, "put the digest of FILE on record, signed by you");
  auto write = add_write_flags(command);
  command.callback([&invocation, write, flags] {
    invocation.action = [&invocation, write, flags] { return run_report(invocation.globals, *write, *flags); };
  });
}

std::shared_ptr<ReportFlags> flags_of(ReportKind kind) {
  auto flags = std::make_shared<ReportFlags>();
  flags->kind = kind;
  return flags;
}

void add_incident(CLI::App& report, Invocation& invocation) {
  auto flags = flags_of(ReportKind::incident);
  CLI::App* command = add_command(report, "incident",
                                  "The post-mortem of an incident. Notes that begin with \"impact:\", \"cause:\" or "
                                  "\"factor:\" fill those parts",
                                  "cairn report incident INC-1 --format md --out post-mortem.md");
  command->add_option("INCIDENT", flags->subject, "cairn incident list --all shows them")->required();
  add_flags(*command, invocation, flags);
}

void add_rollout(CLI::App& report, Invocation& invocation) {
  auto flags = flags_of(ReportKind::rollout);
  CLI::App* command =
      add_command(report, "rollout", "A rollout from its proposal to its end: who allowed what, on which evidence",
                  "cairn report rollout logistic/production/2");
  command->add_option("ROLLOUT", flags->subject, "cairn history MODEL lists them")->required();
  add_flags(*command, invocation, flags);
}

void add_period(CLI::App& report, Invocation& invocation) {
  auto flags = flags_of(ReportKind::period);
  CLI::App* command = add_command(report, "period", "For auditors: every change of a period, and who did what alone",
                                  "cairn report period --since 2026-11-01 --until 2026-12-01");
  command->add_option("--since", flags->since, "recorded at or after")->required()->type_name("TIME");
  command->add_option("--until", flags->until, "recorded at or before; default: all that the checkpoint covers")
      ->type_name("TIME");
  add_flags(*command, invocation, flags);
}

}  // namespace

void add_report_commands(CLI::App& app, Invocation& invocation) {
  CLI::App* report =
      add_command(app, "report", "What the ledger says of an incident, a rollout or a period, with proof",
                  "cairn report incident INC-1 --format md --out post-mortem.md");
  report->require_subcommand(1);
  add_incident(*report, invocation);
  add_rollout(*report, invocation);
  add_period(*report, invocation);
}

}  // namespace cairn
