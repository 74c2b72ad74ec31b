// Traffic: who had which share of a slot, from when to when, and what held the slot still.
//
// Seen from the World, in front of the first entry and after each that may have changed it, so that what an event means
// is said in one place. What stands at the first look is told from when it began; nothing else is claimed of the time
// before. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "projections/world.h"

namespace cairn {

struct Share {
  Hash model;
  Stage stage = Stage::full;
  std::uint64_t percent = 0;
  Millis from = 0;
  std::optional<Millis> until;  // none: still so at the last look
  Seq seq = 0;                  // the entry that began it

  bool same_as(const Share& other) const {
    return model == other.model && stage == other.stage && percent == other.percent;
  }
};

struct HoldInterval {
  std::string kind;  // "lockdown", "freeze", "break-glass"
  Scope scope;
  Millis from = 0;
  std::optional<Millis> until;  // its end, or the one that it was given beforehand
  Seq seq = 0;
  bool by_calendar = false;  // a window of the policy, of which one entry may adopt several

  bool same_as(const HoldInterval& other) const {
    return kind == other.kind && scope == other.scope && seq == other.seq && (!by_calendar || until == other.until);
  }
};

class Traffic {
 public:
  explicit Traffic(SlotKey slot) : slot_(std::move(slot)) {}

  // `at`: the entry that was folded last and its recorded time; at the first look, only the time.
  void look(const World& world, const Moment& at);

  const SlotKey& slot() const { return slot_; }
  const std::vector<Share>& shares() const { return shares_; }  // by time; those of one stage do not overlap
  std::vector<HoldInterval> holds()
      const;  // by when they were seen; a window that was called off before it began is none

 private:
  void share(std::optional<Share> now, Millis at, std::optional<std::size_t>& open);
  void hold(const std::vector<HoldInterval>& now, Millis at);

  SlotKey slot_;
  bool looked_ = false;
  std::vector<Share> shares_;
  std::vector<HoldInterval> holds_;
  std::optional<std::size_t> full_;  // the open interval of each, in shares_
  std::optional<std::size_t> way_;
  std::vector<std::size_t> held_;
};

}  // namespace cairn
