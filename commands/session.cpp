#include "commands/session.h"

#include "commands/output.h"
#include "ledger/base/text.h"

namespace cairn {

namespace {

Error heads_differ(const std::string& what, const std::string& before, const std::string& now) {
  return not_verified(what + "\nSeen before:\n" + before + "\nShown now:\n" + now +
                      "\nKeep both: together they are the evidence.");
}

}  // namespace

Result<void> check_remembered_head(const Ledger& ledger, const Home& home,
                                   const std::optional<std::string>& remembered) {
  const std::string& now = ledger.checkpoint_note();
  if (!remembered) return home.remember_head(ledger.id(), now);
  const auto before = ledger.log_keys().open(*remembered);
  if (!before)
    return heads_differ("the remembered head is not by this ledger's key: " + before.error().message, *remembered, now);
  const Head& head = before->head;
  if (head.size > ledger.size()) {
    return heads_differ(str("this ledger has ", ledger.size(), " entries, and had ", head.size,
                            " when it was seen before: it was rolled back, or restored from an older copy"),
                        *remembered, now);
  }
  const auto proof = ledger.prove_consistency(head.size, ledger.size());
  const bool continues =
      proof && check_consistency(head.size, head.root, ledger.size(), ledger.checkpoint().head.root, *proof).ok();
  if (!continues)
    return heads_differ("this ledger does not continue the one seen before: the log forked", *remembered, now);
  return home.remember_head(ledger.id(), now);
}

namespace {

// A backup has every right to be older than what was seen of its ledger; whoever reads it is told.
Result<void> check_backup(const Ledger& ledger, const Home& home, const std::string& place) {
  TRY_LET(note, home.remembered_head(ledger.id()));
  const auto size = note ? claimed_size(*note) : Result<Size>(Size{0});
  if (!size || *size <= ledger.size()) return check_remembered_head(ledger, home, note);
  warn_of_older_backup(place, ledger.size(), *size);
  return {};
}

}  // namespace

void warn_of_older_backup(const std::string& which, Size size, Size seen) {
  warn(str("cairn: ", printable(which), " is an older copy, of ", size, " entries; its ledger had ", seen,
           " when it was seen from here\n"));
}

Result<std::unique_ptr<Session>> Session::open_view(StoreMode mode, const Globals& globals, const LedgerPlace& place) {
  TRY_LET(store, place.open_store(mode, {.lock_timeout = globals.lock_timeout}));
  TRY_LET(attachments, place.open_attachments(mode));
  std::unique_ptr<Session> session(new Session(std::move(store), std::move(attachments)));
  TRY_LET(ledger, Ledger::open(*session->store_));
  session->ledger_ = std::move(ledger);
  return session;
}

// What was remembered before the open lies in what the open shows, however fast others write. At a place that was never
// seen nobody knows before the open which ledger's head to ask for; if that head has gone on since, the view is taken
// anew, now knowing it.
Result<std::unique_ptr<Session>> Session::open_as(StoreMode mode, const Globals& globals, const Home& home) {
  TRY_LET(place, LedgerPlace::parse(globals.where));
  TRY_LET(seen, home.seen_at(place.name()));
  std::optional<Hash> expected = seen;
  for (;;) {
    std::optional<std::string> remembered;
    if (expected) {
      TRY_LET(note, home.remembered_head(*expected));
      remembered = std::move(note);
    }
    TRY_LET(session, open_view(mode, globals, place));
    session->noting_ = mode == StoreMode::write ? Noting::yes : Noting::no;
    const Hash id = session->ledger_->id();
    if (expected && *expected != id) {
      return not_verified(place.name() + " holds ledger " + id.hex() + ", and held " + expected->hex() +
                          " when it was last seen from here; if that is meant, remove " +
                          home.place_file(place.name()).string());
    }
    if (!seen && session->store_->is_backup()) {
      TRY(check_backup(*session->ledger_, home, place.name()));
      return session;
    }
    if (!expected) {
      expected = id;
      TRY_LET(note, home.remembered_head(id));
      const auto size = note ? claimed_size(*note) : Result<Size>(Size{0});
      if (size && *size > session->ledger_->size()) continue;
      remembered = std::move(note);
    }
    TRY(check_remembered_head(*session->ledger_, home, remembered));
    // Only now: what was refused here is no ledger that this place is known for.
    if (!seen) TRY(home.remember_place(place.name(), id));
    return session;
  }
}

Result<std::unique_ptr<Session>> Session::open(const Globals& globals, const Home& home) {
  return open_as(StoreMode::read, globals, home);
}

Result<std::unique_ptr<Session>> Session::open(const Globals& globals) {
  TRY_LET(home, Home::from_environment());
  return open(globals, home);
}

Result<std::unique_ptr<Session>> Session::open_for_writing(const Globals& globals, const Home& home) {
  return open_as(StoreMode::write, globals, home);
}

Result<World*> Session::world() {
  if (!loaded_.world) {
    TRY_LET(loaded, load_world(*ledger_, ledger_->size(), noting_));
    loaded_ = std::move(loaded);
  }
  return loaded_.world.get();
}

}  // namespace cairn
