// What several readers read alike.
#pragma once

#include <string>
#include <vector>

#include "ledger/evidence/draft.h"
#include "ledger/evidence/json.h"

namespace cairn {

// data_violations and prediction_violations of `counts`. Counts that were made while the checks were switched off
// (`enabled` there and not true) say nothing.
void read_violations(EvidenceDraft& draft, const JsonNode* enabled, const JsonNode* counts);

// audit_root_verified: 1 if `root` is the recomputed root of a chunk, 0 if of none; absent if there is no root. Where
// it is null `saved_root`, if not empty, stands in: that of a chunk whose events name the model's file as saved.
void read_audit_root(EvidenceDraft& draft, const JsonNode* root, const std::vector<std::string>& chunk_roots,
                     const std::string& saved_root = {});

}  // namespace cairn
