#include "verify/attachment_check.h"

#include "ledger/base/text.h"

namespace cairn {

void AttachmentCheck::add(const Recorded& recorded) {
  if (!recorded.entry.outcome.empty()) return;
  for (const Event& event : recorded.statement.events) {
    if (const auto digest = attachment_of(event)) named_.emplace(*digest, recorded.seq);
  }
}

Result<void> AttachmentCheck::compare(const EvidenceSource& source, Report& report) const {
  for (const auto& [digest, seq] : named_) {
    const Result<std::optional<Bytes>> found = source.attachment(digest);
    if (!found.ok()) {
      if (found.error().kind == ErrorKind::unavailable) return found.error();
      report.findings.push_back({FindingKind::attachment_wrong, seq, found.error().message});
    } else if (!found->has_value()) {
      report.attachments_missing.push_back(digest);
    } else if (const Hash actual = sha256(**found); actual != digest) {
      report.findings.push_back({FindingKind::attachment_wrong, seq,
                                 str("attachment ", digest.hex(), " holds other bytes, of digest ", actual.hex())});
    } else {
      ++report.attachments_verified;
    }
  }
  return {};
}

}  // namespace cairn
