// The way of every writing command: decide, sign, and hand to the sequencer; or only a part of it, as the flags say.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "commands/command.h"
#include "commands/session.h"
#include "ledger/sequencer.h"
#include "projections/admit.h"

namespace cairn {

// The flags that every writing command takes (CLI.md).
struct WriteFlags {
  std::optional<std::filesystem::path> sign_only;
  bool dry_run = false;
  bool wait = false;
  std::optional<std::string> id;
  std::optional<Millis> valid_for;  // default: the command's own
};

struct Signer {
  std::string author;
  PrivateKey key;
};

// What a command wants, once it has seen the World; and the files that its events name by digest.
struct Wanted {
  Command command;
  std::vector<Bytes> attachments;
};
using MakeCommand = std::function<Result<Wanted>(const World& world)>;

// Appended, or found to have been before.
struct Appended {
  Receipt receipt;
  Verdict verdict;  // what the rules said; empty for what was admitted before
  std::string id;   // the statement's
  std::vector<Event> events;
  std::vector<std::string> said;  // the same as sentences
};
// --dry-run: what would have been said, and what the rules would say.
struct Tried {
  Decision decision;
  std::vector<std::string> said;
};
// --sign-only
struct Signed {
  std::filesystem::path file;
  Millis expires = 0;  // until when it can be submitted
  std::vector<std::string> said;
};

// Unchanged: there was nothing to do, so nothing was signed or written.
using Written = std::variant<Appended, Tried, Signed, TurnedAway, Unchanged>;

// A usage error if nobody said who signs.
Result<void> check_actor(const Globals& globals);

// Signs as globals.actor, with the key from this home.
Result<Written> write(const Globals& globals, const WriteFlags& flags, const Home& home, const MakeCommand& make);

// The same with another signer: a recovery key.
Result<Written> write_as(const Globals& globals, const WriteFlags& flags, const Home& home, const Signer& signer,
                         const MakeCommand& make);

}  // namespace cairn
