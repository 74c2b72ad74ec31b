// CheckpointCheck: every signed head that there is, each opened with the keys that sign at its size and held against
// the tree of that size.
#pragma once

#include <atomic>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "ledger/events/log_keys.h"
#include "ledger/tlog/checkpoint.h"
#include "verify/evidence_source.h"
#include "verify/finding.h"
#include "verify/workers.h"

namespace cairn {

class CheckpointCheck {
 public:
  // Without keys in `log` nothing can be opened; that is a finding of whoever knows why. They have to be known for
  // every size that is asked for. Kept heads below `since` were verified before.
  CheckpointCheck(const EvidenceSource& source, const std::optional<LogKeys>& log, Size since, Workers& workers)
      : source_(source), log_(log), workers_(workers), read_to_(since) {}

  // Looks out for a head that this key signed while nobody else could.
  void watch_for(const LogKey& key) { watched_ = key; }

  // A head from elsewhere, or the newest one.
  enum class Origin { newest, kept_by_log, by_former_key, known };
  void expect(std::string note, Origin origin, Findings& findings);

  // A head that nobody signed here: the basis of a statement that was kept.
  void expect(const Head& basis) { waiting_.emplace(basis.size, Waiting{"", Origin::known, basis}); }

  // The smallest size that a head is waiting for; nothing if none is.
  Result<std::optional<Size>> next(Findings& findings);

  // Checks the heads of this size, which is at most next().
  void at(Size size, const Hash& root, Findings& findings);

  // The rest speak of entries that are not there.
  Result<void> finish(Size entries, Findings& findings);

  Size checked() const { return checked_; }

  // Once the workers have finished: whether the newest root is another than the log signed, and the largest size at
  // which a root is as it was signed.
  bool newest_differs() const { return newest_differs_; }
  Size sound() const { return sound_; }

  // Likewise: whether the key that was watched for signed a head that is as it should be.
  bool seen() const { return seen_; }

 private:
  struct Waiting {
    std::string note;
    Origin origin;
    std::optional<Head> basis = {};  // instead of the note
  };

  Result<void> refill(Findings& findings);
  Result<void> skip_unreadable();
  void compare(const Head& basis, const Hash& root, Findings& findings);
  void is_sound(Size size);  // called by the workers
  bool shows(Size size) const;

  const EvidenceSource& source_;
  const std::optional<LogKeys>& log_;
  Workers& workers_;
  std::multimap<Size, Waiting> waiting_;
  std::optional<std::string> newest_;
  Size read_to_;  // kept ones below this size have been read
  bool read_all_ = false;
  Size checked_ = 0;
  std::atomic<bool> newest_differs_ = false;
  std::atomic<Size> sound_ = 0;
  std::optional<LogKey> watched_;
  std::atomic<bool> seen_ = false;
};

}  // namespace cairn
