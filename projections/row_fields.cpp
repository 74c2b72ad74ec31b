#include "projections/row_fields.h"

namespace cairn {

std::string_view to_text(ApprovalState state) {
  switch (state) {
    case ApprovalState::granted:
      return "granted";
    case ApprovalState::denied:
      return "denied";
    case ApprovalState::withdrawn:
      return "withdrawn";
    case ApprovalState::voided:
      return "voided";
  }
  return "";
}

std::string digest_text(BytesView bytes) {
  return bytes.empty() ? "" : str(bytes.size(), " bytes, SHA-256 ", short_hex(sha256(bytes)));
}

}  // namespace cairn
