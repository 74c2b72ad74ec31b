// archive: every version and what it is, derived from what became of it.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "commands/output.h"
#include "commands/render_status.h"
#include "commands/run.h"
#include "ledger/base/text.h"
#include "projections/timeline.h"

namespace cairn {

namespace {

using Json = nlohmann::ordered_json;

struct VersionStanding {
  std::string name;
  std::string version;
  Hash digest;
  std::string state;               // "candidate", "current", "archived", "quarantined", "retired"
  std::vector<std::string> where;  // environments that it is, or was, at full or on its way in
  Seq seq = 0;                     // of what made it so
};

// What stands first counts: a quarantined version is that, whatever else it is.
VersionStanding standing_of(const World& world, const Hash& digest, const Model& model) {
  VersionStanding standing{model.name, model.version, digest, "candidate", {}, model.registered};
  std::vector<std::string> before;
  Seq left = 0;
  for (const auto& [slot, row] : world.slots.rows()) {
    if (slot.first != model.name) continue;
    const Rollout* active = world.under_way(slot);
    const bool full = row.occupied && row.history.back().model == digest;
    if (full || (active != nullptr && active->model == digest)) {
      standing.where.push_back(slot.second);
      standing.seq = full ? row.history.back().seq : active->stage_entry;
    }
    for (std::size_t i = 0; i < row.history.size(); ++i) {
      if (row.history[i].model != digest || full) continue;
      left = std::max(left, i + 1 < row.history.size() ? row.history[i + 1].seq : row.history[i].seq);
      if (before.empty() || before.back() != slot.second) before.push_back(slot.second);
    }
  }
  if (!standing.where.empty()) {
    standing.state = "current";
  } else if (!before.empty()) {
    standing.state = "archived";
    standing.where = std::move(before);
    standing.seq = left;
  }
  if (model.quarantined) {
    standing.state = "quarantined";
    standing.seq = *model.quarantined;
  }
  if (model.retired) {
    standing.state = "retired";
    standing.seq = *model.retired;
  }
  return standing;
}

Json json_of(const VersionStanding& row) {
  return {{"model", row.name},  {"version", row.version},    {"digest", row.digest.hex()},
          {"state", row.state}, {"environments", row.where}, {"seq", row.seq}};
}

std::string rows_text(const std::vector<VersionStanding>& rows) {
  if (rows.empty()) return "Nothing is registered.\n";
  std::vector<std::vector<std::string>> cells = {{"model", "version", "state", "where", "entry", "digest"}};
  for (std::string& cell : cells.front()) cell = toned(cell, Tone::quiet);
  for (const VersionStanding& row : rows) {
    const bool barred = row.state == "quarantined" || row.state == "retired";
    cells.push_back({printable(row.name), printable(row.version), toned(row.state, barred ? Tone::bad : Tone::plain),
                     printable(joined(row.where, ", ")), str(row.seq), short_hex(row.digest)});
  }
  return table(cells);
}

}  // namespace

Result<Exit> run_archive(const Globals& globals, const std::string& model) {
  TRY_LET(reading, open_reading(globals));
  const World* world = reading.world;
  std::vector<VersionStanding> rows;
  for (const auto& [name_version, digest] : world->versions.rows()) {
    const Model* row = world->models.find(digest);
    if (row != nullptr && (model.empty() || row->name == model)) rows.push_back(standing_of(*world, digest, *row));
  }
  if (rows.empty() && !model.empty()) return usage("no version of " + printable(model) + " is registered");
  if (globals.json) {
    Json list = Json::array();
    for (const VersionStanding& row : rows) list.push_back(json_of(row));
    print(Json{{"versions", std::move(list)}}.dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
  } else {
    print(rows_text(rows));
  }
  return Exit::done;
}

}  // namespace cairn
