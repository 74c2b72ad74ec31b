#include "commands/report_source.h"

#include <algorithm>

#include "commands/kept_heads.h"
#include "commands/moments.h"
#include "commands/views.h"
#include "ledger/base/text.h"

namespace cairn {

namespace {

std::vector<Seq> below(std::vector<Seq> seqs, Size size) {
  std::erase_if(seqs, [size](Seq seq) { return seq >= size; });
  return seqs;
}

}  // namespace

Result<ReportSource> ReportSource::open(const Ledger& ledger, Size at_most) {
  ReportSource source(ledger);
  TRY_LET(row, newest_note(ledger.store(), std::min(at_most, ledger.size())));
  TRY_LET(checkpoint, ledger.log_keys().open(row.bytes));
  const Head& newest = ledger.checkpoint().head;
  TRY_LET(grown, ledger.prove_consistency(checkpoint.head.size, newest.size));
  if (!check_consistency(checkpoint.head.size, checkpoint.head.root, newest.size, newest.root, grown).ok()) {
    return not_verified(str("the checkpoint of ", checkpoint.head.size, " entries is not of this history; ",
                            "cairn verify names what differs"));
  }
  source.note_ = std::move(row.bytes);
  source.checkpoint_ = std::move(checkpoint);
  TRY_LET(loaded, load_world(ledger, source.size()));
  source.world_ = std::move(loaded.world);
  source.names_.learn(*source.world_);
  return source;
}

Result<std::vector<Seq>> ReportSource::find(std::string_view tag) const {
  TRY_LET(seqs, find_all(*ledger_, tag));
  return below(std::move(seqs), size());
}

Result<std::vector<Seq>> ReportSource::about_model(const std::string& name) const {
  TRY_LET(seqs, find_model(*ledger_, *world_, name));
  return below(std::move(seqs), size());
}

Result<Size> ReportSource::recorded_before(Millis time) const {
  TRY_LET(entries, size_at(*ledger_, time - 1));
  return std::min(entries, size());
}

// Stretch by stretch: what lies close together is folded on and held against the signed tree once.
Result<void> ReportSource::walk(const std::vector<Seq>& seqs, const Visit& visit) const {
  for (std::size_t next = 0; next < seqs.size();) {
    std::size_t end = next + 1;
    while (end < seqs.size() && seqs[end] - seqs[end - 1] <= fold_rather_than_load) ++end;
    TRY_LET(loaded, load_world(*ledger_, seqs[next]));
    World& world = *loaded.world;
    const auto look = [&](const Recorded& entry) -> Result<void> {
      if (entry.seq != seqs[next]) {
        world.apply(entry);
        return {};
      }
      TRY(visit.before(world, entry));
      world.apply(entry);
      world.keep();
      ++next;
      return visit.after(world, entry);
    };
    TRY(walk_signed(*ledger_, seqs[next], seqs[end - 1] + 1, look));
  }
  return {};
}

Result<void> ReportSource::prove(const std::vector<Seq>& seqs, const std::function<bool(Seq)>& whole,
                                 ChangeReport& report) const {
  const Head& head = checkpoint_.head;
  for (const Seq seq : seqs) {
    AnnexEntry entry;
    entry.seq = seq;
    TRY_LET(bytes, ledger_->entry_bytes(seq));
    TRY_LET(recorded, decode_recorded(seq, bytes));
    entry.leaf = recorded.leaf;
    TRY_LET(proof, ledger_->prove_inclusion(seq, head.size));
    if (!check_inclusion(entry.leaf, seq, head.size, proof, head.root).ok()) {
      return not_verified(str("entry ", seq, " is not the one that the log signed; cairn verify names what differs"));
    }
    entry.proof = std::move(proof);
    if (whole(seq)) entry.bytes = std::move(bytes);
    report.annex.push_back(std::move(entry));
  }
  report.moment = moment();
  report.verifier = {ledger_->id(),
                     ledger_->origin(),
                     ledger_->log_keys().at(head.size).back().vkey(),
                     note_,
                     head.size,
                     head.root,
                     0,
                     0,
                     seqs.size()};
  if (seqs.empty()) return {};
  report.verifier.first = seqs.front();
  report.verifier.last = seqs.back();
  return {};
}

}  // namespace cairn
