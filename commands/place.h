// A place: where a ledger and its attachments lie, a directory or a PostgreSQL database.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "ledger/store/attachments.h"
#include "ledger/store/store.h"

namespace cairn {

struct PlaceOptions {
  Millis lock_timeout = 30 * second;  // how long a writer waits for another
  std::string grant_to = "";          // create, in a database: the role that may write from then on
};

class LedgerPlace {
 public:
  // What --ledger says. usage for what is no place of a ledger.
  static Result<LedgerPlace> parse(const std::string& where);

  // For messages, and what a home remembers it by; one place has one name, and it holds no password.
  const std::string& name() const { return name_; }

  Result<std::unique_ptr<Store>> open_store(StoreMode mode, const PlaceOptions& options) const;
  Result<std::unique_ptr<Attachments>> open_attachments(StoreMode mode) const;

  // Whether there is anything to open: whether the directory exists. Only a connection tells it of a database.
  Result<bool> is_there() const;

  // Whether something lies there that may be a ledger. One that cannot be looked into may be one.
  Result<bool> holds_something() const;

  // Whether `error`, with which a store did not open, says nothing of what it holds: it is out of reach now, or for
  // this user.
  bool is_out_of_reach(const Error& error) const;

 private:
  std::string name_;
  std::string url_;                  // of a database; it may hold a password
  std::filesystem::path directory_;  // if it is none
};

}  // namespace cairn
