#include "commands/world_walk.h"

#include "commands/views.h"
#include "verify/rule_check.h"

namespace cairn {

// Whether it is cheaper to go there than to start anew.
bool WorldWalk::near(Size size) const {
  if (!world_) return false;
  const Size here = world_->position->size;
  return size <= here ? here - size <= marks_.size() : size - here <= window;
}

Result<void> WorldWalk::load(Size size) {
  world_.reset();
  marks_.clear();
  TRY_LET(loaded, load_world(ledger_, size));
  world_ = std::move(loaded.world);
  return {};
}

Result<void> WorldWalk::fold(Size size) {
  return ledger_.walk(world_->position->size, size, [this](const Recorded& entry) -> Result<void> {
    TRY(check_known(entry));
    if (marks_.size() == most_steps) {
      world_->keep();
      marks_.clear();
    }
    marks_.push_back(world_->journal.mark());
    world_->apply(entry);
    return {};
  });
}

Result<World*> WorldWalk::at(Size size) {
  if (!near(size)) TRY(load(size > window ? size - window : 0));
  while (world_->position->size > size) {
    world_->journal.undo_to(marks_.back());
    marks_.pop_back();
  }
  const auto folded = fold(size);
  if (!folded) {
    world_.reset();
    return folded.error();
  }
  return world_.get();
}

}  // namespace cairn
