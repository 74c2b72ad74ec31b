// How far what a model answers now lies from what it answered before: computed here for those who have no script.
//
// Every result is rounded to 6 places, so that it is the same on every machine; what cannot be told is NaN, which no
// gate passes, and what the files do not speak of (labels) is absent. Pure.
//
//   psi           population stability index over the reference's tenths: its quantiles at 1/10 ... 9/10 (nearest rank,
//                 equal ones once) bound the bins (below, above]; a bin's share is at least 0.0001, so that an empty
//                 one counts and does not make it infinite. By convention 0.1 is a shift, and 0.25 a large one.
//   ks_statistic  two-sample Kolmogorov-Smirnov: the largest distance between the two distribution functions. Of
//                 answers that are 0 or 1 it is the difference of the positive rates.
//   mean_shift    the mean now less the reference's.
#pragma once

#include <map>
#include <string>

#include "ledger/base/named_values.h"
#include "ledger/evidence/predictions.h"

namespace cairn {

// Half-way cases as the double lies; NaN for what is none or needs more than 18 digits before the point.
Decimal rounded_to_6(double value);

// samples, reference_samples, psi, ks_statistic, mean, reference_mean, mean_shift. If every answer of both files is a
// probability or 0 or 1: positive_rate, reference_positive_rate (of `prediction`, else score >= 0.5). If labels of 0
// and 1 are there as well: current_accuracy, and of the reference baseline_accuracy; of both accuracy_drop.
using DriftValues = NamedValues;
DriftValues measure_drift(const Predictions& current, const Predictions& reference);

}  // namespace cairn
