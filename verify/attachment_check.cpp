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
    if (const auto* erased = std::get_if<AttachmentErased>(&event)) erase(*erased, recorded);
  }
}

// A hold covers models by name, so which model a file is said to belong to decides whether it may go; the rules, which
// read no entries, take its author's word.
void AttachmentCheck::erase(const AttachmentErased& event, const Recorded& recorded) {
  erased_.emplace(event.digest, recorded.seq);
  if (named_at_.contains({{event.digest, event.model}, event.entry})) return;
  asserted_.insert(str("entry ", recorded.seq, " erases what entry ", event.entry, " does not name for ",
                       event.model == Hash{} ? "no model" : "model " + event.model.hex().substr(0, 12), ", by ",
                       recorded.statement.author));
}

Result<void> AttachmentCheck::compare(const EvidenceSource& source, Report& report) const {
  for (const std::string& assertion : asserted_) ++report.asserted[assertion];
  for (const auto& [digest, seq] : named_) {
    const Result<std::optional<Bytes>> found = source.attachment(digest);
    if (!found.ok() && found.error().kind == ErrorKind::unavailable) return found.error();
    if (const auto erased_in = erased_.find(digest); erased_in != erased_.end()) {
      report.attachments_erased[digest] = {erased_in->second, !found.ok() || found->has_value()};
    } else if (!found.ok()) {
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
