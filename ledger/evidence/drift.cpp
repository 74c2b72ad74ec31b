#include "ledger/evidence/drift.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <numeric>
#include <optional>
#include <vector>

#include "ledger/evidence/draft.h"

namespace cairn {
namespace {

constexpr int places = 6;
constexpr std::size_t tenths = 10;
constexpr double smallest_share = 0.0001;
constexpr double yes_from = 0.5;

std::vector<double> sorted(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values;
}

double mean_of(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

// The upper bounds of all bins but the last, ascending.
std::vector<double> bounds_of(const std::vector<double>& reference) {
  std::vector<double> bounds;
  for (std::size_t tenth = 1; tenth < tenths; ++tenth) {
    const std::size_t rank = (tenth * reference.size() + tenths - 1) / tenths;  // nearest rank, from 1
    const double bound = reference[rank - 1];
    if (bounds.empty() || bounds.back() < bound) bounds.push_back(bound);
  }
  return bounds;
}

// What share of the sorted values lies in each bin; never less than the floor.
std::vector<double> shares_of(const std::vector<double>& values, const std::vector<double>& bounds) {
  std::vector<double> shares;
  auto from = values.begin();
  const auto add = [&](std::vector<double>::const_iterator to) {
    shares.push_back(std::max(static_cast<double>(to - from) / static_cast<double>(values.size()), smallest_share));
    from = to;
  };
  for (const double bound : bounds) add(std::upper_bound(from, values.end(), bound));
  add(values.end());
  return shares;
}

double stability_index(const std::vector<double>& current, const std::vector<double>& reference) {
  const auto bounds = bounds_of(reference);
  const auto now = shares_of(current, bounds);
  const auto before = shares_of(reference, bounds);
  double index = 0;
  for (std::size_t i = 0; i < now.size(); ++i) index += (now[i] - before[i]) * std::log(now[i] / before[i]);
  return index;
}

// In whole numbers until the last division: distances of i/n and j/m, as |i*m - j*n|.
double largest_distance(const std::vector<double>& a, const std::vector<double>& b) {
  std::size_t i = 0;
  std::size_t j = 0;
  std::uint64_t largest = 0;
  while (i < a.size() && j < b.size()) {
    const double at = std::min(a[i], b[j]);
    while (i < a.size() && a[i] == at) ++i;
    while (j < b.size() && b[j] == at) ++j;
    const std::uint64_t of_a = static_cast<std::uint64_t>(i) * b.size();
    const std::uint64_t of_b = static_cast<std::uint64_t>(j) * a.size();
    largest = std::max(largest, of_a > of_b ? of_a - of_b : of_b - of_a);
  }
  return static_cast<double>(largest) / (static_cast<double>(a.size()) * static_cast<double>(b.size()));
}

bool is_yes_or_no(const std::vector<double>& values) {
  return std::all_of(values.begin(), values.end(), [](double value) { return value == 0 || value == 1; });
}

// The answers as 0 or 1, if that is what they are.
std::optional<std::vector<double>> answers_of(const Predictions& all) {
  const bool probabilities =
      std::all_of(all.scores.begin(), all.scores.end(), [](double score) { return score >= 0 && score <= 1; });
  if (!probabilities || !is_yes_or_no(all.decisions)) return std::nullopt;
  if (!all.decisions.empty()) return all.decisions;
  std::vector<double> answers;
  for (const double score : all.scores) answers.push_back(score >= yes_from ? 1 : 0);
  return answers;
}

std::optional<double> accuracy_of(const std::vector<double>& answers, const std::vector<double>& labels) {
  if (labels.empty() || !is_yes_or_no(labels)) return std::nullopt;
  std::size_t right = 0;
  for (std::size_t i = 0; i < labels.size(); ++i) right += answers[i] == labels[i] ? 1 : 0;
  return static_cast<double>(right) / static_cast<double>(labels.size());
}

void measure_answers(const Predictions& current, const Predictions& reference, DriftValues& values) {
  const auto now = answers_of(current);
  const auto before = answers_of(reference);
  if (!now || !before) return;
  values["positive_rate"] = rounded_to_6(mean_of(*now));
  values["reference_positive_rate"] = rounded_to_6(mean_of(*before));
  const auto accuracy = accuracy_of(*now, current.labels);
  const auto baseline = accuracy_of(*before, reference.labels);
  if (accuracy) values["current_accuracy"] = rounded_to_6(*accuracy);
  if (baseline) values["baseline_accuracy"] = rounded_to_6(*baseline);
  if (accuracy && baseline) values["accuracy_drop"] = rounded_to_6(*baseline - *accuracy);
}

}  // namespace

Decimal rounded_to_6(double value) {
  std::array<char, 64> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed, places);
  const std::string_view lexeme(text.data(), static_cast<std::size_t>(end.ptr - text.data()));
  const auto decimal = end.ec == std::errc() ? Decimal::from_lexeme(lexeme) : Result<Decimal>(not_a_number());
  return decimal.ok() ? *decimal : not_a_number();
}

DriftValues measure_drift(const Predictions& current, const Predictions& reference) {
  DriftValues values;
  values["samples"] = Decimal::from_int(static_cast<std::int64_t>(current.size()));
  values["reference_samples"] = Decimal::from_int(static_cast<std::int64_t>(reference.size()));
  // Scores against classes would be drift of the file's columns, not of the model.
  const bool comparable = current.scores.empty() == reference.scores.empty();
  if (current.size() == 0 || reference.size() == 0 || !comparable) {
    for (const auto* name : {"psi", "ks_statistic", "mean_shift"}) values[name] = not_a_number();
    return values;
  }
  const auto now = sorted(current.values());
  const auto before = sorted(reference.values());
  values["psi"] = rounded_to_6(stability_index(now, before));
  values["ks_statistic"] = rounded_to_6(largest_distance(now, before));
  // Of the sorted values, so that the order of the rows changes no last digit.
  values["mean"] = rounded_to_6(mean_of(now));
  values["reference_mean"] = rounded_to_6(mean_of(before));
  values["mean_shift"] = rounded_to_6(mean_of(now) - mean_of(before));
  measure_answers(current, reference, values);
  return values;
}

}  // namespace cairn
