// Contest: things measured in turn, round after round, so that whatever else the machine does falls on all of them.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace cairn::bench {

// What one name came to, a figure a round.
class Figures {
 public:
  void add(double figure) { rounds_.push_back(figure); }
  double median() const;
  const std::vector<double>& rounds() const { return rounds_; }

 private:
  std::vector<double> rounds_;
};

class Contest {
 public:
  // `measure` answers with a figure, such as a rate, each time that it is called.
  void add(std::string name, std::function<double()> measure);

  // So many times each. The order turns by one a round, since what runs after a heavy writer finds the disk busy.
  void run(int rounds);

  const Figures& of(const std::string& name) const;

 private:
  struct Entrant {
    std::string name;
    std::function<double()> measure;
    Figures figures;
  };
  std::vector<Entrant> entrants_;
};

}  // namespace cairn::bench
