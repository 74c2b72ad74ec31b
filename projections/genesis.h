// What a ledger is: its id, its name, and who signs for it.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>

#include "ledger/base/types.h"
#include "ledger/events/event.h"

namespace cairn {

inline constexpr std::ptrdiff_t most_log_keys = 8;  // that sign at once: a note has room for cosignatures as well

// For how long a key signs for the log.
struct LogKeySpan {
  Seq added = 0;
  std::optional<Seq> ended;         // the entry that retired it, or called it compromised
  std::optional<Size> compromised;  // from this size on
};

struct Genesis {
  Hash ledger;  // leaf hash of entry 0, or of the newest fork
  std::string origin;
  std::map<std::string, LogKeySpan> log_keys;  // by vkey; all that ever were
  KeyId recovery_id;
  Bytes recovery_key;
};

}  // namespace cairn
