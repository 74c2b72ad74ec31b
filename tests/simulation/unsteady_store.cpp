#include "tests/simulation/unsteady_store.h"

#include "ledger/base/text.h"
#include "tests/simulation/promises.h"

namespace cairn::simulation {
namespace {

constexpr int most_commits = 10;  // of one call: less can happen to it

}  // namespace

std::string_view name_of(Fate fate) {
  constexpr std::string_view names[] = {
      "done", "overtaken", "lost", "lost once signed", "written", "a crash before it", "a crash behind it"};
  return names[static_cast<std::size_t>(fate)];
}

void UnsteadyStore::steady() {
  fate = Fate::done;
  before_commit = nullptr;
  away_after = away_for = crash_in = 0;
}

Result<void> UnsteadyStore::stumble() const {
  if (crash_in > 0 && --crash_in == 0) {
    ++met_;
    throw Crashed{};
  }
  if (away_after > 0) {
    --away_after;
  } else if (away_for > 0) {
    --away_for;
    ++met_;
    return unavailable("the simulated store is away");
  }
  return {};
}

Result<void> UnsteadyStore::write(Size expected, const Batch& batch) {
  const Result<void> committed = behind_.commit(expected, batch);
  if (committed.ok()) {
    on_written(batch);
  } else if (committed.error().kind == ErrorKind::usage) {
    return committed;  // the log lacks a key: nothing was signed, and so nothing written
  } else if (committed.error().kind != ErrorKind::conflict) {
    ++met_;
    on_failed(batch);
  } else if (const auto tip = behind_.tip(); tip.ok() && tip->size != expected) {
    ++met_;
    overtaken_at = tip->size;
  }
  return committed;
}

// Where others could still take its place, a store has nothing signed.
Result<void> UnsteadyStore::sign_and_lose(Size expected, const Batch& batch) const {
  TRY_LET(tip, behind_.tip());
  if (tip.size != expected) return {};
  TRY_LET(head, batch.sign());
  on_lost(head.checkpoint);
  return {};
}

Result<void> UnsteadyStore::commit(Size expected, const Batch& batch) {
  if (++commits > most_commits) broken(Promise::goes_on, str("one call has tried ", most_commits, " commits"));
  TRY(stumble());
  if (const auto first = std::exchange(before_commit, nullptr)) {
    ++met_;
    first();
  }
  const Fate now = std::exchange(fate, Fate::done);
  if (now == Fate::done) {
    const Result<void> committed = write(expected, batch);
    said_done = committed.ok();
    return committed;
  }
  ++met_;
  switch (now) {
    case Fate::overtaken:
      return conflict("the simulated store says that somebody was first");
    case Fate::signed_lost:
      TRY(sign_and_lose(expected, batch));
      break;
    case Fate::written:
      TRY(write(expected, batch));
      ++met_;  // once more, behind what is there
      return unavailable("the simulated store did not say that the commit is there");
    case Fate::crash_before:
      throw Crashed{};
    case Fate::crash_after:
      TRY(write(expected, batch));
      throw Crashed{};
    case Fate::lost:
    case Fate::done:
      break;
  }
  return unavailable("the simulated store lost the commit");
}

Result<Tip> UnsteadyStore::tip() const {
  TRY(stumble());
  return StoreInFront::tip();
}

Result<std::vector<Bytes>> UnsteadyStore::read(Seq from, ReadLimit limit) const {
  TRY(stumble());
  return StoreInFront::read(from, limit);
}

Result<std::vector<Hash>> UnsteadyStore::nodes(std::span<const NodeId> ids) const {
  TRY(stumble());
  return StoreInFront::nodes(ids);
}

Result<std::vector<Seq>> UnsteadyStore::find(std::string_view tag, Seq from, std::size_t limit) const {
  TRY(stumble());
  return StoreInFront::find(tag, from, limit);
}

Result<std::vector<AtSize>> UnsteadyStore::checkpoints(Size from, std::size_t limit) const {
  TRY(stumble());
  return StoreInFront::checkpoints(from, limit);
}

Result<std::optional<AtSize>> UnsteadyStore::snapshot(Size at_most) const {
  TRY(stumble());
  return StoreInFront::snapshot(at_most);
}

}  // namespace cairn::simulation
