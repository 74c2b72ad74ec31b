// Which kind of evidence a file of the field is, and which models it speaks of, by what it holds. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ledger/base/result.h"
#include "ledger/events/names.h"

namespace cairn {

// An error says what the file is instead, and what to do with it. `source` is its path or name.
Result<EvidenceKind> kind_of_report(const std::string& source, std::string_view content);

// The models that a file of this kind speaks of, as it names them, each once: by stem, or by a name of its own. Metrics
// are named by their file alone, operations perhaps by `model_name`.
Result<std::vector<std::string>> models_in_report(EvidenceKind kind, const std::string& source,
                                                  std::string_view content);

// A card's drift_report_id, which is how the cohort drift of the same run names the model; empty if it has none.
std::string drift_report_of_card(std::string_view content);

// "models/current/logistic_model_20261123_023220.json" -> "logistic_model_20261123_023220"
std::string stem_of_path(std::string_view path);

}  // namespace cairn
