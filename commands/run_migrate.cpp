// migrate
#include <nlohmann/json.hpp>

#include "commands/json_text.h"
#include "commands/output.h"
#include "commands/run_migrate.h"
#include "commands/session.h"
#include "ledger/base/text.h"
#include "ledger/copy.h"

namespace cairn {

namespace {

// Before the entries, as whoever appends them does. Erased ones are not there, and missing ones stay missing.
Result<std::size_t> copy_attachments(const Attachments& from, const Attachments& to) {
  std::size_t copied = 0;
  TRY_LET(digests, from.list());
  for (const Hash& digest : digests) {
    TRY_LET(there, to.has(digest));
    if (there) continue;
    TRY_LET(content, from.get(digest));
    TRY(to.put(content));
    ++copied;
  }
  return copied;
}

void show_migrated(const Globals& globals, const LedgerPlace& from, const LedgerPlace& to, const Copied& done,
                   std::size_t attachments) {
  if (globals.json) {
    print(json_text({{"from", from.name()},
                     {"to", to.name()},
                     {"entries_before", done.before},
                     {"entries", done.head.size},
                     {"checkpoints", done.checkpoints},
                     {"snapshots", done.snapshots},
                     {"attachments", attachments},
                     {"root", done.head.root.hex()}}));
    return;
  }
  print(toned("Copied", Tone::good) + " to " + printable(to.name()) + "\n");
  print(table(
      {{"  entries", str(done.head.size, ", ", done.head.size - done.before, " of them new")},
       {"  with", str(done.checkpoints, " checkpoints, ", done.snapshots, " snapshots, ", attachments, " attachments")},
       {"  root", done.head.root.hex() + ", as in the source"}}));
  if (done.snapshots_left > 0) {
    print(str("  left    ", done.snapshots_left, " snapshots that do not verify: what they hold is folded anew\n"));
  }
  print("\n" +
        wrapped("Every entry was hashed and every checkpoint held against the log's signature. Let nobody write to " +
                    printable(from.name()) + " any more: two that go on from here are a fork.",
                2));
}

}  // namespace

Result<Exit> run_migrate(const Globals& globals, const MigrateFlags& flags) {
  TRY_LET(from, LedgerPlace::parse(flags.from));
  TRY_LET(to, LedgerPlace::parse(flags.to));
  if (from.name() == to.name()) return usage("FROM and TO are the same place; give another one to copy to");
  TRY_LET(home, Home::from_environment());
  Globals source = globals;
  source.where = flags.from;
  TRY_LET(session, Session::open(source, home));

  TRY_LET(there, to.holds_something());
  const StoreMode mode = there ? StoreMode::write : StoreMode::create;
  TRY_LET(store, to.open_store(mode, {.lock_timeout = globals.lock_timeout, .grant_to = flags.grant_to}));
  TRY(copied_so_far(session->ledger(), *store));  // before anything is put beside another ledger
  TRY_LET(attachments, to.open_attachments(mode));
  TRY_LET(carried, copy_attachments(session->attachments(), *attachments));
  std::optional<ProgressBar> bar("migrate");
  const Ledger& ledger = session->ledger();
  TRY_LET(done, copy_ledger(ledger, *store, [&bar](Size entries, Size total) { bar->show(entries, total); }));
  bar.reset();
  TRY(home.remember_place(to.name(), ledger.id()));
  show_migrated(globals, from, to, done, carried);
  return Exit::done;
}

}  // namespace cairn
