// Footing: what an audit stands on before it has read anything else: which log, by which keys, how far.
#pragma once

#include <optional>
#include <string>

#include "ledger/events/log_keys.h"
#include "verify/audit.h"
#include "verify/evidence_source.h"

namespace cairn {

struct Footing {
  std::optional<LogKeys> log;         // who signs, as far as it is known before the walk
  std::optional<LogKey> brought;      // the key that the auditor trusts, if the log says that it is one of its own
  std::optional<std::string> newest;  // the checkpoint, as found; nothing if it cannot be read
  Size expected = 0;  // entries, by the newest checkpoint's word, or the place of the last one that was kept
};

// What is wrong so far becomes a finding of the report. usage: the key brought along is none, or a quick audit cannot
// tell who signs; unavailable: the source failed.
Result<Footing> find_footing(const EvidenceSource& source, const AuditOptions& options, Report& report);

}  // namespace cairn
