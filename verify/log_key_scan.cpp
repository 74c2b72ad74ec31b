#include "verify/log_key_scan.h"

#include <algorithm>

namespace cairn {

namespace {

constexpr std::size_t scanned_at_once = 256;
constexpr std::size_t most_unreadable = 4096;  // one after the other; behind them nobody looks

// Whether it may speak of keys: as good as every entry does not, and need not be decoded.
bool may_tell(BytesView entry) {
  return entry.find("\"log.key_") != BytesView::npos || entry.find("\"ledger.forked/") != BytesView::npos;
}

}  // namespace

bool is_by_other_keys(const LogKeys& first, const std::string& newest, const std::optional<std::string>& vkey) {
  const NoteVerifier& key = first.all().front().verifier;
  if (vkey && *vkey != key.vkey()) return true;
  const Result<NoteParts> parts = split_note(newest);
  if (!parts.ok()) return false;
  // A cosignature is in its witness's name.
  return std::any_of(parts->lines.begin(), parts->lines.end(),
                     [&](const SignatureLine& line) { return line.name == key.name() && !line.names(key); }) ||
         std::none_of(parts->lines.begin(), parts->lines.end(),
                      [&](const SignatureLine& line) { return line.names(key); });
}

Result<void> scan_log_keys(const EvidenceSource& source, Size entries, LogKeys& keys) {
  std::size_t unreadable = 0;
  for (Seq seq = 1; seq < entries && unreadable < most_unreadable;) {
    const auto wanted = static_cast<std::size_t>(std::min<Size>(scanned_at_once, entries - seq));
    const Result<std::vector<Bytes>> page = source.entries(seq, wanted);
    if (!page.ok() && page.error().kind == ErrorKind::unavailable) return page.error();
    // How many there are is the newest head's word, which nobody has verified yet.
    if (page.ok() && page->empty()) return {};
    if (!page.ok()) {
      ++unreadable;
      ++seq;  // what cannot be read is a finding of the audit
      continue;
    }
    unreadable = 0;
    for (const Bytes& bytes : *page) {
      if (may_tell(bytes)) {
        const Result<Recorded> recorded = decode_recorded(seq, bytes);
        if (recorded.ok()) keys.apply(*recorded);
      }
      ++seq;
    }
  }
  return {};
}

}  // namespace cairn
