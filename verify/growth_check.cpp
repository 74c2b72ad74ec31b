#include "verify/growth_check.h"

#include "ledger/base/text.h"
#include "ledger/tlog/checkpoint.h"
#include "ledger/tlog/proof_file.h"
#include "ledger/tlog/tree.h"
#include "verify/tiles_source.h"

namespace cairn {

namespace {

Result<Head> open_named(const NamedHead& named) {
  TRY_LET(note, read_at_most(named.file, max_note_bytes));
  const Result<Checkpoint> checkpoint = open_checkpoint(note, named.key);
  if (!checkpoint.ok()) return in_file(named.file, checkpoint.error());
  return checkpoint->head;
}

}  // namespace

Result<Grown> check_growth(const NamedHead& older, const NamedHead& newer, const std::string& proof_file) {
  if (older.key.name() != newer.key.name()) {
    return usage(str("--old-key is of the log ", printable(older.key.name()), ", and --key of ",
                     printable(newer.key.name()), ": give two keys of one log"));
  }
  const Result<Head> opened = open_named(older);
  if (!opened.ok()) {
    const bool by_another = opened.error().kind == ErrorKind::not_verified && older.key.vkey() == newer.key.vkey();
    return Error{opened.error().kind,
                 str(opened.error().message, by_another ? "; was it by another one, give that as --old-key" : "")};
  }
  const Head& before = *opened;
  TRY_LET(after, open_named(newer));
  TRY_LET(text, read_at_most(proof_file, max_proof_file_bytes));
  const Result<ConsistencyFile> proof = parse_consistency_file(text);
  if (!proof.ok()) return in_file(proof_file, proof.error());
  if (proof->old_size != before.size || proof->new_size != after.size) {
    return not_verified(str(printable(proof_file), " is from size ", proof->old_size, " to ", proof->new_size,
                            ", and the notes are of sizes ", before.size, " and ", after.size));
  }
  if (before.size > after.size) {
    return not_verified(
        str("the old note is of size ", before.size, " and the new one of ", after.size, ": a log never shrinks"));
  }
  const Result<void> checked = check_consistency(before.size, before.root, after.size, after.root, proof->hashes);
  if (!checked.ok()) return in_file(proof_file, checked.error());
  return Grown{newer.key.name(), before.size, after.size};
}

}  // namespace cairn
