// ReplayStretch: the entries between two sizes of a ledger, folded and decided again, and held against what was kept.
#pragma once

#include <deque>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "commands/growing_tree.h"
#include "commands/replay.h"
#include "projections/world.h"

namespace cairn {

// A recorded snapshot, as far as it is compared.
struct SnapshotSeen {
  Size size = 0;
  Head head;
  std::optional<Hash> state;          // of its views; none: another version's layout, which is not compared
  std::optional<Size> since;          // these are what changed since; none: all of them
  std::optional<std::string> closed;  // it does not open, and why
};

class ReplayStretch {
 public:
  // From where `world` stands, whose entries have this tree. `snapshots` are those from there to the end, ascending.
  ReplayStretch(const Ledger& ledger, std::unique_ptr<World> world, const Frontier& tree,
                std::deque<SnapshotSeen> snapshots);

  // To `end`; tells how many more entries were done, now and then. Called once.
  Result<void> run(Size end, const std::function<void(Size more)>& progress);

  const Replayed& done() const { return done_; }       // its state is the caller's to say
  bool views_differ() const { return views_differ_; }  // a snapshot came out otherwise
  World& world() { return *world_; }
  Hash root() const { return tree_.root(); }

 private:
  // The state that the entries give, while it is hashed.
  struct StateCompared {
    std::string which;
    Hash recorded;
    Size whole = 0;  // the size of a whole one: where it holds, no later one is of changes since before
    std::future<Hash> ours;
  };

  Result<void> take(const Recorded& entry);
  Result<void> decide(const Recorded& entry);
  Result<bool> basis_holds(const Recorded& entry);
  Result<Hash> root_at(Size size);
  void compare_snapshot();
  void finish_comparison();
  void differs_in_view(std::string what);

  const Ledger& ledger_;
  std::unique_ptr<World> world_;
  GrowingTree tree_;
  std::deque<SnapshotSeen> snapshots_;      // those to come
  std::optional<StateCompared> comparing_;  // with the one before
  Replayed done_;
  bool views_differ_ = false;
};

}  // namespace cairn
