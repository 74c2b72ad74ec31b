#include "commands/live_rules.h"

#include <algorithm>

#include "verify/rule_check.h"

namespace cairn {

namespace {

// Where one process writes, a reader folds about this many entries after a snapshot, or those of one batch.
constexpr Size snapshot_gap = 256;

// Most snapshots hold what changed since the one before. Where `most_small` of them lie in a row that each span less
// than `small_span` entries, the next one covers them all; and one is whole again once those since the last whole one
// weigh as much, or are so many that a reader would sooner read all. So what is changed is written three times, and a
// reader reads about twice what there is at most.
constexpr Size small_span = 8 * snapshot_gap;
constexpr std::size_t most_small = 7;
constexpr std::size_t most_in_a_row = 32;  // the whole one among them

// A large one of changes lies further from the one before it, and so does each where several processes write: none
// knows of the others' snapshots, and so each writes whole ones. For each entry there are so many bytes at most, or
// twice as many where all that changes is all there is.
constexpr std::size_t state_bytes_an_entry = 1024;

bool says_something(const Verdict& verdict) {
  return verdict.refused || !verdict.also.empty() || !verdict.gates.empty() || !verdict.lifted.empty();
}

}  // namespace

LiveRules::LiveRules(LoadedWorld loaded) : world_(std::move(loaded.world)), snapshots_(std::move(loaded.snapshots)) {
  if (!world_->journal.noting()) snapshots_.clear();
  world_->note_changes();
}

Result<Bytes> LiveRules::key_for(const KeyId& key) const {
  if (const Key* row = world_->signing_key(key)) return row->spki;
  if (key == world_->genesis->recovery_id) return world_->genesis->recovery_key;
  return Error{ErrorKind::turned_away, "the key " + key.hex().substr(0, 16) + " is not enrolled, or is revoked"};
}

const Verdict* LiveRules::verdict_on(const std::string& author, const std::string& id) const {
  const auto found = verdicts_.find({author, id});
  return found == verdicts_.end() ? nullptr : &found->second;
}

Judgement LiveRules::admit(const Statement& statement, const KeyId& key, std::size_t payload_bytes, Basis basis,
                           Millis recorded) {
  Decision decision = cairn::admit(*world_, statement, key, payload_bytes, basis, recorded);
  if (!decision.door) {
    const std::string outcome = outcome_of(decision.verdict);
    keep_verdict({statement.author, statement.id}, std::move(decision.verdict));
    return Ruled{outcome};
  }
  const Door& door = *decision.door;
  if (door.kind == Door::Kind::repeated) return Repeated{door.first};
  const ErrorKind kind = door.kind == Door::Kind::conflict ? ErrorKind::conflict : ErrorKind::turned_away;
  return TurnedAway{kind, door.reason, door.message};
}

// A statement is judged again if its batch was overtaken: only the last word counts.
void LiveRules::keep_verdict(StatementKey key, Verdict verdict) {
  if (!says_something(verdict)) {
    verdicts_.erase(key);
    return;
  }
  const auto [kept, is_new] = verdicts_.insert_or_assign(std::move(key), std::move(verdict));
  if (!is_new) return;
  judged_.push_back(kept->first);
  if (judged_.size() <= most_verdicts) return;
  verdicts_.erase(judged_.front());
  judged_.pop_front();
}

void LiveRules::apply(const Recorded& recorded) {
  if (!mark_) mark_ = world_->journal.mark();
  world_->apply(recorded);
}

Result<void> LiveRules::follow(const Recorded& recorded) {
  TRY(check_known(recorded));
  alone_ = false;
  apply(recorded);
  return {};
}

void LiveRules::keep() {
  world_->keep();
  mark_.reset();
  if (!offered_) return;
  snapshots_ = *std::exchange(offered_, std::nullopt);
  alone_ = true;
  // The next one is of changes since this one, or since the last that is not small.
  world_->forget_changes(snapshots_[snapshots_.size() - 1 - small_ones()].size);
}

void LiveRules::undo() {
  if (mark_) world_->journal.undo_to(*mark_);
  world_->keep();
  mark_.reset();
  offered_.reset();
}

Millis LiveRules::newest_recorded() const {
  return world_->position->recorded;
}

// Of the newest ones, how many in a row span few entries.
std::size_t LiveRules::small_ones() const {
  std::size_t count = 0;
  for (std::size_t i = snapshots_.size(); i-- > 1; ++count) {
    if (snapshots_[i].size - snapshots_[i - 1].size >= small_span) break;
  }
  return count;
}

Bytes LiveRules::snapshot(Size size) {
  const std::size_t whole = snapshots_.empty() ? 0 : snapshots_.front().bytes;
  const bool of_changes_next = alone_ && snapshots_.size() == 1;
  const std::size_t newest = snapshots_.empty() || of_changes_next ? 0 : snapshots_.back().bytes;
  const Size gap = std::max<Size>(snapshot_gap, (alone_ ? newest : whole) / state_bytes_an_entry);
  if (size - (snapshots_.empty() ? 0 : snapshots_.back().size) < gap) return {};
  std::vector<StoredSnapshot> after = snapshots_;
  std::size_t changes = 0;
  for (std::size_t i = 1; i < after.size(); ++i) changes += after[i].bytes;
  if (!alone_ || changes >= whole || after.size() >= most_in_a_row) {
    after.clear();
  } else if (small_ones() >= most_small) {
    after.resize(after.size() - small_ones());
  }
  Bytes state = after.empty() ? world_->encode() : world_->encode_changes(after.back().size);
  after.push_back({size, state.size()});
  offered_ = std::move(after);
  return state;
}

}  // namespace cairn
