// A sample of the entries of a period, drawn by a rule that anyone can repeat (docs/decisions/0024).
//
// The draw follows from a signed root and a number that is named after the root was signed: whoever wrote the log could
// not know the number, and whoever names it cannot change the root. It reads no clock and throws no dice.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "ledger/crypto/sha256.h"
#include "ledger/events/entry.h"
#include "ledger/tlog/checkpoint.h"
#include "projections/timeline.h"

namespace cairn {

// Which entries may be drawn: all below the checkpoint's size, admitted and refused, that fit each of these that is
// given.
struct SampleQuestion {
  std::optional<Millis> since;             // recorded at or after
  std::optional<Millis> until;             // recorded at or before
  std::optional<std::string> model;        // names it, or a digest that an admitted entry registered under it
  std::optional<std::string> environment;  // names it
  std::size_t count = 25;                  // how many to draw
  std::uint64_t seed = 0;
};

// SHA-256("cairn-sample/1" || root || seed || seq), the numbers as 8 bytes big-endian.
Hash sample_rank(const Hash& root, std::uint64_t seed, Seq seq);

// Those of the smallest ranks, ascending by seq; all of them if there are no more than `count`.
std::vector<Seq> draw(std::span<const Seq> population, std::size_t count, const Hash& root, std::uint64_t seed);

// The entries [0, size) of a log, in order, and one of them.
struct SampleSource {
  std::function<Result<void>(const std::function<Result<void>(const Recorded&)>& each)> walk;
  std::function<Result<Recorded>(Seq)> entry;
};

struct Drawn {
  Hash rank;
  TimelineRow row;
};

struct Sample {
  SampleQuestion question;
  std::string origin;
  Head head;            // under which it was drawn
  Size population = 0;  // how many entries fitted the question
  std::vector<Drawn> drawn;

  bool is_all() const { return drawn.size() == population; }
};

// One walk, and with a model two; a usage error if nothing fits the question. Holds 8 bytes for each entry of the
// population and 40 for each drawn one.
Result<Sample> draw_sample(const SampleQuestion& question, const std::string& origin, const Head& head,
                           const SampleSource& source);

}  // namespace cairn
