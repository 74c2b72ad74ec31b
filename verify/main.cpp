// cairn-verify: verifies what cairn exports, with the log's public key and nothing else. No database, no network.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <functional>
#include <iostream>
#include <new>
#include <string>
#include <thread>

#include "ledger/base/fold_lines.h"
#include "ledger/base/text.h"
#include "ledger/base/time.h"
#include "ledger/tlog/note.h"
#include "ledger/tlog/proof_file.h"
#include "ledger/tlog/tile.h"
#include "verify/audit.h"
#include "verify/bundle_check.h"
#include "verify/growth_check.h"
#include "verify/layout.h"
#include "verify/render_bundle.h"
#include "verify/render_report.h"
#include "verify/render_sample.h"
#include "verify/tiles_source.h"
#include "verify/witness_check.h"

namespace cairn {
namespace {

struct Arguments {
  std::string vkey;
  std::string old_vkey;
  std::string directory;
  std::string ledger;
  bool json = false;
  bool quick = false;
  std::string proof;
  std::string leaf;
  std::string old_note;
  std::string new_note;
  std::string bundle;
  std::size_t count = 25;
  std::uint64_t seed = 0;
  std::string since;
  std::string until;
  std::string model;
  std::string environment;
  std::string checkpoint;
  std::string policy;
};

int exit_code(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::usage:
      return 2;
    case ErrorKind::turned_away:
      return 3;
    case ErrorKind::conflict:
      return 4;
    case ErrorKind::not_verified:
      return 5;
    case ErrorKind::fault:
    case ErrorKind::needs_newer:
    case ErrorKind::unavailable:
      break;
  }
  return 1;
}

Result<NoteVerifier> read_key(const std::string& vkey, std::string_view flag = "--key") {
  Result<NoteVerifier> log = NoteVerifier::from_log_vkey(vkey);
  if (!log.ok()) return usage(str(flag, ": ", log.error().message));
  return log;
}

void show_progress(Size done, Size total) {
  constexpr Size step = 16384;
  if (done == total) {
    std::cerr << "\r\033[K";
  } else if (done % step == 0) {
    std::cerr << '\r' << done << " of " << total << " entries" << std::flush;
  }
}

Result<std::optional<Hash>> read_ledger_id(const Arguments& arguments) {
  if (arguments.ledger.empty()) return std::optional<Hash>();
  const Result<Hash> id = Hash::from_hex(arguments.ledger);
  if (!id.ok()) return usage(str("--ledger: ", id.error().message));
  return std::optional<Hash>(*id);
}

Result<std::optional<WitnessPolicy>> read_witnesses(const Arguments& arguments) {
  if (arguments.policy.empty()) return std::optional<WitnessPolicy>();
  TRY_LET(text, read_at_most(arguments.policy, max_witness_policy_bytes));
  Result<WitnessPolicy> policy = parse_witness_policy(text);
  if (!policy.ok()) return usage(str("--policy ", printable(arguments.policy), ": ", policy.error().message));
  return std::optional<WitnessPolicy>(std::move(*policy));
}

Result<AuditOptions> options_of(const Arguments& arguments) {
  AuditOptions options;
  options.quick = arguments.quick;
  options.vkey = arguments.vkey;
  options.threads = std::max(1U, std::thread::hardware_concurrency());
  TRY_LET(id, read_ledger_id(arguments));
  options.ledger_id = id;
  TRY_LET(witnesses, read_witnesses(arguments));
  options.witnesses = std::move(witnesses);
  if (isatty(STDERR_FILENO) == 1) options.progress = show_progress;
  return options;
}

int show(const Arguments& arguments, const Report& report) {
  std::cout << (arguments.json ? render_json(report) : render_text(report));
  return exit_code(report.findings);
}

Result<int> verify_tiles(const Arguments& arguments) {
  TRY_LET(source, TilesSource::open(arguments.directory));
  TRY_LET(options, options_of(arguments));
  TRY_LET(report, audit(source, options));
  return show(arguments, report);
}

// What is no bundle is evidence gone bad, and reported as such; nothing was read of it that could be reported beside.
Result<int> show_malformed(const Arguments& arguments, const Error& error) {
  if (error.kind != ErrorKind::not_verified) return error;
  TRY(read_key(arguments.vkey));
  const Finding why = {FindingKind::archive_malformed, std::nullopt, error.message};
  std::cout << (arguments.json ? render_json_of_no_bundle(why) : render_text_of_no_bundle(why));
  return exit_code(Findings{why});
}

Result<int> verify_bundle(const Arguments& arguments) {
  TRY_LET(options, options_of(arguments));
  const Result<BundleFile> bundle = BundleFile::open(arguments.bundle);
  if (!bundle.ok()) return show_malformed(arguments, bundle.error());
  if (bundle->complete()) {
    TRY_LET(report, audit_complete(*bundle, options));
    return show(arguments, report);
  }
  TRY_LET(report, check_partial(*bundle, arguments.vkey, options.ledger_id, options.witnesses));
  std::cout << (arguments.json ? render_json(report) : render_text(report));
  return exit_code(report.findings);
}

Result<std::optional<Millis>> read_time(std::string_view flag, const std::string& text) {
  if (text.empty()) return std::optional<Millis>();
  const Result<Millis> time = parse_time(text);
  if (!time.ok()) return usage(str(flag, ": ", time.error().message));
  return std::optional<Millis>(*time);
}

Result<SampleQuestion> read_question(const Arguments& arguments) {
  SampleQuestion question;
  TRY_LET(since, read_time("--since", arguments.since));
  TRY_LET(until, read_time("--until", arguments.until));
  if (since && until && *until < *since) {
    return usage(str("--until ", printable(arguments.until), " is before --since"));
  }
  question.since = since;
  question.until = until;
  if (!arguments.model.empty()) question.model = arguments.model;
  if (!arguments.environment.empty()) question.environment = arguments.environment;
  question.count = arguments.count;
  question.seed = arguments.seed;
  return question;
}

// The audit has opened it, with every key that signs at its size, which may be none that signs now.
Result<Head> audited_head(const std::string& note) {
  TRY_LET(parts, split_note(note));
  TRY_LET(checkpoint, parse_checkpoint(parts.text));
  return checkpoint.head;
}

// Draws from what was verified just now, and from nothing else.
Result<int> verify_sample(const Arguments& arguments) {
  TRY_LET(question, read_question(arguments));
  TRY_LET(options, options_of(arguments));
  const Result<BundleFile> opened = BundleFile::open(arguments.bundle);
  if (!opened.ok()) return show_malformed(arguments, opened.error());
  const BundleFile& bundle = *opened;
  if (!bundle.complete()) {
    return usage(str(bundle.name(), " is a partial bundle, and a sample is drawn from all entries; make one with ",
                     "`cairn bundle` without a choice"));
  }
  if (!arguments.checkpoint.empty()) {
    TRY_LET(note, read_at_most(arguments.checkpoint, max_note_bytes));
    options.known_heads.push_back(std::move(note));
  }
  TRY_LET(report, audit_complete(bundle, options));
  if (!report.verified()) return show(arguments, report);
  Head head = report.head;
  if (!options.known_heads.empty()) {
    TRY_LET(older, audited_head(options.known_heads.front()));
    head = older;
  }
  TRY_LET(sample, draw_from_bundle(question, report.origin, head, bundle));
  std::cout << (arguments.json ? render_json(sample) : render_text(sample));
  return 0;
}

// The names of those that cosigned, for the last line of a verdict.
Result<std::string> require_witnesses(const Arguments& arguments, const std::string& note, const NoteVerifier& log) {
  TRY_LET(policy, read_witnesses(arguments));
  if (!policy) return std::string();
  Findings findings;
  TRY_LET(by, check_witnesses(*policy, {&log, 1}, note, {}, findings));
  if (!findings.empty()) return not_verified(str(printable(arguments.proof), ": ", findings.front().what));
  return witnesses_field(by);
}

Result<int> verify_proof(const Arguments& arguments) {
  TRY_LET(log, read_key(arguments.vkey));
  TRY_LET(text, read_at_most(arguments.proof, max_proof_file_bytes));
  TRY_LET(entry, read_at_most(arguments.leaf, max_entry_bytes));
  const Hash leaf = leaf_hash(entry);
  const Result<ProofFile> proof = parse_proof_file(text);
  if (!proof.ok()) return in_file(arguments.proof, proof.error());
  const Result<Checkpoint> checkpoint = verify_proof_file(*proof, leaf, log);
  if (!checkpoint.ok()) return in_file(arguments.proof, checkpoint.error());
  TRY_LET(witnesses, require_witnesses(arguments, proof->checkpoint, log));
  std::cout << "VERIFIED  entry " << proof->index << " of " << printable(checkpoint->origin) << "\n\n"
            << "  leaf  " << leaf.hex() << "\n  size  " << checkpoint->head.size << "\n  root  "
            << checkpoint->head.root.hex() << '\n'
            << witnesses << "\nIt is in the log. Whether the rules were kept, only all entries show.\n";
  return 0;
}

Result<int> verify_consistency(const Arguments& arguments) {
  TRY_LET(log, read_key(arguments.vkey));
  TRY_LET(before, arguments.old_vkey.empty() ? Result<NoteVerifier>(log) : read_key(arguments.old_vkey, "--old-key"));
  TRY_LET(grown, check_growth({arguments.old_note, before}, {arguments.new_note, log}, arguments.proof));
  std::cout << "VERIFIED  " << printable(grown.origin) << " only grew from size " << grown.before << " to "
            << grown.after << '\n';
  return 0;
}

using Verb = std::function<Result<int>(const Arguments&)>;

void add_key(CLI::App& command, Arguments& arguments) {
  command.add_option("--key", arguments.vkey, "the log's public key, as `cairn log-key` prints it")->required();
}

void add_ledger(CLI::App& command, Arguments& arguments) {
  command.add_option("--ledger", arguments.ledger, "the ledger's id, if you were told it as well");
}

void add_policy(CLI::App& command, Arguments& arguments) {
  command
      .add_option("--policy", arguments.policy,
                  "a C2SP tlog-policy: the witnesses who must have cosigned the checkpoint")
      ->type_name("FILE");
}

void add_json(CLI::App& command, Arguments& arguments) {
  command.add_flag("--json", arguments.json, "one JSON document instead of text");
}

void add_tiles(CLI::App& app, Arguments& arguments, Verb& chosen) {
  CLI::App& command = *app.add_subcommand("tiles", "Audit an exported ledger: every hash, signature and decision");
  command.add_option("DIR", arguments.directory, "what `cairn export` wrote")->required();
  add_key(command, arguments);
  add_policy(command, arguments);
  add_ledger(command, arguments);
  command.add_flag("--quick", arguments.quick, "only hashes, tree and checkpoint; not where the log's keys changed");
  add_json(command, arguments);
  command.footer("Example:\n  cairn-verify tiles ./export --key 'models.example.org/prod+c7ad15b5+AZ...'");
  command.callback([&chosen] { chosen = verify_tiles; });
}

void add_bundle(CLI::App& app, Arguments& arguments, Verb& chosen) {
  CLI::App& command = *app.add_subcommand(
      "bundle", "Verify one file: all of a complete bundle, inclusion and signatures of a partial one");
  command.add_option("FILE", arguments.bundle, "what `cairn bundle` wrote")->required();
  add_key(command, arguments);
  add_policy(command, arguments);
  add_ledger(command, arguments);
  add_json(command, arguments);
  command.footer("Example:\n  cairn-verify bundle case-7.tar --key 'models.example.org/prod+c7ad15b5+AZ...'");
  command.callback([&chosen] { chosen = verify_bundle; });
}

void add_sample(CLI::App& app, Arguments& arguments, Verb& chosen) {
  CLI::App& command =
      *app.add_subcommand("sample", "Verify a complete bundle and draw a sample from it, as `cairn sample` did");
  command.add_option("FILE", arguments.bundle, "a complete bundle")->required();
  add_key(command, arguments);
  add_ledger(command, arguments);
  command.add_option("--seed", arguments.seed, "the number that the auditor named, at most 2^53-1")
      ->required()
      ->check(CLI::Range(std::uint64_t{0}, max_count));
  command.add_option("--n", arguments.count, "how many entries")
      ->capture_default_str()
      ->check(CLI::Range(std::uint64_t{1}, max_count));
  command.add_option("--since", arguments.since, "recorded at or after")->type_name("TIME");
  command.add_option("--until", arguments.until, "recorded at or before")->type_name("TIME");
  command.add_option("--model", arguments.model, "only about this model")->type_name("NAME");
  command.add_option("--environment", arguments.environment, "only about this environment")->type_name("E");
  command.add_option("--checkpoint", arguments.checkpoint, "the older head that it was drawn under")->type_name("NOTE");
  add_json(command, arguments);
  command.footer(
      "Example:\n  cairn-verify sample all.tar --seed 20261126 --n 25 --since 2026-10-01 \\\n"
      "    --key 'models.example.org/prod+c7ad15b5+AZ...'");
  command.callback([&chosen] { chosen = verify_sample; });
}

void add_proof(CLI::App& app, Arguments& arguments, Verb& chosen) {
  CLI::App& command = *app.add_subcommand("proof", "Verify that one entry is in the log");
  command.add_option("FILE", arguments.proof, "a C2SP tlog-proof, as `cairn prove` wrote it")->required();
  add_key(command, arguments);
  add_policy(command, arguments);
  command.add_option("--leaf", arguments.leaf, "the entry's bytes, as `cairn show SEQ --entry` writes them")
      ->required();
  command.footer(
      "Example:\n  cairn-verify proof 12.tlog-proof --leaf 12.entry --key 'models.example.org/prod+c7ad15b5+AZ...'");
  command.callback([&chosen] { chosen = verify_proof; });
}

void add_consistency(CLI::App& app, Arguments& arguments, Verb& chosen) {
  CLI::App& command =
      *app.add_subcommand("consistency", "Verify that a log only grew from an older head to a newer one");
  command.add_option("--old", arguments.old_note, "the older checkpoint, as somebody kept it")->required();
  command.add_option("--new", arguments.new_note, "the newer checkpoint")->required();
  command.add_option("--proof", arguments.proof, "what `cairn prove --extends` wrote")->required();
  add_key(command, arguments);
  command
      .add_option("--old-key", arguments.old_vkey,
                  "the key that signed the older one, where the log's keys have changed since (default: --key)")
      ->type_name("VKEY");
  command.footer(
      "Example:\n  cairn-verify consistency --old monday.note --new today.note --proof growth.txt \\\n"
      "    --key 'models.example.org/prod+c7ad15b5+AZ...'");
  command.callback([&chosen] { chosen = verify_consistency; });
}

// Line by line, since a message may hold a note that somebody else wrote.
int complain(const Error& error) {
  std::string message = "cairn-verify: ";
  for (const std::string_view line : split(error.message, '\n')) message += printable(line) + '\n';
  std::cerr << message;
  return exit_code(error.kind);
}

int run(int argc, char** argv) {
  Arguments arguments;
  Verb chosen;
  CLI::App app("Verifies what cairn exports, with the log's public key and nothing else.", "cairn-verify");
  app.formatter_fn([](const CLI::App* one, const std::string& name, CLI::AppFormatMode mode) {
    return fold_help(CLI::Formatter().make_help(one, name, mode));
  });
  app.footer(
      "Exit: 0 verified, 1 fault, 2 usage, 5 not verified.\n\n"
      "Example:\n  cairn-verify tiles ./export --key 'models.example.org/prod+c7ad15b5+AZ...'");
  app.require_subcommand(1);
  add_tiles(app, arguments, chosen);
  add_bundle(app, arguments, chosen);
  add_sample(app, arguments, chosen);
  add_proof(app, arguments, chosen);
  add_consistency(app, arguments, chosen);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& success) {
    return app.exit(success);
  } catch (const CLI::ParseError& error) {
    return complain(usage(str(error.what(), "; see cairn-verify --help")));
  }
  const Result<int> code = chosen(arguments);
  if (!code.ok()) return complain(code.error());
  // A verdict that did not arrive is none.
  if (!std::cout.flush()) return complain(fault("the answer could not be written to standard output"));
  return *code;
}

}  // namespace
}  // namespace cairn

int main(int argc, char** argv) {
  try {
    return cairn::run(argc, argv);
  } catch (const std::bad_alloc&) {
    std::cerr << "cairn-verify: out of memory: give it more and run it again\n";
  } catch (const std::exception& error) {
    std::cerr << "cairn-verify: stopped by something that it did not expect: " << error.what() << '\n';
  } catch (...) {
    std::cerr << "cairn-verify: stopped by something that it did not expect\n";
  }
  return 1;
}
