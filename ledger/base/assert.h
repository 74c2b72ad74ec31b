// ASSERT states what our own code guarantees. It is always on: a process that finds its own
// bug stops before it writes, because a ledger that stopped can be repaired and one that lied cannot.
#pragma once

namespace cairn {
[[noreturn]] void assertion_failed(const char* expression, const char* file, int line) noexcept;
}  // namespace cairn

#define ASSERT(condition) \
  ((condition) ? static_cast<void>(0) : ::cairn::assertion_failed(#condition, __FILE__, __LINE__))
