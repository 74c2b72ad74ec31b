// Verifying a bundle: the whole audit of a complete one, inclusion and signatures of a partial one.
//
// A partial bundle shows that each of its entries is in the log under the signed root, and that its author signed it
// with a key that an entry of the bundle enrols. It cannot show what the rules would have said, what lies between the
// entries, or that nothing was left out of the choice; no function here claims so. Findings are collected, one bad
// entry hides no other.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ledger/crypto/sha256.h"
#include "ledger/tlog/checkpoint.h"
#include "verify/audit.h"
#include "verify/bundle_file.h"
#include "verify/sample.h"

namespace cairn {

// An entry of a partial bundle. What it says is its author's and the log's word; `holds` is what was verified of it.
struct IncludedEntry {
  Seq seq = 0;
  Hash leaf;
  Millis recorded = 0;
  std::string author;
  std::string outcome;             // empty: admitted
  std::vector<std::string> types;  // wire names of its events
  bool holds = false;              // in the log, and signed by its author
};

struct PartialReport {
  Hash ledger;  // leaf hash of entry 0
  std::string origin;
  std::string vkey;
  Head head;  // of the checkpoint, if it opened
  std::vector<IncludedEntry> entries;
  Size attachments_verified = 0;
  std::vector<Hash> attachments_missing;              // named by admitted entries of the bundle
  std::optional<std::vector<std::string>> witnesses;  // as of Report
  Findings findings;                                  // by seq; those without one come first

  bool verified() const { return findings.empty(); }
};

// `vkey` is the log's key that the auditor brings, `witnesses` the policy that the checkpoint must meet. An error: the
// key is none, the policy is for other logs, or the file cannot be read.
Result<PartialReport> check_partial(const BundleFile& bundle, const std::string& vkey,
                                    const std::optional<Hash>& ledger_id,
                                    const std::optional<WitnessPolicy>& witnesses);

// As of audit(); files that belong to no export of this size, or that no entry names, are findings besides.
Result<Report> audit_complete(const BundleFile& bundle, const AuditOptions& options);

// Drawn from a complete bundle's entries below the head's size, which somebody has had audited.
Result<Sample> draw_from_bundle(const SampleQuestion& question, const std::string& origin, const Head& head,
                                const BundleFile& bundle);

}  // namespace cairn
