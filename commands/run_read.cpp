// status, history, log, show.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <iterator>
#include <set>
#include <thread>

#include "commands/compromised_keys.h"
#include "commands/moments.h"
#include "commands/past_verdict.h"
#include "commands/render_entry.h"
#include "commands/render_status.h"
#include "commands/render_timeline.h"
#include "commands/run_questions.h"
#include "commands/status.h"
#include "ledger/base/text.h"

namespace cairn {

namespace {

constexpr auto follow_pause = std::chrono::seconds(1);

// ---- status

Result<StatusMoment> moment_of(const Ledger& ledger, const StatusFlags& flags) {
  if (flags.at && flags.seq) return usage("--at and --seq both name a moment; give one");
  if (flags.at) {
    TRY_LET(size, size_at(ledger, *flags.at));
    TRY_LET(time, read_moment(*flags.at));
    return StatusMoment{size, time, true};
  }
  if (flags.seq) {
    TRY_LET(entry, ledger.entry(*flags.seq));
    return StatusMoment{*flags.seq + 1, entry.entry.recorded, true};
  }
  return StatusMoment{ledger.size(), SystemClock().now(), false};
}

// ---- log

// Entries by what was asked of them: a range, and within it only these seqs if there are tags.
struct Selection {
  Size from = 0;
  Size end = 0;
  std::optional<std::vector<Seq>> seqs;

  void keep_only(std::vector<Seq> wanted) {
    if (!seqs) {
      seqs = std::move(wanted);
      return;
    }
    std::vector<Seq> both;
    std::set_intersection(seqs->begin(), seqs->end(), wanted.begin(), wanted.end(), std::back_inserter(both));
    seqs = std::move(both);
  }
};

// "rollout.advanced" and "rollout.advanced/1" are one type: people copy the wire name, version and all, from --json.
Result<std::string> read_type(const std::string& text) {
  const std::string wanted = text.substr(0, text.find('/'));
  std::string known;
  for (const std::string_view name : wire_names()) {
    const std::string_view type = name.substr(0, name.rfind('/'));
    if (type == wanted) return wanted;
    known += str(known.empty() ? "" : ", ", type);
  }
  return usage(str("--type ", printable(text), ": there is no such event; there are ", known));
}

// What nobody has heard of is more likely a typing error than a question: an empty answer would look like one.
Error nothing_about(std::string_view what, const std::string& name, const std::set<std::string>& known) {
  std::string list;
  for (const std::string& one : known) list += (list.empty() ? "; there are " : ", ") + one;
  return usage(str("no entry speaks of ", what, ' ', printable(name), list));
}

Error nothing_about_model(const World& world, const std::string& name) {
  std::set<std::string> known;
  for (const auto& [version, digest] : world.versions.rows()) known.insert(version.first);
  return nothing_about("a model", name, known);
}

Error nothing_about_environment(const World& world, const std::string& name) {
  std::set<std::string> known;
  for (const auto& [environment, rules] : world.policy().environments) known.insert(environment);
  return nothing_about("the environment", name, known);
}

// The World is loaded only to say what there is instead of what was asked for.
Result<Selection> select(Session& session, const LogFlags& flags) {
  const Ledger& ledger = session.ledger();
  Selection selection;
  selection.end = ledger.size();
  TRY_LET(range, read_range(flags.since, flags.until));
  if (range.since) {
    TRY_LET(before, size_at(ledger, *range.since - 1));
    selection.from = before;
  }
  if (range.until) {
    TRY_LET(end, size_at(ledger, *range.until));
    selection.end = end;
  }
  if (flags.model) {
    TRY_LET(seqs, find_model(ledger, *flags.model));
    if (seqs.empty()) {
      TRY_LET(world, session.world());
      return nothing_about_model(*world, *flags.model);
    }
    selection.keep_only(std::move(seqs));
  }
  if (flags.environment) {
    TRY_LET(seqs, find_all(ledger, "environment:" + *flags.environment));
    if (seqs.empty()) {
      TRY_LET(world, session.world());
      const bool governed = world->policy().environment(*flags.environment) != nullptr;
      if (!governed) return nothing_about_environment(*world, *flags.environment);
    }
    selection.keep_only(std::move(seqs));
  }
  if (flags.actor) {
    TRY_LET(seqs, find_all(ledger, "actor:" + *flags.actor));
    if (seqs.empty() && *flags.actor != recovery_author) {
      TRY_LET(world, session.world());
      std::set<std::string> known;
      for (const auto& [handle, actor] : world->actors.rows()) known.insert(handle);
      return nothing_about("the actor", *flags.actor, known);
    }
    selection.keep_only(std::move(seqs));
  }
  if (flags.type) {
    TRY_LET(type, read_type(*flags.type));
    TRY_LET(seqs, find_all(ledger, "type:" + type));
    selection.keep_only(std::move(seqs));
  }
  return selection;
}

Result<void> walk(const Ledger& ledger, const Selection& selection,
                  const std::function<Result<void>(const Recorded&)>& each) {
  if (!selection.seqs) return ledger.walk(std::min(selection.from, selection.end), selection.end, each);
  std::vector<Seq> within;
  for (const Seq seq : *selection.seqs) {
    if (seq >= selection.from && seq < selection.end) within.push_back(seq);
  }
  return ledger.visit(within, each);
}

// What people call the digests of the entries that are shown: all of a World's, or, where only one model's entries are
// read, each from the entry that registered it.
class LogNames {
 public:
  static Result<LogNames> of(Session& session, const LogFlags& flags) {
    LogNames names(session.ledger());
    if (flags.model) return names;
    TRY_LET(world, session.world());
    names.names_.learn(*world);
    names.all_ = true;
    return names;
  }

