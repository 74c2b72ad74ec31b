// status, history, log, show; checkpoint, log-key, prove, verify, export, replay.
#include <CLI/CLI.hpp>

#include "commands/cli_parts.h"
#include "commands/run_questions.h"
#include "commands/run_witness.h"

namespace cairn {

namespace {

void add_status(CLI::App& app, Invocation& invocation) {
  auto flags = std::make_shared<StatusFlags>();
  CLI::App* command =
      add_command(app, "status", "What runs where, at what percent, since when, and what each rollout waits for",
                  "cairn status --environment production");
  command->add_option("--environment", flags->environment, "only there")->type_name("E");
  command->add_option("--model", flags->model, "only this model")->type_name("NAME");
  auto* at = command->add_option("--at", flags->at, "as it was at this time")->type_name("TIME");
  command->add_option("--seq", flags->seq, "as it was after this entry")
      ->check(whole_number)
      ->type_name("N")
      ->excludes(at);
  command->callback([&invocation, flags] {
    invocation.action = [&invocation, flags] { return run_status(invocation.globals, *flags); };
  });
}

void add_history(CLI::App& app, Invocation& invocation) {
  auto model = std::make_shared<std::string>();
  CLI::App* command = add_command(app, "history", "Everything that happened to a model, refused attempts included",
                                  "cairn history logistic");
  command->add_option("MODEL", *model, "its name")->required();
  command->callback([&invocation, model] {
    invocation.action = [&invocation, model] { return run_history(invocation.globals, *model); };
  });
}

void add_log(CLI::App& app, Invocation& invocation) {
  auto flags = std::make_shared<LogFlags>();
  CLI::App* command = add_command(app, "log", "The entries, one a line", "cairn log --actor dana --since 2026-11-01");
  command->add_option("--model", flags->model, "only about this model")->type_name("NAME");
  command->add_option("--environment", flags->environment, "only about this environment")->type_name("E");
  command->add_option("--actor", flags->actor, "only by or about this actor")->type_name("NAME");
  command->add_option("--type", flags->type, "only with this event, such as rollout.advanced")->type_name("EVENT");
  command->add_option("--since", flags->since, "recorded at or after")->type_name("TIME");
  command->add_option("--until", flags->until, "recorded at or before")->type_name("TIME");
  command->add_flag("--follow", flags->follow, "go on with new entries until interrupted");
  command->callback([&invocation, flags] {
    invocation.action = [&invocation, flags] { return run_log(invocation.globals, *flags); };
  });
}

void add_show(CLI::App& app, Invocation& invocation) {
  auto which = std::make_shared<std::string>();
  auto entry = std::make_shared<bool>(false);
  auto dsse = std::make_shared<bool>(false);
  CLI::App* command = add_command(app, "show", "One entry: what was said, by whom, and what the rules made of it",
                                  "cairn show 17 --entry > entry-17.leaf");
  command->add_option("SEQ|ID", *which, "the entry's number, or the statement's id")->required();
  auto* as_entry = command->add_flag("--entry", *entry, "the leaf's exact bytes");
  command->add_flag("--dsse", *dsse, "the DSSE envelope")->excludes(as_entry);
  command->callback([&invocation, which, entry, dsse] {
    const ShowAs as = *entry ? ShowAs::entry : *dsse ? ShowAs::dsse : ShowAs::text;
    invocation.action = [&invocation, which, as] { return run_show(invocation.globals, *which, as); };
  });
}

void add_heads(CLI::App& app, Invocation& invocation) {
  CLI::App* checkpoint =
      add_command(app, "checkpoint", "The newest signed head of the log, with the cosignatures that this home keeps",
                  "cairn checkpoint > today.note");
  auto witnessed = std::make_shared<bool>(false);
  checkpoint->add_flag("--witnessed", *witnessed, "the newest that meets the quorum of cairn witness policy");
  checkpoint->callback([&invocation, witnessed] {
    invocation.action = [&invocation, witnessed] {
      return *witnessed ? run_witnessed_checkpoint(invocation.globals) : run_checkpoint(invocation.globals);
    };
  });
}

void add_prove(CLI::App& app, Invocation& invocation) {
  auto flags = std::make_shared<ProveFlags>();
  CLI::App* command =
      add_command(app, "prove", "Prove that an entry is in the log, or that the log continues an older head",
                  "cairn prove 17 --out entry-17.tlog-proof");
  auto* seq = command->add_option("SEQ", flags->seq, "the entry's number")->check(whole_number);
  command->add_option("--extends", flags->extends, "an older checkpoint; the newer one goes to FILE.note")
      ->excludes(seq)
      ->type_name("OLD.note");
  command->add_option("--out", flags->out, "where to write the proof")->required()->type_name("FILE");
  command->callback([&invocation, flags] {
    invocation.action = [&invocation, flags] { return run_prove(invocation.globals, *flags); };
  });
}

void add_verify(CLI::App& app, Invocation& invocation) {
  auto flags = std::make_shared<VerifyFlags>();
  CLI::App* command = add_command(app, "verify", "Audit the ledger: every hash, signature, rule and view",
                                  "cairn verify --since last-month.note");
  command->add_flag("--quick", flags->quick, "hashes, tree and checkpoints only; not where the log's keys changed");
  command
      ->add_option(
          "--since", flags->since,
          "a kept head, up to which all was verified: older entries are only hashed and folded; or a receipt (JSON) "
          "or signed statement, which must lie on this history")
      ->type_name("FILE");
  command->add_option("--key", flags->key, "the log's vkey, as it was given to you")->type_name("VKEY");
  command
      ->add_option(
          "--witness", flags->witness,
          "a C2SP tlog-policy: the witnesses who must have cosigned the newest head, below it, in this home, or "
          "below --since")
      ->type_name("POLICY");
  command->callback([&invocation, flags] {
    invocation.action = [&invocation, flags] { return run_verify(invocation.globals, *flags); };
  });
}

void add_export(CLI::App& app, Invocation& invocation) {
  auto directory = std::make_shared<Path>();
  CLI::App* command =
      add_command(app, "export", "Write the log as C2SP tlog-tiles, for any static host; again: what is new",
                  "cairn export public/");
  command->add_option("DIR", *directory, "where to")->required();
  command->callback([&invocation, directory] {
    invocation.action = [&invocation, directory] { return run_export(invocation.globals, *directory); };
  });
}

void add_replay(CLI::App& app, Invocation& invocation) {
  auto to = std::make_shared<std::optional<std::string>>();
  CLI::App* command = add_command(app, "replay", "Fold from the first entry, decide everything again, and compare",
                                  "cairn replay --to 2026-11-20");
  command->add_option("--to", *to, "stop at this time, or after this entry")->type_name("TIME|SEQ");
  auto flags = std::make_shared<WhatIfFlags>();
  auto* policy =
      command->add_option("--policy", flags->policy, "what this policy would have decided instead")->type_name("FILE");
  command->add_flag("--cascade", flags->cascade, "and what would have become of it")->needs(policy);
  auto step = std::make_shared<bool>(false);
  command->add_flag("--step", *step, "walk through the entries by keys, on a terminal; ? lists them")->excludes(policy);
  command->callback([&invocation, to, flags, step] {
    invocation.action = [&invocation, to, flags, step] {
      if (*step) return run_step(invocation.globals, *to);
      if (flags->policy.empty()) return run_replay(invocation.globals, *to);
      flags->to = *to;
      return run_what_if(invocation.globals, *flags);
    };
  });
}

}  // namespace

void add_read_commands(CLI::App& app, Invocation& invocation) {
  add_status(app, invocation);
  add_history(app, invocation);
  add_log(app, invocation);
  add_show(app, invocation);
}

void add_verify_commands(CLI::App& app, Invocation& invocation) {
  add_heads(app, invocation);
  add_prove(app, invocation);
  add_verify(app, invocation);
  add_export(app, invocation);
  add_replay(app, invocation);
}

}  // namespace cairn
