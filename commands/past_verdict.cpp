#include "commands/past_verdict.h"

#include "commands/views.h"

namespace cairn {

Result<bool> basis_holds(const Ledger& ledger, const Recorded& recorded) {
  const Head& basis = recorded.statement.basis;
  if (recorded.seq == 0) return basis == Head{};
  if (basis.size == 0 || basis.size > recorded.seq) return false;
  TRY_LET(root, ledger.root_at(basis.size));
  return root == basis.root;
}

Verdict past_verdict(World& world, const Recorded& recorded, bool basis_holds) {
  const Basis where = basis_holds ? Basis::on_history : Basis::not_on_history;
  return explain(world, recorded.statement, signed_by(recorded.entry), where, recorded.entry.recorded);
}

Result<ExplainedEntry> explain_entry(const Ledger& ledger, World& world, Recorded recorded) {
  ExplainedEntry entry;
  TRY_LET(holds, basis_holds(ledger, recorded));
  entry.basis_holds = holds;
  const KeyId key = signed_by(recorded.entry);
  if (const Key* row = world.keys.find(key)) entry.signer = row->handle;
  if (recorded.seq > 0 && key == world.genesis->recovery_id) entry.signer = recovery_author;
  if (recorded.seq == 0) entry.signer = recorded.statement.author;
  entry.verdict = past_verdict(world, recorded, holds);
  entry.recorded = std::move(recorded);
  return entry;
}

Result<Verdict> past_verdict(const Ledger& ledger, Seq seq) {
  TRY_LET(recorded, ledger.entry(seq));
  TRY_LET(holds, basis_holds(ledger, recorded));
  TRY_LET(loaded, load_world(ledger, seq));
  return past_verdict(*loaded.world, recorded, holds);
}

}  // namespace cairn
