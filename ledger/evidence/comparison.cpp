#include "ledger/evidence/comparison.h"

#include <algorithm>
#include <cstdlib>

#include "ledger/base/time.h"
#include "ledger/evidence/draft.h"
#include "ledger/evidence/drift.h"
#include "ledger/evidence/json_text.h"

namespace cairn {
namespace {

Decimal number_in(const MetricValues& values, const std::string& name) {
  const auto found = values.find(name);
  return found == values.end() || !found->second.is_finite() ? not_a_number() : found->second;
}

Change change_of(const Decimal& loss, const Decimal& threshold) {
  if (loss.is_nan()) return Change::unknown;
  if (loss > threshold) return Change::regressed;
  return Decimal().minus(loss) > threshold ? Change::improved : Change::unchanged;
}

// Of the baseline; 0 where that is 0, as the script has it.
Decimal percent_of(const MetricChange& change) {
  if (!change.loss.is_finite()) return not_a_number();
  const double baseline = std::strtod(change.baseline.text().c_str(), nullptr);
  const double gain = -std::strtod(change.loss.text().c_str(), nullptr);
  return rounded_to_6(baseline == 0 ? 0 : gain / baseline * 100);
}

JsonNode json_of(const MetricChange& change) {
  return json_object({{"metric", json_text_of(change.metric)},
                      {"current", json_number(change.current)},
                      {"baseline", json_number(change.baseline)},
                      {"diff", json_number(Decimal().minus(change.loss))},
                      {"diff_pct", json_number(percent_of(change))}});
}

JsonNode list_of(const ModelComparison& model, Change change) {
  std::vector<JsonNode> items;
  for (const auto& metric : model.metrics) {
    if (metric.change == change) items.push_back(json_of(metric));
  }
  return json_array(std::move(items));
}

JsonNode json_of(const ModelComparison& model) {
  if (!model.why_not.empty()) {
    return json_object({{"model_type", json_text_of(model.model)},
                        {"has_regression", json_null()},
                        {"message", json_text_of(model.why_not)}});
  }
  return json_object({{"model_type", json_text_of(model.model)},
                      {"baseline", json_text_of(model.baseline)},
                      {"has_regression", json_flag(model.has_regression())},
                      {"improvements", list_of(model, Change::improved)},
                      {"regressions", list_of(model, Change::regressed)},
                      {"unchanged", list_of(model, Change::unchanged)},
                      {"unknown", list_of(model, Change::unknown)}});
}

}  // namespace

Decimal loss_of(std::string_view metric, const Decimal& current, const Decimal& baseline) {
  return metric == "ece" ? current.minus(baseline) : baseline.minus(current);
}

std::optional<bool> ModelComparison::has_regression() const {
  const auto any = [&](Change change) {
    return std::any_of(metrics.begin(), metrics.end(),
                       [&](const MetricChange& metric) { return metric.change == change; });
  };
  if (any(Change::regressed)) return true;
  if (!why_not.empty() || metrics.empty() || any(Change::unknown)) return std::nullopt;
  return false;
}

std::vector<MetricChange> compare_metrics(const MetricValues& current, const MetricValues& baseline,
                                          const Decimal& threshold) {
  std::vector<MetricChange> changes;
  for (const auto metric : compared_metrics) {
    const std::string name(metric);
    if (!current.contains(name) && !baseline.contains(name)) continue;
    MetricChange change{name, Change::unknown, number_in(current, name), number_in(baseline, name), {}};
    change.loss = loss_of(metric, change.current, change.baseline);
    change.change = change_of(change.loss, threshold);
    changes.push_back(std::move(change));
  }
  return changes;
}

std::optional<bool> any_regression(const std::vector<ModelComparison>& models) {
  bool unknown = models.empty();
  for (const auto& model : models) {
    const auto regressed = model.has_regression();
    if (regressed == true) return true;
    unknown = unknown || !regressed;
  }
  if (unknown) return std::nullopt;
  return false;
}

std::string comparison_report(const std::vector<ModelComparison>& models, const Decimal& threshold, Millis at) {
  std::vector<JsonNode> rows;
  std::vector<JsonNode> regressions;
  std::int64_t compared = 0;
  for (const auto& model : models) {
    rows.push_back(json_of(model));
    compared += model.why_not.empty() ? 1 : 0;
    if (model.has_regression() != true) continue;
    regressions.push_back(
        json_object({{"model_type", json_text_of(model.model)}, {"regressions", list_of(model, Change::regressed)}}));
  }
  return write_json(json_object({{"timestamp", json_text_of(format_time(at))},
                                 {"has_regression", json_flag(any_regression(models))},
                                 {"models_compared", json_number(Decimal::from_int(compared))},
                                 {"threshold", json_number(threshold)},
                                 {"comparisons", json_array(std::move(rows))},
                                 {"regressions", json_array(std::move(regressions))},
                                 {"written_by", json_text_of("cairn")}}));
}

}  // namespace cairn
