// Reports of the field's scripts beside drift metrics: comparisons, system and business metrics, training summaries,
// deployment records, cohort drift. FORMAT.md, "Evidence", lists every value and where it comes from.
//
// Each is read about one model at a time, which the file names by its `stem`. What speaks of no model, compares nothing
// or rests on a NaN is NaN or absent, whatever verdict the file has on itself.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ledger/base/result.h"
#include "ledger/evidence/model_directory.h"

namespace cairn {

// performance_comparison.json: measured_at, models_compared (0 unless exactly one row is the model's and compares
// something), has_regression, and what got worse by how much: accuracy_drop, f1_drop, precision_drop, recall_drop,
// ece_rise (negative: it got better).
Result<Evidence> read_comparison(const std::string& source, Bytes content, const std::string& stem);

// A flat object of numbers with `timestamp` (measured_at) and perhaps `model_name`: each number under its own name. A
// share (*_rate) outside 0 to 1, or a negative latency, memory or cpu, is NaN. `kind` is system or business.
Result<Evidence> read_operations(EvidenceKind kind, const std::string& source, Bytes content);

// training_summary.json: trained_at, models (0 unless exactly one row is the model's), success, promoted,
// data_violations, prediction_violations (NaN if governance was off), the row's metrics under their names, and
// audit_root_verified against `chunk_roots`, as of a card.
Result<Evidence> read_training_summary(const std::string& source, Bytes content, const std::string& stem,
                                       const std::vector<std::string>& chunk_roots = {});

// deployment_record_*.json, or the validation in it by itself: validated_at, claimed_passed (what it says of itself),
// checks, checks_passed, validation_passed (1 only if there are checks and every one passed; NaN if one rests on a
// NaN), accuracy, ece; deployed_at, deployed, rollout_percentage.
struct DeploymentRecord {
  Evidence evidence;
  std::string environment;  // as it names it; empty: it does not
};
Result<DeploymentRecord> read_deployment_record(const std::string& source, Bytes content);

// drift_<time>.json: measured_at, cohorts (0 if the model's is not among them), has_drift and drift_score (NaN of fewer
// than two cohorts, which cannot differ); of the model's cohort violations, actions, avg_risk_score.
Result<Evidence> read_cohort_drift(const std::string& source, Bytes content, const std::string& cohort);

}  // namespace cairn
