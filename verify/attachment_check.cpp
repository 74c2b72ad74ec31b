#include "verify/attachment_check.h"

#include "ledger/base/text.h"

namespace cairn {

void AttachmentCheck::add(const Recorded& recorded) {
  if (!recorded.entry.outcome.empty()) return;
  for (const Event& event : recorded.statement.events) {
    if (const auto file = attachment_of(event)) {
      named_.emplace(file->digest, recorded.seq);
      named_at_.insert({*file, recorded.seq});
    }
    if (const auto* event_erased = std::get_if<AttachmentErased>(&event)) erased(*event_erased, recorded.seq);
  }
}

// A hold covers models by name, so which model a file is said to belong to decides whether it may go.
void AttachmentCheck::erased(const AttachmentErased& event, Seq seq) {
  erased_.emplace(event.digest, seq);
  if (named_at_.contains({{event.digest, event.model}, event.entry})) return;
  findings_.push_back({FindingKind::erasure_wrong, seq,
                       str("entry ", event.entry, " does not name attachment ", event.digest.hex(), " for ",
                           event.model == Hash{} ? "no model" : "model " + event.model.hex())});
}

Result<void> AttachmentCheck::compare(const EvidenceSource& source, Report& report) const {
  report.findings.insert(report.findings.end(), findings_.begin(), findings_.end());
  for (const auto& [digest, seq] : named_) {
    const Result<std::optional<Bytes>> found = source.attachment(digest);
    if (const auto erased_in = erased_.find(digest); erased_in != erased_.end()) {
      report.attachments_erased[digest] = {erased_in->second, !found.ok() || found->has_value()};
    } else if (!found.ok()) {
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
