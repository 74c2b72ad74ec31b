#include "verify/footing.h"

#include <algorithm>
#include <limits>

#include "ledger/base/text.h"
#include "ledger/events/entry.h"
#include "verify/log_key_scan.h"
#include "verify/past_damage.h"

namespace cairn {

namespace {

constexpr std::size_t kept_at_once = 256;

// What entry 0 says of the log, whatever else it says.
struct Beginning {
  LedgerCreated created;
  std::optional<LogKeys> keys;  // none: the one that it names is none
};
std::optional<Beginning> peek_genesis(const EvidenceSource& source) {
  const Result<std::vector<Bytes>> first = source.entries(0, 1);
  if (!first.ok() || first->empty()) return std::nullopt;
  const Result<Recorded> recorded = decode_recorded(0, first->front());
  if (!recorded.ok() || recorded->statement.events.empty()) return std::nullopt;
  const auto* created = std::get_if<LedgerCreated>(&recorded->statement.events.front());
  if (created == nullptr) return std::nullopt;
  const Result<LogKeys> keys = LogKeys::of_genesis(*recorded);
  if (keys.ok()) return Beginning{*created, *keys};
  const Result<NoteVerifier> log = NoteVerifier::from_log_vkey(created->log_key);
  return Beginning{*created, log.ok() ? std::optional<LogKeys>(LogKeys(*log)) : std::nullopt};
}

// Of a log that lies nobody may be left who signs.
NoteVerifier newest_of(const LogKeys& keys, Size size) {
  const std::vector<NoteVerifier> signers = keys.at(std::max<Size>(size, 1));
  return signers.empty() ? keys.all().back().verifier : signers.back();
}

// Settles by whose keys heads are opened. A key that was brought along and that the log does not call its own is the
// only one that counts then, and a finding.
Result<void> find_keys(const EvidenceSource& source, const AuditOptions& options, Footing& footing, Report& report) {
  const std::optional<Beginning> beginning = peek_genesis(source);
  if (beginning) {
    report.origin = beginning->created.origin;
    footing.log = beginning->keys;
    const bool several = footing.log && is_by_other_keys(*footing.log, footing.newest.value_or(""), options.vkey);
    if (several && !options.quick) TRY(scan_log_keys(source, footing.expected, *footing.log));
    if (several && options.quick) {
      return usage(
          "the heads of this log are by other keys than entry 0 names alone, and --quick judges no entry that "
          "could say whose; audit without --quick");
    }
  }
  if (!footing.log && !options.vkey) {
    report.findings.push_back({FindingKind::checkpoint_bad, std::nullopt,
                               "no checkpoint can be opened: no key was brought along and entry 0 names none"});
  }
  if (!options.vkey) return {};
  const LogKey* brought = footing.log ? footing.log->find(*options.vkey) : nullptr;
  if (brought != nullptr && brought->ledger == footing.log->ledger()) {
    footing.brought = *brought;
    return {};
  }
  TRY_LET(log, NoteVerifier::from_log_vkey(*options.vkey));
  if (beginning) {
    const std::string first = printable(beginning->created.log_key);
    report.findings.push_back(
        {FindingKind::genesis_wrong, 0,
         brought == nullptr ? str("entry 0 names the log key ", first, ", and the one brought along is ", log.vkey())
                            : str("the key brought along, ", log.vkey(), ", is of ledger ", brought->ledger.hex(),
                                  ", which this one went on from at entry ", footing.log->forked_at().value_or(0),
                                  " as ", footing.log->ledger().hex())});
  }
  if (brought == nullptr) footing.log = LogKeys(log);
  return {};
}

// By the rows of the checkpoints that were kept, where the newest one does not say how many entries there are.
Result<Size> largest_kept(const EvidenceSource& source) {
  Size known = 0;
  Size largest = 0;
  for (;;) {
    const Result<std::vector<SizedNote>> rows = source.checkpoints(largest + 1, kept_at_once);
    TRY_LET(readable, was_readable(rows));
    if (!readable) {
      const auto behind = [&](Size distance) { return was_readable(source.checkpoints(largest + 1 + distance, 1)); };
      TRY_LET(distance, distance_past_damage(std::numeric_limits<Size>::max() - largest - 1, behind));
      if (!distance) return known;
      largest += *distance;  // no row yet, but the place before one
      continue;
    }
    if (rows->empty() || rows->back().size <= largest) return known;
    known = largest = rows->back().size;
  }
}

}  // namespace

Result<Footing> find_footing(const EvidenceSource& source, const AuditOptions& options, Report& report) {
  Footing footing;
  if (options.vkey) {
    const Result<NoteVerifier> log = NoteVerifier::from_log_vkey(*options.vkey);
    if (!log.ok()) return usage(log.error().message);
  }
  Findings& findings = report.findings;
  Result<std::string> newest = source.newest_checkpoint();
  if (!newest.ok()) {
    if (newest.error().kind == ErrorKind::unavailable) return newest.error();
    findings.push_back({FindingKind::checkpoint_bad, std::nullopt, newest.error().message});
  }
  const Result<Size> claimed = newest.ok() ? claimed_size(*newest) : Result<Size>(newest.error());
  TRY_LET(expected, claimed.ok() ? claimed : largest_kept(source));
  footing.expected = expected;
  if (newest.ok()) footing.newest = std::move(*newest);

  TRY(find_keys(source, options, footing, report));
  if (footing.log) {
    report.vkey = options.vkey ? *options.vkey : newest_of(*footing.log, footing.expected).vkey();
    if (report.origin.empty()) report.origin = footing.log->origin();
  }
  return footing;
}

}  // namespace cairn
