#include <cstdio>
#include <exception>
#include <new>
#include <system_error>

#include "commands/cli.h"
#include "commands/output.h"

// The one place that catches: what the standard library and others throw becomes a fault with a message, never a core
// dump.
int main(int argc, char** argv) {
  try {
    return cairn::run_command_line(argc, argv);
  } catch (const std::bad_alloc&) {
    std::fputs("cairn: out of memory; nothing that was not answered is relied upon: give it more and run it again\n",
               stderr);
  } catch (const std::system_error& error) {
    std::fprintf(stderr, "cairn: the system refused a thread or a file: %s; raise its limit (ulimit -a)\n",
                 error.what());
  } catch (const std::exception& error) {
    std::fprintf(stderr, "cairn: %s\n", error.what());
  } catch (...) {
    std::fputs("cairn: something was thrown that is no exception\n", stderr);
  }
  return static_cast<int>(cairn::Exit::fault);
}
