// RuleCheck: every entry before the same rules that the writer asked, and its signature before the key that it had
// then.
//
// Entries come in order. What the rules say is compared with what the log recorded; then the entry is folded in as
// recorded. Of those below the report's `since` nothing is asked.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

#include "ledger/events/entry.h"
#include "projections/admit.h"
#include "projections/world.h"
#include "verify/audit.h"
#include "verify/tree_check.h"
#include "verify/workers.h"

namespace cairn {

class RuleCheck {
 public:
  RuleCheck(Workers& workers, Report& report) : workers_(workers), report_(report) {}

  // `tree` holds the entries before this one, and perhaps more. An error only if the source behind it cannot be read.
  Result<void> check(const std::shared_ptr<const Recorded>& entry, TreeCheck& tree);

  // From here on nobody knows what the rules would have seen.
  void stop() { deciding_ = false; }
  bool deciding() const { return deciding_; }

  World& world() { return world_; }

  // The largest size whose root is the one that an author signed upon.
  Size sound() const { return sound_; }

 private:
  void check_order(const Recorded& recorded);
  void check_genesis(const Recorded& recorded);
  bool check_signer(const std::shared_ptr<const Recorded>& entry);
  void check_signature(const std::shared_ptr<const Recorded>& entry, const Bytes& spki);
  Result<void> decide(const Recorded& recorded, TreeCheck& tree);
  void compare(const Recorded& recorded, const Decision& decision);
  void count(const Recorded& recorded);

  void report(FindingKind kind, const Recorded& recorded, std::string what);

  Workers& workers_;
  Report& report_;
  World world_;
  bool deciding_ = true;
  Size sound_ = 0;
  Millis newest_ = 0;
  std::unordered_map<KeyId, PublicKey> parsed_keys_;  // nodes stay where they are, so jobs may point to them
};

// needs_newer if this entry has rules adopted that only a later program knows: what it and those after it mean is not
// known here (DESIGN 6).
Result<void> check_known(const Recorded& recorded);

}  // namespace cairn
