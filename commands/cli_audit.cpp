// bundle, sample, migrate, backup, restore.
#include <CLI/CLI.hpp>

#include "commands/cli_parts.h"
#include "commands/run_backup.h"
#include "commands/run_migrate.h"
#include "commands/run_questions.h"

namespace cairn {

namespace {

void add_bundle(CLI::App& app, Invocation& invocation) {
  auto flags = std::make_shared<BundleFlags>();
  CLI::App* command = add_command(
      app, "bundle", "One file for an auditor: the whole ledger, or some entries with their proofs, keys and policies",
      "cairn bundle logistic/production/3 INC-2 --attachments --out case-7.tar");
  command->add_option("SEQ|ROLLOUT|INCIDENT", flags->subjects, "which entries, or about what; default: all");
  command->add_option("--out", flags->out, "where to write it")->required()->type_name("FILE");
  command->add_option("--model", flags->model, "those about this model as well")->type_name("NAME");
  command->add_option("--since", flags->since, "of these, those recorded at or after")->type_name("TIME");
  command->add_option("--until", flags->until, "of these, those recorded at or before")->type_name("TIME");
  command->add_flag("--attachments", flags->attachments, "the files that they name as well");
  command->callback([&invocation, flags] {
    invocation.action = [&invocation, flags] { return run_bundle(invocation.globals, *flags); };
  });
}

void add_sample(CLI::App& app, Invocation& invocation) {
  auto flags = std::make_shared<SampleFlags>();
  CLI::App* command =
      add_command(app, "sample", "Draw entries at random, so that anyone can draw the same: by root and seed",
                  "cairn sample --n 25 --since 2026-10-01 --until 2026-12-31 --seed 4711");
  command->add_option("--seed", flags->seed, "a number that the auditor names after the checkpoint, at most 2^53-1")
      ->required()
      ->type_name("NUMBER")
      ->check(CLI::Range(std::uint64_t{0}, max_count));
  command->add_option("--n", flags->count, "how many")
      ->capture_default_str()
      ->type_name("COUNT")
      ->check(CLI::Range(std::uint64_t{1}, max_count));
  command->add_option("--since", flags->since, "recorded at or after")->type_name("TIME");
  command->add_option("--until", flags->until, "recorded at or before")->type_name("TIME");
  command->add_option("--model", flags->model, "only about this model")->type_name("NAME");
  command->add_option("--environment", flags->environment, "only about this environment")->type_name("E");
  command->add_option("--checkpoint", flags->checkpoint, "an older head to draw under; default: the newest")
      ->type_name("NOTE");
  command->callback([&invocation, flags] {
    invocation.action = [&invocation, flags] { return run_sample(invocation.globals, *flags); };
  });
}

void add_migrate(CLI::App& app, Invocation& invocation) {
  auto flags = std::make_shared<MigrateFlags>();
  CLI::App* command = add_command(
      app, "migrate", "Copy a ledger into another store, verifying all of it; run again, it goes on where it stopped",
      "cairn migrate ./.cairn postgresql://owner@db1,db2/models --grant-to cairn");
  command->add_option("FROM", flags->from, "a directory, or postgresql://HOST/DATABASE")->required();
  command->add_option("TO", flags->to, "an empty one, or what an earlier copy left")->required();
  command->add_option("--grant-to", flags->grant_to, "to PostgreSQL: the role that may append and read from then on")
      ->type_name("ROLE");
  command->callback([&invocation, flags] {
    invocation.action = [&invocation, flags] { return run_migrate(invocation.globals, *flags); };
  });
}

void add_backup(CLI::App& app, Invocation& invocation) {
  auto directory = std::make_shared<std::string>();
  CLI::App* command = add_command(
      app, "backup", "Copy what is new of the ledger to a directory that nothing else writes to, verifying it",
      "cairn backup /mnt/backup/models");
  command->add_option("DIR", *directory, "an empty one, or what an earlier backup of this ledger left")->required();
  command->callback([&invocation, directory] {
    invocation.action = [&invocation, directory] { return run_backup(invocation.globals, *directory); };
  });
}

void add_restore(CLI::App& app, Invocation& invocation) {
  auto directory = std::make_shared<std::string>();
  CLI::App* command =
      add_command(app, "restore", "Audit a backup, and put it where the ledger lies; what lay there is moved aside",
                  "cairn --ledger ./.cairn restore /mnt/backup/models");
  command->add_option("DIR", *directory, "what `cairn backup` left there")->required();
  command->callback([&invocation, directory] {
    invocation.action = [&invocation, directory] { return run_restore(invocation.globals, *directory); };
  });
}

}  // namespace

void add_audit_commands(CLI::App& app, Invocation& invocation) {
  add_bundle(app, invocation);
  add_sample(app, invocation);
  add_migrate(app, invocation);
  add_backup(app, invocation);
  add_restore(app, invocation);
}

}  // namespace cairn
