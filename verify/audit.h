// audit: re-derives everything that a ledger claims, from its entries alone, and collects what does not hold.
//
// Tree, checkpoints, signatures, enrolment at that seq, time order and bracket, basis, ids, outcome and every gate
// (DESIGN 6, last paragraph). What cannot be re-derived is listed as asserted, with whose word it is. Findings are
// collected and never returned early: a ledger damaged in k places reports all k.
//
// An entry whose outcome is wrong is still folded in as the log recorded it, so that one lie is one finding and not one
// for each entry that built upon it. After an entry that cannot be read, no rule is asked any more: what it changed is
// unknown.
//
// One pass; memory grows with subjects, erasures and one hash for each 256 entries, not with entries. Which entry names
// which attachment lies in a temporary file, once it is more than a few megabytes.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "ledger/base/result.h"
#include "ledger/crypto/sha256.h"
#include "ledger/tlog/checkpoint.h"
#include "ledger/tlog/witness_policy.h"
#include "verify/evidence_source.h"
#include "verify/finding.h"

namespace cairn {

struct AuditOptions {
  // Hashes, tree, checkpoints; neither signatures nor rules, and so no log whose keys changed.
  bool quick = false;
  std::optional<std::string> vkey;  // a key of the log that the auditor brings, be it one that no longer signs; else
                                    // what entry 0 says holds, and the report says so
  std::optional<Hash> ledger_id;    // likewise
  std::vector<std::string> known_heads;  // notes that somebody kept: each must lie on this history
  std::vector<Head> known_bases;         // what statements that somebody kept stand on: so must these
  // Such a note, kept by who had all below it verified. If this history leads to it, what lies below is what was
  // verified then, to the byte: it is hashed and folded as recorded, and neither signatures nor rules are asked of it
  // again. A note that does not open stands for nothing, and everything is asked.
  std::optional<std::string> since;
  // Whose cosignatures the newest checkpoint must carry, or a note of the same text among those above.
  std::optional<WitnessPolicy> witnesses;
  std::size_t threads = 2;  // for signatures
  std::function<void(Size done, Size total)> progress;
};

// An attachment that the ledger says is erased.
struct Erased {
  Seq seq = 0;            // of the entry that says so
  bool supplied = false;  // there all the same
};

inline constexpr std::size_t most_missing_named = 10'000;

struct Report {
  Hash ledger;
  std::string origin;
  std::string vkey;                  // the one that was brought along; else one that signs
  std::vector<std::string> signing;  // all that sign the newest head, in the order in which they were added
  Head head;                         // recomputed over the entries that are there
  std::optional<Hash> state;  // SHA-256 of the views that the entries fold into, as `cairn replay` shows it; none if
                              // quick, or after an entry that cannot be read
  bool quick = false;
  bool bundle = false;  // of a complete bundle
  Size since = 0;       // the entries below, their checkpoints and snapshots were verified before; see AuditOptions
  Size entries = 0;
  Size admitted = 0;
  Size refused = 0;
  Size decided = 0;      // entries whose outcome was derived again
  Size signatures = 0;   // of authors, verified
  Size checkpoints = 0;  // verified, the newest and known heads included
  Size nodes = 0;        // stored hashes that were compared
  Size tags = 0;         // of the subject index, compared
  Size snapshots = 0;    // compared
  Size attachments_verified = 0;
  Size attachments_missing = 0;           // named, and not supplied
  std::vector<Hash> missing_attachments;  // these, by digest; the first most_missing_named of them
  std::map<Hash, Erased> attachments_erased;
  bool trusted_from_outside = false;  // a vkey or id was brought along; else it is only consistent with itself
  std::optional<std::vector<std::string>> witnesses;  // whose cosignatures hold, if a policy was brought along
  std::map<std::string, Size> asserted;  // what nobody can re-derive: "values of metrics, read by ci" -> entries
  Findings findings;                     // by seq; those without one come first
  bool verified() const { return findings.empty(); }
};

// An error only if the source cannot be read at all; whatever it holds that is wrong is a finding.
Result<Report> audit(const EvidenceSource& source, const AuditOptions& options);

}  // namespace cairn
