#include "tests/simulation/swarm.h"

#include "ledger/base/text.h"

namespace cairn::simulation {
namespace {

constexpr std::uint64_t left_out = 35;  // percent of what may happen that does not in a run

constexpr Weights<steps_there_are> usual_steps = {100, 8, 25, 3, 1, 12, 12, 8, 6, 6, 10, 6, 8, 2};
constexpr Weights<kinds> usual_letters = {100, 8, 6, 3, 3, 2, 2, 2, 2, 2, 3, 2, 2};
constexpr Weights<fates> usual_fates = {0, 10, 10, 10, 10, 5, 5};

template <std::size_t count>
Weights<count> drawn(const Weights<count>& usual, Dice& dice) {
  Weights<count> weights = usual;
  for (std::size_t i = 1; i < count; ++i) {
    weights[i] = dice.chance(left_out) ? 0 : usual[i] * (1 + dice.below(4)) / 2;
  }
  return weights;
}

template <class Name, std::size_t count>
std::string weight_words(const Weights<count>& weights) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) {
    if (weights[i] > 0) text += str(text.empty() ? "" : ", ", name_of(static_cast<Name>(i)), " ", weights[i]);
  }
  return text;
}

}  // namespace

std::string_view name_of(Step step) {
  constexpr std::string_view names[] = {"speak",      "deliver",   "wait",       "clock back", "clock ahead",
                                        "rival",      "ill fate",  "store away", "crash",      "restart",
                                        "disk fault", "power cut", "look",       "audit"};
  return names[static_cast<std::size_t>(step)];
}

Swarm draw_swarm(Dice& dice) {
  Swarm swarm;
  swarm.on_disk = dice.chance(40);
  swarm.writers = 1 + dice.below(4);
  swarm.patient = dice.one_of(std::vector<std::uint64_t>{0, 50, 100});
  swarm.most_letters = 1 + dice.below(6);
  swarm.held_back = dice.one_of(std::vector<std::uint64_t>{0, 5, 20});
  swarm.lag = dice.one_of(std::vector<std::uint64_t>{0, 20, 80});
  swarm.favour = dice.one_of(std::vector<std::uint64_t>{0, 50, 97});
  swarm.steps = drawn(usual_steps, dice);
  swarm.letters = drawn(usual_letters, dice);
  swarm.fate = drawn(usual_fates, dice);
  // A run without any of them asks no fate.
  swarm.fate[static_cast<std::size_t>(Fate::lost)] += 1;
  if (swarm.held_back > 0) swarm.steps[static_cast<std::size_t>(Step::deliver)] += 4;
  return swarm;
}

std::string Swarm::words() const {
  return str(on_disk ? "on disk" : "in memory", "; ", writers, " writers, ", patient,
             " % patient, the first favoured by ", favour, " %; up to ", most_letters, " statements a call, ",
             held_back, " % held back, ", lag, " % on an older head\n  steps: ", weight_words<Step>(steps),
             "\n  statements: ", weight_words<Kind>(letters), "\n  fates of a commit: ", weight_words<Fate>(fate));
}

}  // namespace cairn::simulation
