// What cairn witness does, behind the flags that cli_witness.cpp reads.
#pragma once

#include <optional>
#include <string>

#include "commands/run.h"

namespace cairn {

struct WitnessAddFlags {
  std::string name;
  std::string vkey;
  std::string url;
  bool required = false;
};
Result<Exit> run_witness_add(const Globals& globals, const WitnessAddFlags& flags);
Result<Exit> run_witness_remove(const Globals& globals, const std::string& name);
Result<Exit> run_witness_list(const Globals& globals);

// Prints the policy; with a file, puts that in its place.
Result<Exit> run_witness_policy(const Globals& globals, const std::optional<Path>& file);

// Asks every witness now. Done: the newest checkpoint meets the quorum, whatever became of the others.
Result<Exit> run_witness_cosign(const Globals& globals, Millis timeout);

// The newest checkpoint that meets the quorum, as this home keeps it, with --json as cairn checkpoint prints one.
Result<Exit> run_witnessed_checkpoint(const Globals& globals);

}  // namespace cairn
