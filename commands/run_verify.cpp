// checkpoint, log-key, prove, verify, export, replay.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <thread>

#include "commands/export.h"
#include "commands/json_text.h"
#include "commands/ledger_source.h"
#include "commands/moments.h"
#include "commands/replay.h"
#include "commands/run_questions.h"
#include "commands/witness_files.h"
#include "ledger/base/file.h"
#include "ledger/base/text.h"
#include "ledger/events/statement.h"
#include "ledger/evidence/readers.h"
#include "verify/audit.h"
#include "verify/layout.h"
#include "verify/render_report.h"

namespace cairn {

namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;
using Rows = std::vector<std::vector<std::string>>;

constexpr std::size_t most_differences_shown = 20;

Json json_of(const Head& head) {
  return {{"size", head.size}, {"root", head.root.hex()}};
}

// ---- prove

Result<Exit> prove_entry(const Globals& globals, const Ledger& ledger, Seq seq, const Path& out) {
  TRY_LET(leaf, ledger.entry_bytes(seq));
  TRY_LET(proof, ledger.proof_file(seq));
  const Hash leaf_is = leaf_hash(leaf);
  TRY(verify_proof_file(proof, leaf_is, ledger.newest_key()));
  TRY(replace_file(out, format_proof_file(proof), everyone_may_read));
  if (globals.json) {
    print(json_text({{"file", out.string()},
                     {"seq", seq},
                     {"leaf_hash", leaf_is.hex()},
                     {"tree_size", ledger.size()},
                     {"root", ledger.checkpoint().head.root.hex()},
                     {"vkey", ledger.vkey()}}));
    return Exit::done;
  }
  print(toned("Proved", Tone::good) + str(": entry ", seq, " is in the log of ") + printable(ledger.origin()) + "\n");
  print(table(
      {{"  file", printable(out.string())}, {"  leaf", leaf_is.hex()}, {"  tree", str(ledger.size(), " entries")}}));
  print("\nAnyone checks it, with the log's key and nothing else:\n  cairn show " + str(seq) + " --entry > leaf\n  " +
        "cairn-verify proof " + printable(out.string()) + " --leaf leaf \\\n    --key '" + ledger.vkey() + "'\n");
  return Exit::done;
}

// A key that signed heads of this size: the one that is shown everywhere, if it did.
std::string key_of_head(const Ledger& ledger, Size size) {
  const auto signers = ledger.log_keys().at(size);
  const bool newest =
      std::any_of(signers.begin(), signers.end(), [&](const NoteVerifier& key) { return key.vkey() == ledger.vkey(); });
  return newest ? ledger.vkey() : signers.back().vkey();
}

Result<Exit> prove_growth(const Globals& globals, const Ledger& ledger, const Path& older, const Path& out) {
  TRY_LET(note, read_file(older, max_note_bytes));
  const auto before = ledger.log_keys().open(note);
  if (!before) return Error{before.error().kind, older.string() + ": " + before.error().message};
  const Head& from = before->head;
  const Head& to = ledger.checkpoint().head;
  const auto forked = [&](const std::string& why) {
    return not_verified(why + "\nBrought along:\n" + note + "\nThis ledger's:\n" + ledger.checkpoint_note() +
                        "\nKeep both: together they are the evidence.");
  };
  if (from.size > to.size) return forked(str("this ledger has ", to.size, " entries, and had ", from.size));
  ConsistencyFile proof{from.size, to.size, {}};
  TRY_LET(hashes, ledger.prove_consistency(from.size, to.size));
  proof.hashes = std::move(hashes);
  const auto holds = check_consistency(from.size, from.root, to.size, to.root, proof.hashes);
  if (!holds) return forked("this ledger does not continue that head: " + holds.error().message);
  // The proof speaks of this very head, and the log may have a newer one before anybody asks for it.
  const Path newer = out.string() + ".note";
  TRY(replace_file(newer, ledger.checkpoint_note(), everyone_may_read));
  TRY(replace_file(out, format_consistency_file(proof), everyone_may_read));
  if (globals.json) {
    print(json_text({{"file", out.string()},
                     {"new_note", newer.string()},
                     {"old", json_of(from)},
                     {"new", json_of(to)},
                     {"checkpoint", ledger.checkpoint_note()},
                     {"vkey", ledger.vkey()},
                     {"old_vkey", key_of_head(ledger, from.size)}}));
    return Exit::done;
  }
  print(toned("Proved", Tone::good) + ": " + printable(ledger.origin()) +
        str(" only grew, from ", from.size, " to ", to.size) + " entries\n");
  print(table({{"  file", printable(out.string())}, {"  new head", printable(newer.string())}}));
  const std::string old_key = key_of_head(ledger, from.size);
  print("\nAnyone checks it, with the log's key and nothing else:\n  cairn-verify consistency --old " +
        printable(older.string()) + " --new " + printable(newer.string()) + " \\\n    --proof " +
        printable(out.string()) + " --key '" + ledger.vkey() + "'" +
        (old_key == ledger.vkey() ? "" : " \\\n    --old-key '" + old_key + "'") + "\n");
  return Exit::done;
}

// ---- verify

// What somebody kept of a newer ledger: a head up to which all was verified; or a receipt or a signed statement, which
// say only what lies on this history.
Result<void> add_what_was_kept(const Path& file, AuditOptions& options) {
  TRY_LET(text, read_file(file, max_note_bytes));
  const auto size = claimed_size(text);
  if (size) {
    options.since = std::move(text);
    return {};
  }
  if (const auto envelope = parse_dsse(text); envelope.ok()) {
    const auto statement = decode_statement(envelope->payload);
    if (!statement) return fault("--since " + printable(file.string()) + ": " + statement.error().message);
    options.known_bases.push_back(statement->basis);
    return {};
  }
  const Json receipt = Json::parse(text, nullptr, false);
  if (receipt.is_object() && receipt.contains("checkpoint") && receipt["checkpoint"].is_string()) {
    options.known_heads.push_back(receipt["checkpoint"]);
    return {};
  }
  return fault("--since " + printable(file.string()) +
               " is no checkpoint, receipt or statement: " + size.error().message);
}

// What this home knows of the place, so that a ledger cannot be exchanged for another that agrees with itself.
Result<void> add_what_is_remembered(const Home& home, const std::string& place, AuditOptions& options) {
  TRY_LET(expected, home.seen_at(place));
  if (!expected) return {};
  options.ledger_id = *expected;
  TRY_LET(note, home.remembered_head(*expected));
  if (note) options.known_heads.push_back(*note);
  return {};
}

Result<void> add_witnesses(const Path& file, const Home& home, AuditOptions& options) {
  TRY_LET(text, read_file(file, max_witness_policy_bytes));
  TRY_LET(policy, given("--witness " + printable(file.string()), parse_witness_policy(text)));
  options.witnesses = std::move(policy);
  if (!options.ledger_id) return {};
  TRY_LET(notes, WitnessFiles(home, *options.ledger_id).notes());
  options.known_heads.insert(options.known_heads.end(), notes.begin(), notes.end());
  return {};
}

// A database that does not open, or one that was here and is gone, is evidence gone bad and no fault of whoever asks.
Result<Report> report_unopened(const LedgerPlace& place, const Error& error, const AuditOptions& options) {
  if (place.is_out_of_reach(error)) return error;
  if (!options.ledger_id) {
    TRY_LET(there, place.holds_something());
    if (!there) return error;
  }
  Report report;
  report.quick = options.quick;
  if (options.ledger_id) report.ledger = *options.ledger_id;
  report.trusted_from_outside = options.vkey || options.ledger_id;
  report.findings.push_back({FindingKind::entry_missing, std::nullopt, "the store does not open: " + error.message});
  return report;
}

// Where a ledger lies that this home has not met there: a copy of one that it knows must lead to the head that it saw.
Result<void> add_known_head(const Store& store, const Home& home, AuditOptions& options) {
  const auto first = store.read(0, {.count = 1});
  if (options.ledger_id || !first || first->empty()) return {};
  const auto ledger = Ledger::open(store);
  const Hash id = ledger ? ledger->id() : leaf_hash(first->front());
  TRY_LET(note, home.remembered_head(id));
  if (!note) return {};
  options.ledger_id = id;
  TRY_LET(tip, store.tip());
  const auto known = claimed_size(*note);
  if (store.is_backup() && known && *known > tip.size) {
    warn_of_older_backup("this", tip.size, *known);
  } else {
    options.known_heads.push_back(*note);
  }
  return {};
}

// What this home saw is read before the store is opened, or a writer beside it would look like a rollback.
Result<Report> audit_place(const LedgerPlace& place, const Globals& globals, const Home& home, AuditOptions options) {
  const PlaceOptions how{.lock_timeout = globals.lock_timeout};
  if (!options.ledger_id) {
    const auto there = place.open_store(StoreMode::read, how);
    if (there) TRY(add_known_head(**there, home, options));
  }
  auto store = place.open_store(StoreMode::read, how);
  if (!store) return report_unopened(place, store.error(), options);
  TRY_LET(attachments, place.open_attachments(StoreMode::read));
  return audit(LedgerSource(**store, *attachments), options);
}

// What was verified is remembered, as every session does.
Result<void> remember_verified(const Globals& globals, const Home& home) {
  TRY(Session::open(globals, home));
  return {};
}

// ---- replay

void show_replayed(const Globals& globals, const Replayed& done, Millis spent) {
  const bool same = done.differences.empty();
  const auto rate = static_cast<std::uint64_t>(static_cast<double>(done.entries) * 1000.0 /
                                               static_cast<double>(std::max<Millis>(spent, 1)));
  if (globals.json) {
    Json differences = Json::array();
    for (const Difference& difference : done.differences) {
      differences.push_back({{"seq", difference.seq ? Json(*difference.seq) : Json()}, {"what", difference.what}});
    }
    print(json_text({{"same", same},
                     {"entries", done.entries},
                     {"admitted", done.admitted},
                     {"refused", done.refused},
                     {"policies", done.policies},
                     {"snapshots", done.snapshots},
                     {"state_hash", done.state.hex()},
                     {"milliseconds", spent},
                     {"entries_per_second", rate},
                     {"differences", std::move(differences)}}));
    return;
  }
  print(same ? toned("Every decision and every view came out the same.", Tone::good) + "\n"
             : toned(str("Not the same: ", done.differences.size(), " differences."), Tone::bad) + "\n");
  print(table(
      {{"  folded", str(plural(done.entries, "entry", "entries"), ", from the first: ", done.admitted, " admitted, ",
                        done.refused, " refused")},
       {"  decided",
        "each statement again, by the policy in force then (" + plural(done.policies, "policy", "policies") + ")"},
       {"  compared", plural(done.snapshots, "recorded snapshot", "recorded snapshots") +
                          " and the view that questions get, by their state, and the root with what the log signed"},
       {"  took", describe_duration(spent) + str(", ", rate, " entries a second")},
       {"  state", done.state.hex()}}));
  for (std::size_t i = 0; i < std::min(done.differences.size(), most_differences_shown); ++i) {
    const Difference& difference = done.differences[i];
    print((difference.seq ? str("  entry ", *difference.seq) : std::string("  the ledger")) + "\n" +
          wrapped(printable(difference.what), 4));
  }
  if (done.differences.size() > most_differences_shown) print("  and more: --json lists all\n");
}

}  // namespace

