#include "tests/tamper/kept_ledgers.h"

#include "ledger/base/text.h"
#include "ledger/store/rocks_keys.h"
#include "tests/catch.h"

namespace cairn::test {
namespace {

constexpr int models_of_wide = 512;
constexpr int models_before_its_snapshot = 300;

void write_small(Forge& forge) {
  forge.deploy("fraud");
  forge.refuse("gus", {forge.registration("mine")}, "role_missing");
  forge.seal_snapshot_here();
  const Size whole = forge.head().size;
  forge.register_model("churn");
  forge.seal_changes_here(whole);
  forge.register_model("spam");
}

void write_wide(Forge& forge) {
  for (int i = 0; i < models_of_wide; ++i) {
    forge.register_model(str("model-", i));
    if (i == models_before_its_snapshot) forge.seal_snapshot_here();
  }
}

}  // namespace

StoredLedger::StoredLedger(void (*write)(Forge&), std::size_t largest) {
  write(forge);
  rows = rows_of(forge, largest);
}

Size StoredLedger::first_head_over(Seq seq) const {
  return *number_of_key(rows.lower_bound(checkpoint_key(seq + 1))->first, 'c');
}

const StoredLedger& small_ledger() {
  static const StoredLedger ledger(write_small, 2);
  return ledger;
}

const StoredLedger& wide_ledger() {
  static const StoredLedger ledger(write_wide, 100);
  return ledger;
}

std::string kinds_of(const RowMap& rows) {
  std::string kinds;
  for (const auto& [key, value] : rows) {
    if (kinds.empty() || kinds.back() != key[0]) kinds += key[0];
  }
  return kinds;
}

}  // namespace cairn::test
