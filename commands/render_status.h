// What `cairn status` shows, for people and as JSON. Pure.
#pragma once

#include <string>

#include "commands/status.h"
#include "ledger/ledger.h"

namespace cairn {

// What the status is of.
struct StatusMoment {
  Size size = 0;      // entries that were folded
  Millis moment = 0;  // the time that clocks were read at
  bool past = false;  // asked for with --at or --seq
  StatusFilter filter = {};
};

std::string status_text(const Status& status, const World& world, const StatusMoment& at);

// {origin, ledger, size, at, policy{digest, adopted}, checkpoint, slots[], empty_slots[], rollouts[], incidents[]}:
// every fact with the seq that proves it. `checkpoint` is the newest one, under which all of them lie.
std::string status_json(const Status& status, const World& world, const StatusMoment& at, const Ledger& ledger);

}  // namespace cairn
