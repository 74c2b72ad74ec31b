#include "commands/replay_stretch.h"

#include <utility>

#include "commands/output.h"
#include "ledger/base/text.h"
#include "projections/admit.h"

namespace cairn {

namespace {

constexpr Size remembered = 32768;  // leaves whose nodes are kept, at least

std::string name_outcome(const std::string& outcome) {
  return outcome.empty() ? "admitted" : "refused: " + outcome;
}

}  // namespace

ReplayStretch::ReplayStretch(const Ledger& ledger, std::unique_ptr<World> world, const Frontier& tree,
                             std::deque<SnapshotSeen> snapshots)
    : ledger_(ledger), world_(std::move(world)), tree_(remembered, tree), snapshots_(std::move(snapshots)) {}

Result<void> ReplayStretch::run(Size end, const std::function<void(Size)>& progress) {
  Size untold = 0;
  const auto step = [&](const Recorded& entry) -> Result<void> {
    TRY(take(entry));
    if (++untold == ProgressBar::step || tree_.size() == end) progress(std::exchange(untold, 0));
    return {};
  };
  TRY(ledger_.walk(tree_.size(), end, step));
  finish_comparison();
  return {};
}

Result<void> ReplayStretch::take(const Recorded& entry) {
  TRY(decide(entry));
  const std::shared_ptr<const Policy> ruled = world_->force->policy;
  world_->apply(entry);
  if (world_->force->policy != ruled) ++done_.policies;
  ++(entry.entry.outcome.empty() ? done_.admitted : done_.refused);
  ++done_.entries;
  tree_.push(entry.leaf);
  compare_snapshot();
  return {};
}

Result<Hash> ReplayStretch::root_at(Size size) {
  if (const auto root = tree_.root_at(size)) return *root;
  return ledger_.root_at(size);
}

Result<bool> ReplayStretch::basis_holds(const Recorded& entry) {
  const Head& basis = entry.statement.basis;
  if (entry.seq == 0) return basis == Head{};
  if (basis.size == 0 || basis.size > entry.seq) return false;
  TRY_LET(root, root_at(basis.size));
  return root == basis.root;
}

Result<void> ReplayStretch::decide(const Recorded& entry) {
  TRY_LET(holds, basis_holds(entry));
  const KeyId key = signed_by(entry.entry);
  const Basis basis = holds ? Basis::on_history : Basis::not_on_history;
  const Decision decision =
      admit(*world_, entry.statement, key, entry.entry.payload.size(), basis, entry.entry.recorded);
  world_->keep();
  const bool judged = !decision.door || decision.verdict.refused;
  const std::string outcome = outcome_of(decision.verdict);
  if (judged && outcome != entry.entry.outcome) {
    done_.differences.push_back(
        {entry.seq, "recorded as " + name_outcome(entry.entry.outcome) + ", the rules say " + name_outcome(outcome)});
  } else if (decision.door) {
    const Door& door = *decision.door;
    done_.differences.push_back(
        {entry.seq, door.kind == Door::Kind::repeated
                        ? str("says what entry ", door.first, " says already")
                        : "would have been turned away (" + door.reason + "): " + door.message});
  }
  return {};
}

void ReplayStretch::differs_in_view(std::string what) {
  views_differ_ = true;
  done_.differences.push_back({std::nullopt, std::move(what)});
}

void ReplayStretch::compare_snapshot() {
  if (snapshots_.empty() || snapshots_.front().size != tree_.size()) return;
  const SnapshotSeen seen = std::move(snapshots_.front());
  snapshots_.pop_front();
  finish_comparison();
  ++done_.snapshots;
  const std::string which = str("the snapshot at ", tree_.size(), " entries ");
  if (seen.closed) {
    differs_in_view(which + "does not open: " + *seen.closed);
  } else if (seen.head != Head{tree_.size(), tree_.root()}) {
    differs_in_view(which + "is of another history");
  } else if (seen.since && !world_->changes_noted_since(*seen.since)) {
    differs_in_view(which + str("holds what changed since ", *seen.since,
                                ", which is not between the newest whole one and itself"));
  } else if (seen.state) {
    // Nothing waits for the answer, and there may be another core.
    const auto hash = [bytes = seen.since ? world_->encode_changes(*seen.since) : world_->encode()] {
      return sha256(bytes);
    };
    const Size whole = seen.since ? 0 : seen.size;
    if (!seen.since) world_->note_changes();
    comparing_ = StateCompared{which, *seen.state, whole, std::async(std::launch::async | std::launch::deferred, hash)};
  }
}

void ReplayStretch::finish_comparison() {
  if (!comparing_) return;
  const Hash state = comparing_->ours.get();
  if (state != comparing_->recorded) {
    differs_in_view(comparing_->which + "has the state " + comparing_->recorded.hex() + ", the entries give " +
                    state.hex());
  } else {
    world_->forget_changes(comparing_->whole);
  }
  comparing_.reset();
}

}  // namespace cairn
