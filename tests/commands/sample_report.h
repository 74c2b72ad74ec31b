// A report as the gatherer makes them, over a small log that is real: its entries are signed, its leaves and proofs are
// those of one tree, and its checkpoint is signed by the log's key. Always the same bytes.
#pragma once

#include "commands/change_report.h"

namespace cairn::test {

// A safety incident: a version goes to canary, fails, is rolled back. Entries 4 to the last but one of the log.
ChangeReport sample_incident();

// All entries of the same log, as a period.
ChangeReport sample_period();

// The incident with people named by role and number, and without the entries' bytes.
ChangeReport sample_anonymised();

}  // namespace cairn::test
