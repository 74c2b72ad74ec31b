#include "ledger/evidence/report_kinds.h"

#include <algorithm>
#include <array>

#include "ledger/base/text.h"
#include "ledger/evidence/directory_names.h"
#include "ledger/evidence/json.h"
#include "ledger/evidence/readers.h"

namespace cairn {
namespace {

// A file has a shape if it has all of these members.
struct Shape {
  std::array<std::string_view, 2> members;  // the second may be empty
  EvidenceKind kind;
};
constexpr std::array<Shape, 10> shapes{{
    {{"models_monitored", ""}, EvidenceKind::monitoring},
    {{"comparisons", ""}, EvidenceKind::comparison},
    {{"validation", "deployment"}, EvidenceKind::deployment},
    {{"checks", "overall_status"}, EvidenceKind::deployment},
    {{"results", "model_types"}, EvidenceKind::training},
    {{"cohorts", "drift_metrics"}, EvidenceKind::cohort_drift},
    {{"events", "merkle_root"}, EvidenceKind::audit_chunk},
    {{"events", "chunk_id"}, EvidenceKind::audit_chunk},
    {{"governance_summary", ""}, EvidenceKind::card},
    {{"training_timestamp", ""}, EvidenceKind::card},
}};

// What else lies about, and where it belongs.
struct Stranger {
  std::array<std::string_view, 2> members;
  std::string_view what;
};
constexpr std::array<Stranger, 4> strangers{{
    {{"version_id", "artifact"},
     "the record of a model registry, which is a list of claims without the files; register the model from its own "
     "files: cairn register --model-path DIR"},
    {{"performance_thresholds", ""},
     "a configuration of thresholds, which is no evidence; what has to be met stands in the policy: cairn policy check "
     "FILE"},
    {{"proof", "leaf"},
     "a proof by another log's tree, and Cairn holds none of its roots; keep it with that log, and import the file "
     "that "
     "it speaks of"},
    {{"anchors", "merkle_root"}, "the head of another log, which is no evidence about a model; keep it with that log"},
}};

constexpr std::array<std::string_view, 2> model_names{"feature_weights", "weights"};
constexpr std::array<std::string_view, 6> system_names{"latency_ms_p50", "latency_ms_p95", "latency_ms_p99",
                                                       "error_rate",     "memory_mb",      "cpu_percent"};
constexpr std::array<std::string_view, 4> business_names{"satisfaction", "completion_rate", "false_positive_rate",
                                                         "false_negative_rate"};
constexpr std::array<std::string_view, 5> metric_names{"accuracy", "f1", "precision", "recall", "ece"};

bool has_all(const JsonNode& file, const std::array<std::string_view, 2>& members) {
  return std::all_of(members.begin(), members.end(),
                     [&](std::string_view name) { return name.empty() || file.member(name) != nullptr; });
}

template <class Names>
bool has_any(const JsonNode& file, const Names& names) {
  return std::any_of(names.begin(), names.end(), [&](std::string_view name) { return file.member(name) != nullptr; });
}

// Why the bytes are no JSON document.
std::string not_json(std::string_view content, const Error& error) {
  const auto line = content.substr(0, content.find('\n'));
  if (line.size() < content.size() && parse_json(line).ok()) {
    return "JSON lines, as of another log's records or of predictions; import the reports of a run, each one JSON "
           "document (cairn monitor --predictions measures predictions)";
  }
  return error.message + "; what is imported as evidence is one JSON document";
}

Result<EvidenceKind> kind_of_numbers(const std::string& shown, const JsonNode& file) {
  const bool system = has_any(file, system_names);
  const bool business = has_any(file, business_names);
  if (system && business)
    return fault(str(shown,
                     " holds system and business metrics; write them to two files, since each is evidence of "
                     "its own"));
  if (system) return EvidenceKind::system;
  if (business) return EvidenceKind::business;
  if (has_any(file, metric_names)) return EvidenceKind::metrics;
  return fault(str(shown,
                   " is none of the files that Cairn reads as evidence (FORMAT.md, Evidence); nothing in it "
                   "says what it is"));
}

void add_name(std::vector<std::string>& names, std::string name) {
  if (!name.empty() && std::find(names.begin(), names.end(), name) == names.end()) names.push_back(std::move(name));
}

// Of each row of the array its member, as the last part of a path without its ending if `path`.
std::vector<std::string> names_in_rows(const JsonNode& file, std::string_view array, std::string_view member,
                                       bool path) {
  std::vector<std::string> names;
  const JsonNode* rows = file.member(array);
  if (rows == nullptr || !rows->is_array()) return names;
  for (const auto& row : rows->items) {
    const JsonNode* name = row.member(member);
    if (name != nullptr && name->is_string()) add_name(names, path ? stem_of_path(name->text) : name->text);
  }
  return names;
}

std::vector<std::string> name_in(const JsonNode* json, bool path) {
  if (json == nullptr || !json->is_string()) return {};
  return {path ? stem_of_path(json->text) : json->text};
}

// The trainer saved these, by its own log.
std::vector<std::string> saved_models(const JsonNode& chunk) {
  std::vector<std::string> names;
  const JsonNode* events = chunk.member("events");
  if (events == nullptr || !events->is_array()) return names;
  for (const auto& event : events->items) {
    const JsonNode* type = event.member("event_type");
    const JsonNode* path = event.member("model_path");
    const bool saved = type != nullptr && type->is_string() && type->text == "model_saved";
    if (saved && path != nullptr && path->is_string()) add_name(names, stem_of_path(path->text));
  }
  return names;
}

std::string stem_of_card(std::string_view name) {
  if (is_card_name(name)) name.remove_suffix(std::string_view("_card.json").size());
  return std::string(name);
}

std::vector<std::string> names_of(const JsonNode* object) {
  return object != nullptr && object->is_object() ? object->names : std::vector<std::string>();
}

std::string_view last_part(std::string_view path) {
  return path.substr(path.rfind('/') + 1);
}

}  // namespace

Result<EvidenceKind> kind_of_report(const std::string& source, std::string_view content) {
  const auto shown = printable(source);
  const auto parsed = parse_json(content);
  if (!parsed) return fault(shown + " is " + not_json(content, parsed.error()));
  if (parsed->is_array()) {
    return fault(str(shown, " is a list, as of past metrics; import the comparison report or the metrics of one run"));
  }
  if (!parsed->is_object()) return fault(str(shown, " holds ", describe(parsed->kind), ", which says nothing"));
  for (const auto& stranger : strangers) {
    if (has_all(*parsed, stranger.members)) return fault(str(shown, " is ", stranger.what));
  }
  for (const auto& shape : shapes) {
    if (has_all(*parsed, shape.members)) return shape.kind;
  }
  if (has_any(*parsed, model_names)) return fault(shown + " is a model; register it: cairn register --model-path DIR");
  return kind_of_numbers(shown, *parsed);
}

std::string stem_of_path(std::string_view path) {
  const auto name = last_part(path);
  if (const auto stem = stem_of(name)) return stem->text;
  return std::string(name.substr(0, name.rfind('.')));
}

std::string drift_report_of_card(std::string_view content) {
  const auto card = parse_json(content);
  const auto* id = card.ok() ? card->member("drift_report_id") : nullptr;
  return id != nullptr && id->is_string() ? id->text : std::string();
}

Result<std::vector<std::string>> models_in_report(EvidenceKind kind, const std::string& source,
                                                  std::string_view content) {
  TRY_LET(file, parse_object(last_part(source), content));
  switch (kind) {
    case EvidenceKind::monitoring:
      return models_in_drift_metrics(content);
    case EvidenceKind::comparison:
      return names_in_rows(file, "comparisons", "model_type", false);
    case EvidenceKind::training:
      return names_in_rows(file, "results", "model_path", true);
    case EvidenceKind::cohort_drift:
      return names_of(file.member("cohorts"));
    case EvidenceKind::audit_chunk:
      return saved_models(file);
    case EvidenceKind::card: {
      auto named = name_in(file.member("model_path"), true);
      if (named.empty()) named.push_back(stem_of_card(last_part(source)));
      return named;
    }
    case EvidenceKind::system:
    case EvidenceKind::business:
      return name_in(file.member("model_name"), false);
    case EvidenceKind::deployment: {
      const JsonNode* validation = file.member("validation");
      const JsonNode* checks = (validation == nullptr ? &file : validation)->member("checks");
      return name_in(member_of(member_of(checks, "model_loadable"), "tested_file"), true);
    }
    case EvidenceKind::metrics: {
      const auto stem = stem_of_metrics(last_part(source));
      return stem ? std::vector<std::string>{stem->text} : std::vector<std::string>();
    }
    case EvidenceKind::structure:
      break;
  }
  return std::vector<std::string>();
}

}  // namespace cairn
