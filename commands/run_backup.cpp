// backup, restore
#include "commands/run_backup.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <thread>

#include "commands/attachment_copy.h"
#include "commands/json_text.h"
#include "commands/ledger_source.h"
#include "commands/output.h"
#include "commands/session.h"
#include "ledger/base/file.h"
#include "ledger/base/text.h"
#include "ledger/copy.h"
#include "ledger/store/writer_lock.h"
#include "verify/audit.h"
#include "verify/layout.h"
#include "verify/render_report.h"

namespace cairn {

namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

struct Carried {
  Copied ledger;
  CopiedFiles files;
};

Result<Carried> carry(const Ledger& ledger, const Attachments& attachments, Store& to, const Attachments& files_to,
                      const std::string& name) {
  Carried carried;
  TRY(copied_so_far(ledger, to));  // before anything is put beside another ledger
  TRY_LET(files, copy_attachments(attachments, files_to));
  carried.files = std::move(files);
  ProgressBar bar(name);
  TRY_LET(copied, copy_ledger(ledger, to, [&bar](Size entries, Size total) { bar.show(entries, total); }));
  carried.ledger = copied;
  return carried;
}

Json json_of(const Carried& carried) {
  Json damaged = Json::array();
  for (const Hash& digest : carried.files.damaged) damaged.push_back(digest.hex());
  return {{"entries_before", carried.ledger.before},
          {"entries", carried.ledger.head.size},
          {"attachments", carried.files.copied},
          {"attachments_damaged", std::move(damaged)},
          {"root", carried.ledger.head.root.hex()}};
}

void print_carried(const Carried& carried) {
  const Copied& ledger = carried.ledger;
  print(table({{"  entries", str(ledger.head.size, ", ", ledger.head.size - ledger.before, " of them new")},
               {"  with", plural(carried.files.copied, "new attachment", "new attachments")},
               {"  root", ledger.head.root.hex()}}));
  for (const Hash& digest : carried.files.damaged) {
    print(str("  left     attachment ", digest.hex(), ": its bytes are others than were recorded\n"));
  }
}

// A backup, opened to be read.
struct Source {
  std::unique_ptr<Store> store;
  std::unique_ptr<Attachments> attachments;
  Hash id;
  Tip tip;
};

Result<Source> open_source(const LedgerPlace& place) {
  Source source;
  TRY_LET(store, place.open_store(StoreMode::read, {}));
  TRY_LET(attachments, place.open_attachments(StoreMode::read));
  TRY_LET(tip, store->tip());
  TRY_LET(first, store->read(0, {.count = 1}));
  if (first.empty()) return fault("the backup at " + printable(place.name()) + " holds no entry");
  source.id = leaf_hash(first.front());
  // Of one that opens, a fork's too; what does not is named by the audit.
  if (const auto ledger = Ledger::open(*store); ledger) source.id = ledger->id();
  source.tip = std::move(tip);
  source.store = std::move(store);
  source.attachments = std::move(attachments);
  return source;
}

// The heads of this ledger that somebody holds who will look at it again: this home, and the place itself.
Result<std::vector<std::string>> heads_known(const Home& home, const LedgerPlace& where, const Hash& id) {
  std::vector<std::string> notes;
  TRY_LET(remembered, home.remembered_head(id));
  if (remembered) notes.push_back(*remembered);
  const auto there = open_source(where);
  if (!there) return notes;  // what does not open is why one restores
  if (there->id != id) {
    return usage(printable(where.name()) + " holds another ledger, " + there->id.hex() + ", and the backup is of " +
                 id.hex() + "; give another --ledger");
  }
  notes.push_back(there->tip.checkpoint);
  return notes;
}

struct Verified {
  Report report;
  Size newest_known = 0;
};

// All of it, and that it holds each known head that it can hold.
Result<Verified> audit_source(const Source& source, const Home& home, const LedgerPlace& where) {
  Verified verified;
  AuditOptions options;
  options.threads = std::max(1U, std::thread::hardware_concurrency());
  TRY_LET(seen, home.seen_at(where.name()));
  options.ledger_id = seen;
  TRY_LET(heads, heads_known(home, where, source.id));
  for (const std::string& note : heads) {
    const auto size = claimed_size(note);
    if (size) verified.newest_known = std::max(verified.newest_known, *size);
    if (!size || *size <= source.tip.size) options.known_heads.push_back(note);
  }
  ProgressBar bar("verify");
  options.progress = [&bar](Size done, Size total) { bar.show(done, total); };
  TRY_LET(report, audit(LedgerSource(*source.store, *source.attachments), options));
  verified.report = std::move(report);
  return verified;
}

// Beside the place, so that a crash, or a disk that is full, leaves what lies there.
Result<Carried> carry_beside(const Source& source, const fs::path& beside, StoreMode mode) {
  std::error_code error;
  fs::remove_all(beside, error);  // an earlier try
  if (error) return file_error("remove", beside, error.value());
  TRY_LET(place, LedgerPlace::parse(beside.string()));
  TRY_LET(ledger, Ledger::open(*source.store));
  TRY_LET(store, place.open_store(mode, {}));
  if (mode == StoreMode::copy) TRY(store->mark(Copying::under_way));
  TRY_LET(attachments, place.open_attachments(mode));
  TRY_LET(carried, carry(ledger, *source.attachments, *store, *attachments, "restore"));
  TRY(store->mark(mode == StoreMode::copy ? Copying::done : Copying::older));
  return carried;
}

// Nobody writes while the one is moved away and the other comes, and who waited for the lock finds the new one (see
// WriterLock). A crash between the two leaves both, under the names that are given here.
Result<std::optional<fs::path>> put_in_place(const fs::path& beside, const fs::path& where, const Globals& globals) {
  std::optional<fs::path> replaced;
  std::optional<WriterLock> lock;
  std::error_code ignored;
  fs::remove(where, ignored);  // an empty directory
  TRY_LET(there, file_exists(where));
  if (there) {
    TRY_LET(taken, WriterLock::take(where, globals.lock_timeout));
    lock = std::move(taken);
    replaced = where.string() + ".replaced-" + format_time(SystemClock().now());
    TRY(rename_file(where, *replaced));
  }
  TRY(rename_file(beside, where));
  return replaced;
}

void show_restored(const Globals& globals, const LedgerPlace& where, const Carried& carried, Size newest_known,
                   const std::optional<fs::path>& replaced) {
  const bool older = newest_known > carried.ledger.head.size;
  if (globals.json) {
    Json json = json_of(carried);
    json["to"] = where.name();
    json["replaced"] = replaced ? Json(replaced->string()) : Json();
    json["newest_known"] = newest_known;
    json["only_reads"] = older;
    print(json_text(json));
    return;
  }
  print(toned("Restored", Tone::good) + " to " + printable(where.name()) + "\n");
  print_carried(carried);
  if (replaced) print("  before   " + printable(replaced->string()) + "\n");
  if (!older) return;
  print(
      "\n" +
      wrapped(str("It only reads: a head of ", newest_known, " entries is known here, and whoever wrote on ", "from ",
                  carried.ledger.head.size,
                  " would make a fork. Look for a newer backup; where there is none, cairn fork makes a ledger of its "
                  "own of it."),
              2));
}

}  // namespace

