// LedgerSteps: what a walk shows of one ledger's entries, each in the World that it met.
//
// Both Worlds around an entry are kept, so that the next and the previous one cost a fold or an undo of one entry each
// (WorldWalk). Reads the ledger, writes nothing.
#pragma once

#include "commands/stepper.h"
#include "commands/world_walk.h"
#include "ledger/ledger.h"

namespace cairn {

class LedgerSteps final : public StepSource {
 public:
  // The first `size` entries; `newest` knows the names of what they speak of.
  LedgerSteps(const Ledger& ledger, const World& newest, Size size);

  std::string origin() const override { return ledger_.origin(); }
  Size size() const override { return size_; }
  Result<TimelineRow> row(Seq seq) override;
  Result<std::string> text(Seq seq, StepView view) override;
  Result<std::vector<Seq>> matching(const StepFilter& filter) override;
  Result<Seq> newest_at(Millis time) override;

 private:
  Result<std::string> changes(const Recorded& entry);
  Result<std::string> status(const Recorded& entry);
  Result<std::vector<Seq>> saying(const std::string& text, const std::vector<Seq>* among);

  const Ledger& ledger_;
  const World& newest_;
  Size size_;
  ModelNames names_;
  WorldWalk before_;
  WorldWalk after_;
};

}  // namespace cairn
