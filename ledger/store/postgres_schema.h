// The tables of a ledger in PostgreSQL: schema `cairn` of one database (DESIGN 7, FORMAT.md).
//
// Primary, unique and foreign keys only, so that every engine of the same wire protocol keeps them. A database holds at
// most one ledger: it is what a database administrator grants, backs up, restores and moves as one, and no setting of a
// session can make two of them be taken for each other.
#pragma once

#include <string>

#include "ledger/base/result.h"
#include "ledger/store/postgres_connection.h"
#include "ledger/store/store.h"

namespace cairn {

// Makes the tables in one transaction, or finds them made, and lets a role append and read, and erase attachments; no
// role if `grant_to` is empty.
Result<void> create_postgres_schema(PostgresConnection& connection, const std::string& place,
                                    const std::string& grant_to);

Result<bool> holds_postgres_schema(PostgresConnection& connection);

// A fault if there is no ledger, one of another format, or, for a writer, one whose copy is under way; unavailable if
// this role may not read it.
Result<void> check_postgres_schema(PostgresConnection& connection, const std::string& place, StoreMode mode);

// As the owner of the tables; see Store::mark.
Result<void> mark_postgres_schema(PostgresConnection& connection, const std::string& place, Copying copying,
                                  const std::string& synchronous_commit);

// The same error, said of this ledger.
Error at_place(const std::string& place, const Error& error);

}  // namespace cairn
