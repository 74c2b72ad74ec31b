// Asking for a passphrase or a PIN on the terminal. The echo that is turned off for it comes back whichever way it
// ends.
#pragma once

#include <string>

#include "ledger/base/result.h"
#include "ledger/crypto/secret.h"

namespace cairn {

// A usage error where nobody can be asked, and where the answer is the end of input or too long; it ends with
// `otherwise`, how the secret can be given else.
Result<Secret> ask_secret(const std::string& prompt, const std::string& otherwise);

}  // namespace cairn
