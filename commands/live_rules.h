// LiveRules: the rules and views of projections/, as the sequencer asks for them.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "commands/views.h"
#include "ledger/sequencer.h"
#include "projections/admit.h"
#include "projections/world.h"

namespace cairn {

class LiveRules final : public Rules {
 public:
  // `loaded` stands at the store's tip.
  explicit LiveRules(LoadedWorld loaded);

  World& world() { return *world_; }
  const World& world() const { return *world_; }

  // What the rules said of the statement that was recorded under this key, for its receipt; null: there was nothing to
  // say but yes, or more than most_verdicts came after it. There is one at most: whoever says the same id again is met
  // at the door, which has no say in this.
  static constexpr std::size_t most_verdicts = 4096;
  const Verdict* verdict_on(const std::string& author, const std::string& id) const;

  Result<Bytes> key_for(const KeyId& key) const override;
  Judgement admit(const Statement& statement, const KeyId& key, std::size_t payload_bytes, Basis basis,
                  Millis recorded) override;
  Size size() const override { return world_->position->size; }
  void apply(const Recorded& recorded) override;
  Result<void> follow(const Recorded& recorded) override;
  void keep() override;
  void undo() override;
  Millis newest_recorded() const override;
  Bytes snapshot(Size size) override;

 private:
  using StatementKey = std::pair<std::string, std::string>;  // author and id

  void keep_verdict(StatementKey key, Verdict verdict);
  std::size_t small_ones() const;

  std::unique_ptr<World> world_;
  std::map<StatementKey, Verdict> verdicts_;
  std::deque<StatementKey> judged_;                     // the keys that verdicts_ was given, the newest last
  std::vector<StoredSnapshot> snapshots_;               // as in LoadedWorld
  std::optional<std::vector<StoredSnapshot>> offered_;  // what they are once the batch is kept
  bool alone_ = true;                                   // no other process wrote since the newest of them
  std::optional<std::size_t> mark_;
};

}  // namespace cairn
