#include "bench/contest.h"

#include "bench/measure.h"

namespace cairn::bench {

double Figures::median() const {
  return quantile(rounds_, 0.5);
}

void Contest::add(std::string name, std::function<double()> measure) {
  for (const Entrant& entrant : entrants_) ASSERT(entrant.name != name);
  entrants_.push_back({std::move(name), std::move(measure), {}});
}

void Contest::run(int rounds) {
  for (int round = 0; round < rounds; ++round) {
    for (std::size_t i = 0; i < entrants_.size(); ++i) {
      Entrant& entrant = entrants_[(i + static_cast<std::size_t>(round)) % entrants_.size()];
      say(entrant.name);
      entrant.figures.add(entrant.measure());
    }
  }
}

const Figures& Contest::of(const std::string& name) const {
  for (const Entrant& entrant : entrants_) {
    if (entrant.name == name) return entrant.figures;
  }
  stop("nothing was measured by the name " + name);
}

}  // namespace cairn::bench
