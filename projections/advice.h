// Advice: the guide's emergency decision tree, walked on the newest evidence of what runs in a slot. Derived for a
// moment, never stored; what it names is for people to do. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "projections/world.h"

namespace cairn {

enum class Action : std::uint8_t {
  lock_down_and_roll_back,    // a safety violation
  roll_back_and_investigate,  // too inaccurate
  check_files_and_roll_back,  // errors: if the files turn out to differ, or the errors stay
  watch_closely,              // some gate fails, none of the above
  look_first,                 // nothing is known that is new enough to judge by
  go_on,
  nothing_runs,
};
std::string_view to_text(Action action);  // "lock-down-and-roll-back"

// One question of the tree, what was seen, and where.
struct Branch {
  enum class Answer : std::uint8_t { yes, no, unknown };
  std::string question;
  Answer answer = Answer::unknown;
  std::string because;
  std::optional<Seq> seq;
};

std::string_view to_text(Branch::Answer answer);

struct Advice {
  std::optional<Hash> model;   // what a rollback would leave: the canary, else what is at full
  std::vector<Branch> walked;  // as far as the tree was walked
  Action action = Action::nothing_runs;
};

// Thresholds are the policy's (`advice`); evidence older than `max_gap` answers nothing.
Advice advise(const World& world, const SlotKey& slot, Millis moment);

}  // namespace cairn
