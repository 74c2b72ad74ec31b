// Swarm: what kinds of things happen in one run, and how often. Each seed draws a part of them, and weights of its own:
// a run in which everything happens a little never finds what takes one thing again and again.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "tests/simulation/people.h"
#include "tests/simulation/unsteady_store.h"

namespace cairn::simulation {

enum class Step : std::uint8_t {
  speak,        // one to some statements, to one of the writers
  deliver,      // what was held back, in any order
  wait,         // minutes, now and then hours or a weekend
  clock_back,   // the log's clock goes back
  clock_ahead,  // further than any idle ledger
  rival,        // another writer will be first at the next commit
  ill_fate,     // the next commit of a writer has one
  store_away,   // the store is unavailable for some calls of a writer
  crash,        // a writer ends at one of its next calls to the store
  restart,      // a writer ends between two calls
  disk_fault,   // one of the next commit's calls to the disk fails
  power_cut,    // all writers end, and what was not synced is lost in some way
  look,         // an author opens the ledger, verifies, and reads
  audit,
};
inline constexpr std::size_t steps_there_are = 14;
inline constexpr std::size_t fates = 7;

std::string_view name_of(Step step);

// One of them is drawn by its weight; 0: never.
template <std::size_t count>
using Weights = std::array<std::uint64_t, count>;

struct Swarm {
  bool on_disk = false;
  std::size_t writers = 1;
  std::uint64_t patient = 0;     // percent of the writers that try again by themselves
  std::size_t most_letters = 1;  // in one call
  std::uint64_t held_back = 0;   // percent of statements that come later
  std::uint64_t lag = 0;         // as People's
  std::uint64_t favour = 0;      // percent of what is said to the first writer, beside its share: others fall behind
  Weights<steps_there_are> steps{};
  Weights<kinds> letters{};
  Weights<fates> fate{};

  std::string words() const;
};

Swarm draw_swarm(Dice& dice);

template <std::size_t count>
std::size_t draw(const Weights<count>& weights, Dice& dice) {
  std::uint64_t all = 0;
  for (const std::uint64_t weight : weights) all += weight;
  std::uint64_t chosen = dice.below(all);
  std::size_t at = 0;
  while (chosen >= weights[at]) chosen -= weights[at++];
  return at;
}

}  // namespace cairn::simulation
