#include "verify/checkpoint_check.h"

#include <limits>

#include "ledger/base/text.h"
#include "verify/past_damage.h"

namespace cairn {
namespace {

constexpr std::size_t checkpoints_a_page = 256;

std::string describe(CheckpointCheck::Origin origin, Size size) {
  switch (origin) {
    case CheckpointCheck::Origin::newest:
      return str("the newest checkpoint, of size ", size);
    case CheckpointCheck::Origin::kept_by_log:
      return str("the kept checkpoint of size ", size);
    case CheckpointCheck::Origin::by_former_key:
      return str("the head of size ", size, " that is kept as the last by a former key");
    case CheckpointCheck::Origin::known:
      return str("the head of size ", size, " that was brought along");
  }
  return "";
}

std::string describe_basis(Size size) {
  return str("the head of size ", size, " on which a statement stands that was brought along");
}

}  // namespace

void CheckpointCheck::expect(std::string note, Origin origin, Findings& findings) {
  if (origin == Origin::newest) newest_ = note;
  const Result<Size> size = claimed_size(note);
  if (!size.ok()) {
    const std::string_view which =
        origin == Origin::newest ? "the newest checkpoint: " : "a head that was brought along: ";
    findings.push_back({FindingKind::checkpoint_bad, std::nullopt, str(which, size.error().message)});
    return;
  }
  waiting_.emplace(*size, Waiting{std::move(note), origin, {}});
}

Result<void> CheckpointCheck::refill(Findings& findings) {
  if (read_all_) return {};
  const Result<std::vector<SizedNote>> kept = source_.checkpoints(read_to_, checkpoints_a_page);
  if (!kept.ok()) {
    if (kept.error().kind == ErrorKind::unavailable) return kept.error();
    findings.push_back({FindingKind::checkpoint_bad, std::nullopt, kept.error().message});
    return skip_unreadable();
  }
  for (const SizedNote& row : *kept) {
    if (row.size < read_to_) {
      findings.push_back({FindingKind::checkpoint_bad, std::nullopt, "the kept checkpoints do not ascend by size"});
      read_all_ = true;
      return {};
    }
    if (row.size == std::numeric_limits<Size>::max()) read_all_ = true;
    read_to_ = row.size + (read_all_ ? 0 : 1);
    if (row.note != newest_) waiting_.emplace(row.size, Waiting{row.note, Origin::kept_by_log, {}});
  }
  if (kept->empty()) read_all_ = true;
  return {};
}

Result<void> CheckpointCheck::skip_unreadable() {
  const auto readable = [this](Size distance) { return was_readable(source_.checkpoints(read_to_ + distance, 1)); };
  TRY_LET(distance, distance_past_damage(std::numeric_limits<Size>::max() - read_to_, readable));
  read_all_ = !distance;
  if (distance) read_to_ += *distance;
  return {};
}

Result<std::optional<Size>> CheckpointCheck::next(Findings& findings) {
  // Kept ones are read ahead of the size in question, so that none is missed behind a known head of a later size.
  while (!read_all_ && (waiting_.empty() || waiting_.begin()->first >= read_to_)) TRY(refill(findings));
  if (waiting_.empty()) return std::optional<Size>();
  return std::optional<Size>(waiting_.begin()->first);
}

bool CheckpointCheck::shows(Size size) const {
  return watched_ && watched_->signs(size) && (!watched_->compromised || size < *watched_->compromised);
}

void CheckpointCheck::is_sound(Size size) {
  if (shows(size)) seen_ = true;
  for (Size before = sound_; before < size && !sound_.compare_exchange_weak(before, size);) {
  }
}

void CheckpointCheck::compare(const Head& basis, const Hash& root, Findings& findings) {
  ++checked_;
  if (basis.root == root) return;
  findings.push_back(
      {FindingKind::root_wrong, std::nullopt,
       str(describe_basis(basis.size), " has root ", basis.root.hex(), ", the entries have ", root.hex())});
}

void CheckpointCheck::at(Size size, const Hash& root, Findings& findings) {
  while (!waiting_.empty() && waiting_.begin()->first == size) {
    Waiting waiting = std::move(waiting_.extract(waiting_.begin()).mapped());
    if (waiting.basis) compare(*waiting.basis, root, findings);
    if (!log_ || waiting.basis) continue;
    ++checked_;
    const std::size_t held = waiting.note.size();
    workers_.add(
        [this, size, root, head = std::move(waiting), keys = *log_]() -> std::optional<Finding> {
          const Result<Checkpoint> opened = keys.open(head.note);
          const std::string which = describe(head.origin, size);
          if (!opened.ok()) {
            return Finding{FindingKind::checkpoint_bad, std::nullopt, str(which, ": ", opened.error().message)};
          }
          if (opened->head.size != size) {
            return Finding{FindingKind::checkpoint_bad, std::nullopt, str(which, " is of size ", opened->head.size)};
          }
          if (opened->head.root == root) {
            is_sound(size);
            return std::nullopt;
          }
          if (head.origin == Origin::newest) newest_differs_ = true;
          const bool kept = head.origin == Origin::kept_by_log;
          return Finding{FindingKind::root_wrong, std::nullopt,
                         str(which, " has root ", opened->head.root.hex(), ", the entries have ", root.hex()),
                         kept ? std::optional<Size>(size) : std::nullopt};
        },
        held);
  }
}

Result<void> CheckpointCheck::finish(Size entries, Findings& findings) {
  // A log keeps a checkpoint for each commit: what they miss is one finding, or the cause would drown in them.
  Size kept = 0;
  Size first = 0;
  Size last = 0;
  for (;;) {
    TRY_LET(size, next(findings));
    if (!size) break;
    Waiting head = std::move(waiting_.extract(waiting_.begin()).mapped());
    if (head.basis) {
      findings.push_back(
          {FindingKind::entry_missing, std::nullopt,
           str(describe_basis(*size), " was seen by its author, and only ", entries, " entries are here")});
    }
    if (!log_ || head.basis) continue;
    ++checked_;
    const Result<Checkpoint> opened = log_->open(head.note);
    const std::string which = describe(head.origin, *size);
    if (!opened.ok()) {
      findings.push_back({FindingKind::checkpoint_bad, std::nullopt, str(which, ": ", opened.error().message)});
    } else if (head.origin == Origin::kept_by_log) {
      if (kept++ == 0) first = *size;
      last = *size;
    } else if (head.origin != Origin::newest) {  // what the newest one misses, the walk through the entries has said
      findings.push_back({FindingKind::entry_missing, std::nullopt,
                          str(which, " is signed, and only ", entries, " entries are here")});
    }
  }
  if (kept == 1) {
    findings.push_back(
        {FindingKind::entry_missing, std::nullopt,
         str(describe(Origin::kept_by_log, first), " is signed, and only ", entries, " entries are here")});
  } else if (kept > 1) {
    findings.push_back({FindingKind::entry_missing, std::nullopt,
                        str(kept, " kept checkpoints, of sizes ", first, " to ", last, ", are signed, and only ",
                            entries, " entries are here")});
  }
  return {};
}

}  // namespace cairn
