#include "commands/session.h"

#include "ledger/base/text.h"

namespace cairn {

namespace fs = std::filesystem;

Result<fs::path> directory_of(const std::string& where) {
  if (where.find("://") != std::string::npos) {
    return usage(where.substr(0, where.find("://")) + ":// is no ledger that this version can open; give a directory");
  }
  std::error_code error;
  const fs::path absolute = fs::weakly_canonical(fs::absolute(where), error);
  if (error) return usage("--ledger " + printable(where) + ": " + error.message());
  return absolute;
}

Result<void> check_remembered_head(const Ledger& ledger, const Home& home) {
  TRY_LET(remembered, home.remembered_head(ledger.id()));
  if (remembered) {
    const auto before = open_checkpoint(*remembered, ledger.log_key());
    if (!before) {
      return not_verified("the head remembered in " + home.directory().string() + " does not verify with this ledger's key: " +
                          before.error().message);
    }
    if (before->head == ledger.checkpoint().head) return {};
    const Error fork = not_verified("this ledger does not continue the one seen before.\nSeen before:\n" + *remembered +
                                    "\nShown now:\n" + ledger.checkpoint_note() +
                                    "\nKeep both: together they prove that the log showed two histories");
    // A reader that opened a moment earlier than another of this home sees less, which is no fork.
    const bool shorter = before->head.size > ledger.size();
    if (shorter) {
      return not_verified(str("this ledger has ", ledger.size(), " entries, and had ", before->head.size,
                              " when it was seen before: it was rolled back, or restored from an older copy.\nSeen before:\n",
                              *remembered, "\nShown now:\n", ledger.checkpoint_note()));
    }
    const auto proof = ledger.prove_consistency(before->head.size, ledger.size());
    if (!proof) return fork;
    const auto consistent = check_consistency(before->head.size, before->head.root, ledger.size(),
                                              ledger.checkpoint().head.root, *proof);
    if (!consistent) return fork;
  }
  return home.remember_head(ledger.id(), ledger.checkpoint_note());
}

Result<std::unique_ptr<Session>> Session::open_as(StoreMode mode, const Globals& globals, const Home& home) {
  TRY_LET(directory, directory_of(globals.where));
  RocksOptions options;
  options.lock_timeout = globals.lock_timeout;
  TRY_LET(store, open_rocks_store(directory, mode, options));
  std::unique_ptr<Session> session(new Session(std::move(store), directory));
  TRY_LET(ledger, Ledger::open(*session->store_));
  session->ledger_ = std::move(ledger);
  TRY(home.recognise(directory.string(), session->ledger_->id()));
  TRY(check_remembered_head(*session->ledger_, home));
  return session;
}

Result<std::unique_ptr<Session>> Session::open(const Globals& globals, const Home& home) {
  return open_as(StoreMode::read, globals, home);
}

Result<std::unique_ptr<Session>> Session::open_for_writing(const Globals& globals, const Home& home) {
  return open_as(StoreMode::write, globals, home);
}

Result<World*> Session::world() {
  if (!loaded_.world) {
    TRY_LET(loaded, load_world(*ledger_, ledger_->size()));
    loaded_ = std::move(loaded);
  }
  return loaded_.world.get();
}

}  // namespace cairn
