// People: who says something in a simulated run, with which key, on which head, and what may be wrong with it.
//
// What they say is of tests/projections/generated_moves.h; each remembers the newest head that they have verified.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/events/statement.h"
#include "tests/projections/generated_moves.h"
#include "tests/simulation/model_ledger.h"

namespace cairn::simulation {

enum class Kind : std::uint8_t {
  fresh,          // something new, for the rules to judge
  again,          // an envelope that was sent before
  signed_anew,    // the same id and events, on a newer head, by a newer clock
  id_for_other,   // a used id, other events
  off_history,    // on a head that never was, or was lost
  late,           // signed long ago
  early,          // by a clock that is ahead
  elsewhere,      // for another ledger, or of another origin
  expects_other,  // expects a change that was not
  forged,         // changed once it was signed
  by_another,     // signed by a key of somebody else, or of nobody
  malformed,      // signed bytes that are no statement
  misshapen,      // no signature, two of them, no bytes
};
inline constexpr std::size_t kinds = 13;

std::string_view name_of(Kind kind);

struct Letter {
  Kind kind = Kind::fresh;
  Envelope envelope;
  std::string words;  // who says what
};

const PrivateKey& key_held(const std::string& holder);

class People {
 public:
  People(const ModelLedger& model, Dice& dice) : model_(model), dice_(dice), moves_(model.world(), dice) {}

  Letter first(Millis now);
  Letter write(Kind kind, Millis now);  // where that needs an earlier one and there is none: fresh
  Letter correct_clock(Millis now);     // of an admin, or what one asks of another; nobody who may: fresh
  Letter last_word(const std::string& handle, int number, Millis now);  // what the rules let everybody say

  std::vector<std::string> handles() const;  // of those who have a key that may sign
  std::map<std::string, Head> heads;         // by handle
  std::vector<Head> lost_heads;              // that the log signed, and whose entries never were
  std::uint64_t lag = 0;  // percent of statements that stand on the remembered head, though there is a newer one

 private:
  struct Sent {
    Statement statement;
    Envelope envelope;
  };

  Letter send(Kind kind, const Statement& statement, const PrivateKey& key);
  Letter repeat(Kind kind, Millis now);
  Letter spoil(Kind kind, Letter letter, const std::string& author);
  Statement statement(const std::string& author, std::vector<Event> events, Millis now);
  Head another_head(const Head& head);
  Move next_move(Millis now);
  std::vector<std::string> admins() const;
  std::vector<std::string> holders_of(const std::string& handle) const;
  const PrivateKey& key_for(const std::string& handle);

  const ModelLedger& model_;
  Dice& dice_;
  Moves moves_;
  std::vector<Sent> sent_;
  int ids_ = 0;
};

}  // namespace cairn::simulation
