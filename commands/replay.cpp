#include "commands/replay.h"

#include <algorithm>
#include <deque>
#include <future>

#include "commands/growing_tree.h"
#include "commands/output.h"
#include "commands/views.h"
#include "ledger/base/text.h"
#include "ledger/tlog/snapshot.h"
#include "projections/admit.h"

namespace cairn {

namespace {

constexpr Size remembered = 32768;  // leaves whose nodes are kept, at least

// A recorded snapshot, as far as it is compared.
struct SnapshotSeen {
  Size size = 0;
  Head head;
  Hash state;                         // of its views
  std::optional<std::string> closed;  // it does not open, and why
};

// The state that the entries give, while it is hashed.
struct StateCompared {
  std::string which;
  Hash recorded;
  std::future<Hash> ours;
};

std::string name_outcome(const std::string& outcome) {
  return outcome.empty() ? "admitted" : "refused: " + outcome;
}

class Replay {
 public:
  explicit Replay(const Ledger& ledger) : ledger_(ledger) {}

  Result<Replayed> run(Size size, const std::function<void(Size, Size)>& progress) {
    TRY(list_snapshots(size));
    const auto step = [&](const Recorded& entry) -> Result<void> {
      TRY(decide(entry));
      const std::shared_ptr<const Policy> ruled = world_.force->policy;
      world_.apply(entry);
      if (world_.force->policy != ruled) ++done_.policies;
      ++(entry.entry.outcome.empty() ? done_.admitted : done_.refused);
      tree_.push(entry.leaf);
      if (tree_.size() % ProgressBar::step == 0 || tree_.size() == size) progress(tree_.size(), size);
      compare_snapshot();
      return {};
    };
    TRY(ledger_.walk(0, size, step));
    finish_comparison();
    done_.entries = size;
    done_.state = sha256(world_.encode());
    TRY(compare_live(size));
    return done_;
  }

 private:
  void differ(std::optional<Seq> seq, std::string what) { done_.differences.push_back({seq, std::move(what)}); }

  Result<void> list_snapshots(Size size) {
    return ledger_.store().snapshots(size, [this](const AtSize& row) -> Result<void> {
      SnapshotSeen seen{row.size, {}, {}, {}};
      const auto snapshot = open_snapshot(row.bytes, ledger_.log_key().key());
      if (snapshot) {
        seen.head = snapshot->head;
        seen.state = sha256(snapshot->state);
      } else {
        seen.closed = snapshot.error().message;
      }
      snapshots_.push_back(std::move(seen));
      return {};
    });
  }

  Result<Hash> root_at(Size size) {
    if (const auto root = tree_.root_at(size)) return *root;
    return ledger_.root_at(size);
  }

  Result<bool> basis_holds(const Recorded& entry) {
    const Head& basis = entry.statement.basis;
    if (entry.seq == 0) return basis == Head{};
    if (basis.size == 0 || basis.size > entry.seq) return false;
    TRY_LET(root, root_at(basis.size));
    return root == basis.root;
  }

  Result<void> decide(const Recorded& entry) {
    TRY_LET(holds, basis_holds(entry));
    const KeyId key = signed_by(entry.entry);
    const Basis basis = holds ? Basis::on_history : Basis::not_on_history;
    const Decision decision =
        admit(world_, entry.statement, key, entry.entry.payload.size(), basis, entry.entry.recorded);
    world_.keep();
    const bool judged = !decision.door || decision.verdict.refused;
    const std::string outcome = outcome_of(decision.verdict);
    if (judged && outcome != entry.entry.outcome) {
      differ(entry.seq,
             "recorded as " + name_outcome(entry.entry.outcome) + ", the rules say " + name_outcome(outcome));
    } else if (decision.door) {
      const Door& door = *decision.door;
      differ(entry.seq, door.kind == Door::Kind::repeated
                            ? str("says what entry ", door.first, " says already")
                            : "would have been turned away (" + door.reason + "): " + door.message);
    }
    return {};
  }

  void compare_snapshot() {
    if (snapshots_.empty() || snapshots_.front().size != tree_.size()) return;
    const SnapshotSeen seen = std::move(snapshots_.front());
    snapshots_.pop_front();
    finish_comparison();
    ++done_.snapshots;
    const std::string which = str("the snapshot at ", tree_.size(), " entries ");
    if (seen.closed) {
      differ(std::nullopt, which + "does not open: " + *seen.closed);
    } else if (seen.head != Head{tree_.size(), tree_.root()}) {
      differ(std::nullopt, which + "is of another history");
    } else {
      // Nothing waits for the answer, and there is another core.
      const auto hash = [bytes = world_.encode()] { return sha256(bytes); };
      comparing_ = StateCompared{which, seen.state, std::async(std::launch::async | std::launch::deferred, hash)};
    }
  }

  void finish_comparison() {
    if (!comparing_) return;
    const Hash state = comparing_->ours.get();
    if (state != comparing_->recorded) {
      differ(std::nullopt,
             comparing_->which + "has the state " + comparing_->recorded.hex() + ", the entries give " + state.hex());
    }
    comparing_.reset();
  }

  // What status, history and the rules of the next statement would stand on.
  Result<void> compare_live(Size size) {
    const Head& head = ledger_.checkpoint().head;
    TRY_LET(proof, ledger_.prove_consistency(size, head.size));
    if (!check_consistency(size, tree_.root(), head.size, head.root, proof).ok()) {
      differ(std::nullopt, "the entries have the root " + tree_.root().hex() +
                               str(", and that is not the tree of which the log signed size ", head.size));
    }
    const auto live = load_world(ledger_, size);
    if (!live && live.error().kind != ErrorKind::not_verified) return live.error();
    if (!live) {
      differ(std::nullopt, live.error().message);
      return {};
    }
    const Hash state = sha256(live->world->encode());
    if (state == done_.state) return {};
    differ(std::nullopt, "the live view has the state " + state.hex() + ", the entries give " + done_.state.hex());
    return {};
  }

  const Ledger& ledger_;
  World world_;
  GrowingTree tree_{remembered};
  std::deque<SnapshotSeen> snapshots_;      // ascending: those to come
  std::optional<StateCompared> comparing_;  // with the one before
  Replayed done_;
};

}  // namespace

Result<Replayed> replay(const Ledger& ledger, Size size, const std::function<void(Size done, Size total)>& progress) {
  return Replay(ledger).run(size, progress);
}

}  // namespace cairn
