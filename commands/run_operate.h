// cairn log-key, cairn clock, cairn fork.
#pragma once

#include <optional>
#include <string>

#include "commands/run.h"

namespace cairn {

// The vkeys that sign now.
Result<Exit> run_log_key(const Globals& globals);

// add: the log signs with a new key as well. replace: and with no other any more. retire: with this one no more.
struct LogKeyFlags {
  std::optional<std::string> retire;  // a vkey, or "<origin>+<8 hex digits>" of one
  std::optional<Size> compromised_from;
  std::string reason;
};
Result<Exit> run_log_key_add(const Globals& globals, const WriteFlags& write);
Result<Exit> run_log_key_replace(const Globals& globals, const WriteFlags& write, const LogKeyFlags& flags);
Result<Exit> run_log_key_retire(const Globals& globals, const WriteFlags& write, const LogKeyFlags& flags);

Result<Exit> run_clock_correct(const Globals& globals, const WriteFlags& write, const std::string& reason);

// Makes a ledger of its own of an older copy that only reads: under an id, an origin and a log key of its own. Given
// again after a crash it ends what was begun.
struct ForkFlags {
  std::string origin;  // empty: made from the old one and the new key
  std::string reason;
};
Result<Exit> run_fork(const Globals& globals, const ForkFlags& flags);

}  // namespace cairn
