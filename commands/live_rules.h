// LiveRules: the rules and views of projections/, as the sequencer asks for them.
#pragma once

#include <memory>
#include <optional>

#include "ledger/sequencer.h"
#include "projections/admit.h"
#include "projections/world.h"

namespace cairn {

class LiveRules final : public Rules {
 public:
  // `world` stands at the store's tip; `last_snapshot` is the size of the newest stored snapshot.
  LiveRules(std::unique_ptr<World> world, Size last_snapshot);

  World& world() { return *world_; }
  const World& world() const { return *world_; }

  // What explain said of the newest statement that judge was asked about: for the receipt.
  const Decision& newest_decision() const { return decision_; }

  Result<Bytes> key_for(const KeyId& key) const override;
  Judgement judge(const Statement& statement, const KeyId& key, std::size_t payload_bytes, BasisCheck basis,
                  Millis recorded) override;
  void apply(const Recorded& recorded) override;
  void keep() override;
  void undo() override;
  Millis newest_recorded() const override;
  Bytes snapshot(Size size) override;

 private:
  std::unique_ptr<World> world_;
  Decision decision_;
  Size last_snapshot_ = 0;
  Size offered_snapshot_ = 0;
  std::size_t last_bytes_ = 0;
  std::optional<std::size_t> mark_;
};

}  // namespace cairn
