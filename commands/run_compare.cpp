// compare, and monitor --compare-baseline: metrics of models against those of other versions, out of files, or out of
// what is on record of the version at full.
#include <algorithm>

#include "commands/reports.h"
#include "commands/run.h"
#include "ledger/base/file.h"
#include "ledger/base/text.h"
#include "ledger/base/time.h"
#include "ledger/evidence/audit_chunk.h"
#include "ledger/evidence/comparison.h"
#include "ledger/evidence/directory_names.h"
#include "ledger/evidence/json_text.h"
#include "ledger/evidence/manifest.h"
#include "ledger/evidence/readers.h"

namespace cairn {

namespace {

constexpr const char* default_comparison_output = "performance_comparison.json";
constexpr std::size_t kept_history = 100;

struct MetricsFile {
  Stem stem;
  Path path;
  Bytes content;
  MetricValues values;
};

Result<std::vector<MetricsFile>> metrics_below(const Path& directory) {
  TRY_LET(files, list_files_below(directory));
  std::vector<MetricsFile> found;
  for (const FoundFile& file : files) {
    const Path path = directory / file.path;
    const auto stem = stem_of_metrics(path.filename().string());
    if (!stem) continue;
    TRY_LET(content, read_file(path, max_evidence_bytes));
    TRY_LET(evidence, read_metrics(path.string(), content));
    found.push_back({*stem, path, std::move(content), std::move(evidence.event.values)});
  }
  return found;
}

// The same version measured elsewhere, else the newest other one of its type; a copy of the same file is no baseline.
const MetricsFile* baseline_of(const MetricsFile& current, const std::vector<MetricsFile>& all, std::string& why_not) {
  const MetricsFile* best = nullptr;
  why_not = "no baseline of " + current.stem.type + " to compare with";
  const auto same = [&](const MetricsFile& file) { return file.stem.text == current.stem.text; };
  for (const MetricsFile& file : all) {
    if (file.stem.type != current.stem.type) continue;
    if (file.content == current.content) {
      if (best == nullptr) why_not = "the only baseline is the same file, which compares nothing";
      continue;
    }
    const bool better = best == nullptr || (same(file) && !same(*best)) ||
                        (same(file) == same(*best) && file.stem.time > best->stem.time);
    if (better) best = &file;
  }
  if (best != nullptr) why_not.clear();
  return best;
}

// A damaged history is an error: it would be lost with the next entry.
Result<void> add_to_history(const Path& directory, const MetricsFile& metrics, Millis now) {
  const Path path = directory / (metrics.stem.type + "_history.json");
  JsonNode history = json_array({});
  TRY_LET(there, file_exists(path));
  if (there) {
    TRY_LET(text, read_file(path, max_evidence_bytes));
    auto before = parse_json(text);
    if (!before || !before->is_array()) {
      return fault(printable(path.string()) + " is not a JSON list, as a history is; move it away");
    }
    history = std::move(before).value();
  }
  TRY_LET(values, parse_json(metrics.content));
  history.items.push_back(json_object({{"timestamp", json_text_of(format_time(now))},
                                       {"model", json_text_of(metrics.stem.text)},
                                       {"metrics", std::move(values)}}));
  if (history.items.size() > kept_history) {
    history.items.erase(history.items.begin(), history.items.end() - static_cast<std::ptrdiff_t>(kept_history));
  }
  TRY(make_directories(directory, 0755));
  return replace_file(path, write_json(history), everyone_may_read);
}

std::string text_of(const MetricChange& change) {
  static constexpr std::pair<Change, std::pair<const char*, Tone>> words[] = {
      {Change::improved, {"better", Tone::good}},
      {Change::regressed, {"REGRESSED", Tone::bad}},
      {Change::unchanged, {"unchanged", Tone::quiet}},
      {Change::unknown, {"UNKNOWN", Tone::warn}}};
  std::string word;
  for (const auto& [known, shown] : words) {
    if (known == change.change) word = toned(shown.first, shown.second);
  }
  return change.metric + " " + change.current.text() + " against " + change.baseline.text() + ": " + word;
}

std::string text_of(const ModelComparison& model) {
  if (!model.why_not.empty())
    return "  " + printable(model.model) + ": " + toned("not compared", Tone::warn) + ", " + printable(model.why_not) +
           "\n";
  std::string text = "  " + printable(model.model) + " against " + printable(model.baseline) + "\n";
  for (const MetricChange& change : model.metrics) text += "    " + text_of(change) + "\n";
  if (model.metrics.empty()) text += "    " + toned("UNKNOWN", Tone::warn) + ": neither has a metric to compare\n";
  return text;
}

// Those that are on record, each as the report names it.
std::vector<AboutModel> registered_among(const World& world, const std::vector<ModelComparison>& models) {
  std::vector<AboutModel> found;
  for (const ModelComparison& model : models) {
    if (const auto digest = model_of_stem(world, model.model)) found.push_back({*digest, model.model});
  }
  return found;
}

struct Reported {
  std::vector<ModelComparison> models;
  Decimal threshold;
  Path output;
  std::string environment;  // empty: about the artefacts
};

// Written, shown, and recorded of those models that are registered. refused if one regressed, or if it is not known.
Result<Exit> report(const Globals& globals, const WriteFlags& write_flags, Ground& ground, const Reported& reported) {
  const std::string content = comparison_report(reported.models, reported.threshold, SystemClock().now());
  if (!write_flags.dry_run) TRY(write_report(reported.output, content));
  const auto regression = any_regression(reported.models);
  if (!globals.json) {
    for (const ModelComparison& model : reported.models) print(text_of(model));
    print(!regression   ? toned("Whether anything regressed is unknown", Tone::warn) + "\n"
          : *regression ? toned("Regression", Tone::bad) + "\n"
                        : toned("No regression", Tone::good) + "\n");
    if (!write_flags.dry_run) print("Written: " + printable(reported.output.string()) + "\n");
  }
  const Exit judged = regression == false ? Exit::done : Exit::refused;
  if (ground.session && registered_among(*ground.world, reported.models).empty()) {
    print(globals.json ? content : "Nothing was recorded: none of these models is registered.\n");
    return judged;
  }
  const ReportFile file{reported.output.filename().string(), content, EvidenceKind::comparison, {}};
  TRY_LET(ended, record_report(globals, write_flags, ground, content, [&](const World& world) -> Result<Wanted> {
            TRY_LET(command, record_of(world, file, registered_among(world, reported.models), reported.environment));
            return Wanted{std::move(command), {content}};
          }));
  return ended == Exit::done ? judged : ended;
}

// The version that the model would replace or did replace: what is at full, or was before it.
const Tenure* predecessor(const World& world, const SlotKey& key, const Hash& model) {
  const Slot* slot = world.slots.find(key);
  if (slot == nullptr) return nullptr;
  const auto found = std::find_if(slot->history.rbegin(), slot->history.rend(),
                                  [&](const Tenure& tenure) { return tenure.model != model; });
  return found == slot->history.rend() ? nullptr : &*found;
}

ModelComparison against_full(const World& world, const ModelReading& reading, const std::string& environment,
                             const Decimal& threshold) {
  ModelComparison compared{stem_of_reading(reading), "", "", {}};
  const Tenure* before = predecessor(world, {reading.name, environment}, reading.digest);
  const EvidenceRow* row =
      before == nullptr ? nullptr : world.evidence.find({before->model, "", EvidenceKind::metrics});
  const auto metrics = std::find_if(reading.evidence.begin(), reading.evidence.end(), [](const Evidence& evidence) {
    return evidence.event.kind == EvidenceKind::metrics;
  });
  if (before == nullptr) {
    compared.why_not = "no other version of " + reading.name + " was ever at full in " + environment;
  } else if (row == nullptr) {
    compared.why_not = "no metrics of " + world.name_of(before->model) + " are on record";
  } else if (metrics == reading.evidence.end()) {
    compared.why_not = "no metrics file lies beside it";
  } else {
    compared.baseline = world.name_of(before->model);
    compared.metrics = compare_metrics(metrics->event.values, row->values, threshold);
  }
  return compared;
}

Result<Decimal> parse_threshold(const std::string& text) {
  const auto threshold = Decimal::from_lexeme(text);
  if (threshold && threshold->is_finite() && *threshold >= Decimal()) return threshold;
  return usage("--threshold " + printable(text) + ": by how much a metric may get worse is a number from 0, as 0.02");
}

}  // namespace

Result<Exit> run_compare(const Globals& globals, const WriteFlags& write_flags, const CompareFlags& flags) {
  TRY_LET(threshold, parse_threshold(flags.threshold));
  TRY_LET(current, metrics_below(flags.current));
  TRY_LET(baseline, metrics_below(flags.baseline));
  if (current.empty()) {
    return fault(
        "nothing was compared, so nothing is written: there is no metrics file (*_metrics.json or "
        "*_metrics_TIME.json) in " +
        printable(flags.current.string()));
  }
  TRY_LET(ground, named_ground(globals));
  const Millis now = SystemClock().now();
  Reported reported{{}, threshold, flags.output, ""};
  for (const MetricsFile& file : current) {
    if (!write_flags.dry_run) TRY(add_to_history(flags.history, file, now));
    ModelComparison compared{file.stem.text, "", "", {}};
    if (const MetricsFile* before = baseline_of(file, baseline, compared.why_not)) {
      compared.baseline = before->stem.text;
      compared.metrics = compare_metrics(file.values, before->values, threshold);
    }
    reported.models.push_back(std::move(compared));
  }
  return report(globals, write_flags, ground, reported);
}

Result<Exit> run_compare_baseline(const Globals& globals, const WriteFlags& write_flags, const MonitorFlags& flags) {
  TRY_LET(threshold, parse_threshold(CompareFlags().threshold));
  TRY_LET(readings, read_models({flags.path.value_or(default_model_path), flags.name, ""}));
  TRY_LET(ground, named_ground(globals));
  if (!ground.session) {
    return fault("nothing was compared: there is no ledger at " + printable(globals.where) +
                 ", and so no version at full on record; cairn compare holds two directories against each other");
  }
  const std::string environment = flags.environment.value_or(usual_environment);
  Reported reported{{}, threshold, flags.output.value_or(default_comparison_output), environment};
  for (const ModelReading& reading : readings) {
    reported.models.push_back(against_full(*ground.world, reading, environment, threshold));
  }
  return report(globals, write_flags, ground, reported);
}

}  // namespace cairn
