#include "verify/audit.h"

#include <algorithm>
#include <limits>

#include "ledger/base/text.h"
#include "ledger/events/entry.h"
#include "ledger/tlog/tile.h"
#include "ledger/tlog/tree.h"
#include "verify/attachment_check.h"
#include "verify/checkpoint_check.h"
#include "verify/consequences.h"
#include "verify/index_check.h"
#include "verify/pages_ahead.h"
#include "verify/past_damage.h"
#include "verify/rest_check.h"
#include "verify/rule_check.h"
#include "verify/snapshot_check.h"
#include "verify/tree_check.h"
#include "verify/witness_check.h"
#include "verify/workers.h"

namespace cairn {
namespace {

constexpr std::size_t kept_at_once = 256;

// What an audit stands on before it has read anything else: which log, by which key, how far.
struct Ground {
  std::optional<NoteVerifier> log;
  std::optional<std::string> newest;  // the checkpoint, as found; nothing if it cannot be read
  Size expected = 0;  // entries, by the newest checkpoint's word, or the place of the last one that was kept
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
  }
  const Result<Size> claimed = newest.ok() ? claimed_size(*newest) : Result<Size>(newest.error());
  TRY_LET(expected, claimed.ok() ? claimed : largest_kept(source));
  ground.expected = expected;
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

// The size of the head from which on everything is asked.
Size find_since(const Ground& ground, const AuditOptions& options) {
  if (!options.since || !ground.log || options.quick) return 0;
  const Result<Checkpoint> opened = open_checkpoint(*options.since, *ground.log);
  return opened.ok() ? opened->head.size : 0;
}

Result<void> look_for_witnesses(const Ground& ground, const AuditOptions& options, Report& report) {
  if (!options.witnesses || !ground.log || !ground.newest) return {};
  std::vector<std::string> kept = options.known_heads;
  if (options.since) kept.push_back(*options.since);
  TRY_LET(by, check_witnesses(*options.witnesses, *ground.log, *ground.newest, kept, report.findings));
  report.witnesses = std::move(by);
  return {};
}

class Auditor {
 public:
  Auditor(const EvidenceSource& source, const AuditOptions& options, Ground ground, Report& report)
      : source_(source),
        options_(options),
        ground_(std::move(ground)),
        report_(report),
        workers_(options.threads),
        tree_(source),
        checkpoints_(source, ground_.log, report.since, workers_),
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
    if (ground_.newest) checkpoints_.expect(*ground_.newest, Origin::newest, findings());
    for (const std::string& head : options_.known_heads) checkpoints_.expect(head, Origin::known, findings());
    for (const Head& basis : options_.known_bases) checkpoints_.expect(basis);
    if (options_.since) checkpoints_.expect(*options_.since, Origin::known, findings());
    if (!options_.quick) TRY(snapshots_.list(ground_.expected, findings()));
    TRY(grown(0));
    TRY(walk());
    if (report_.entries == 0) {
      findings().push_back(
          {FindingKind::entry_missing, std::nullopt, "there is no entry at all, so nothing is verified"});
    }
    TRY(tree_.finish(findings()));
    TRY(checkpoints_.finish(tree_.size(), findings()));
    TRY_LET(root, tree_.root_at(tree_.size()));
    report_.head = {tree_.size(), root};
    report_.nodes = tree_.nodes_compared();
    report_.checkpoints = checkpoints_.checked();
    if (options_.quick) return {};
    if (rules_.deciding()) report_.state = sha256(rules_.world().encode());
    snapshots_.finish(findings());
    report_.snapshots = snapshots_.checked();
    TRY(attachments_.compare(source_, report_));
    TRY(compare_index());
    return check_rest(source_, findings());
  }

  Result<void> walk() {
    PagesAhead pages(source_, workers_, ground_.expected, !options_.quick);
    while (const std::shared_ptr<AuditPage> page = pages.next()) {
      if (page->whole) {
        TRY(take(page));
      } else {
        TRY_LET(goes_on, walk_singly(page->first, page->first + page->count));
        if (!goes_on) break;
      }
      if (options_.progress) options_.progress(tree_.size(), ground_.expected);
    }
    end_of_run();
    return {};
  }

