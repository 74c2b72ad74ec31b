// retain, hold: until when files are kept, what holds them, and what was deleted or erased.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "commands/json_text.h"
#include "commands/output.h"
#include "commands/render_status.h"
#include "commands/run.h"
#include "ledger/base/text.h"
#include "projections/retention.h"
#include "projections/timeline.h"

namespace cairn {

namespace {

using Json = nlohmann::ordered_json;

struct KeptVersion {
  const Model* model = nullptr;
  Hash digest;
  VersionState state = VersionState::candidate;
  Kept kept;
  std::vector<std::string> holds;

  // As the rules have it, for the ground of time.
  bool over(Millis moment) const {
    return !model->deleted && !model->quarantined && holds.empty() && kept.until && *kept.until <= moment;
  }
};

std::string meaning_of(const KeptVersion& row, Millis moment) {
  if (row.model->deleted) return str("deleted, entry ", *row.model->deleted);
  if (!row.holds.empty()) {
    const std::string more = row.holds.size() == 1 ? "" : str(" (and ", row.holds.size() - 1, " more)");
    return toned("on hold: " + printable(row.holds.front()) + more, Tone::bad);
  }
  if (row.state == VersionState::current) return "in use";
  if (row.model->quarantined) return "kept while in quarantine";
  if (!row.kept.until) return "kept for good: " + printable(row.kept.by);
  if (row.over(moment)) return toned("may be deleted since " + format_time(*row.kept.until), Tone::good);
  return "kept until " + format_time(*row.kept.until) + ": " + printable(row.kept.by);
}

Json json_of(const KeptVersion& row, Millis moment) {
  return {{"model", row.model->name},
          {"version", row.model->version},
          {"digest", row.digest.hex()},
          {"state", to_text(row.state)},
          {"classes", row.model->classes},
          {"kept_until", row.kept.until ? Json(format_time(*row.kept.until)) : Json(nullptr)},
          {"kept_by", row.kept.by},
          {"holds", row.holds},
          {"deletable", row.over(moment)},
          {"deleted", row.model->deleted ? Json(*row.model->deleted) : Json(nullptr)}};
}

// The one file that the entry names, or the one of those that is meant.
Result<NamedAttachment> file_named(const Recorded& recorded, const std::optional<std::string>& wanted) {
  if (!recorded.entry.outcome.empty())
    return usage(str("entry ", recorded.seq, " was refused, and puts nothing on record"));
  std::vector<NamedAttachment> named;
  for (const Event& event : recorded.statement.events) {
    if (const auto file = attachment_of(event)) named.push_back(*file);
  }
  std::string list;
  for (const NamedAttachment& file : named) list += "\n  " + file.digest.hex();
  if (wanted) {
    const auto digest = Hash::from_hex(*wanted);
    for (const NamedAttachment& file : named) {
      if (digest.ok() && file.digest == *digest) return file;
    }
    return usage(str("entry ", recorded.seq, " names no attachment ", printable(*wanted),
                     list.empty() ? "" : "; it names", list));
  }
  if (named.empty()) return usage(str("entry ", recorded.seq, " names no attachment"));
  if (named.size() > 1) return usage(str("entry ", recorded.seq, " names several; say which with --digest:", list));
  return named.front();
}

// Looked up before anything is written: the writer opens the ledger for itself.
Result<NamedAttachment> file_of_entry(const Globals& globals, Seq entry, const std::optional<std::string>& digest) {
  TRY_LET(home, Home::from_environment());
  TRY_LET(session, Session::open(globals, home));
  TRY_LET(recorded, session->ledger().entry(entry));
  return file_named(recorded, digest);
}

void print_rows(std::string_view member, Json rows) {
  print(json_text({{member, std::move(rows)}}));
}

}  // namespace

Result<Exit> run_retain_list(const Globals& globals, const std::string& model) {
  TRY_LET(reading, open_reading(globals));
  const World& world = *reading.world;
  std::vector<KeptVersion> rows;
  for (const auto& [name_version, digest] : world.versions.rows()) {
    const Model* row = world.models.find(digest);
    if (row == nullptr || (!model.empty() && row->name != model)) continue;
    rows.push_back({row, digest, standing_of(world, digest, *row).state, kept_until(world, digest, *row),
                    holds_over(world, row->name)});
  }
  if (rows.empty() && !model.empty()) return usage("no version of " + printable(model) + " is registered");
  if (globals.json) {
    Json list = Json::array();
    for (const KeptVersion& row : rows) list.push_back(json_of(row, reading.moment));
    print_rows("versions", std::move(list));
    return Exit::done;
  }
  if (rows.empty()) {
    print("Nothing is registered.\n");
    return Exit::done;
  }
  std::vector<std::vector<std::string>> cells = {headings({"model", "version", "state", "classes", "files"})};
  for (const KeptVersion& row : rows) {
    cells.push_back({printable(row.model->name), printable(row.model->version), std::string(to_text(row.state)),
                     row.model->classes.empty() ? "-" : printable(joined(row.model->classes, ", ")),
                     meaning_of(row, reading.moment)});
  }
  print(table(cells));
  return Exit::done;
}

Result<Exit> run_retain_set(const Globals& globals, const WriteFlags& write, const RetainFlags& flags) {
  return write_and_show(globals, write, [&](const World& world) -> Result<Wanted> {
    TRY_LET(model, version_named(world, flags.subject));
    return Wanted{Record{RetentionSet{model, {flags.classes.begin(), flags.classes.end()}}}, {}};
  });
}

Result<Exit> run_retain_delete(const Globals& globals, const WriteFlags& write, const RetainFlags& flags) {
  TRY_LET(ground, given("--ground", parse_deletion_ground(flags.ground)));
  return write_and_show(globals, write, [&](const World& world) -> Result<Wanted> {
    TRY_LET(model, version_named(world, flags.subject));
    return Wanted{Record{ArtefactDeleted{model, ground, flags.reason}}, {}};
  });
}

Result<Exit> run_retain_erase(const Globals& globals, const WriteFlags& write, Seq entry,
                              const std::optional<std::string>& digest, const RetainFlags& flags) {
  TRY_LET(ground, given("--ground", parse_deletion_ground(flags.ground)));
  TRY_LET(file, file_of_entry(globals, entry, digest));
  return record(globals, write, AttachmentErased{file.digest, entry, file.model, ground, flags.reason});
}

Result<Exit> run_hold_place(const Globals& globals, const WriteFlags& write, const HoldFlags& flags) {
  return record(globals, write, HoldPlaced{flags.case_id, flags.model, flags.reason});
}

Result<Exit> run_hold_release(const Globals& globals, const WriteFlags& write, const HoldFlags& flags) {
  return record(globals, write, HoldReleased{flags.case_id, flags.model, flags.reason});
}

Result<Exit> run_hold_list(const Globals& globals) {
  TRY_LET(reading, open_reading(globals));
  const auto& holds = reading.world->holds.rows();
  if (globals.json) {
    Json list = Json::array();
    for (const auto& [key, hold] : holds) {
      list.push_back({{"case", key.first},
                      {"model", key.second.empty() ? Json(nullptr) : Json(key.second)},
                      {"by", hold.by},
                      {"since", format_time(hold.recorded)},
                      {"reason", hold.reason},
                      {"seq", hold.placed}});
    }
    print_rows("holds", std::move(list));
    return Exit::done;
  }
  if (holds.empty()) {
    print("Nothing is on hold.\n");
    return Exit::done;
  }
  std::vector<std::vector<std::string>> cells = {headings({"case", "model", "since", "by", "entry", "reason"})};
  for (const auto& [key, hold] : holds) {
    cells.push_back({printable(key.first), key.second.empty() ? "every model" : printable(key.second),
                     format_time(hold.recorded), printable(hold.by), str(hold.placed), printable(hold.reason)});
  }
  print(table(cells));
  return Exit::done;
}

}  // namespace cairn
