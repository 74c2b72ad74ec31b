#include "verify/audit.h"

#include <algorithm>

#include "ledger/base/text.h"
#include "ledger/events/entry.h"
#include "ledger/tlog/tile.h"
#include "ledger/tlog/tree.h"
#include "verify/attachment_check.h"
#include "verify/checkpoint_check.h"
#include "verify/consequences.h"
#include "verify/index_check.h"
#include "verify/rule_check.h"
#include "verify/snapshot_check.h"
#include "verify/tree_check.h"
#include "verify/workers.h"

namespace cairn {
namespace {

// What an audit stands on before it has read anything else: which log, by which key, how far.
struct Ground {
  std::optional<NoteVerifier> log;
  std::string newest;  // the checkpoint, as found
  Size expected = 0;   // entries, by the newest checkpoint's word
};

// The vkey that entry 0 names, whatever else it says.
std::optional<LedgerCreated> peek_genesis(const EvidenceSource& source) {
  const Result<std::vector<Bytes>> first = source.entries(0, 1);
  if (!first.ok() || first->empty()) return std::nullopt;
  const Result<Recorded> recorded = decode_recorded(0, first->front());
  if (!recorded.ok() || recorded->statement.events.empty()) return std::nullopt;
  const auto* created = std::get_if<LedgerCreated>(&recorded->statement.events.front());
  return created == nullptr ? std::nullopt : std::optional<LedgerCreated>(*created);
}

Result<Ground> find_ground(const EvidenceSource& source, const AuditOptions& options, Report& report) {
  Ground ground;
  if (options.vkey) {
    Result<NoteVerifier> log = NoteVerifier::from_log_vkey(*options.vkey);
    if (!log.ok()) return usage(log.error().message);
    ground.log = std::move(*log);
  }
  Findings& findings = report.findings;
  Result<std::string> newest = source.newest_checkpoint();
  if (!newest.ok()) {
    if (newest.error().kind == ErrorKind::unavailable) return newest.error();
    findings.push_back({FindingKind::checkpoint_bad, std::nullopt, newest.error().message});
  } else if (const Result<Size> size = claimed_size(*newest); size.ok()) {
    ground.expected = *size;
  }
  if (newest.ok()) ground.newest = std::move(*newest);

  const std::optional<LedgerCreated> created = peek_genesis(source);
  if (created) {
    report.origin = created->origin;
    if (ground.log && ground.log->vkey() != created->log_key) {
      findings.push_back({FindingKind::genesis_wrong, 0,
                          str("entry 0 names the log key ", printable(created->log_key),
                              ", and the one brought along is ", ground.log->vkey())});
    }
    if (!ground.log) {
      Result<NoteVerifier> log = NoteVerifier::from_log_vkey(created->log_key);
      if (log.ok()) ground.log = std::move(*log);
    }
  }
  if (ground.log) {
    report.vkey = ground.log->vkey();
    if (report.origin.empty()) report.origin = ground.log->name();
  } else {
    findings.push_back({FindingKind::checkpoint_bad, std::nullopt,
                        "no checkpoint can be opened: no key was brought along and entry 0 names none"});
  }
  return ground;
}

class Auditor {
 public:
  Auditor(const EvidenceSource& source, const AuditOptions& options, Ground ground, Report& report)
      : source_(source),
        options_(options),
        ground_(std::move(ground)),
        report_(report),
        workers_(options.threads),
        tree_(source, !options.quick),
        checkpoints_(source, ground_.log, workers_),
        rules_(workers_, report),
        snapshots_(source) {}

  Result<void> run() {
    const Result<void> walked = walk_and_compare();
    // Jobs point into this object, so they end before it does, whatever went wrong.
    Findings found = workers_.finish();
    const auto bad = std::count_if(found.begin(), found.end(),
                                   [](const Finding& f) { return f.kind == FindingKind::signature_bad; });
    report_.signatures -= static_cast<Size>(bad);
    std::move(found.begin(), found.end(), std::back_inserter(findings()));
    if (checkpoints_.newest_differs()) {
      merge_consequences(findings(), std::max(checkpoints_.sound(), rules_.sound()));
    }
    return walked;
  }

 private:
  Findings& findings() { return report_.findings; }

  Result<void> walk_and_compare() {
    using Origin = CheckpointCheck::Origin;
    if (!ground_.newest.empty()) checkpoints_.expect(ground_.newest, Origin::newest, findings());
    for (const std::string& head : options_.known_heads) checkpoints_.expect(head, Origin::known, findings());
    if (!options_.quick) TRY(snapshots_.list(ground_.expected, findings()));
    TRY(grown());
    TRY(walk());
    if (report_.entries == 0) {
      findings().push_back(
          {FindingKind::entry_missing, std::nullopt, "there is no entry at all, so nothing is verified"});
    }
    TRY(tree_.finish(findings()));
    TRY(checkpoints_.finish(tree_.size(), findings()));
    report_.head = {tree_.size(), tree_.root()};
    report_.nodes = tree_.nodes_compared();
    report_.checkpoints = checkpoints_.checked();
    if (options_.quick) return {};
    if (rules_.deciding()) report_.state = sha256(rules_.world().encode());
    snapshots_.finish(findings());
    report_.snapshots = snapshots_.checked();
    TRY(attachments_.compare(source_, report_));
    return compare_index();
  }

