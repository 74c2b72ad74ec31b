// Files of the field, read into the values that gates compare. FORMAT.md, "Evidence", lists every value and where it
// comes from.
//
// The reader keeps each number's lexeme and rounds it once, half-even, to 18 places; NaN, Infinity and a value of the
// wrong type are NaN, which no gate passes; what is missing in the file is missing here. A file that is no JSON at all
// is an error with its position.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/base/result.h"
#include "ledger/evidence/model_directory.h"

namespace cairn {

inline constexpr std::size_t max_evidence_bytes = 16 << 20;

// *_metrics*.json: every member but objects and arrays, by its name, the first 128 of them.
Result<Evidence> read_metrics(const std::string& source, Bytes content);

// *_card.json: trained_at (ms), data_violations, prediction_violations, samples, audit_root_verified (1 if
// audit_merkle_root equals one of `chunk_roots`, 0 if it equals none; absent if the card has none). Where it is null
// `saved_root`, if not empty, stands in: the root of a chunk that holds, and whose events name the model's file as
// saved.
Result<Evidence> read_card(const std::string& source, Bytes content, const std::vector<std::string>& chunk_roots,
                           const std::string& saved_root = {});

struct AuditChunk {
  Evidence evidence;
  std::string root;  // recomputed from the events, in hex; empty: there are none
};

// chunk_*.json: events, root_matches (1 or 0): the claimed root against the one recomputed byte-exactly (REQUIREMENTS,
// the existing scripts: SHA-256 over Python's json.dumps(event, sort_keys=True), pairs of hex digests joined, odd ones
// doubled).
Result<AuditChunk> read_audit_chunk(const std::string& source, Bytes content);

// drift_metrics.json of monitor_models.py, for one model: models_monitored, drift_detected (1 if the file or the
// model's row says so), drift_score (the larger of the file's and the row's), accuracy_drop, current_accuracy,
// positive_rate; of rows that `cairn monitor` wrote also measured_at of the row, psi, ks_statistic, mean_shift,
// samples, reference_samples. `stem` is how the file names the model; without a row of that name models_monitored is 0.
Result<Evidence> read_drift_metrics(const std::string& source, Bytes content, const std::string& stem);

// The names of the models that a drift_metrics.json speaks of.
Result<std::vector<std::string>> models_in_drift_metrics(std::string_view content);

// Reads a whole file; a clear error for a directory, a missing file, or one over `limit`.
Result<Bytes> read_file(const std::filesystem::path& file, std::size_t limit);

}  // namespace cairn
