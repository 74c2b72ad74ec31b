#include "commands/replay.h"

#include <algorithm>
#include <future>
#include <mutex>

#include "commands/replay_stretch.h"
#include "commands/views.h"
#include "ledger/base/text.h"
#include "ledger/tlog/snapshot.h"
#include "verify/snapshot_check.h"

namespace cairn {

namespace {

constexpr Size least_stretch = 1024;  // entries: what is shorter is not worth a snapshot to begin from

struct Cut {
  Size begin = 0;
  std::unique_ptr<World> world;
  Frontier tree;
};

// Of all stretches together.
class Told {
 public:
  Told(Size size, const std::function<void(Size, Size)>& progress) : size_(size), progress_(progress) {}
  void add(Size more) {
    const std::lock_guard lock(mutex_);
    progress_(done_ += more, size_);
  }

 private:
  std::mutex mutex_;
  Size done_ = 0;
  Size size_;
  const std::function<void(Size, Size)>& progress_;
};

class Replay {
 public:
  Replay(const Ledger& ledger, Size size, std::size_t threads, const std::function<void(Size, Size)>& progress)
      : ledger_(ledger), size_(size), threads_(threads), progress_(progress) {}

  // Where a view came out otherwise, what began in a snapshot says nothing: then there is one stretch, from nothing.
  Result<Replayed> run() {
    TRY(list_snapshots());
    TRY_LET(cuts, find_cuts());
    TRY_LET(stretches, run_stretches(std::move(cuts)));
    const auto differs = [](const auto& stretch) { return stretch->views_differ(); };
    if (stretches.size() > 1 && std::any_of(stretches.begin(), stretches.end(), differs)) {
      std::vector<Cut> whole(1);
      whole.front().world = std::make_unique<World>();
      TRY_LET(alone, run_stretches(std::move(whole)));
      stretches = std::move(alone);
    }
    return join(stretches);
  }

 private:
  using Stretches = std::vector<std::unique_ptr<ReplayStretch>>;

  Result<void> list_snapshots() {
    return ledger_.store().snapshots(size_, [this](const AtSize& row) -> Result<void> {
      SnapshotSeen seen{row.size, {}, {}, {}, {}};
      const auto snapshot = open_to_compare(ledger_.log_keys(), row.size, row.bytes);
      if (snapshot) {
        seen.head = snapshot->head;
        if (World::is_of_now(snapshot->state)) seen.state = sha256(snapshot->state);
        seen.since = World::changes_since(snapshot->state);
      } else {
        seen.closed = snapshot.error().message;
      }
      snapshots_.push_back(std::move(seen));
      return {};
    });
  }

  // Where the stretches begin, ascending: at nothing, and at snapshots that part the entries about evenly.
  Result<std::vector<Cut>> find_cuts() {
    std::vector<Cut> cuts(1);
    cuts.front().world = std::make_unique<World>();
    const Size most = std::min<Size>(threads_, size_ / least_stretch);
    for (Size number = 1; number < most; ++number) {
      const Size wanted = size_ / most * number;
      const auto after = std::find_if(snapshots_.begin(), snapshots_.end(),
                                      [wanted](const SnapshotSeen& seen) { return seen.size >= wanted; });
      if (after == snapshots_.end() || after->closed || after->size >= size_) break;
      if (after->size < cuts.back().begin + least_stretch) continue;
      TRY_LET(cut, cut_at(after->size));
      if (cut) cuts.push_back(std::move(*cut));
    }
    return cuts;
  }

  Result<std::optional<Cut>> cut_at(Size size) {
    TRY_LET(row, ledger_.store().snapshot(size));
    if (!row || row->size != size) return std::optional<Cut>();
    auto loaded = from_snapshot(ledger_, std::move(*row), Noting::yes);
    if (!loaded) return std::optional<Cut>();
    TRY_LET(peaks, ledger_.store().nodes(Frontier::peak_ids(size)));
    return std::optional<Cut>({size, std::move(loaded->world), Frontier(size, std::move(peaks))});
  }

  // Side by side. The first error is the one that a walk of all entries would meet. Behind an entry that cannot be read
  // nothing can be folded: evidence gone bad, as it is for verify.
  Result<Stretches> run_stretches(std::vector<Cut> cuts) {
    Told told(size_, progress_);
    Stretches stretches;
    std::vector<std::future<Result<void>>> running;
    for (std::size_t i = 0; i < cuts.size(); ++i) {
      const Size begin = cuts[i].begin;
      const Size end = i + 1 < cuts.size() ? cuts[i + 1].begin : size_;
      std::deque<SnapshotSeen> within;
      std::copy_if(snapshots_.begin(), snapshots_.end(), std::back_inserter(within),
                   [&](const SnapshotSeen& seen) { return begin < seen.size && seen.size <= end; });
      stretches.push_back(
          std::make_unique<ReplayStretch>(ledger_, std::move(cuts[i].world), cuts[i].tree, std::move(within)));
      running.push_back(std::async(
          std::launch::async | std::launch::deferred,
          [&told, end, at = stretches.back().get()] { return at->run(end, [&told](Size more) { told.add(more); }); }));
    }
    Result<void> outcome;
    for (auto& one : running) {
      if (Result<void> ended = one.get(); outcome.ok()) outcome = std::move(ended);
    }
    if (!outcome.ok() && outcome.error().kind == ErrorKind::fault) {
      return not_verified(outcome.error().message + "; cairn verify names all that is damaged");
    }
    TRY(outcome);
    return stretches;
  }

  Result<Replayed> join(Stretches& stretches) {
    Replayed all;
    for (const auto& stretch : stretches) {
      const Replayed& part = stretch->done();
      all.entries += part.entries;
      all.admitted += part.admitted;
      all.refused += part.refused;
      all.policies += part.policies;
      all.snapshots += part.snapshots;
      all.differences.insert(all.differences.end(), part.differences.begin(), part.differences.end());
    }
    all.state = sha256(stretches.back()->world().encode());
    TRY(compare_live(stretches.back()->root(), all));
    return all;
  }

  // What status, history and the rules of the next statement would stand on.
  Result<void> compare_live(const Hash& root, Replayed& all) {
    const auto differ = [&all](std::string what) { all.differences.push_back({std::nullopt, std::move(what)}); };
    const Head& head = ledger_.checkpoint().head;
    TRY_LET(proof, ledger_.prove_consistency(size_, head.size));
    if (!check_consistency(size_, root, head.size, head.root, proof).ok()) {
      differ("the entries have the root " + root.hex() +
             str(", and that is not the tree of which the log signed size ", head.size));
    }
    const auto live = load_world(ledger_, size_);
    if (!live && live.error().kind != ErrorKind::not_verified) return live.error();
    if (!live) {
      differ(live.error().message);
      return {};
    }
    const Hash state = sha256(live->world->encode());
    if (state != all.state)
      differ("the live view has the state " + state.hex() + ", the entries give " + all.state.hex());
    return {};
  }

  const Ledger& ledger_;
  const Size size_;
  const std::size_t threads_;
  const std::function<void(Size, Size)>& progress_;
  std::vector<SnapshotSeen> snapshots_;  // ascending
};

}  // namespace

Result<Replayed> replay(const Ledger& ledger, Size size, std::size_t threads,
                        const std::function<void(Size done, Size total)>& progress) {
  return Replay(ledger, size, threads, progress).run();
}

}  // namespace cairn
