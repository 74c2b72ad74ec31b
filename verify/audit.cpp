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
#include "verify/footing.h"
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

// The size of the head from which on everything is asked.
Size find_since(const Footing& footing, const AuditOptions& options) {
  if (!options.since || !footing.log || options.quick) return 0;
  const Result<Checkpoint> opened = footing.log->open(*options.since);
  return opened.ok() ? opened->head.size : 0;
}

Result<void> look_for_witnesses(const Footing& footing, const AuditOptions& options, Report& report) {
  if (!options.witnesses || !footing.log || !footing.newest) return {};
  std::vector<std::string> kept = options.known_heads;
  if (options.since) kept.push_back(*options.since);
  TRY_LET(by,
          check_witnesses(*options.witnesses, footing.log->of_this_ledger(), *footing.newest, kept, report.findings));
  report.witnesses = std::move(by);
  return {};
}

class Auditor {
 public:
  Auditor(const EvidenceSource& source, const AuditOptions& options, Footing footing, Report& report)
      : source_(source),
        options_(options),
        footing_(std::move(footing)),
        report_(report),
        workers_(options.threads),
        tree_(source),
        checkpoints_(source, footing_.log, report.since, workers_),
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
    check_brought_key();
    if (checkpoints_.newest_differs()) {
      merge_consequences(findings(), std::max(checkpoints_.sound(), rules_.sound()));
    }
    return walked;
  }

 private:
  Findings& findings() { return report_.findings; }

  Result<void> walk_and_compare() {
    using Origin = CheckpointCheck::Origin;
    if (footing_.newest) checkpoints_.expect(*footing_.newest, Origin::newest, findings());
    for (const std::string& head : options_.known_heads) checkpoints_.expect(head, Origin::known, findings());
    for (const Head& basis : options_.known_bases) checkpoints_.expect(basis);
    if (options_.since) checkpoints_.expect(*options_.since, Origin::known, findings());
    if (footing_.brought) checkpoints_.watch_for(*footing_.brought);
    if (!options_.quick) TRY(snapshots_.list(footing_.expected, findings()));
    TRY(grown(0));
    TRY(walk());
    if (report_.entries == 0) {
      findings().push_back(
          {FindingKind::entry_missing, std::nullopt, "there is no entry at all, so nothing is verified"});
    }
    check_id();
    TRY(check_former_keys());
    TRY(tree_.finish(findings()));
    TRY(checkpoints_.finish(tree_.size(), findings()));
    TRY_LET(root, tree_.root_at(tree_.size()));
    report_.head = {tree_.size(), root};
    if (footing_.log && tree_.size() > 0) {
      for (const NoteVerifier& key : footing_.log->at(tree_.size())) report_.signing.push_back(key.vkey());
    }
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

  // Of each key that no longer signs the newest head, where the source keeps it apart.
  Result<void> check_former_keys() {
    if (!footing_.log) return {};
    for (const LogKey& key : footing_.log->all()) {
      if (!key.ended) continue;
      TRY_LET(note, source_.last_signed_by(key.verifier.key_id()));
      if (note) checkpoints_.expect(std::move(*note), CheckpointCheck::Origin::by_former_key, findings());
    }
    return grown(tree_.size());
  }

  // A key that no longer signs is shown to have been this log's by a head from when it did.
  void check_brought_key() {
    if (!footing_.brought || !footing_.brought->ended || checkpoints_.seen()) return;
    findings().push_back(
        {FindingKind::checkpoint_bad, std::nullopt,
         str("no head here shows that ", footing_.brought->verifier.vkey(), ", which entry ", *footing_.brought->ended,
             " ended, ever signed for this log; bring one that it signed (--since), or the key that signs now")});
  }

  Result<void> walk() {
    PagesAhead pages(source_, workers_, footing_.expected, !options_.quick);
    while (const std::shared_ptr<AuditPage> page = pages.next()) {
      if (page->whole) {
        TRY(take(page));
      } else {
        TRY_LET(goes_on, walk_singly(page->first, page->first + page->count));
        if (!goes_on) break;
      }
      if (options_.progress) options_.progress(tree_.size(), footing_.expected);
    }
    end_of_run();
    return {};
  }

  Result<void> take(const std::shared_ptr<AuditPage>& page) {
    end_of_run();
    report_.entries += page->count;
    const std::span<const Hash> leaves = page->tile->level(0);
    if (page->first == 0) report_.ledger = leaves.front();
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
        page.ok() ? str("it is not here, and the newest checkpoint speaks of ", footing_.expected, " entries")
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
    if (seq == 0) report_.ledger = leaf;
    TRY(tree_.push(leaf, findings()));
    if (!options_.quick) TRY(understand({entries, entries->data()}, seq));
    return grown(seq + 1);
  }

  // Of what was read, which may have gone on under another id.
  void check_id() {
    if (report_.entries == 0 || report_.ledger == Hash{}) return;
    const bool forked = footing_.log && footing_.log->forked_at();
    const Hash first = report_.ledger;
    if (forked) {
      report_.ledger = footing_.log->ledger();
      report_.origin = footing_.log->origin();
    }
    if (!options_.ledger_id || *options_.ledger_id == report_.ledger) return;
    findings().push_back({FindingKind::genesis_wrong, 0,
                          str("this is ledger ", report_.ledger.hex(), forked ? str(", a fork of ", first.hex()) : "",
                              ", and ", options_.ledger_id->hex(), " was asked for")});
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
    if (footing_.log) footing_.log->apply(*recorded);
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
    if (options_.quick || !snapshots_.is_at(size) || !footing_.log) return {};
    TRY_LET(root, tree_.root_at(size));
    World* world = rules_.deciding() ? &rules_.world() : nullptr;
    return snapshots_.at({size, root}, world, *footing_.log, findings());
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
  Footing footing_;
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
  TRY_LET(footing, find_footing(source, options, report));
  report.since = find_since(footing, options);
  TRY(look_for_witnesses(footing, options, report));
  Auditor auditor(source, options, std::move(footing), report);
  TRY(auditor.run());
  std::stable_sort(report.findings.begin(), report.findings.end(),
                   [](const Finding& a, const Finding& b) { return a.seq == b.seq ? a.kind < b.kind : a.seq < b.seq; });
  return report;
}

}  // namespace cairn
