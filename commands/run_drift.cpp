// monitor --calculate-drift: what the models answer now against what they answered, out of files; nothing is invented
// where there are none.
#include <algorithm>

#include "commands/render_receipt.h"
#include "commands/reports.h"
#include "commands/run.h"
#include "ledger/base/file.h"
#include "ledger/base/text.h"
#include "ledger/base/time.h"
#include "ledger/evidence/draft.h"
#include "ledger/evidence/drift.h"
#include "ledger/evidence/input.h"
#include "ledger/evidence/json_text.h"
#include "ledger/evidence/readers.h"

namespace cairn {

namespace {

constexpr const char* default_drift_output = "drift_metrics.json";

// A model to be monitored, and where its answers are.
struct Monitored {
  std::string stem;  // as the report names it
  std::string name;
  Hash model;
  std::optional<Decimal> accuracy;  // of its metrics file
  std::optional<Path> predictions;
  std::optional<Path> reference;
};

struct AnswersFile {
  std::string source;
  Millis written = 0;  // when the file was last written to: the answers are no newer
  Hash digest;
  Predictions answers;
};

struct Measured {
  std::string stem;
  Hash model;
  DriftValues values;
  std::optional<bool> drifted;              // nothing: it cannot be told
  GateResult result = GateResult::unknown;  // by the policy's monitoring gates
  AnswersFile predictions;
  AnswersFile reference;
};

// The one file of these names that is there.
Result<std::optional<Path>> only_file(const Path& directory, const std::vector<std::string>& names,
                                      std::string_view what) {
  std::optional<Path> found;
  for (const std::string& name : names) {
    for (const char* ending : {".csv", ".jsonl"}) {
      const Path file = directory / (name + ending);
      TRY_LET(there, file_exists(file));
      if (!there) continue;
      if (found)
        return fault(str("there are two files of ", what, ", ", printable(found->string()), " and ",
                         printable(file.string()), "; keep one"));
      found = file;
    }
  }
  return found;
}

Result<void> find_files(const MonitorFlags& flags, const Path& directory, bool alone, Monitored& subject) {
  const auto look_for = [&](const std::string& what) {
    std::vector<std::string> names = {subject.stem + "_" + what, subject.name + "_" + what};
    if (alone) names.push_back(what);
    return only_file(directory, names, what);
  };
  subject.predictions = flags.predictions;
  subject.reference = flags.reference;
  if (!subject.predictions) {
    TRY_LET(found, look_for("predictions"));
    subject.predictions = found;
  }
  if (!subject.reference) {
    TRY_LET(found, look_for("reference"));
    subject.reference = found;
  }
  return {};
}

std::optional<Decimal> accuracy_in(const NamedValues& values) {
  const auto found = values.find("accuracy");
  if (found == values.end() || !found->second.is_finite()) return std::nullopt;
  return found->second;
}

// The version that is live in the environment, for who watches a model without its files.
Result<std::vector<Monitored>> live_subject(const MonitorFlags& flags, const World& world) {
  const auto live = live_model(world, {flags.name, flags.environment.value_or(usual_environment)});
  if (!live)
    return usage("nothing of " + printable(flags.name) + " runs or is on its way in " +
                 flags.environment.value_or(usual_environment));
  const Model& model = *world.models.find(*live);
  Monitored subject{model.name + "_" + model.version, model.name, *live, {}, flags.predictions, flags.reference};
  const EvidenceRow* metrics = world.evidence.find({*live, "", EvidenceKind::metrics});
  if (metrics != nullptr) subject.accuracy = accuracy_in(metrics->values);
  return std::vector<Monitored>{std::move(subject)};
}

Result<std::vector<Monitored>> subjects_of(const MonitorFlags& flags, const World& world) {
  if (!flags.path && flags.predictions && flags.reference && !flags.name.empty()) return live_subject(flags, world);
  const Path directory = flags.path.value_or(default_model_path);
  TRY_LET(readings, read_models({directory, flags.name, ""}));
  if (readings.size() > 1 && (flags.predictions || flags.reference)) {
    return usage(str("--predictions and --reference are of one model, and ", directory.string(), " holds ",
                     readings.size(), "; pick one with --name"));
  }
  std::vector<Monitored> subjects;
  for (const ModelReading& reading : readings) {
    Monitored subject{stem_of_reading(reading), reading.name, reading.digest, {}, {}, {}};
    for (const Evidence& evidence : reading.evidence) {
      if (evidence.event.kind == EvidenceKind::metrics) subject.accuracy = accuracy_in(evidence.event.values);
    }
    TRY(find_files(flags, directory, readings.size() == 1, subject));
    subjects.push_back(std::move(subject));
  }
  return subjects;
}

Result<AnswersFile> read_answers(const Path& file) {
  TRY_LET(input, InputFile::open(file));
  const Millis written = input.state().modified_ns / 1'000'000;
  TRY_LET(content, read_file(file, max_predictions_bytes));
  TRY(input.check_unchanged());
  TRY_LET(answers, parse_predictions(file.string(), content));
  return AnswersFile{file.filename().string(), written, sha256(content), std::move(answers)};
}

// Whether the policy says anywhere how much drift is too much.
bool judges_drift(const Policy& policy) {
  return std::any_of(policy.gates.begin(), policy.gates.end(), [](const Gate& gate) {
    return gate.evidence == EvidenceKind::monitoring && gate.comparison != Comparison::age_at_most &&
           (gate.value == "drift_score" || gate.value == "psi" || gate.value == "ks_statistic" ||
            gate.value == "mean_shift");
  });
}

// By the gates that the policy asks of monitoring: without any value but those that were measured.
GateResult judge(const Policy& policy, const Measured& measured, Millis now) {
  DriftValues values = measured.values;
  values["measured_at"] = Decimal::from_int(measured.predictions.written);
  values["models_monitored"] = Decimal::from_int(1);
  values["drift_detected"] = Decimal();
  return judge_monitoring(policy, values, now);
}

Result<Measured> measure(const Monitored& subject, const MonitorFlags& flags, const Policy& policy, Millis now) {
  Measured measured{subject.stem, subject.model, {}, std::nullopt, GateResult::unknown, {}, {}};
  TRY_LET(predictions, read_answers(*subject.predictions));
  TRY_LET(reference, read_answers(*subject.reference));
  if (flags.num_samples) {
    if (predictions.answers.size() < *flags.num_samples) {
      warn(str("cairn: ", printable(predictions.source), " has ", predictions.answers.size(), " samples, and ",
               *flags.num_samples, " were asked for; all of them are measured\n"));
    }
    predictions.answers = newest(std::move(predictions.answers), *flags.num_samples);
  }
  measured.values = measure_drift(predictions.answers, reference.answers);
  const Decimal score = measured.values["ks_statistic"];
  measured.values["drift_score"] = score;
  // A reference without labels has no accuracy: then the model's own metrics say what it was.
  const bool measures = measured.values.contains("current_accuracy") && !measured.values.contains("accuracy_drop");
  if (measures && subject.accuracy) {
    const Decimal now_right = measured.values.at("current_accuracy");
    measured.values["baseline_accuracy"] = *subject.accuracy;
    measured.values["accuracy_drop"] = subject.accuracy->minus(now_right);
  }
  measured.predictions = std::move(predictions);
  measured.reference = std::move(reference);
  measured.result = judge(policy, measured, now);
  if (measured.result == GateResult::fail) measured.drifted = true;
  if (measured.result != GateResult::fail && score.is_finite() && judges_drift(policy)) measured.drifted = false;
  return measured;
}

JsonNode json_of(const AnswersFile& file) {
  return json_object({{"file", json_text_of(file.source)}, {"sha256", json_text_of(file.digest.hex())}});
}

JsonNode json_of(const Measured& measured) {
  std::vector<std::pair<std::string, JsonNode>> members = {{"model_name", json_text_of(measured.stem)}};
  for (const char* name :
       {"current_accuracy", "baseline_accuracy", "accuracy_drop", "positive_rate", "reference_positive_rate",
        "drift_score", "psi", "ks_statistic", "mean_shift", "samples", "reference_samples"}) {
    const auto found = measured.values.find(name);
    if (found != measured.values.end()) members.emplace_back(name, json_number(found->second));
  }
  members.emplace_back("drift_detected", json_flag(measured.drifted));
  members.emplace_back("measured_at", json_text_of(format_time(measured.predictions.written)));
  members.emplace_back("predictions", json_of(measured.predictions));
  members.emplace_back("reference", json_of(measured.reference));
  return json_object(std::move(members));
}

// What is known of all of them together: drift of one is drift, and what is not known of one is not known.
std::optional<bool> any_drift(const std::vector<Measured>& all) {
  const auto is = [&](std::optional<bool> drifted) {
    return std::any_of(all.begin(), all.end(), [&](const Measured& one) { return one.drifted == drifted; });
  };
  if (is(true)) return true;
  if (is(std::nullopt)) return std::nullopt;
  return false;
}

Decimal largest_score(const std::vector<Measured>& all) {
  Decimal largest;
  for (const Measured& one : all) {
    const Decimal& score = one.values.at("drift_score");
    if (!score.is_finite()) return not_a_number();
    if (largest < score) largest = score;
  }
  return largest;
}

// The same answers give the same bytes, whenever they are measured: a job that no longer writes predictions makes no
// news.
std::string report_of(const std::vector<Measured>& all, const std::vector<std::string>& left_out,
                      const Policy& policy) {
  Millis newest_answers = 0;
  for (const Measured& one : all) newest_answers = std::max(newest_answers, one.predictions.written);
  std::vector<JsonNode> rows;
  std::vector<JsonNode> others;
  for (const Measured& one : all) rows.push_back(json_of(one));
  for (const std::string& stem : left_out) others.push_back(json_text_of(stem));
  return write_json(json_object({{"timestamp", json_text_of(format_time(newest_answers))},
                                 {"drift_detected", json_flag(any_drift(all))},
                                 {"drift_score", json_number(largest_score(all))},
                                 {"models_monitored", json_array(std::move(rows))},
                                 {"models_not_monitored", json_array(std::move(others))},
                                 {"policy", json_text_of(policy.digest.hex())},
                                 {"written_by", json_text_of("cairn")}}));
}

std::string line_of(const Measured& one) {
  const Tone tone = one.result == GateResult::pass   ? Tone::good
                    : one.result == GateResult::fail ? Tone::bad
                                                     : Tone::warn;
  std::string text = "  " + toned(to_text(one.result), tone) + " " + printable(one.stem) + "\n";
  std::string values;
  for (const char* name : {"drift_score", "psi", "mean_shift", "positive_rate", "current_accuracy", "accuracy_drop",
                           "samples", "reference_samples"}) {
    const auto found = one.values.find(name);
    if (found != one.values.end())
      values += (values.empty() ? "" : ", ") + std::string(name) + " " + found->second.text();
  }
  text += wrapped("predictions of " + format_time(one.predictions.written) + ": " + values, 4);
  if (!one.drifted)
    text += wrapped(
        "whether it drifted is unknown: one of the files has no samples or other columns, or the policy has no gate "
        "for drift",
        4);
  if (one.drifted && !one.values.contains("accuracy_drop"))
    text += wrapped("its accuracy is unknown: the predictions have no labels, or nothing says what it was", 4);
  return text;
}

// What has to be there for anything to be measured.
Error nothing_measured(const MonitorFlags& flags, const std::vector<std::string>& left_out) {
  const std::string directory = printable(flags.path.value_or(default_model_path).string());
  return fault(
      str("nothing was monitored, so nothing is written: ", directory,
          " has no predictions to measure drift on. Put predictions.csv and reference.csv there (columns score "
          "or prediction, and label; or .jsonl; beside several models ",
          printable(left_out.front()),
          "_predictions.csv and so on), name them with --predictions and --reference, or have what another "
          "tool measured recorded: cairn monitor record drift_metrics.json"));
}

// Those of them that are registered; a version whose files have changed since is none.
Result<Wanted> recorded(const World& world, const std::vector<Measured>& all, const MonitorFlags& flags,
                        const ReportFile& file) {
  std::vector<AboutModel> models;
  for (const Measured& one : all) {
    if (world.models.has(one.model)) {
      models.push_back({one.model, one.stem});
    } else {
      const auto other = model_of_stem(world, one.stem);
      warn("cairn: " + printable(one.stem) +
           (other ? " was registered with other files than lie here; it is left out, since this is another model\n"
                  : " is not registered; it is left out\n"));
    }
  }
  if (models.empty()) {
    return usage(
        "nothing is on record: none of what was monitored is registered as it lies there (cairn register "
        "--model-path " +
        printable(flags.path.value_or(default_model_path).string()) + ")");
  }
  TRY_LET(command, record_of(world, file, models, flags.environment));
  return Wanted{std::move(command), {file.content}};
}

}  // namespace

Result<Exit> run_drift(const Globals& globals, const WriteFlags& write_flags, const MonitorFlags& flags) {
  TRY_LET(ground, named_ground(globals));
  TRY_LET(subjects, subjects_of(flags, *ground.world));
  const Millis now = SystemClock().now();
  std::vector<Measured> all;
  std::vector<std::string> left_out;
  for (const Monitored& subject : subjects) {
    if (!subject.predictions || !subject.reference) {
      const char* missing = subject.predictions ? "reference" : "predictions";
      warn("cairn: " + printable(subject.stem) + " has no " + missing + " file; it is not monitored\n");
      left_out.push_back(subject.stem);
      continue;
    }
    TRY_LET(measured, measure(subject, flags, ground.world->policy(), now));
    all.push_back(std::move(measured));
  }
  if (all.empty()) return nothing_measured(flags, left_out);

  const Path output = flags.output.value_or(default_drift_output);
  const ReportFile file{
      output.filename().string(), report_of(all, left_out, ground.world->policy()), EvidenceKind::monitoring, {}};
  if (!write_flags.dry_run) TRY(write_report(output, file.content));
  if (!globals.json) {
    for (const Measured& one : all) print(line_of(one));
    if (!write_flags.dry_run) print("Written: " + printable(output.string()) + "\n");
  }
  const bool passed = left_out.empty() && std::all_of(all.begin(), all.end(), [](const Measured& one) {
                        return one.result == GateResult::pass;
                      });
  const Exit judged = passed ? Exit::done : Exit::refused;
  TRY_LET(ended, record_report(globals, write_flags, ground, file.content,
                               [&](const World& world) { return recorded(world, all, flags, file); }));
  return ended == Exit::done ? judged : ended;
}

}  // namespace cairn