  Result<void> walk() {
    for (Seq seq = 0; seq < ground_.expected;) {
      const auto want = static_cast<std::size_t>(std::min<Size>(tile_width - seq % tile_width, ground_.expected - seq));
      const Result<std::vector<Bytes>> page = source_.entries(seq, want);
      if (!page.ok() && page.error().kind == ErrorKind::unavailable) return page.error();
      if (!page.ok() || page->empty()) {
        miss(page, seq);
        TRY_LET(skipped, skip(seq));
        if (!skipped) break;
        ++seq;
        continue;
      }
      for (const Bytes& bytes : *page) TRY(take(seq++, bytes));
      if (options_.progress) options_.progress(seq, ground_.expected);
    }
    end_of_run();
    return {};
  }

  // Neighbours that are all missing, or all unreadable, are one finding.
  void miss(const Result<std::vector<Bytes>>& page, Seq seq) {
    readable_ = false;
    rules_.stop();
    const FindingKind kind = page.ok() ? FindingKind::entry_missing : FindingKind::entry_malformed;
    if (run_ && run_->kind == kind && run_->last + 1 == seq) {
      run_->last = seq;
      return;
    }
    end_of_run();
    run_ = Run{kind, findings().size(), seq, seq};
    const std::string what =
        page.ok() ? str("it is not here, and the newest checkpoint speaks of ", ground_.expected, " entries")
                  : page.error().message;
    findings().push_back({kind, seq, what});
  }

  void end_of_run() {
    if (run_ && run_->last > run_->first) {
      findings()[run_->finding].what += str("; so it is with those behind it, up to entry ", run_->last);
    }
    run_.reset();
  }

  // Where an entry cannot be read, its stored hash may still show whether the rest of the tree is what was signed.
  // False: that is not there either, and the walk ends.
  Result<bool> skip(Seq seq) {
    const NodeId leaf{0, seq};
    const Result<std::optional<std::vector<Hash>>> stored = source_.stored_nodes({&leaf, 1});
    if (!stored.ok() && stored.error().kind == ErrorKind::unavailable) return stored.error();
    if (!stored.ok() || !stored->has_value() || (*stored)->empty()) return false;
    TRY(tree_.push((*stored)->front(), findings()));
    TRY(grown());
    return true;
  }

  Result<void> take(Seq seq, const Bytes& bytes) {
    end_of_run();
    ++report_.entries;
    const Hash leaf = leaf_hash(bytes);
    if (seq == 0) check_id(leaf);
    if (!options_.quick) TRY(read(seq, bytes));
    TRY(tree_.push(leaf, findings()));
    return grown();
  }

  void check_id(const Hash& leaf) {
    report_.ledger = leaf;
    if (!options_.ledger_id || *options_.ledger_id == leaf) return;
    findings().push_back({FindingKind::genesis_wrong, 0,
                          str("this is ledger ", leaf.hex(), ", and ", options_.ledger_id->hex(), " was asked for")});
  }

  Result<void> read(Seq seq, const Bytes& bytes) {
    const Result<Recorded> recorded = decode_recorded(seq, bytes);
    if (!recorded.ok()) {
      const bool newer = recorded.error().kind == ErrorKind::needs_newer;
      findings().push_back({newer ? FindingKind::needs_newer : FindingKind::entry_malformed, seq,
                            str(recorded.error().message, rules_.deciding() ? "; no rule is asked from here on" : "")});
      readable_ = false;
      rules_.stop();
      return {};
    }
    TRY(rules_.check(*recorded, tree_));
    index_.add(*recorded);
    attachments_.add(*recorded);
    return {};
  }

  // What waits for the size that the tree has now.
  Result<void> grown() {
    TRY_LET(next, checkpoints_.next(findings()));
    if (next && *next <= tree_.size()) checkpoints_.at(tree_.size(), tree_.root());
    if (options_.quick || !snapshots_.is_at(tree_.size()) || !ground_.log) return {};
    const World* world = rules_.deciding() ? &rules_.world() : nullptr;
    return snapshots_.at({tree_.size(), tree_.root()}, world, ground_.log->key(), findings());
  }

  Result<void> compare_index() {
    if (!readable_) return {};
    const Result<Size> compared = index_.compare(source_, report_.entries, findings());
    if (compared.ok()) {
      report_.tags = *compared;
    } else if (compared.error().kind == ErrorKind::unavailable) {
      return compared.error();
    } else {
      findings().push_back({FindingKind::index_wrong, std::nullopt, compared.error().message});
    }
    return {};
  }

  // Entries without one between them that could be read.
  struct Run {
    FindingKind kind = FindingKind::entry_missing;
    std::size_t finding = 0;  // its place among the findings
    Seq first = 0;
    Seq last = 0;
  };

  const EvidenceSource& source_;
  const AuditOptions& options_;
  Ground ground_;
  Report& report_;
  Workers workers_;
  TreeCheck tree_;
  CheckpointCheck checkpoints_;
  RuleCheck rules_;
  SnapshotCheck snapshots_;
  IndexCheck index_;
  AttachmentCheck attachments_;
  bool readable_ = true;  // every entry so far
  std::optional<Run> run_;
};

}  // namespace

Result<Report> audit(const EvidenceSource& source, const AuditOptions& options) {
  Report report;
  report.quick = options.quick;
  report.trusted_from_outside = options.vkey || options.ledger_id;
  TRY_LET(ground, find_ground(source, options, report));
  Auditor auditor(source, options, std::move(ground), report);
  TRY(auditor.run());
  std::stable_sort(report.findings.begin(), report.findings.end(),
                   [](const Finding& a, const Finding& b) { return a.seq == b.seq ? a.kind < b.kind : a.seq < b.seq; });
  return report;
}

}  // namespace cairn
