#include "commands/world_walk.h"

#include <iterator>

#include "commands/views.h"

namespace cairn {

// Whether it is cheaper to go there than to start anew.
bool WorldWalk::near(Size size) const {
  if (!world_) return false;
  const Size here = world_->position->size;
  return size <= here ? here - size <= marks_.size() : size - here <= window;
}

// Starts from what is nearest below; fold does the rest.
Result<void> WorldWalk::load(Size size) {
  world_.reset();
  marks_.clear();
  TRY_LET(row, ledger_.store().snapshot(size));
  const Size stored = row ? row->size : 0;
  const auto above = kept_.upper_bound(size);
  if (above != kept_.begin() && std::prev(above)->first > stored) {
    TRY_LET(world, World::decode(std::prev(above)->second));
    world_ = std::move(world);
    return {};
  }
  TRY_LET(loaded, load_world(ledger_, stored));
  world_ = std::move(loaded.world);
  return {};
}

void WorldWalk::keep_bytes() {
  const Size size = world_->position->size;
  if (size == 0 || size % kept_gap != 0 || kept_.contains(size) || kept_bytes_ >= most_kept_bytes) return;
  const Bytes& bytes = kept_[size] = world_->encode();
  kept_bytes_ += bytes.size();
}

void WorldWalk::before_entry() {
  keep_bytes();
  if (marks_.size() == most_steps) {
    world_->keep();
    marks_.clear();
  }
  marks_.push_back(world_->journal.mark());
}

Result<void> WorldWalk::fold(Size size) {
  const Size began = world_->position->size;
  if (size == began) return {};
  const auto folded = walk_signed(ledger_, began, size, [this](const Recorded& entry) -> Result<void> {
    before_entry();
    world_->apply(entry);
    return {};
  });
  if (folded) return {};
  world_.reset();
  while (!kept_.empty() && kept_.rbegin()->first > began) {  // folded from the same entries, and no better
    kept_bytes_ -= kept_.rbegin()->second.size();
    kept_.erase(std::prev(kept_.end()));
  }
  return folded;
}

Result<World*> WorldWalk::at(Size size) {
  if (!near(size)) TRY(load(size > window ? size - window : 0));
  while (world_->position->size > size) {
    world_->journal.undo_to(marks_.back());
    marks_.pop_back();
  }
  TRY(fold(size));
  return world_.get();
}

}  // namespace cairn
