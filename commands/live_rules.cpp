#include "commands/live_rules.h"

#include <algorithm>

#include "verify/rule_check.h"

namespace cairn {

namespace {

// A reader folds at most this many entries after a snapshot, and the log writes at most a few bytes of snapshot for
// each byte of entries: the larger the views, the rarer the snapshots.
constexpr Size least_snapshot_gap = 256;
constexpr std::size_t state_bytes_an_entry = 1024;

bool says_something(const Verdict& verdict) {
  return verdict.refused || !verdict.also.empty() || !verdict.gates.empty() || !verdict.lifted.empty();
}

}  // namespace

LiveRules::LiveRules(std::unique_ptr<World> world, Size last_snapshot, std::size_t last_bytes)
    : world_(std::move(world)), last_snapshot_(last_snapshot), last_bytes_(last_bytes) {}

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
  apply(recorded);
  return {};
}

void LiveRules::keep() {
  world_->keep();
  mark_.reset();
  last_snapshot_ = std::max(last_snapshot_, std::exchange(offered_snapshot_, 0));
}

void LiveRules::undo() {
  if (mark_) world_->journal.undo_to(*mark_);
  world_->keep();
  mark_.reset();
  offered_snapshot_ = 0;
}

Millis LiveRules::newest_recorded() const {
  return world_->position->recorded;
}

Bytes LiveRules::snapshot(Size size) {
  const Size gap = std::max<Size>(least_snapshot_gap, last_bytes_ / state_bytes_an_entry);
  if (size - last_snapshot_ < gap) return {};
  Bytes state = world_->encode();
  last_bytes_ = state.size();
  offered_snapshot_ = size;
  return state;
}

}  // namespace cairn
