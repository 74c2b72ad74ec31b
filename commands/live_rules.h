// LiveRules: the rules and views of projections/, as the sequencer asks for them.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "ledger/sequencer.h"
#include "projections/admit.h"
#include "projections/world.h"

namespace cairn {

class LiveRules final : public Rules {
 public:
  // `world` stands at the store's tip; `last_snapshot` is the size of the newest stored snapshot, `last_bytes`
  // how large its views were.
  LiveRules(std::unique_ptr<World> world, Size last_snapshot, std::size_t last_bytes);

  World& world() { return *world_; }
  const World& world() const { return *world_; }

  // What the rules said of the statement that the newest batch recorded under this key, for its receipt; null: none
  // was. There is one at most: whoever says the same id again is met at the door, which has no say in this.
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
  std::unique_ptr<World> world_;
  std::map<std::pair<std::string, std::string>, Verdict> verdicts_;  // by author and id, of the newest batch
  bool batch_ended_ = false;
  Size last_snapshot_ = 0;
  Size offered_snapshot_ = 0;
  std::size_t last_bytes_ = 0;
  std::optional<std::size_t> mark_;
};

}  // namespace cairn
