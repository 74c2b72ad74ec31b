#include "ledger/base/assert.h"

#include <cstdio>
#include <cstdlib>

namespace cairn {

void assertion_failed(const char* expression, const char* file, int line) noexcept {
  std::fprintf(stderr,
               "cairn: stopped before writing: our own guarantee `%s` does not hold (%s:%d). "
               "This is a bug in cairn; please report this line.\n",
               expression, file, line);
  std::abort();
}

}  // namespace cairn
