// A model's metrics against those of another version: what got better, worse or stayed, by exact decimals.
//
// The same question as compare_models.py asks (a change of more than a threshold, of ece the other way round), answered
// three-valued: a metric that only one side has, or that is NaN, is unknown, and so is a comparison of no metric at
// all. Written in the shape of performance_comparison.json, with what the script does not tell beside it. Pure.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/base/named_values.h"
#include "ledger/base/types.h"

namespace cairn {

inline constexpr std::array<std::string_view, 5> compared_metrics{"accuracy", "f1", "precision", "recall", "ece"};

// Of metrics where less is better, current less baseline; of others baseline less current. NaN if one is.
Decimal loss_of(std::string_view metric, const Decimal& current, const Decimal& baseline);

enum class Change { improved, regressed, unchanged, unknown };

struct MetricChange {
  std::string metric;
  Change change = Change::unknown;
  Decimal current;  // NaN: missing, or no number
  Decimal baseline;
  Decimal loss;
};

struct ModelComparison {
  std::string model;                  // how the report names it: `model_type`
  std::string baseline;               // what it was held against; empty: nothing
  std::string why_not;                // why nothing was compared; empty: something was
  std::vector<MetricChange> metrics;  // those that at least one side has

  // Nothing: unknown.
  std::optional<bool> has_regression() const;
};

using MetricValues = NamedValues;
std::vector<MetricChange> compare_metrics(const MetricValues& current, const MetricValues& baseline,
                                          const Decimal& threshold);

// True if one regressed, else nothing if one is unknown or there are none.
std::optional<bool> any_regression(const std::vector<ModelComparison>& models);

// performance_comparison.json: `models_compared` counts those that were held against something.
std::string comparison_report(const std::vector<ModelComparison>& models, const Decimal& threshold, Millis at);

}  // namespace cairn
