// The command line: which words mean which of run.h's functions. CLI.md is the contract.
#pragma once

namespace cairn {

// Parses, runs, prints what went wrong, and returns the exit code of CLI.md.
int run_command_line(int argc, char** argv);

}  // namespace cairn
