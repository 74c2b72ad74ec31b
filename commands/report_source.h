// Where a report is read from: a ledger as far as one of its kept checkpoints covers it, so that an old report can be
// made again, byte for byte, after the ledger has grown.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "commands/change_report.h"
#include "ledger/ledger.h"
#include "projections/timeline.h"
#include "projections/world.h"

namespace cairn {

class ReportSource {
 public:
  // The newest kept checkpoint of at most so many entries, verified; a usage error if there is none. The ledger
  // outlives this.
  static Result<ReportSource> open(const Ledger& ledger, Size at_most);

  const Ledger& ledger() const { return *ledger_; }
  Size size() const { return checkpoint_.head.size; }
  World& world() const { return *world_; }  // of all those entries
  const ModelNames& names() const { return names_; }
  Millis moment() const { return world_->position->recorded; }

  Result<Recorded> entry(Seq seq) const { return ledger_->entry(seq); }

  // Ascending, below size().
  Result<std::vector<Seq>> find(std::string_view tag) const;
  Result<std::vector<Seq>> about_model(const std::string& name) const;
  Result<Size> recorded_before(Millis time) const;  // how many of the entries were

  // Each of these entries, ascending, with the world in front of it, and then with the one that it made. Folds what
  // lies between the first and the last. Whoever visits may believe what they saw once this ends well: not_verified, if
  // these or what was folded are not the entries that the log signed.
  struct Visit {
    std::function<Result<void>(World& world, const Recorded& entry)> before;
    std::function<Result<void>(const World& world, const Recorded& entry)> after;
  };
  Result<void> walk(const std::vector<Seq>& seqs, const Visit& visit) const;

  // The verifier line, and the annex with an inclusion proof for each of these entries, held against the root here.
  // Bytes only of those that `whole` says.
  Result<void> prove(const std::vector<Seq>& seqs, const std::function<bool(Seq)>& whole, ChangeReport& report) const;

 private:
  explicit ReportSource(const Ledger& ledger) : ledger_(&ledger) {}

  const Ledger* ledger_;
  std::string note_;
  Checkpoint checkpoint_;
  std::unique_ptr<World> world_;
  ModelNames names_;
};

}  // namespace cairn
