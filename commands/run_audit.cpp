// bundle, sample.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "commands/bundle.h"
#include "commands/json_text.h"
#include "commands/moments.h"
#include "commands/run_questions.h"
#include "commands/status.h"
#include "commands/views.h"
#include "commands/witness_files.h"
#include "verify/render_sample.h"
#include "verify/tiles_source.h"

namespace cairn {

namespace {

using Json = nlohmann::ordered_json;

// ---- bundle

bool chooses(const BundleFlags& flags) {
  return !flags.subjects.empty() || flags.model || flags.since || flags.until;
}

// Entries [begin, end) of what --since and --until say.
struct SeqRange {
  Size begin = 0;
  Size end = 0;
};

Result<SeqRange> period_of(const Ledger& ledger, const BundleFlags& flags) {
  SeqRange period{0, ledger.size()};
  TRY_LET(range, read_range(flags.since, flags.until));
  if (range.since) {
    TRY_LET(begin, size_at(ledger, *range.since - 1));
    period.begin = begin;
  }
  if (range.until) {
    TRY_LET(end, size_at(ledger, *range.until));
    period.end = end;
  }
  return period;
}

Result<std::vector<Seq>> entries_about(const Ledger& ledger, const std::string& subject) {
  if (const auto seq = parse_uint(subject)) {
    if (*seq < ledger.size()) return std::vector<Seq>{*seq};
    return usage(str("there is no entry ", *seq, ": this ledger holds entries 0 to ", ledger.size() - 1));
  }
  for (const char* kind : {"rollout:", "incident:"}) {
    TRY_LET(seqs, find_all(ledger, kind + subject));
    if (!seqs.empty()) return seqs;
  }
  return usage(printable(subject) + " is no entry's number, and no entry speaks of a rollout or an incident of this " +
               "name; cairn status and cairn incident list show them");
}

Result<std::vector<Seq>> entries_about_model(const Ledger& ledger, const std::string& model) {
  TRY_LET(seqs, find_model(ledger, model));
  if (seqs.empty()) return usage("no entry speaks of a model " + printable(model) + "; cairn archive lists them");
  return seqs;
}

Result<std::vector<Seq>> choose(const Ledger& ledger, const BundleFlags& flags) {
  TRY_LET(period, period_of(ledger, flags));
  std::set<Seq> wanted;
  for (const std::string& subject : flags.subjects) {
    TRY_LET(seqs, entries_about(ledger, subject));
    wanted.insert(seqs.begin(), seqs.end());
  }
  if (flags.model) {
    TRY_LET(seqs, entries_about_model(ledger, *flags.model));
    wanted.insert(seqs.begin(), seqs.end());
  }
  std::vector<Seq> chosen;
  if (flags.subjects.empty() && !flags.model) {
    for (Seq seq = period.begin; seq < period.end; ++seq) chosen.push_back(seq);
  } else {
    chosen.assign(wanted.lower_bound(period.begin), wanted.lower_bound(std::max(period.begin, period.end)));
  }
  if (chosen.empty()) return usage("no such entry was recorded in this time; widen --since and --until");
  return chosen;
}

struct Contents {
  bool complete = false;
  std::size_t chosen = 0;
  std::vector<Seq> seqs;  // of a partial one
};

std::string sizes(std::uint64_t bytes) {
  constexpr std::uint64_t kilo = 1024;
  if (bytes < 10 * kilo) return str(bytes, " bytes");
  if (bytes < 10 * kilo * kilo) return str((bytes + kilo / 2) / kilo, " KiB");
  return str((bytes + kilo * kilo / 2) / (kilo * kilo), " MiB");
}

void show_bundle(const Ledger& ledger, const BundleFlags& flags, const Contents& contents, const Bundled& done) {
  const std::string out = printable(flags.out.string());
  const std::string entries =
      contents.complete ? str("all ", done.entries)
                        : str(done.entries, " of ", ledger.size(), ": ", contents.chosen, " chosen, ",
                              done.entries - contents.chosen, " that these rest on (keys, policies, entry 0)");
  const std::string attachments =
      flags.attachments ? str(done.attachments, ", ", done.attachments_missing.size(), " named and not here")
                        : "left out; --attachments adds the files that the entries name";
  print(toned("Bundled", Tone::good) + (contents.complete ? " the whole ledger of " : " a part of ") +
        printable(ledger.origin()) + "\n");
  print(table({{"  file", out + str(", ", done.files, " files, ", sizes(done.bytes))},
               {"  entries", entries},
               {"  attachments", attachments},
               {"  sha256", done.digest.hex()}}));
  print("\nAnyone checks it, with the log's key and nothing else:\n  cairn-verify bundle " + out + " \\\n    --key '" +
        ledger.vkey() + "'\n\n");
  print(wrapped(contents.complete
                    ? "Every hash, signature and decision is derived again. Any tar unpacks it: what is inside is what "
                      "`cairn export` writes."
                    : "It shows that these entries are in the log and who signed them; outcomes, and that nothing is "
                      "left out, only a bundle of the whole ledger shows.",
                2));
}

// Where no attachment was asked for, nobody looked which are here.
Json bundle_json(const Ledger& ledger, const BundleFlags& flags, const Contents& contents, const Bundled& done) {
  Json missing = Json::array();
  for (const Hash& digest : done.attachments_missing) missing.push_back(digest.hex());
  Json json = {{"file", flags.out.string()},
               {"bundle", contents.complete ? "complete" : "partial"},
               {"entries", done.entries},
               {"chosen", contents.chosen}};
  if (!contents.complete) json["seqs"] = contents.seqs;
  json["files"] = done.files;
  json["bytes"] = done.bytes;
  json["sha256"] = done.digest.hex();
  json["attachments"] = done.attachments;
  json["attachments_missing"] = flags.attachments ? std::move(missing) : Json();
  json["tree_size"] = ledger.size();
  json["root"] = ledger.checkpoint().head.root.hex();
  json["checkpoint"] = ledger.checkpoint_note();
  json["vkey"] = ledger.vkey();
  return json;
}

Result<Bundled> write(const Session& session, const BundleFlags& flags, const Contents& contents) {
  const Ledger& ledger = session.ledger();
  ProgressBar bar("bundle");
  const auto progress = [&bar](Size entries, Size total) { bar.show(entries, total); };
  if (contents.complete) {
    return write_complete_bundle(ledger, session.attachments(), flags.attachments, flags.out, progress);
  }
  return write_partial_bundle(ledger, session.attachments(), flags.attachments, contents.seqs, flags.out, progress);
}

// ---- sample

// The head to draw under: one that somebody kept has to lie on this history.
Result<Head> head_of(const Ledger& ledger, const std::optional<Path>& checkpoint) {
  if (!checkpoint) return ledger.checkpoint().head;
  TRY_LET(note, read_at_most(*checkpoint, max_note_bytes));
  const Result<Checkpoint> older = ledger.log_keys().open(note);
  if (!older) return Error{older.error().kind, checkpoint->string() + ": " + older.error().message};
  const Head& head = older->head;
  const auto apart = [&](const std::string& why) {
    return not_verified(why + "\nBrought along:\n" + note + "\nThis ledger's:\n" + ledger.checkpoint_note() +
                        "\nKeep both: together they are the evidence.");
  };
  if (head.size > ledger.size()) return apart(str("this ledger has ", ledger.size(), " entries, and had ", head.size));
  const Head& newest = ledger.checkpoint().head;
  TRY_LET(proof, ledger.prove_consistency(head.size, newest.size));
  if (!check_consistency(head.size, head.root, newest.size, newest.root, proof).ok()) {
    return apart("this ledger does not continue that head");
  }
  return head;
}

// Where nothing fits the question, a name that no entry knows is the likelier reason. What was refused may speak of
// names that never came to be, so this is not asked before.
Result<void> check_names(Session& session, const SampleFlags& flags, const Error& error) {
  if (error.kind != ErrorKind::usage) return {};
  TRY_LET(world, session.world());
  return check_filter(*world, StatusFilter{flags.environment, flags.model});
}

}  // namespace

Result<Exit> run_bundle(const Globals& globals, const BundleFlags& flags) {
  TRY_LET(session, open_with_cosignatures(globals));
  const Ledger& ledger = session->ledger();
  Contents contents;
  contents.complete = !chooses(flags);
  contents.chosen = ledger.size();
  if (!contents.complete) {
    TRY_LET(chosen, choose(ledger, flags));
    contents.chosen = chosen.size();
    TRY_LET(seqs, with_context(ledger, chosen));
    contents.seqs = std::move(seqs);
  }
  TRY_LET(done, write(*session, flags, contents));
  if (globals.json) {
    print(json_text(bundle_json(ledger, flags, contents, done)));
  } else {
    show_bundle(ledger, flags, contents, done);
  }
  return Exit::done;
}

Result<Exit> run_sample(const Globals& globals, const SampleFlags& flags) {
  TRY_LET(session, Session::open(globals));
  const Ledger& ledger = session->ledger();
  SampleQuestion question;
  TRY_LET(range, read_range(flags.since, flags.until));
  question.since = range.since;
  question.until = range.until;
  question.model = flags.model;
  question.environment = flags.environment;
  question.count = flags.count;
  question.seed = flags.seed;
  TRY_LET(head, head_of(ledger, flags.checkpoint));
  const SampleSource source = {
      [&](const std::function<Result<void>(const Recorded&)>& each) { return walk_signed(ledger, 0, head.size, each); },
      [&](Seq seq) { return signed_entry(ledger, seq); }};
  const Result<Sample> sample = draw_sample(question, ledger.origin(), head, source);
  if (!sample) {
    TRY(check_names(*session, flags, sample.error()));
    return sample.error();
  }
  print(globals.json ? render_json(*sample) : render_text(*sample));
  return Exit::done;
}

}  // namespace cairn
