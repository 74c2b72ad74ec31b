// archive: every version and what it is, derived from what became of it.
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

struct Version {
  std::string name;
  std::string version;
  Hash digest;
  VersionStanding standing;
};

Json json_of(const Version& row) {
  return {{"model", row.name},
          {"version", row.version},
          {"digest", row.digest.hex()},
          {"state", to_text(row.standing.state)},
          {"environments", row.standing.environments},
          {"seq", row.standing.seq}};
}

std::string rows_text(const std::vector<Version>& rows) {
  if (rows.empty()) return "Nothing is registered.\n";
  std::vector<std::vector<std::string>> cells = {headings({"model", "version", "state", "where", "entry", "digest"})};
  for (const Version& row : rows) {
    const VersionStanding& standing = row.standing;
    const Tone tone = standing.state >= VersionState::quarantined ? Tone::bad : Tone::plain;
    cells.push_back({printable(row.name), printable(row.version), toned(to_text(standing.state), tone),
                     printable(joined(standing.environments, ", ")), str(standing.seq), short_hex(row.digest)});
  }
  return table(cells);
}

}  // namespace

Result<Exit> run_archive(const Globals& globals, const std::string& model) {
  TRY_LET(reading, open_reading(globals));
  const World* world = reading.world;
  std::vector<Version> rows;
  for (const auto& [name_version, digest] : world->versions.rows()) {
    const Model* row = world->models.find(digest);
    if (row == nullptr || (!model.empty() && row->name != model)) continue;
    rows.push_back({row->name, row->version, digest, standing_of(*world, digest, *row)});
  }
  if (rows.empty() && !model.empty()) return usage("no version of " + printable(model) + " is registered");
  if (globals.json) {
    Json list = Json::array();
    for (const Version& row : rows) list.push_back(json_of(row));
    print(json_text({{"versions", std::move(list)}}));
  } else {
    print(rows_text(rows));
  }
  return Exit::done;
}

}  // namespace cairn
