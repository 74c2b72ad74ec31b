// monitor record; monitor --list-models and --inference-mode, which look at files and records and put nothing on
// record.
#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "commands/json_text.h"
#include "commands/render_receipt.h"
#include "commands/reports.h"
#include "commands/run.h"
#include "ledger/base/text.h"
#include "ledger/evidence/readers.h"

namespace cairn {

namespace {

using Json = nlohmann::ordered_json;

Result<std::vector<AboutModel>> models_to_record(const World& world, const RecordFlags& flags, const ReportFile& file) {
  std::vector<AboutModel> models;
  if (flags.model) {
    const auto live = live_model(world, {*flags.model, flags.environment.value_or(usual_environment)});
    if (!live)
      return usage("nothing of " + printable(*flags.model) + " runs or is on its way in " +
                   flags.environment.value_or(usual_environment));
    std::string stem = *flags.model;  // a file that names models plainly; else no row, and that goes on record
    for (const std::string& named : file.models) {
      if (model_of_stem(world, named) == live) stem = named;
    }
    models.push_back({*live, stem});
    return models;
  }
  for (const std::string& named : file.models) {
    if (const auto model = model_named(world, named, flags.environment.value_or(usual_environment))) {
      models.push_back({*model, named});
    } else {
      warn("cairn: " + printable(named) + " is not registered; its row is left out\n");
    }
  }
  if (!models.empty()) return models;
  return usage(flags.file.string() +
               " speaks of no registered model; --model NAME says which it is about, or puts on record that this one "
               "was not monitored");
}

// Where a version is, or is on its way: "full in production", "canary, 10 %, in production".
std::vector<std::string> places_of(const World& world, const Hash& model) {
  std::vector<std::string> places;
  for (const auto& row : world.slots.rows()) {
    const SlotKey& key = row.first;
    const Rollout* active = world.under_way(key);
    if (active != nullptr && active->model == model) {
      const std::string share = active->stage == Stage::canary ? str(", ", active->percent, " %,") : "";
      places.push_back(str(to_text(active->stage), share, " in ", key.second));
    }
    const Tenure* full = world.at_full(key);
    if (full != nullptr && full->model == model) places.push_back("full in " + key.second);
  }
  return places;
}

// "<path>" -> "<sha256>" of a manifest.
std::map<std::string, std::string> files_in(std::string_view manifest) {
  std::map<std::string, std::string> files;
  constexpr std::size_t hex = 64;
  for (const std::string_view line : split(manifest, '\n')) {
    if (line.size() > hex + 2) files[std::string(line.substr(hex + 2))] = std::string(line.substr(0, hex));
  }
  return files;
}

// Which files make two manifests differ.
std::vector<std::string> differences(std::string_view registered, std::string_view found) {
  const auto before = files_in(registered);
  const auto now = files_in(found);
  std::vector<std::string> told;
  for (const auto& [path, digest] : before) {
    const auto there = now.find(path);
    if (there == now.end()) {
      told.push_back(printable(path) + " is missing");
    } else if (there->second != digest) {
      told.push_back(printable(path) + " has other bytes");
    }
  }
  for (const auto& [path, digest] : now) {
    if (!before.contains(path)) told.push_back(printable(path) + " was not there");
  }
  return told;
}

// Whether the files are the ones that were registered, and what their structure shows.
struct Inspection {
  bool good = false;
  std::string artefact;  // "match", "mismatch", "not registered", "no ledger"
  std::vector<std::string> findings;
};

Result<Inspection> inspect(const Ground& ground, const ModelReading& reading) {
  Inspection seen;
  for (const Evidence& evidence : reading.evidence) {
    if (evidence.event.kind != EvidenceKind::structure) continue;
    for (const std::string& finding : evidence.event.findings) seen.findings.push_back(printable(finding));
  }
  const Hash* registered = ground.world->versions.find({reading.name, reading.version});
  if (!ground.session) {
    seen.artefact = "no ledger";
    seen.findings.emplace_back("no ledger says what its files should be: --ledger names one");
  } else if (ground.world->models.has(reading.digest)) {
    seen.artefact = "match";
    seen.good = seen.findings.empty();
  } else if (registered == nullptr) {
    seen.artefact = "not registered";
    seen.findings.emplace_back("nothing says what its files should be: cairn register --model-path DIR");
  } else {
    seen.artefact = "mismatch";
    TRY_LET(manifest_there, ground.session->attachments().has(*registered));
    if (!manifest_there) {
      seen.findings.emplace_back("its manifest is not here to be compared with");
      return seen;
    }
    TRY_LET(manifest, ground.session->attachments().get(*registered));
    for (std::string& one : differences(manifest, reading.manifest)) seen.findings.push_back(std::move(one));
  }
  return seen;
}

Result<std::vector<ModelReading>> models_of(const MonitorFlags& flags) {
  return read_models({flags.path.value_or(default_model_path), flags.name, ""});
}

Result<Exit> list_models(const Globals& globals, const MonitorFlags& flags) {
  TRY_LET(readings, models_of(flags));
  TRY_LET(ground, named_ground(globals));
  Json models = Json::array();
  std::vector<std::vector<std::string>> rows;
  for (const ModelReading& reading : readings) {
    const Model* known = ground.world->models.find(reading.digest);
    const auto places = places_of(*ground.world, reading.digest);
    models.push_back({{"name", reading.name},
                      {"version", reading.version},
                      {"digest", reading.digest.hex()},
                      {"files", reading.files.size()},
                      {"bytes", reading.bytes},
                      {"registered", known == nullptr ? Json() : Json(known->registered)},
                      {"places", places}});
    const std::string on_record = known != nullptr ? str("entry ", known->registered)
                                  : ground.session ? "not registered"
                                                   : "no ledger";
    rows.push_back({"  " + printable(reading.name), printable(reading.version), reading.digest.hex().substr(0, 12),
                    str(reading.files.size(), reading.files.size() == 1 ? " file" : " files"), on_record,
                    joined(places, "; ")});
  }
  if (globals.json) {
    print(json_text({{"models", models}}));
  } else {
    print(str("Found ", readings.size(), readings.size() == 1 ? " model" : " models", "\n") + table(rows));
  }
  return Exit::done;
}

// Nothing of a model is executed: what its script learns by loading it, this one does not claim to know.
Result<Exit> inspect_models(const Globals& globals, const MonitorFlags& flags) {
  TRY_LET(readings, models_of(flags));
  TRY_LET(ground, named_ground(globals));
  bool good = true;
  Json models = Json::array();
  std::string text;
  for (const ModelReading& reading : readings) {
    TRY_LET(seen, inspect(ground, reading));
    good = good && seen.good;
    models.push_back({{"name", reading.name},
                      {"version", reading.version},
                      {"digest", reading.digest.hex()},
                      {"artefact", seen.artefact},
                      {"passed", seen.good},
                      {"findings", seen.findings}});
    text += "  " + toned(seen.good ? "✓" : "✗", seen.good ? Tone::good : Tone::bad) + " " + printable(reading.name) +
            " " + printable(reading.version) + ": files " + seen.artefact + "\n";
    for (const std::string& finding : seen.findings) text += wrapped("- " + finding, 6);
  }
  const std::string status = good ? "passed" : "failed";
  const Json document = {{"overall_status", status}, {"models", models}, {"written_by", "cairn"}};
  if (flags.output) TRY(write_report(*flags.output, json_text(document)));
  if (globals.json) {
    print(json_text(document));
  } else {
    print(text + "Files and structure were read, and no model was run. Nothing was recorded.\n");
    print("Overall status: " + toned(status, good ? Tone::good : Tone::bad) + "\n");
  }
  return good ? Exit::done : Exit::refused;
}

}  // namespace

Result<Exit> run_monitor_record(const Globals& globals, const WriteFlags& write_flags, const RecordFlags& flags) {
  TRY_LET(home, Home::from_environment());
  TRY_LET(file, read_report_file(flags.file));
  if (!is_measured_live(file.kind)) {
    return usage(str(printable(flags.file.string()), " is ", to_text(file.kind),
                     " evidence, which is known of the artefact and not measured while it runs: cairn import ",
                     printable(flags.file.string())));
  }
  std::string meaning;
  TRY_LET(written, write(globals, write_flags, home, [&](const World& world) -> Result<Wanted> {
            TRY_LET(models, models_to_record(world, flags, file));
            TRY_LET(command, record_of(world, file, models, flags.environment));
            meaning = meaning_of(world, command, SystemClock().now());
            return Wanted{std::move(command), {file.content}};
          }));
  const Exit ended = show_written(globals, written);
  if (!globals.json && ended == Exit::done) print(meaning);
  return ended;
}

Result<Exit> run_monitor(const Globals& globals, const WriteFlags& write_flags, const MonitorFlags& flags) {
  const int asked = int{flags.calculate_drift} + int{flags.compare_baseline} + int{flags.inference_mode} +
                    int{flags.list_models} + int{flags.predictions && !flags.calculate_drift};
  if (asked != 1) {
    return usage(str(asked == 0 ? "nothing is asked for" : "that is more than one thing",
                     ": give one of --calculate-drift, --compare-baseline, --inference-mode, --list-models"));
  }
  if (flags.list_models) return list_models(globals, flags);
  if (flags.inference_mode) return inspect_models(globals, flags);
  if (flags.compare_baseline) return run_compare_baseline(globals, write_flags, flags);
  return run_drift(globals, write_flags, flags);
}

}  // namespace cairn
