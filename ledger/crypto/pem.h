// PEM blocks (RFC 7468): the armour around keys, read strictly. Pure.
#pragma once

#include <string>
#include <string_view>

#include "ledger/base/result.h"
#include "ledger/base/types.h"

namespace cairn {

struct PemBlock {
  std::string label;  // "PUBLIC KEY"; at most 64 bytes
  Bytes der;
};

std::string format_pem(std::string_view label, BytesView der);

// The first block of the text, whatever stands before and after it. Lines may end in \n or \r\n and have any length;
// between BEGIN and END nothing but base64 is accepted.
Result<PemBlock> parse_pem(std::string_view text);

}  // namespace cairn
