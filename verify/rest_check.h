// What lies in a source and answers no question of the audit: nobody's rows, and damage where nobody reads.
#pragma once

#include "ledger/base/result.h"
#include "verify/evidence_source.h"
#include "verify/finding.h"

namespace cairn {

// An error only if the source is away. Reads every file of a source that has such; see EvidenceSource.
Result<void> check_rest(const EvidenceSource& source, Findings& findings);

}  // namespace cairn