  Result<void> learn(const Recorded& entry) {
    for (const Event& event : entry.statement.events) {
      for (const NamedModel& model : models_of(event)) {
        if (all_ || !known_.insert(model.digest).second) continue;
        TRY(look_up(model.digest));
      }
    }
    return {};
  }

  const ModelNames& names() const { return names_; }

 private:
  explicit LogNames(const Ledger& ledger) : ledger_(&ledger) {}

  // By far most often the first entry that names it.
  Result<void> look_up(const Hash& digest) {
    const std::string tag = "digest:" + digest.hex();
    const std::string unknown = names_.of(digest);
    for (Seq from = 0; names_.of(digest) == unknown;) {
      TRY_LET(seqs, ledger_->find(tag, from, 1));
      if (seqs.empty()) return {};
      TRY_LET(entry, ledger_->entry(seqs.front()));
      names_.learn(entry);
      from = seqs.front() + 1;
    }
    return {};
  }

  const Ledger* ledger_;
  ModelNames names_;
  std::set<Hash> known_;
  bool all_ = false;
};

struct Printed {
  Size size = 0;               // of the log then
  std::optional<Error> broke;  // said in the document already
};

// Prints what is selected from `from` on.
Result<Printed> print_log(const Globals& globals, const LogFlags& flags, Session& session, Size from) {
  const Ledger& ledger = session.ledger();
  TRY_LET(selection, select(session, flags));
  selection.from = std::max(selection.from, from);
  TRY_LET(names, LogNames::of(session, flags));
  TRY_LET(compromised, CompromisedKeys::of(ledger));
  const bool document = globals.json && !flags.follow;
  bool first = true;
  if (document) print("{\"entries\": [");
  const auto walked = walk(ledger, selection, [&](const Recorded& entry) -> Result<void> {
    TRY(names.learn(entry));
    TimelineRow row = row_of(entry, names.names());
    if (const auto doubt = compromised.about(entry)) row.said.push_back(describe(*doubt));
    if (!globals.json) {
      print(log_line(row));
    } else if (document) {
      print((first ? "\n" : ",\n") + log_json(row));
    } else {
      print(log_json(row) + "\n");
    }
    end_with_reader();
    first = false;
    return {};
  });
  if (!walked && !document) return walked.error();
  const auto broke = walked ? std::nullopt : std::optional<Error>(walked.error());
  if (document) print(log_json_end(first, broke));
  return Printed{ledger.size(), broke};
}

// ---- show

Result<ExplainedEntry> explained(const Ledger& ledger, Seq seq, ModelNames& names) {
  TRY_LET(recorded, ledger.entry(seq));
  TRY_LET(loaded, load_world(ledger, seq));
  names.learn(recorded);
  TRY_LET(compromised, CompromisedKeys::of(ledger));
  const std::optional<KeyDoubt> doubt = compromised.about(recorded);
  TRY_LET(explained, explain_entry(ledger, *loaded.world, std::move(recorded)));
  explained.doubt = doubt;
  return explained;
}

}  // namespace

Result<void> check_filter(const World& world, const StatusFilter& filter) {
  if (filter.model && !world.has_model(*filter.model)) return nothing_about_model(world, *filter.model);
  const auto& slots = world.slots.rows();
  if (filter.environment && world.policy().environment(*filter.environment) == nullptr &&
      std::none_of(slots.begin(), slots.end(),
                   [&](const auto& row) { return row.first.second == *filter.environment; })) {
    return nothing_about_environment(world, *filter.environment);
  }
  return {};
}

Result<Exit> run_status(const Globals& globals, const StatusFlags& flags) {
  TRY_LET(session, Session::open(globals));
  const Ledger& ledger = session->ledger();
  TRY_LET(at, moment_of(ledger, flags));
  at.filter = {flags.environment, flags.model};
  TRY_LET(loaded, load_world(ledger, at.size));
  World& world = *loaded.world;
  // The log's clock may be ahead of this machine's; nothing is asked about a moment before the newest entry.
  if (!at.past) at.moment = std::max(at.moment, world.position->recorded);
  TRY(check_filter(world, at.filter));
  TRY_LET(status, status_of(world, at.filter, at.moment));
  print(globals.json ? status_json(status, world, at, ledger) : status_text(status, world, at));
  return Exit::done;
}

Result<Exit> run_history(const Globals& globals, const std::string& model) {
  TRY_LET(session, Session::open(globals));
  const Ledger& ledger = session->ledger();
  TRY_LET(seqs, find_history(ledger, model));
  if (seqs.empty()) {
    TRY_LET(world, session->world());  // for the names that there are
    return nothing_about_model(*world, model);
  }
  ModelHistory history(model);
  TRY(ledger.visit(seqs, [&](const Recorded& entry) -> Result<void> {
    history.apply(entry);
    return {};
  }));
  print(globals.json ? history_json(history) : history_text(history));
  return Exit::done;
}

Result<Exit> run_log(const Globals& globals, const LogFlags& flags) {
  Size shown = 0;
  for (;;) {
    TRY_LET(session, Session::open(globals));
    if (session->ledger().size() > shown) {
      TRY_LET(printed, print_log(globals, flags, *session, shown));
      if (printed.broke) return exit_of(printed.broke->kind);
      shown = printed.size;
    }
    if (!flags.follow) return Exit::done;
    // Whoever reads may have gone: `cairn log --follow | head`.
    if (output_problem() != 0) return Exit::done;
    session.reset();
    std::this_thread::sleep_for(follow_pause);
  }
}

Result<Exit> run_show(const Globals& globals, const std::string& seq_or_id, ShowAs as) {
  TRY_LET(session, Session::open(globals));
  const Ledger& ledger = session->ledger();
  TRY_LET(world, session->world());
  TRY_LET(seq, find_entry(ledger, *world, seq_or_id));
  if (as == ShowAs::entry) {
    TRY_LET(bytes, ledger.entry_bytes(seq));
    print(bytes);
    return Exit::done;
  }
  if (as == ShowAs::dsse) {
    TRY_LET(recorded, ledger.entry(seq));
    print(format_dsse({std::move(recorded.entry.payload), std::move(recorded.entry.signatures)}) + "\n");
    return Exit::done;
  }
  ModelNames names = ModelNames::over(*world);
  TRY_LET(entry, explained(ledger, seq, names));
  print(globals.json ? entry_json(entry) : entry_text(entry, names));
  return entry.agrees() ? Exit::done : Exit::not_verified;
}

}  // namespace cairn
