#include "projections/row_fields.h"

namespace cairn {

std::string digest_text(BytesView bytes) {
  return bytes.empty() ? "" : str(bytes.size(), " bytes, SHA-256 ", short_hex(sha256(bytes)));
}

}  // namespace cairn
