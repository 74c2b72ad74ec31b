#include "commands/growing_tree.h"

#include <utility>

namespace cairn {

void GrowingTree::push(const Hash& leaf) {
  if (newer_.size() - newer_.base_size() == kept_) {
    older_ = std::move(newer_);
    newer_ = Growth(older_.frontier());
  }
  newer_.push(leaf);
}

std::optional<Hash> GrowingTree::root_at(Size size) {
  if (size < older_.base_size()) return std::nullopt;
  if (size != asked_.size) asked_ = {size, (size < newer_.base_size() ? older_ : newer_).root_at(size)};
  return asked_.root;
}

}  // namespace cairn
