// Separation of duties: who did alone what takes two, as far as entries can tell. What the rules make impossible is
// counted, not assumed.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "commands/report_source.h"

namespace cairn {

class Separation {
 public:
  Separation(const ReportSource& source, ChangeReport& report) : source_(source), report_(report) {}

  // Each entry of the period, with the world in front of it; `what` says it in words.
  Result<void> before(World& world, const Recorded& entry, const std::string& what);

  // Fills `separation` and `broken_glass`; `world`: all that the checkpoint covers.
  void finish(const World& world);

 private:
  struct Glass {
    Remark remark;
    SlotKey slot;
    bool reviewed = false;
  };

  Result<void> step(World& world, const Recorded& entry, const RolloutAdvanced& event);
  Result<void> evidence(const World& world, const std::string& id, const Rollout& rollout, const Recorded& entry,
                        const Verdict& verdict);
  void approvals(const World& world, const Rollout& rollout, const Recorded& entry, const RolloutAdvanced& event);
  void administration(const World& world, const Recorded& entry, const std::string& what);
  void protection(const World& world, const Recorded& entry);
  std::string refused(std::string_view outcome) const;  // "refused twice" or "never tried"
  void say(std::string what, std::vector<Seq> seqs) {
    report_.separation.push_back({std::move(what), std::move(seqs)});
  }

  const ReportSource& source_;
  ChangeReport& report_;
  std::vector<Seq> approved_;                                     // steps that took approval
  std::vector<Seq> unasked_;                                      // to full, where the policy asks nobody
  std::vector<Seq> together_;                                     // acts of two admins
  std::vector<Seq> lifted_;                                       // lockdowns, by two
  std::map<std::string, std::vector<Seq>, std::less<>> refused_;  // by outcome
  std::vector<Remark> findings_;
  struct OwnEvidence {
    std::string proposer;
    std::size_t steps = 0;
    std::vector<Seq> seqs;
  };
  std::map<std::string, OwnEvidence> own_evidence_;  // by rollout
  std::vector<Glass> glasses_;
};

}  // namespace cairn