  Result<void> take(const std::shared_ptr<AuditPage>& page) {
    end_of_run();
    report_.entries += page->count;
    const std::span<const Hash> leaves = page->tile->level(0);
    if (page->first == 0) check_id(leaves.front());
    if (page->count == tile_width) {
      TRY(tree_.push(page->tile, page->leaves_compared, findings()));
    } else {
      for (std::size_t i = 0; i < page->count; ++i) TRY(tree_.push(leaves[i], findings()));
    }
    if (options_.quick) return grown(tree_.size());
    for (std::size_t i = 0; i < page->count; ++i) {
      TRY(understand({page, &page->entries[i]}, page->first + i));
      TRY(grown(page->first + i + 1));
    }
    return {};
  }

  // Entries of a page of which some cannot be read: each by itself. False: there is nothing to go on with.
  Result<bool> walk_singly(Seq seq, Seq end) {
    while (seq < end) {
      const Result<std::vector<Bytes>> some = source_.entries(seq, static_cast<std::size_t>(end - seq));
      if (!some.ok() && some.error().kind == ErrorKind::unavailable) return some.error();
      if (!some.ok() || some->empty()) {
        miss(some, seq);
        TRY_LET(skipped, skip(seq));
        if (!skipped) return false;
        ++seq;
        continue;
      }
      for (const Bytes& bytes : *some) TRY(take(seq++, bytes));
    }
    return true;
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
    TRY(grown(seq + 1));
    return true;
  }

  Result<void> take(Seq seq, const Bytes& bytes) {
    end_of_run();
    ++report_.entries;
    const auto entries = std::make_shared<std::vector<ReadEntry>>();
    const Hash leaf = read_entry(seq, bytes, options_.quick ? nullptr : entries.get());
    if (seq == 0) check_id(leaf);
    TRY(tree_.push(leaf, findings()));
    if (!options_.quick) TRY(understand({entries, entries->data()}, seq));
    return grown(seq + 1);
  }

  void check_id(const Hash& leaf) {
    report_.ledger = leaf;
    if (!options_.ledger_id || *options_.ledger_id == leaf) return;
    findings().push_back({FindingKind::genesis_wrong, 0,
                          str("this is ledger ", leaf.hex(), ", and ", options_.ledger_id->hex(), " was asked for")});
  }

  Result<void> understand(const std::shared_ptr<const ReadEntry>& entry, Seq seq) {
    const Result<Recorded>& recorded = entry->recorded;
    if (!recorded.ok()) {
      const bool newer = recorded.error().kind == ErrorKind::needs_newer;
      findings().push_back({newer ? FindingKind::needs_newer : FindingKind::entry_malformed, seq,
                            str(recorded.error().message, rules_.deciding() ? "; no rule is asked from here on" : "")});
      readable_ = false;
      rules_.stop();
      return {};
    }
    TRY(rules_.check({entry, &*recorded}, tree_));
    index_.add(seq, entry->tags);
    return attachments_.add(*recorded);
  }

  // What waits for a size up to this one, which the tree has.
  Result<void> grown(Size size) {
    for (;;) {
      TRY_LET(next, checkpoints_.next(findings()));
      if (!next || *next > size) break;
      TRY_LET(root, tree_.root_at(*next));
      checkpoints_.at(*next, root, findings());
    }
    if (options_.quick || !snapshots_.is_at(size) || !ground_.log) return {};
    TRY_LET(root, tree_.root_at(size));
    World* world = rules_.deciding() ? &rules_.world() : nullptr;
    return snapshots_.at({size, root}, world, ground_.log->key(), findings());
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
  report.since = find_since(ground, options);
  TRY(look_for_witnesses(ground, options, report));
  Auditor auditor(source, options, std::move(ground), report);
  TRY(auditor.run());
  std::stable_sort(report.findings.begin(), report.findings.end(),
                   [](const Finding& a, const Finding& b) { return a.seq == b.seq ? a.kind < b.kind : a.seq < b.seq; });
  return report;
}

}  // namespace cairn
