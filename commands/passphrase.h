// Asking for a passphrase on the terminal. The echo that is turned off for it comes back whichever way it ends.
#pragma once

#include <string>

#include "ledger/base/result.h"

namespace cairn {

// A usage error where nobody can be asked, and where the answer is the end of input.
Result<std::string> ask_passphrase(const std::string& prompt);

}  // namespace cairn
