// UnsteadyStore: what one writer sees of a store that others use too. It is away, in doubt, overtaken or the writer's
// last call, as the simulation has it.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

#include "tests/store_in_front.h"

namespace cairn::simulation {

// Thrown out of a call to the store, through whoever called: that process is no more.
struct Crashed {};

// What becomes of the next commit.
enum class Fate : std::uint8_t {
  done,
  overtaken,     // conflict, though nobody was first
  lost,          // in doubt, and not there
  signed_lost,   // the same, once the log had signed the head
  written,       // in doubt, and there
  crash_before,  // the process ends before anything of it is there
  crash_after,   // and once it is there
};

std::string_view name_of(Fate fate);

class UnsteadyStore final : public test::StoreInFront {
 public:
  explicit UnsteadyStore(Store& behind) : StoreInFront(behind), behind_(behind) {}

  Result<void> commit(Size expected, const Batch& batch) override;
  Result<Tip> tip() const override;
  Result<std::vector<Bytes>> read(Seq from, ReadLimit limit) const override;
  Result<std::vector<Hash>> nodes(std::span<const NodeId> ids) const override;
  Result<std::vector<Seq>> find(std::string_view tag, Seq from, std::size_t limit) const override;
  Result<std::vector<AtSize>> checkpoints(Size from, std::size_t limit) const override;
  Result<std::optional<AtSize>> snapshot(Size at_most) const override;

  void steady();  // from here on nothing happens to it

  // Each is spent when it is met.
  Fate fate = Fate::done;
  std::function<void()> before_commit;
  mutable std::uint64_t away_after = 0;  // so many calls more; then it is unavailable for
  mutable std::uint64_t away_for = 0;    // so many
  mutable std::uint64_t crash_in = 0;    // at the so many-th call; 0: never

  std::function<void(const Batch&)> on_written;
  std::function<void(const Batch&)> on_failed;  // by the store behind, which may have it or not

  std::function<void(const std::string&)> on_lost;  // the note that was signed for it

  int commits = 0;         // tried by the call under way
  bool said_done = false;  // of one of them
  Size overtaken_at = 0;   // the size at which one of them came second, in earnest

  std::uint64_t met() const { return met_; }  // how often something happened

 private:
  Result<void> stumble() const;
  Result<void> write(Size expected, const Batch& batch);
  Result<void> sign_and_lose(Size expected, const Batch& batch) const;

  Store& behind_;
  mutable std::uint64_t met_ = 0;
};

}  // namespace cairn::simulation
