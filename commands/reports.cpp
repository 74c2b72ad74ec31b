#include "commands/reports.h"

#include <algorithm>

#include "commands/render_receipt.h"
#include "ledger/base/file.h"
#include "ledger/base/text.h"
#include "ledger/evidence/directory_names.h"
#include "ledger/evidence/readers.h"
#include "ledger/evidence/report_kinds.h"
#include "ledger/evidence/report_readers.h"

namespace cairn {

namespace {

constexpr std::string_view our_mark = "\"written_by\": \"cairn\"";

bool is_under_way(const World& world, const Hash& model, const SlotKey& key) {
  const Rollout* rollout = world.under_way(key);
  return rollout != nullptr && rollout->model == model;
}

// What one look means for the soak of its stage (DESIGN 6), which its receipt alone would not tell.
std::string meaning_of_look(const World& world, const EvidenceRecorded& evidence, Millis recorded) {
  const SlotKey slot{world.models.find(evidence.model)->name, evidence.environment};
  const GateResult result = judge_monitoring(world.policy(), evidence.values, recorded);
  const Tone tone = result == GateResult::pass ? Tone::good : result == GateResult::fail ? Tone::bad : Tone::warn;
  const std::string judged = toned(to_text(result), tone);
  if (!is_under_way(world, evidence.model, slot)) return judged + "; no rollout of it is under way there";
  if (result == GateResult::pass) return judged + ", which counts towards its soak";
  if (result == GateResult::fail) return judged + ", which starts its soak over and voids grants";
  return judged + ", a value is missing or it was measured at another time: it interrupts the soak";
}

std::string meaning_of_comparison(const EvidenceRecorded& evidence) {
  const auto regression = evidence.values.find("has_regression");
  const bool known = regression != evidence.values.end() && regression->second.is_finite();
  if (!known) return toned("UNKNOWN", Tone::warn) + ", nothing was compared, or not all";
  if (regression->second == Decimal()) return toned("no regression", Tone::good);
  return toned("REGRESSION", Tone::bad);
}

std::string meaning_of(const World& world, const EvidenceRecorded& evidence, Millis recorded) {
  const EvidenceRow* before = world.evidence.find({evidence.model, evidence.environment, evidence.kind});
  if (before != nullptr && before->digest == evidence.digest) {
    return toned("no news", Tone::warn) + str(", the same file as in entry ", before->seq, ": it counts for nothing");
  }
  if (evidence.kind == EvidenceKind::monitoring) return meaning_of_look(world, evidence, recorded);
  if (evidence.kind == EvidenceKind::comparison) return meaning_of_comparison(evidence);
  const auto values = evidence.values.size();
  return str(to_text(evidence.kind), " metrics, ", values, values == 1 ? " value" : " values");
}

Result<std::string> place_of(const World& world, const Hash& model, const std::optional<std::string>& said) {
  if (said) return *said;
  std::vector<std::string> places;
  for (const auto& [key, slot] : world.slots.rows()) {
    if (!world.stands_in(key, model)) continue;
    if (key.second == usual_environment) return key.second;
    places.push_back(key.second);
  }
  if (places.size() <= 1) return places.empty() ? usual_environment : places.front();
  return usage(world.name_of(model) + " is in " + joined(places, ", ") +
               ": say where it was measured, with --environment");
}

}  // namespace

std::optional<Hash> model_of_stem(const World& world, const std::string& stem) {
  for (const auto& [name_version, digest] : world.versions.rows()) {
    const auto& [name, version] = name_version;
    if (stem == name + "_model_" + version || stem == name + "_" + version) return digest;
  }
  return std::nullopt;
}

std::optional<Hash> live_model(const World& world, const SlotKey& slot) {
  if (const Rollout* rollout = world.under_way(slot)) return rollout->model;
  const Tenure* full = world.at_full(slot);
  return full == nullptr ? std::nullopt : std::optional<Hash>(full->model);
}

std::optional<Hash> model_named(const World& world, const std::string& name, const std::string& environment) {
  const auto version = model_of_stem(world, name);
  return version ? version : live_model(world, {name, environment});
}

std::string stem_of_reading(const ModelReading& reading) {
  for (const ModelFile& file : reading.files) {
    if (const auto stem = stem_of(file.path)) return stem->text;
  }
  return reading.name + "_" + reading.version;
}

Result<ReportFile> read_report_file(const Path& file) {
  ReportFile report;
  report.source = file.filename().string();
  TRY_LET(content, read_file(file, max_evidence_bytes));
  report.content = std::move(content);
  const auto kind = kind_of_report(file.string(), report.content);
  if (!kind) return kind.error();
  report.kind = *kind;
  auto models = models_in_report(*kind, report.source, report.content);
  if (!models) return fault(printable(file.string()) + ": " + models.error().message);
  report.models = std::move(models).value();
  return report;
}

bool is_measured_live(EvidenceKind kind) {
  return kind == EvidenceKind::monitoring || kind == EvidenceKind::comparison || kind == EvidenceKind::system ||
         kind == EvidenceKind::business;
}

Result<Evidence> evidence_of(const ReportFile& file, const std::string& stem, const AuditRoots& roots) {
  switch (file.kind) {
    case EvidenceKind::monitoring:
      return read_drift_metrics(file.source, file.content, stem);
    case EvidenceKind::comparison:
      return read_comparison(file.source, file.content, stem);
    case EvidenceKind::system:
    case EvidenceKind::business:
      return read_operations(file.kind, file.source, file.content);
    case EvidenceKind::training:
      return read_training_summary(file.source, file.content, stem, roots.chunks);
    case EvidenceKind::cohort_drift:
      return read_cohort_drift(file.source, file.content, stem);
    case EvidenceKind::card:
      return read_card(file.source, file.content, roots.chunks, roots.saved);
    case EvidenceKind::metrics:
      return read_metrics(file.source, file.content);
    case EvidenceKind::audit_chunk: {
      TRY_LET(chunk, read_audit_chunk(file.source, file.content));
      return std::move(chunk.evidence);
    }
    case EvidenceKind::deployment: {
      TRY_LET(record, read_deployment_record(file.source, file.content));
      return std::move(record.evidence);
    }
    case EvidenceKind::structure:
      break;
  }
  return fault(file.source + " is no report");
}

Result<RecordMonitoring> record_of(const World& world, const ReportFile& file, const std::vector<AboutModel>& models,
                                   const std::optional<std::string>& environment) {
  RecordMonitoring command;
  for (const AboutModel& about : models) {
    TRY_LET(evidence, evidence_of(file, about.stem));
    TRY_LET(place, place_of(world, about.model, environment));
    evidence.event.model = about.model;
    evidence.event.environment = place;
    command.evidence.push_back(std::move(evidence.event));
  }
  return command;
}

std::string meaning_of(const World& world, const RecordMonitoring& command, Millis recorded) {
  std::string text;
  for (const EvidenceRecorded& evidence : command.evidence) {
    const std::string place = evidence.environment.empty() ? "" : " in " + evidence.environment;
    text +=
        "  " + world.models.find(evidence.model)->name + place + ": " + meaning_of(world, evidence, recorded) + "\n";
  }
  return text;
}

Result<Ground> named_ground(const Globals& globals) {
  TRY_LET(ground, ground_of(globals));
  if (ground.session || globals.where == Globals().where) return ground;
  return fault("there is no ledger at " + printable(globals.where) +
               "; cairn init makes one, or leave --ledger and CAIRN_LEDGER away to record nothing");
}

Result<void> write_report(const Path& file, const std::string& content) {
  TRY_LET(there, file_exists(file));
  if (there) {
    const auto before = read_file(file, max_evidence_bytes);
    if (!before) return before.error();
    if (before->find(our_mark) == std::string::npos) {
      warn("cairn: " + printable(file.string()) + " was written by another program, and is replaced (its SHA-256 was " +
           sha256(*before).hex() + ")\n");
    }
  }
  return replace_file(file, content, everyone_may_read);
}

Result<Exit> record_report(const Globals& globals, const WriteFlags& flags, Ground& ground, const std::string& document,
                           const MakeCommand& make) {
  if (!ground.session) {
    print(globals.json ? document : "Nothing was recorded: there is no ledger at " + printable(globals.where) + ".\n");
    return Exit::done;
  }
  ground.session.reset();  // the ledger is opened anew for writing
  TRY_LET(home, Home::from_environment());
  std::string meaning;
  TRY_LET(written, write(globals, flags, home, [&](const World& world) -> Result<Wanted> {
            TRY_LET(wanted, make(world));
            meaning = meaning_of(world, std::get<RecordMonitoring>(wanted.command), SystemClock().now());
            return wanted;
          }));
  const Exit ended = show_written(globals, written);
  if (!globals.json && ended == Exit::done) print(meaning);
  return ended;
}

}  // namespace cairn
