// A session: one process's verified view of one ledger.
//
// Before anything is shown or signed, the newest checkpoint is opened with the log's key and held, by a consistency
// proof, against the newest one that this home has verified before (DESIGN, idea 6); then the newer one is remembered.
// Who has seen one branch of a fork refuses the other, with both signed heads in the message.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "commands/home.h"
#include "commands/place.h"
#include "commands/views.h"
#include "ledger/ledger.h"
#include "ledger/store/store.h"
#include "projections/world.h"

namespace cairn {

// The flags before the command, and the environment behind them.
struct Globals {
  std::string where = "./.cairn";  // --ledger, CAIRN_LEDGER
  std::string actor;               // --as, CAIRN_ACTOR, $USER
  bool json = false;
  Millis lock_timeout = 30 * second;  // --lock-timeout
  bool clock_is_right = false;        // --clock-is-right

  // Where a command says that it appended, and to which ledger, to whoever has something to do once it has answered.
  std::optional<Hash>* appended_to = nullptr;
};

class Session {
 public:
  // Beside any writer.
  static Result<std::unique_ptr<Session>> open(const Globals& globals, const Home& home);

  // As above, with the home that the environment names.
  static Result<std::unique_ptr<Session>> open(const Globals& globals);

  // As the one writing process; waits for another.
  static Result<std::unique_ptr<Session>> open_for_writing(const Globals& globals, const Home& home);

  const Ledger& ledger() const { return *ledger_; }
  Result<void> show_cosigned(std::string note) { return ledger_->show_cosigned(std::move(note)); }
  Store& store() { return *store_; }
  const Attachments& attachments() const { return *attachments_; }

  // The World at the newest checkpoint, loaded at the first call.
  Result<World*> world();
  LoadedWorld take_world() { return std::move(loaded_); }

 private:
  Session(std::unique_ptr<Store> store, std::unique_ptr<Attachments> attachments)
      : store_(std::move(store)), attachments_(std::move(attachments)) {}
  static Result<std::unique_ptr<Session>> open_view(StoreMode mode, const Globals& globals, const LedgerPlace& place);
  static Result<std::unique_ptr<Session>> open_as(StoreMode mode, const Globals& globals, const Home& home);

  std::unique_ptr<Store> store_;
  std::unique_ptr<Attachments> attachments_;
  std::optional<Ledger> ledger_;
  Noting noting_ = Noting::no;
  LoadedWorld loaded_;
};

// On stderr, to whoever reads a backup that is older than what was seen of its ledger from here.
void warn_of_older_backup(const std::string& which, Size size, Size seen);

// Holds the ledger's newest checkpoint against a note that was verified before it was opened, and remembers it.
// not_verified, with both notes in the message, if the one does not continue the other.
Result<void> check_remembered_head(const Ledger& ledger, const Home& home,
                                   const std::optional<std::string>& remembered);

}  // namespace cairn
