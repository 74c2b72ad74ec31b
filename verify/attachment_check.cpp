#include "verify/attachment_check.h"

#include <optional>

#include "ledger/base/text.h"

namespace cairn {

namespace {

// What an erasure says of the file that goes.
NamedFiles::Row said_of(const AttachmentErased& event) {
  return {event.digest, event.entry, event.model};
}

}  // namespace

Result<void> AttachmentCheck::add(const Recorded& recorded) {
  if (!recorded.entry.outcome.empty()) return {};
  for (const Event& event : recorded.statement.events) {
    if (const auto file = attachment_of(event)) TRY(named_.add({file->digest, recorded.seq, file->model}));
    const auto* erased = std::get_if<AttachmentErased>(&event);
    if (erased == nullptr) continue;
    erasures_.push_back({*erased, recorded.seq, recorded.statement.author});
    erased_.emplace(erased->digest, recorded.seq);
  }
  return {};
}

// A hold covers models by name, so which model a file is said to belong to decides whether it may go; the rules, which
// read no entries, take its author's word.
void AttachmentCheck::assert_what_is_not_named(const std::set<NamedFiles::Row>& named, Report& report) const {
  std::set<std::string> asserted;
  for (const auto& [event, seq, author] : erasures_) {
    if (event.entry < seq && named.contains(said_of(event))) continue;
    asserted.insert(str("entry ", seq, " erases what entry ", event.entry, " does not name for ",
                        event.model == Hash{} ? "no model" : "model " + event.model.hex().substr(0, 12), ", by ",
                        author));
  }
  for (const std::string& assertion : asserted) ++report.asserted[assertion];
}

Result<void> AttachmentCheck::look_up(const NamedFiles::Row& named, const EvidenceSource& source,
                                      Report& report) const {
  const Hash& digest = named.digest;
  const Result<std::optional<Bytes>> found = source.attachment(digest);
  if (!found.ok() && found.error().kind == ErrorKind::unavailable) return found.error();
  if (const auto erased_in = erased_.find(digest); erased_in != erased_.end()) {
    report.attachments_erased[digest] = {erased_in->second, !found.ok() || found->has_value()};
  } else if (!found.ok()) {
    report.findings.push_back({FindingKind::attachment_wrong, named.seq, found.error().message});
  } else if (!found->has_value()) {
    if (++report.attachments_missing <= most_missing_named) report.missing_attachments.push_back(digest);
  } else if (const Hash actual = sha256(**found); actual != digest) {
    report.findings.push_back({FindingKind::attachment_wrong, named.seq,
                               str("attachment ", digest.hex(), " holds other bytes, of digest ", actual.hex())});
  } else {
    ++report.attachments_verified;
  }
  return {};
}

Result<void> AttachmentCheck::compare(const EvidenceSource& source, Report& report) {
  std::set<NamedFiles::Row> asked;  // by erasures
  for (const Erasure& erasure : erasures_) asked.insert(said_of(erasure.event));
  std::set<NamedFiles::Row> named;
  std::optional<Hash> last;
  TRY(named_.each([&](const NamedFiles::Row& row) -> Result<void> {
    if (asked.contains(row)) named.insert(row);
    if (last == row.digest) return {};
    last = row.digest;
    return look_up(row, source, report);
  }));
  assert_what_is_not_named(named, report);
  return {};
}

}  // namespace cairn
