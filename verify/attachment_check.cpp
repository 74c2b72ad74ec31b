#include "verify/attachment_check.h"

#include <algorithm>
#include <set>

#include "ledger/base/text.h"

namespace cairn {

void AttachmentCheck::add(const Recorded& recorded) {
  if (!recorded.entry.outcome.empty()) return;
  for (const Event& event : recorded.statement.events) {
    if (const auto file = attachment_of(event)) named_.push_back({file->digest, recorded.seq, file->model});
    if (const auto* erased = std::get_if<AttachmentErased>(&event)) {
      erasures_.push_back({*erased, recorded.seq, recorded.statement.author});
    }
  }
}

// A hold covers models by name, so which model a file is said to belong to decides whether it may go; the rules, which
// read no entries, take its author's word.
void AttachmentCheck::assert_what_is_not_named(Report& report) const {
  std::set<std::string> asserted;
  for (const auto& [event, seq, author] : erasures_) {
    const bool named = event.entry < seq &&
                       std::binary_search(named_.begin(), named_.end(), Naming{event.digest, event.entry, event.model});
    if (named) continue;
    asserted.insert(str("entry ", seq, " erases what entry ", event.entry, " does not name for ",
                        event.model == Hash{} ? "no model" : "model " + event.model.hex().substr(0, 12), ", by ",
                        author));
  }
  for (const std::string& assertion : asserted) ++report.asserted[assertion];
}

Result<void> AttachmentCheck::compare(const EvidenceSource& source, Report& report) {
  std::sort(named_.begin(), named_.end());
  assert_what_is_not_named(report);
  std::map<Hash, Seq> erased;  // and by which entry first
  for (const Erasure& erasure : erasures_) erased.emplace(erasure.event.digest, erasure.seq);
  for (std::size_t i = 0; i < named_.size(); ++i) {
    const Hash& digest = named_[i].digest;
    if (i > 0 && digest == named_[i - 1].digest) continue;
    const Result<std::optional<Bytes>> found = source.attachment(digest);
    if (!found.ok() && found.error().kind == ErrorKind::unavailable) return found.error();
    if (const auto erased_in = erased.find(digest); erased_in != erased.end()) {
      report.attachments_erased[digest] = {erased_in->second, !found.ok() || found->has_value()};
    } else if (!found.ok()) {
      report.findings.push_back({FindingKind::attachment_wrong, named_[i].seq, found.error().message});
    } else if (!found->has_value()) {
      report.attachments_missing.push_back(digest);
    } else if (const Hash actual = sha256(**found); actual != digest) {
      report.findings.push_back({FindingKind::attachment_wrong, named_[i].seq,
                                 str("attachment ", digest.hex(), " holds other bytes, of digest ", actual.hex())});
    } else {
      ++report.attachments_verified;
    }
  }
  return {};
}

}  // namespace cairn
