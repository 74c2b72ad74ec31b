// migrate
#include <nlohmann/json.hpp>

#include "commands/attachment_copy.h"
#include "commands/json_text.h"
#include "commands/output.h"
#include "commands/run_migrate.h"
#include "commands/session.h"
#include "commands/waiting_notice.h"
#include "ledger/base/text.h"
#include "ledger/copy.h"

namespace cairn {

namespace {

constexpr int most_passes = 8;

// What the source holds now, beside what was copied before.
Result<void> copy_all(const Session& from, Store& to, const Attachments& attachments, Copied& done,
                      CopiedFiles& carried) {
  TRY_LET(files, copy_attachments(from.attachments(), attachments));
  carried.copied += files.copied;
  carried.damaged = std::move(files.damaged);
  ProgressBar bar("migrate");
  TRY_LET(more, copy_ledger(from.ledger(), to, [&bar](Size entries, Size total) { bar.show(entries, total); }));
  done.head = more.head;
  done.checkpoints += more.checkpoints;
  done.snapshots += more.snapshots;
  done.snapshots_left += more.snapshots_left;
  return {};
}

void show_migrated(const Globals& globals, const LedgerPlace& from, const LedgerPlace& to, const Copied& done,
                   const CopiedFiles& files) {
  if (globals.json) {
    auto damaged = nlohmann::ordered_json::array();
    for (const Hash& digest : files.damaged) damaged.push_back(digest.hex());
    print(json_text({{"from", from.name()},
                     {"to", to.name()},
                     {"entries_before", done.before},
                     {"entries", done.head.size},
                     {"checkpoints", done.checkpoints},
                     {"snapshots", done.snapshots},
                     {"attachments", files.copied},
                     {"attachments_damaged", std::move(damaged)},
                     {"root", done.head.root.hex()}}));
    return;
  }
  print(toned("Copied", Tone::good) + " to " + printable(to.name()) + "\n");
  print(table({{"  entries", str(done.head.size, ", ", done.head.size - done.before, " of them new")},
               {"  with",
                str(done.checkpoints, " checkpoints, ", done.snapshots, " snapshots, ", files.copied, " attachments")},
               {"  root", done.head.root.hex() + ", as in the source"}}));
  if (done.snapshots_left > 0) {
    print(str("  left    ", done.snapshots_left, " snapshots that do not verify: what they hold is folded anew\n"));
  }
  for (const Hash& digest : files.damaged) {
    print(str("  left    attachment ", digest.hex(), ": its bytes are others than were recorded\n"));
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

  std::optional<WaitingNotice> notice(std::in_place);
  TRY_LET(store, to.open_store(StoreMode::copy, {.lock_timeout = globals.lock_timeout, .grant_to = flags.grant_to}));
  notice.reset();
  TRY_LET(beginning, copied_so_far(session->ledger(), *store));  // before anything is put beside another ledger
  if (beginning.size() < session->ledger().size()) TRY(store->mark(Copying::under_way));
  TRY_LET(attachments, to.open_attachments(StoreMode::copy));
  Copied done;
  done.before = beginning.size();
  CopiedFiles carried;
  // Somebody may have written to the source meanwhile, who should not have.
  for (int pass = 0; pass == 0 || session->ledger().size() > done.head.size; ++pass) {
    if (pass == most_passes) {
      return conflict("somebody writes to " + printable(from.name()) + " all the time: stop that, and run this again");
    }
    TRY(copy_all(*session, *store, *attachments, done, carried));
    TRY_LET(now, Session::open(source, home));
    session = std::move(now);
  }
  TRY_LET(world, session->world());
  TRY(erase_what_is_erased(*world, *attachments));
  TRY(store->mark(Copying::done));
  TRY(home.remember_place(to.name(), session->ledger().id()));
  show_migrated(globals, from, to, done, carried);
  return carried.damaged.empty() ? Exit::done : Exit::not_verified;
}

}  // namespace cairn
