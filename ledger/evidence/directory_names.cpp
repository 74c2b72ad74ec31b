#include "ledger/evidence/directory_names.h"

#include <algorithm>

#include "ledger/base/text.h"

namespace cairn {
namespace {

constexpr std::string_view time_form = "YYYYMMDD_HHMMSS";

bool is_time(std::string_view text) {
  return text.size() == time_form.size() &&
         std::equal(text.begin(), text.end(), time_form.begin(),
                    [](char c, char form) { return form == '_' ? c == '_' : is_digit(c); });
}

bool take_end(std::string_view& text, std::string_view end) {
  if (!text.ends_with(end)) return false;
  text.remove_suffix(end.size());
  return true;
}

// The name without "_<time>" at its end.
bool take_time(std::string_view& text) {
  if (text.size() <= time_form.size()) return false;
  const auto before = text.size() - time_form.size() - 1;
  if (text[before] != '_' || !is_time(text.substr(before + 1))) return false;
  text.remove_suffix(time_form.size() + 1);
  return true;
}

}  // namespace

bool is_chunk_name(std::string_view name) {
  return name.starts_with("chunk_") && name.ends_with(".json");
}

bool is_card_name(std::string_view name) {
  return take_end(name, "_card.json") && !name.empty();
}

bool is_report_name(std::string_view name) {
  static constexpr std::string_view names[] = {"drift_metrics.json", "performance_comparison.json",
                                               "training_summary.json", "system_metrics.json", "business_metrics.json"};
  if (std::find(std::begin(names), std::end(names), name) != std::end(names)) return true;
  if (!take_end(name, ".json")) return false;
  if (name.starts_with("deployment_record_") || name.ends_with("_history")) return true;
  return take_time(name) && name == "drift";
}

bool is_metrics_name(std::string_view name) {
  if (is_report_name(name) || !take_end(name, ".json")) return false;
  take_time(name);
  return take_end(name, "_metrics") && !name.empty();
}

bool is_predictions_name(std::string_view name) {
  if (!take_end(name, ".csv") && !take_end(name, ".jsonl")) return false;
  return name == "predictions" || name == "reference" || name.ends_with("_predictions") || name.ends_with("_reference");
}

bool is_placeholder(std::string_view name) {
  return name == ".gitkeep";
}

bool is_model_file_name(std::string_view name) {
  return !is_metrics_name(name) && !is_card_name(name) && !is_chunk_name(name) && !is_report_name(name) &&
         !is_predictions_name(name) && !is_placeholder(name);
}

std::optional<Stem> stem_of(std::string_view name) {
  if (!is_model_file_name(name)) return std::nullopt;
  // The first dot with a time stamp before it: "a_20260101_000000.onnx.data" is a file of the same model as "....onnx".
  for (auto dot = name.find('.'); dot != std::string_view::npos; dot = name.find('.', dot + 1)) {
    auto type = name.substr(0, dot);
    if (!take_time(type) || type.empty()) continue;
    const auto time = name.substr(type.size() + 1, time_form.size());
    if (type.size() > std::string_view("_model").size()) take_end(type, "_model");
    return Stem{std::string(name.substr(0, dot)), std::string(type), std::string(time)};
  }
  return std::nullopt;
}

std::optional<Stem> stem_of_metrics(std::string_view name) {
  if (!is_metrics_name(name)) return std::nullopt;
  take_end(name, ".json");
  auto type = name;
  std::string time;
  const auto take = [&] {
    const auto whole = type;
    if (take_time(type)) time = whole.substr(type.size() + 1);
  };
  take();  // behind "_metrics", or before it
  take_end(type, "_metrics");
  if (!time.empty()) return Stem{std::string(type) + "_" + time, std::string(type), time};
  std::string text(type);
  take();
  if (type.size() > std::string_view("_model").size()) take_end(type, "_model");
  return Stem{std::move(text), std::string(type), time};
}

}  // namespace cairn
