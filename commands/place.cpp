#include "commands/place.h"

#include <unistd.h>

#include <cerrno>

#include "ledger/base/file.h"
#include "ledger/base/text.h"
#include "ledger/store/store_directory.h"

namespace cairn {

namespace fs = std::filesystem;

Result<LedgerPlace> LedgerPlace::parse(const std::string& where) {
  LedgerPlace place;
  if (is_postgres_url(where)) {
    TRY_LET(name, postgres_place(where));
    place.name_ = std::move(name);
    place.url_ = where;
    return place;
  }
  if (const std::size_t scheme = where.find("://"); scheme != std::string::npos) {
    return usage(printable(where.substr(0, scheme)) +
                 ":// is no ledger that this version can open; give a directory or postgresql://...");
  }
  if (where.empty()) return usage("--ledger is empty; give a directory or postgresql://...");
  std::error_code error;
  place.directory_ = fs::weakly_canonical(fs::absolute(where), error);
  if (error) return usage("--ledger " + printable(where) + ": " + error.message());
  place.name_ = place.directory_.string();
  return place;
}

Result<std::unique_ptr<Store>> LedgerPlace::open_store(StoreMode mode, const PlaceOptions& options) const {
  if (!url_.empty()) {
    PostgresOptions postgres;
    postgres.lock_timeout = options.lock_timeout;
    postgres.grant_to = options.grant_to;
    return open_postgres_store(url_, mode, postgres);
  }
  if (!options.grant_to.empty()) {
    return usage("--grant-to names a role of a database, and " + printable(name_) + " is a directory: leave it out");
  }
  RocksOptions rocks;
  rocks.lock_timeout = options.lock_timeout;
  return open_rocks_store(directory_, mode, rocks);
}

Result<std::unique_ptr<Attachments>> LedgerPlace::open_attachments(StoreMode mode) const {
  if (!url_.empty()) return open_postgres_attachments(url_, mode, {});
  return std::unique_ptr<Attachments>(std::make_unique<AttachmentDirectory>(directory_ / "attachments"));
}

Result<bool> LedgerPlace::is_there() const {
  if (!url_.empty()) return true;
  return file_exists(directory_);
}

Result<bool> LedgerPlace::holds_something() const {
  if (!url_.empty()) return holds_postgres_ledger(url_);
  return holds_database(directory_);
}

bool LedgerPlace::is_out_of_reach(const Error& error) const {
  if (error.kind == ErrorKind::unavailable) return true;
  const auto refused = [](const fs::path& path) { return ::access(path.c_str(), R_OK) != 0 && errno == EACCES; };
  return url_.empty() && (refused(directory_) || refused(directory_ / "CURRENT"));
}

}  // namespace cairn