Result<Exit> run_checkpoint(const Globals& globals) {
  TRY_LET(session, open_with_cosignatures(globals));
  const Ledger& ledger = session->ledger();
  if (!globals.json) {
    print(ledger.checkpoint_note());
    return Exit::done;
  }
  const Head& head = ledger.checkpoint().head;
  print(json_text({{"checkpoint", ledger.checkpoint_note()},
                   {"origin", ledger.origin()},
                   {"size", head.size},
                   {"root", head.root.hex()}}));
  return Exit::done;
}

Result<Exit> run_prove(const Globals& globals, const ProveFlags& flags) {
  if (flags.seq.has_value() == flags.extends.has_value()) return usage("give either SEQ or --extends OLD.note");
  TRY_LET(session, open_with_cosignatures(globals));
  if (flags.seq) return prove_entry(globals, session->ledger(), *flags.seq, flags.out);
  return prove_growth(globals, session->ledger(), *flags.extends, flags.out);
}

// Opens no session: what is damaged has to be named, and not only refused.
Result<Exit> run_verify(const Globals& globals, const VerifyFlags& flags) {
  TRY_LET(home, Home::from_environment());
  TRY_LET(place, LedgerPlace::parse(globals.where));
  AuditOptions options;
  options.quick = flags.quick;
  options.vkey = flags.key;
  options.threads = std::max(1U, std::thread::hardware_concurrency());
  if (flags.since) TRY(add_what_was_kept(*flags.since, options));
  TRY(add_what_is_remembered(home, place.name(), options));
  if (flags.witness) TRY(add_witnesses(*flags.witness, home, options));
  std::optional<ProgressBar> bar("verify");
  options.progress = [&bar](Size done, Size total) { bar->show(done, total); };
  TRY_LET(report, audit_place(place, globals, home, options));
  bar.reset();
  print(globals.json ? render_json(report) : render_text(report));
  if (!report.verified()) return static_cast<Exit>(exit_code(report.findings));
  const auto remembered = remember_verified(globals, home);
  if (remembered) return Exit::done;
  warn("cairn: it verified, and the head could not be remembered: " + remembered.error().message + "\n");
  return exit_of(remembered.error().kind);
}

