// What somebody could say next in a generated history, given the world as it is: one move of a team's day each, now and
// then with a wrong word in it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include "ledger/base/text.h"
#include "projections/admit.h"
#include "projections/world.h"

namespace cairn {

// std::uniform_int_distribution differs between libraries; this does not.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : random_(seed) {}
  std::uint64_t below(std::uint64_t limit) { return random_() % limit; }
  bool chance(std::uint64_t percent) { return below(100) < percent; }
  template <class T>
  const T& one_of(const std::vector<T>& list) {
    return list[below(list.size())];
  }
  template <class Rows>  // null: there is none
  const typename Rows::value_type* row_of(const Rows& rows) {
    return rows.empty() ? nullptr : &*std::next(rows.begin(), static_cast<std::ptrdiff_t>(below(rows.size())));
  }

 private:
  std::mt19937_64 random_;
};

struct Move {
  std::string author;
  std::vector<Event> events;  // none: nothing to say of that kind now
};

class Moves {
 public:
  Moves(const World& world, Dice& dice) : world_(world), dice_(dice) {}

  Move next(Millis now);

  // Policies that the histories begin with or adopt.
  static std::vector<std::string> policies();

 private:
  Move registers();
  Move proposes();
  Move looks();
  Move advances();
  Move answers_approval();
  Move rolls_back();
  Move holds_rollout();
  Move opens_incident();
  Move goes_on_with_incident();
  Move locks_down();
  Move freezes();
  Move breaks_glass();
  Move takes_out_of_use();
  Move keeps_or_deletes();
  Move enrols();
  Move changes_say();
  Move changes_keys();
  Move changes_log_keys();
  Move changes_policy();
  Move remarks();

  SlotKey any_slot();
  std::string any_rollout();  // under way; empty: none
  Hash any_model();           // zeros: none
  std::string any_incident();
  std::string any_person();
  Hash file();

  const World& world_;
  Dice& dice_;
  Millis now_ = 0;
  std::uint64_t files_ = 0;
};

}  // namespace cairn