Result<Exit> run_backup(const Globals& globals, const fs::path& directory) {
  TRY_LET(home, Home::from_environment());
  TRY_LET(from, LedgerPlace::parse(globals.where));
  TRY_LET(to, LedgerPlace::parse(directory.string()));
  if (from.name() == to.name()) return usage("the backup would lie where the ledger does; give another directory");
  TRY_LET(session, Session::open(globals, home));
  TRY_LET(store, to.open_store(StoreMode::backup, {.lock_timeout = globals.lock_timeout}));
  TRY_LET(attachments, to.open_attachments(StoreMode::backup));
  TRY_LET(carried, carry(session->ledger(), session->attachments(), *store, *attachments, "backup"));
  TRY_LET(world, session->world());
  TRY(erase_what_is_erased(*world, *attachments));
  if (globals.json) {
    Json json = json_of(carried);
    json["to"] = to.name();
    print(json_text(json));
  } else {
    print(toned("Backed up", Tone::good) + " to " + printable(to.name()) + "\n");
    print_carried(carried);
  }
  return carried.files.damaged.empty() ? Exit::done : Exit::not_verified;
}

Result<Exit> run_restore(const Globals& globals, const fs::path& directory) {
  TRY_LET(home, Home::from_environment());
  TRY_LET(from, LedgerPlace::parse(directory.string()));
  TRY_LET(to, LedgerPlace::parse(globals.where));
  if (is_postgres_url(globals.where)) {
    return usage("restore puts a directory in place; into a database: cairn migrate " + printable(directory.string()) +
                 " postgresql://...");
  }
  if (from.name() == to.name()) return usage("the backup lies where it would be restored to; give another --ledger");
  TRY_LET(source, open_source(from));
  TRY_LET(verified, audit_source(source, home, to));
  if (!verified.report.verified()) {
    print(globals.json ? render_json(verified.report) : render_text(verified.report));
    return static_cast<Exit>(exit_code(verified.report.findings));
  }
  const bool older = verified.newest_known > source.tip.size;
  const fs::path beside = to.name() + ".restoring";
  TRY_LET(carried, carry_beside(source, beside, older ? StoreMode::backup : StoreMode::copy));
  TRY_LET(replaced, put_in_place(beside, to.name(), globals));
  TRY(older ? home.forget_place(to.name()) : home.remember_place(to.name(), source.id));
  show_restored(globals, to, carried, verified.newest_known, replaced);
  return carried.files.damaged.empty() ? Exit::done : Exit::not_verified;
}

}  // namespace cairn