Result<Exit> run_export(const Globals& globals, const Path& directory) {
  TRY_LET(session, open_with_cosignatures(globals));
  const Ledger& ledger = session->ledger();
  std::optional<ProgressBar> bar("export");
  TRY_LET(done, export_tiles(ledger, session->attachments(), fs::absolute(directory),
                             [&bar](Size entries, Size total) { bar->show(entries, total); }));
  bar.reset();
  if (globals.json) {
    print(json_text({{"directory", directory.string()},
                     {"entries_before", done.before},
                     {"entries", done.size},
                     {"tiles_written", done.tiles},
                     {"bundles_written", done.bundles},
                     {"attachments_written", done.attachments},
                     {"attachments_missing", done.attachments_missing},
                     {"checkpoint", ledger.checkpoint_note()}}));
    return Exit::done;
  }
  print(toned("Exported", Tone::good) + " to " + printable(directory.string()) + "\n");
  print(table(
      {{"  entries", str(done.size, ", ", done.size - done.before, " of them new")},
       {"  written", str(done.tiles, " tiles, ", done.bundles, " bundles, ", done.attachments, " attachments")}}));
  if (done.attachments_missing > 0)
    print(str("  missing  ", done.attachments_missing, " attachments are named and not here\n"));
  print("\nAnyone verifies it, with the log's key and nothing else:\n  cairn-verify tiles " +
        printable(directory.string()) + " \\\n    --key '" + ledger.vkey() + "'\n");
  return Exit::done;
}

Result<Exit> run_replay(const Globals& globals, const std::optional<std::string>& to) {
  TRY_LET(session, Session::open(globals));
  const Ledger& ledger = session->ledger();
  Size size = ledger.size();
  if (to) {
    TRY_LET(then, read_point(ledger, "--to", *to));
    size = then.size;
  }
  const SystemClock clock;
  const Millis begin = clock.now();
  std::optional<ProgressBar> bar("replay");
  const std::size_t threads = std::max(1U, std::thread::hardware_concurrency());
  TRY_LET(done, replay(ledger, size, threads, [&bar](Size entries, Size total) { bar->show(entries, total); }));
  bar.reset();
  show_replayed(globals, done, clock.now() - begin);
  return done.differences.empty() ? Exit::done : Exit::not_verified;
}

}  // namespace cairn
